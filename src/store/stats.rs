//! Figures for metrics and for the health of the service.

use super::db::read;
use super::{Store, StoreError, millis, time};
use crate::model::Time;

/// Lengths and ages of the queues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// Sources due.
    pub sources_due: i64,
    /// How long the longest due source has waited, milliseconds.
    pub sources_oldest_ms: i64,
    /// Entries ready to be processed.
    pub entries_due: i64,
    /// Entries waiting for a later attempt, or claimed.
    pub entries_waiting: i64,
    /// How long the longest waiting entry has been due, milliseconds.
    pub entries_oldest_ms: i64,
    /// Published groups.
    pub groups: i64,
}

/// One source's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStats {
    /// The source's id.
    pub id: String,
    /// Last success.
    pub last_success: Option<Time>,
    /// Kind of its present error.
    pub error_kind: Option<String>,
}

impl Store {
    /// Lengths and ages of the queues.
    pub async fn queue_stats(&self, now: Time) -> Result<QueueStats, StoreError> {
        let now = millis(now);
        let (sources_due, oldest_source): (i64, Option<i64>) = read!(&self.db, p => sqlx::query_as(
            "SELECT COUNT(*), MIN(next_fetch_at) FROM sources
             WHERE enabled AND next_fetch_at <= $1").bind(now).fetch_one(p).await)?;
        let (entries, entries_due, oldest_entry): (i64, i64, Option<i64>) = read!(&self.db, p => sqlx::query_as(
                "SELECT COUNT(*), COUNT(CASE WHEN next_attempt_at <= $1
                            AND (claimed_until IS NULL OR claimed_until <= $1) THEN 1 END),
                        MIN(next_attempt_at)
                 FROM entries WHERE state = 'pending'").bind(now).fetch_one(p).await)?;
        let groups: i64 = read!(&self.db, p => sqlx::query_scalar(
            "SELECT COUNT(*) FROM groups WHERE relevant AND withdrawn_at IS NULL")
            .fetch_one(p).await)?;
        let age = |at: Option<i64>| at.map_or(0, |at| (now - at).max(0));
        Ok(QueueStats {
            sources_due,
            sources_oldest_ms: if sources_due > 0 { age(oldest_source) } else { 0 },
            entries_due,
            entries_waiting: entries - entries_due,
            entries_oldest_ms: if entries_due > 0 { age(oldest_entry) } else { 0 },
            groups,
        })
    }

    /// Last success and present error of every enabled source.
    pub async fn source_stats(&self) -> Result<Vec<SourceStats>, StoreError> {
        let rows: Vec<(String, Option<i64>, Option<String>)> = read!(&self.db, p => sqlx::query_as(
            "SELECT id, last_success_at, last_error_kind FROM sources WHERE enabled ORDER BY id")
            .fetch_all(p).await)?;
        Ok(rows
            .into_iter()
            .map(|(id, success, error_kind)| SourceStats {
                id,
                last_success: success.map(time),
                error_kind,
            })
            .collect())
    }
}
