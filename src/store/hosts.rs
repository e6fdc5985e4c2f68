//! What all workers know of hosts together: when each may be asked next, and its robots.txt.

use super::db::{on, read};
use super::{Store, StoreError, millis, time};
use crate::model::Time;

/// The answer to who wants a host's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is theirs, until this moment or until they give it back.
    Taken(Time),
    /// It is free at this moment at the latest.
    NotBefore(Time),
}

impl Store {
    /// Takes a host's turn where it is free at `now`, and keeps the others away until `until`.
    /// Where it is not free, nothing changes.
    pub async fn take_turn(&self, host: &str, now: Time, until: Time) -> Result<Turn, StoreError> {
        let mut tx = self.db.begin().await?;
        let taken: Option<i64> = on!(&mut tx, c => sqlx::query_scalar(
            "INSERT INTO hosts (host, next_at) VALUES ($1, $3)
             ON CONFLICT (host) DO UPDATE SET next_at = $3 WHERE hosts.next_at <= $2
             RETURNING next_at")
            .bind(host).bind(millis(now)).bind(millis(until)).fetch_optional(c).await)?;
        let turn = match taken {
            Some(until) => Turn::Taken(time(until)),
            None => Turn::NotBefore(time(on!(&mut tx, c => sqlx::query_scalar(
                "SELECT next_at FROM hosts WHERE host = $1").bind(host).fetch_one(c).await)?)),
        };
        tx.commit().await?;
        Ok(turn)
    }

    /// Gives back a turn that was taken until `until`: the host is free again at `next`. A turn
    /// that lasted too long and belongs to another by now is left alone.
    pub async fn end_turn(&self, host: &str, until: Time, next: Time) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "UPDATE hosts SET next_at = $3 WHERE host = $1 AND (next_at = $2 OR next_at < $3)")
            .bind(host).bind(millis(until)).bind(millis(next)).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// What is kept of an origin's robots.txt.
    pub async fn robots(&self, origin: &str) -> Result<Option<String>, StoreError> {
        let row: Option<Option<String>> = read!(&self.db, p => sqlx::query_scalar(
            "SELECT robots FROM hosts WHERE host = $1").bind(origin).fetch_optional(p).await)?;
        Ok(row.flatten())
    }

    /// Keeps what is known of an origin's robots.txt, which is good until `until`.
    pub async fn keep_robots(
        &self,
        origin: &str,
        note: &str,
        until: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "INSERT INTO hosts (host, next_at, robots, robots_at) VALUES ($1, 0, $2, $3)
             ON CONFLICT (host) DO UPDATE SET robots = $2, robots_at = $3")
            .bind(origin).bind(note).bind(millis(until)).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// Forgets hosts whose turns and robots.txt have been over since `before`; returns how many.
    pub async fn forget_hosts(&self, before: Time) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "DELETE FROM hosts WHERE next_at < $1 AND COALESCE(robots_at, 0) < $1")
            .bind(millis(before)).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }
}
