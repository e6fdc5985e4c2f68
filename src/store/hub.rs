//! Our hub's subscribers: requests until they are verified, subscriptions until their lease ends.
//!
//! Nothing is queued for a subscriber: its row says up to which change it has the news, and the
//! rest follows from there. What was not confirmed is due again when its claim ends.

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::{Store, StoreError, millis};
use crate::model::Time;

/// Most subscriptions and open requests: of one callback's host, of one feed, in all.
const PER_HOST: i64 = 1_000;
const PER_TOPIC: i64 = 20_000;
const IN_ALL: i64 = 100_000;

/// A request that its callback has still to confirm.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HubRequestRow {
    /// Row.
    pub id: i64,
    /// Where news goes.
    pub callback: String,
    /// The feed's address.
    pub hub_topic: String,
    /// Host of the callback.
    pub host: String,
    /// `subscribe`, `unsubscribe` or `denied`.
    pub mode: String,
    /// Key of the signatures.
    pub secret: Option<String>,
    /// Seconds.
    pub lease: i64,
    /// Attempts to verify it so far.
    pub attempts: i64,
}

/// A subscriber that news is due to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HubSubscriber {
    /// Row.
    pub id: i64,
    /// Where news goes.
    pub callback: String,
    /// The feed's address.
    pub hub_topic: String,
    /// Key of the signatures.
    pub secret: Option<String>,
    /// Last change that it has.
    pub reached: i64,
    /// Failed deliveries in a row.
    pub failures: i64,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The subscriber has the news up to this change; whether it took its time.
    Yes {
        /// The last change that it has now.
        reached: i64,
        /// It goes to the back of the queue next time.
        slow: bool,
    },
    /// It does not have them; the sentence is for the admin.
    No {
        /// Not before.
        due: Time,
        /// What went wrong.
        why: String,
    },
    /// The subscriber is gone for good.
    Gone,
}

/// Numbers of the hub.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct HubStats {
    /// Subscriptions whose lease has not ended.
    pub subscriptions: i64,
    /// Those that fail.
    pub failing: i64,
}

impl Store {
    /// Keeps a request until it is verified; the last word of a callback about a feed counts.
    /// False where the hub has no room for it.
    pub async fn ask_hub(&self, row: &HubRequestRow, now: Time) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let limited = row.mode == "subscribe";
        let kept = on!(&mut tx, c => sqlx::query(
            "INSERT INTO hub_requests (callback, hub_topic, host, mode, secret, lease, attempts,
                due_at)
             SELECT $1, $2, $3, $4, $5, $6, 0, $7
             WHERE NOT $8 OR EXISTS (SELECT 1 FROM hub_subscriptions
                   WHERE callback = $1 AND hub_topic = $2)
                OR ((SELECT COUNT(*) FROM hub_subscriptions WHERE host = $3)
                    + (SELECT COUNT(*) FROM hub_requests WHERE host = $3) < $9
                AND (SELECT COUNT(*) FROM hub_subscriptions WHERE hub_topic = $2) < $10
                AND (SELECT COUNT(*) FROM hub_subscriptions)
                    + (SELECT COUNT(*) FROM hub_requests) < $11)
             ON CONFLICT (callback, hub_topic) DO UPDATE SET mode = excluded.mode,
                secret = excluded.secret, lease = excluded.lease, attempts = 0,
                due_at = excluded.due_at")
            .bind(&row.callback).bind(&row.hub_topic).bind(&row.host).bind(&row.mode)
            .bind(&row.secret).bind(row.lease).bind(millis(now)).bind(limited)
            .bind(PER_HOST).bind(PER_TOPIC).bind(IN_ALL)
            .execute(c).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(kept > 0)
    }

