//! In which order groups were published, and last changed so that a reader should look again.
//!
//! Both orders are numbers from one mark, whose row stays locked until the transaction ends: who
//! sees a number sees every lower one. So "after number n" never misses anything, whatever the
//! clocks of the workers say.

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::published::Depth;
use super::selection::{Selection, Shelf, Value, bound, on_shelf};
use super::{Store, StoreError, millis};
use crate::model::{PublishedEntry, Time};

/// Which of the two orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// Of first publication: never changes.
    Position,
    /// Of the last change.
    Change,
}

/// A group's place in one of the orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Place {
    /// The number, from 1.
    pub number: i64,
    /// The group.
    pub group: i64,
}

impl Store {
    /// The highest number given so far, of either order.
    pub async fn last_publication(&self) -> Result<i64, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_scalar(
            "SELECT value FROM marks WHERE name = 'publications'").fetch_one(p).await)?)
    }

    /// The groups of a selection with a number above `after` and up to `upto`, in that order; at
    /// most `limit`.
    pub async fn publications(
        &self,
        selection: &Selection,
        shelf: Shelf,
        along: Along,
        (after, upto): (i64, i64),
        limit: usize,
    ) -> Result<Vec<Place>, StoreError> {
        let Some(mut conditions) = self.conditions(selection, shelf) else {
            return Ok(Vec::new());
        };
        let column = match along {
            Along::Position => "p.position",
            Along::Change => "p.change",
        };
        let after = conditions.value(Value::Int(after));
        let upto = conditions.value(Value::Int(upto));
        conditions.and(&format!("{column} > {after} AND {column} <= {upto}"));
        let limit = conditions.value(Value::Int(super::sources::count(limit)));
        let sql = format!(
            "SELECT {column} AS number, g.id AS \"group\" FROM publications p
             JOIN groups g ON g.id = p.group_id WHERE {}{} ORDER BY 1 LIMIT {limit}",
            on_shelf(shelf),
            conditions.sql
        );
        Ok(read!(&self.db, p =>
            bound!(sqlx::query_as(AssertSqlSafe(sql)), &conditions.values).fetch_all(p).await)?)
    }

    /// Groups by their rows, published or withdrawn since, newest first.
    pub async fn entries_of(
        &self,
        groups: &[i64],
        depth: Depth,
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        self.rows_of(groups, Shelf::Ever, depth).await
    }
}

/// Gives a published group its place, or its new place where its readers should look again.
pub(super) async fn announce(tx: &mut Tx, group: i64, updated: i64) -> Result<(), StoreError> {
    let told: Option<i64> = on!(&mut *tx, c => sqlx::query_scalar(
        "SELECT updated_at FROM publications WHERE group_id = $1")
        .bind(group).fetch_optional(c).await)?;
    if told.is_some_and(|told| told >= updated) {
        return Ok(());
    }
    let number = next(tx).await?;
    on!(&mut *tx, c => sqlx::query(
        "INSERT INTO publications (group_id, position, change, updated_at) VALUES ($1, $2, $2, $3)
         ON CONFLICT (group_id) DO UPDATE SET change = excluded.change,
            updated_at = excluded.updated_at")
        .bind(group).bind(number).bind(updated).execute(c).await.map(drop))?;
    Ok(())
}

/// Tells that a group was withdrawn, where it was ever published.
pub(super) async fn announce_end(tx: &mut Tx, group: i64, now: Time) -> Result<(), StoreError> {
    let number = next(tx).await?;
    on!(&mut *tx, c => sqlx::query(
        "UPDATE publications SET change = $1, updated_at = $2 WHERE group_id = $3")
        .bind(number).bind(millis(now)).bind(group).execute(c).await.map(drop))?;
    Ok(())
}

async fn next(tx: &mut Tx) -> Result<i64, StoreError> {
    Ok(on!(&mut *tx, c => sqlx::query_scalar(
        "UPDATE marks SET value = value + 1 WHERE name = 'publications' RETURNING value")
        .fetch_one(c).await)?)
}
