//! When each host may be asked next, over all workers.

use super::db::on;
use super::{Store, StoreError, millis, time};
use crate::model::Time;

impl Store {
    /// Takes the next free start on a host and returns it: never earlier than `now`, never
    /// earlier than `gap_ms` after the start taken before, whoever took it.
    pub async fn take_turn(&self, host: &str, now: Time, gap_ms: i64) -> Result<Time, StoreError> {
        let mut tx = self.db.begin().await?;
        let next: i64 = on!(&mut tx, c => sqlx::query_scalar(
            "INSERT INTO hosts (host, next_at) VALUES ($1, $2 + $3)
             ON CONFLICT (host) DO UPDATE SET
                next_at = CASE WHEN hosts.next_at > $2 THEN hosts.next_at ELSE $2 END + $3
             RETURNING next_at")
            .bind(host).bind(millis(now)).bind(gap_ms).fetch_one(c).await)?;
        tx.commit().await?;
        Ok(time(next - gap_ms))
    }
}