    /// Takes requests that are due; nobody else gets them before `until`.
    pub async fn take_hub_requests(
        &self,
        now: Time,
        until: Time,
        limit: usize,
    ) -> Result<Vec<HubRequestRow>, StoreError> {
        let due: bool = read!(&self.db, p => sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM hub_requests WHERE due_at <= $1)")
            .bind(millis(now)).fetch_one(p).await)?;
        if !due || limit == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.db.begin().await?;
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE hub_requests SET due_at = $2, attempts = attempts + 1 WHERE id IN (
                SELECT id FROM hub_requests WHERE due_at <= $1 ORDER BY due_at, id LIMIT $3 {lock})
             RETURNING id, callback, hub_topic, host, mode, secret, lease, attempts"
        );
        let rows = on!(&mut tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(millis(now)).bind(millis(until)).bind(super::sources::count(limit))
            .fetch_all(c).await)?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Tries a request again at `due`, or forgets it.
    pub async fn put_off_hub_request(&self, id: i64, due: Option<Time>) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        match due {
            Some(due) => on!(&mut tx, c => sqlx::query(
                "UPDATE hub_requests SET due_at = $1 WHERE id = $2")
                .bind(millis(due)).bind(id).execute(c).await.map(drop))?,
            None => on!(&mut tx, c => sqlx::query("DELETE FROM hub_requests WHERE id = $1")
                .bind(id).execute(c).await.map(drop))?,
        }
        tx.commit().await
    }

    /// Does what a verified request asks for. News begins with the next change, or goes on where
    /// it was; a request that was replaced while it was verified does nothing.
    pub async fn grant_hub_request(
        &self,
        row: &HubRequestRow,
        until: Time,
        now: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let mine = on!(&mut tx, c => sqlx::query(
            "DELETE FROM hub_requests WHERE id = $1 AND mode = $2 AND attempts = $3
                AND COALESCE(secret, '') = COALESCE($4, '')")
            .bind(row.id).bind(&row.mode).bind(row.attempts).bind(&row.secret)
            .execute(c).await.map(|done| done.rows_affected()))?;
        if mine == 0 {
            return Ok(());
        }
        if row.mode == "subscribe" {
            subscribe(&mut tx, row, until, now).await?;
        } else {
            on!(&mut tx, c => sqlx::query(
                "DELETE FROM hub_subscriptions WHERE callback = $1 AND hub_topic = $2")
                .bind(&row.callback).bind(&row.hub_topic).execute(c).await.map(drop))?;
        }
        tx.commit().await
    }

    /// Takes subscribers whom news is due to, those that were slow or failed lately or the others;
    /// nobody else gets them before `until`.
    pub async fn take_subscribers(
        &self,
        slow: bool,
        now: Time,
        until: Time,
        limit: usize,
    ) -> Result<Vec<HubSubscriber>, StoreError> {
        const DUE: &str = "slow = $1 AND due_at <= $2 AND until_at > $2 AND reached <
            (SELECT value FROM marks WHERE name = 'publications')";
        let sql = format!("SELECT EXISTS (SELECT 1 FROM hub_subscriptions WHERE {DUE})");
        let due: bool = read!(&self.db, p => sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(slow).bind(millis(now)).fetch_one(p).await)?;
        if !due || limit == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.db.begin().await?;
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE hub_subscriptions SET due_at = $3 WHERE id IN (
                SELECT id FROM hub_subscriptions WHERE {DUE} ORDER BY due_at, id LIMIT $4 {lock})
             RETURNING id, callback, hub_topic, secret, reached, failures"
        );
        let rows = on!(&mut tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(slow).bind(millis(now)).bind(millis(until)).bind(super::sources::count(limit))
            .fetch_all(c).await)?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Prolongs the claims on subscribers who are being told.
    pub async fn prolong_subscribers(&self, ids: &[i64], until: Time) -> Result<(), StoreError> {
        /// PostgreSQL and SQLite bind tens of thousands of values; this is far from it.
        const AT_ONCE: usize = 1000;
        for ids in ids.chunks(AT_ONCE) {
            let sql = format!(
                "UPDATE hub_subscriptions SET due_at = $1 WHERE id IN {}",
                super::entries::placeholders(2, ids.len())
            );
            let mut tx = self.db.begin().await?;
            on!(&mut tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(millis(until));
                for id in ids { query = query.bind(*id); }
                query.execute(c).await.map(drop)
            })?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Writes down how deliveries ended, in one transaction.
    pub async fn record_deliveries(&self, ended: &[(i64, Delivered)]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (id, how) in ended {
            record(&mut tx, *id, how).await?;
        }
        tx.commit().await
    }

    /// Ends every subscription to a feed that is no more: its subscribers are told.
    pub async fn close_hub_topic(&self, hub_topic: &str, now: Time) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "INSERT INTO hub_requests (callback, hub_topic, host, mode, secret, lease, attempts,
                due_at)
             SELECT callback, hub_topic, host, 'denied', NULL, 0, 0, $2 FROM hub_subscriptions
             WHERE hub_topic = $1
             ON CONFLICT (callback, hub_topic) DO UPDATE SET mode = 'denied', attempts = 0")
            .bind(hub_topic).bind(millis(now)).execute(c).await.map(drop))?;
        on!(&mut tx, c => sqlx::query("DELETE FROM hub_subscriptions WHERE hub_topic = $1")
            .bind(hub_topic).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// Forgets subscriptions whose lease has ended. Returns how many.
    pub async fn forget_subscribers(&self, now: Time) -> Result<u64, StoreError> {
        let ended: bool = read!(&self.db, p => sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM hub_subscriptions WHERE until_at <= $1)")
            .bind(millis(now)).fetch_one(p).await)?;
        if !ended {
            return Ok(0);
        }
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "DELETE FROM hub_subscriptions WHERE until_at <= $1")
            .bind(millis(now)).execute(c).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }

    /// How many subscribers the hub has.
    pub async fn hub_stats(&self, now: Time) -> Result<HubStats, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT COUNT(*) AS subscriptions,
                    COALESCE(SUM(CASE WHEN failures > 0 THEN 1 ELSE 0 END), 0) AS failing
             FROM hub_subscriptions WHERE until_at > $1")
            .bind(millis(now)).fetch_one(p).await)?)
    }
}

