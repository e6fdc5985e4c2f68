//! Subscriptions at sources' hubs, and what the hubs brought until it is recorded.

use super::db::{on, read};
use super::entries::{self, Inserted, NewEntry};
use super::rows::next_ids;
use super::{Store, StoreError, millis};
use crate::model::Time;

/// Deliveries of one source that wait at most; more is left to the next poll.
const WAITING: i64 = 50;

/// A subscription as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SubscriptionRow {
    /// Its source.
    pub source: String,
    /// Last part of the callback's address.
    pub token: String,
    /// What `websub` remembers, JSON.
    pub state: String,
}

/// What a hub brought.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    /// Its row.
    pub id: i64,
    /// The source.
    pub source: String,
    /// The feed's address.
    pub address: String,
    /// The `Content-Type`.
    pub content_type: Option<String>,
    /// The feed, or the new part of it.
    pub body: Vec<u8>,
}

impl Store {
    /// The subscription of a source.
    pub async fn subscription(&self, source: &str) -> Result<Option<SubscriptionRow>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT source, token, state FROM subscriptions WHERE source = $1")
            .bind(source).fetch_optional(p).await)?)
    }

    /// The subscription with this callback.
    pub async fn subscription_of(
        &self,
        token: &str,
    ) -> Result<Option<SubscriptionRow>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT source, token, state FROM subscriptions WHERE token = $1")
            .bind(token).fetch_optional(p).await)?)
    }

    /// Keeps a subscription; something is to be done about it at `due`.
    pub async fn keep_subscription(
        &self,
        row: &SubscriptionRow,
        due: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "INSERT INTO subscriptions (source, token, state, due_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (source) DO UPDATE SET token = excluded.token, state = excluded.state,
                due_at = excluded.due_at")
            .bind(&row.source).bind(&row.token).bind(&row.state).bind(millis(due))
            .execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// Forgets a subscription.
    pub async fn forget_subscription(&self, source: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query("DELETE FROM subscriptions WHERE source = $1")
            .bind(source).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// Takes the subscriptions that something is to be done about; nobody else gets them before
    /// `until`.
    pub async fn take_subscriptions(
        &self,
        now: Time,
        until: Time,
        limit: u32,
    ) -> Result<Vec<SubscriptionRow>, StoreError> {
        let mut tx = self.db.begin().await?;
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE subscriptions SET due_at = $2 WHERE source IN (
                SELECT source FROM subscriptions WHERE due_at <= $1 ORDER BY due_at LIMIT $3 {lock})
             RETURNING source, token, state"
        );
        let rows = on!(&mut tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(millis(now)).bind(millis(until)).bind(i64::from(limit)).fetch_all(c).await)?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Keeps what a hub brought until its entries are recorded. False where too much waits.
    pub async fn deliver(
        &self,
        source: &str,
        address: &str,
        content_type: Option<&str>,
        body: &[u8],
        now: Time,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "INSERT INTO deliveries (source, address, content_type, body, at)
             SELECT $1, $2, $3, $4, $5
             WHERE (SELECT COUNT(*) FROM deliveries WHERE source = $1) < $6")
            .bind(source).bind(address).bind(content_type).bind(body).bind(millis(now))
            .bind(WAITING).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows > 0)
    }

    /// What the hubs brought, the oldest first.
    pub async fn deliveries(&self, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT id, source, address, content_type, body FROM deliveries ORDER BY id LIMIT $1")
            .bind(i64::from(limit)).fetch_all(p).await)?)
    }

    /// Records the entries of a delivery and drops it, in one transaction. None where another
    /// worker did so before.
    pub async fn record_delivery(
        &self,
        delivery: &Delivery,
        found: &[NewEntry],
        now: Time,
    ) -> Result<Option<Inserted>, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query("DELETE FROM deliveries WHERE id = $1")
            .bind(delivery.id).execute(c).await.map(|r| r.rows_affected()))?;
        if rows == 0 {
            return Ok(None);
        }
        let mut ids = next_ids(&mut tx, "entries", found.len()).await?.into_iter();
        let mut woken = Vec::new();
        let found = (delivery.source.as_str(), found);
        let inserted = entries::insert(&mut tx, found, now, None, (&mut ids, &mut woken)).await?;
        entries::wake(&mut tx, woken).await?;
        if inserted.new > 0 {
            on!(&mut tx, c => sqlx::query("UPDATE sources SET last_new_at = $1 WHERE id = $2")
                .bind(millis(now)).bind(&delivery.source).execute(c).await.map(drop))?;
        }
        tx.commit().await?;
        Ok(Some(inserted))
    }
}
