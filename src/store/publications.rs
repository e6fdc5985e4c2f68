//! In which order groups were published, and last changed so that a reader should look again.
//!
//! Both orders are numbers from one mark, whose row stays locked until the transaction ends: who
//! sees a number sees every lower one. So "after number n" never misses anything, whatever the
//! clocks of the workers say.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::entries::placeholders;
use super::published::Depth;
use super::selection::{Selection, Shelf, Value, bound, on_shelf};
use super::{Store, StoreError, millis, search};
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

/// Feeds and pages are made anew after this.
pub(super) async fn touch(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, c => sqlx::query("UPDATE marks SET value = value + 1 WHERE name = 'content'")
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Brings what the search and the order of publication know of groups in line with what is
/// published of them.
pub(super) async fn reindex(tx: &mut Tx, groups: &[i64]) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT g.id, g.updated_at, a.title, a.text FROM groups g JOIN articles a ON a.id = g.lead
         WHERE g.relevant AND g.withdrawn_at IS NULL AND g.id IN {} ORDER BY g.id",
        placeholders(1, groups.len())
    );
    let shown: Vec<(i64, i64, String, String)> = on!(&mut *tx, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for group in groups { query = query.bind(*group); }
        query.fetch_all(c).await
    })?;
    let told = known(tx, groups).await?;
    let old: Vec<i64> = told.keys().copied().collect();
    search::forget(tx, &old).await?;
    let new: Vec<(i64, i64)> = shown
        .iter()
        .map(|(group, updated, ..)| (*group, *updated))
        .filter(|(group, updated)| told.get(group).is_none_or(|told| told < updated))
        .collect();
    announce(tx, &new).await?;
    let texts: Vec<(i64, &str, &str)> =
        shown.iter().map(|(group, _, title, text)| (*group, &**title, &**text)).collect();
    search::index(tx, &texts).await
}

/// Those of the groups that were ever published, with what readers were told last.
async fn known(tx: &mut Tx, groups: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
    let sql = format!(
        "SELECT group_id, updated_at FROM publications WHERE group_id IN {}",
        placeholders(1, groups.len())
    );
    let rows: Vec<(i64, i64)> = on!(tx, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for group in groups { query = query.bind(*group); }
        query.fetch_all(c).await
    })?;
    Ok(rows.into_iter().collect())
}

/// Gives published groups their places, or new places where their readers should look again: each
/// with the time of its last change.
async fn announce(tx: &mut Tx, groups: &[(i64, i64)]) -> Result<(), StoreError> {
    if groups.is_empty() {
        return Ok(());
    }
    let last = take_numbers(tx, groups.len()).await?;
    let numbers = last - super::sources::count(groups.len()) + 1..;
    let rows: Vec<String> = (0..groups.len())
        .map(|row| {
            let at = row * 3;
            format!("(${}, ${number}, ${number}, ${})", at + 1, at + 3, number = at + 2)
        })
        .collect();
    let sql = format!(
        "INSERT INTO publications (group_id, position, change, updated_at) VALUES {}
         ON CONFLICT (group_id) DO UPDATE SET change = excluded.change,
            updated_at = excluded.updated_at",
        rows.join(", ")
    );
    on!(&mut *tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((group, updated), number) in groups.iter().zip(numbers) {
            query = query.bind(*group).bind(number).bind(*updated);
        }
        query.execute(c).await.map(drop)
    })?;
    Ok(())
}

/// Tells that a group was withdrawn, where it was ever published.
pub(super) async fn announce_end(tx: &mut Tx, group: i64, now: Time) -> Result<(), StoreError> {
    let number = take_numbers(tx, 1).await?;
    on!(&mut *tx, c => sqlx::query(
        "UPDATE publications SET change = $1, updated_at = $2 WHERE group_id = $3")
        .bind(number).bind(millis(now)).bind(group).execute(c).await.map(drop))?;
    Ok(())
}

/// Takes the next numbers; returns the last of them.
async fn take_numbers(tx: &mut Tx, count: usize) -> Result<i64, StoreError> {
    Ok(on!(&mut *tx, c => sqlx::query_scalar(
        "UPDATE marks SET value = value + $1 WHERE name = 'publications' RETURNING value")
        .bind(super::sources::count(count)).fetch_one(c).await)?)
}