async fn subscribe(
    tx: &mut Tx,
    row: &HubRequestRow,
    until: Time,
    now: Time,
) -> Result<(), StoreError> {
    on!(&mut *tx, c => sqlx::query(
        "INSERT INTO hub_subscriptions (callback, hub_topic, host, secret, until_at, reached,
            due_at, failures, slow, created_at)
         SELECT $1, $2, $3, $4, $5, value, $6, 0, FALSE, $6 FROM marks WHERE name = 'publications'
         ON CONFLICT (callback, hub_topic) DO UPDATE SET secret = excluded.secret,
            until_at = excluded.until_at")
        .bind(&row.callback).bind(&row.hub_topic).bind(&row.host).bind(&row.secret)
        .bind(millis(until)).bind(millis(now)).execute(c).await.map(drop))?;
    Ok(())
}

async fn record(tx: &mut Tx, id: i64, how: &Delivered) -> Result<(), StoreError> {
    match how {
        Delivered::Yes { reached, slow } => on!(&mut *tx, c => sqlx::query(
            "UPDATE hub_subscriptions SET reached = $1, slow = $2, due_at = 0, failures = 0,
                last_error = NULL WHERE id = $3 AND reached < $1")
            .bind(reached).bind(slow).bind(id).execute(c).await.map(drop))?,
        Delivered::No { due, why } => on!(&mut *tx, c => sqlx::query(
            "UPDATE hub_subscriptions SET due_at = $1, failures = failures + 1, slow = TRUE,
                last_error = $2 WHERE id = $3")
            .bind(millis(*due)).bind(why).bind(id).execute(c).await.map(drop))?,
        Delivered::Gone => on!(&mut *tx, c => sqlx::query(
            "DELETE FROM hub_subscriptions WHERE id = $1").bind(id).execute(c).await.map(drop))?,
    }
    Ok(())
}
