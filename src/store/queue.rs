//! The queue of entries that are still to be processed.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::entries::{EntryDetail, NewEntry, none_of, placeholders};
use super::rows::{filled, in_order};
use super::{Claim, Store, StoreError, json, millis, time};
use crate::model::Time;

/// An entry to be processed.
#[derive(Debug, Clone)]
pub struct ClaimedEntry {
    /// Its row; the article's id too.
    pub id: i64,
    /// Its source.
    pub source: String,
    /// The article's address.
    pub link: Option<String>,
    /// Canonical form of the address.
    pub url_key: Option<String>,
    /// Host that the page is fetched from.
    pub host: String,
    /// Title as the feed gives it.
    pub title: String,
    /// When it says it was published.
    pub published: Option<Time>,
    /// The rest.
    pub detail: EntryDetail,
    /// Attempts so far that failed.
    pub attempts: u32,
    /// When it was first seen.
    pub first_seen: Time,
    /// Its article stands in the store: it is processed again.
    pub recorded: bool,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: i64,
    source: String,
    link: Option<String>,
    url_key: Option<String>,
    host: String,
    title: String,
    published_at: Option<i64>,
    detail: String,
    attempts: i64,
    first_seen_at: i64,
    recorded: bool,
}

/// What can be claimed at `$1`.
const FREE: &str = "state = 'pending' AND next_attempt_at <= $1
                    AND (claimed_until IS NULL OR claimed_until <= $1)";

/// What is read of a claimed entry.
const CLAIMED: &str = "id, source, link, url_key, host, title, published_at, detail, attempts,
    first_seen_at, EXISTS (SELECT 1 FROM articles a WHERE a.id = entries.id) AS recorded";

impl Store {
    /// Claims up to `limit` pending entries whose pages are wanted, at most `per_host` of one
    /// host, none of a busy host.
    pub async fn claim_entries(
        &self,
        claim: &Claim<'_>,
        limit: u32,
        per_host: u32,
        busy_hosts: &[String],
    ) -> Result<Vec<ClaimedEntry>, StoreError> {
        let mut tx = self.db.begin().await?;
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        let of_host = format!(
            "SELECT id, host, next_attempt_at FROM entries WHERE host = hosts.host AND {FREE}
             ORDER BY next_attempt_at, id LIMIT $4"
        );
        // The engines know different ways of asking once for each host.
        let firsts = match tx {
            Tx::Postgres(_) => format!("CROSS JOIN LATERAL ({of_host}) AS e"),
            Tx::Sqlite(_) => format!("JOIN entries e ON e.id IN (SELECT id FROM ({of_host}))"),
        };
        // From one host to the next through the index, so that a claim costs as much as there are
        // hosts, however many entries wait.
        let sql = format!(
            "WITH RECURSIVE hosts (host) AS (
                SELECT MIN(host) FROM entries WHERE state = 'pending' AND host > ''
                UNION ALL
                SELECT (SELECT MIN(n.host) FROM entries n
                        WHERE n.state = 'pending' AND n.host > hosts.host)
                FROM hosts WHERE hosts.host IS NOT NULL),
             candidates AS (
                SELECT e.id, ROW_NUMBER() OVER
                    (PARTITION BY e.host ORDER BY e.next_attempt_at, e.id) AS turn
                FROM hosts {firsts} WHERE {})
             UPDATE entries SET claimed_until = $2, claimed_by = $3 WHERE id IN (
                SELECT id FROM entries WHERE id IN (
                    SELECT id FROM candidates ORDER BY turn, id LIMIT $5)
                  AND {FREE} {lock})
             RETURNING {CLAIMED}",
            none_of("hosts.host", 6, busy_hosts.len())
        );
        let rows: Vec<ClaimedRow> = on!(&mut tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql))
                .bind(millis(claim.now)).bind(millis(claim.until)).bind(claim.worker)
                .bind(i64::from(per_host)).bind(i64::from(limit));
            for host in busy_hosts { query = query.bind(host); }
            query.fetch_all(c).await
        })?;
        tx.commit().await?;
        rows.into_iter().map(ClaimedRow::entry).collect()
    }

    /// Claims up to `limit` pending entries for which no host is asked, in the order in which they
    /// came: what one feed brought lies together.
    pub async fn claim_carried(
        &self,
        claim: &Claim<'_>,
        limit: u32,
    ) -> Result<Vec<ClaimedEntry>, StoreError> {
        let mut tx = self.db.begin().await?;
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE entries SET claimed_until = $2, claimed_by = $3 WHERE id IN (
                SELECT id FROM entries WHERE host = '' AND {FREE}
                ORDER BY next_attempt_at, id LIMIT $4 {lock})
             RETURNING {CLAIMED}"
        );
        let rows: Vec<ClaimedRow> = on!(&mut tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(millis(claim.now)).bind(millis(claim.until)).bind(claim.worker)
            .bind(i64::from(limit)).fetch_all(c).await)?;
        tx.commit().await?;
        let entries: Result<Vec<_>, _> = rows.into_iter().map(ClaimedRow::entry).collect();
        let mut entries = entries?;
        // The engines promise no order.
        entries.sort_unstable_by_key(|entry| entry.id);
        Ok(entries)
    }

    /// Puts an entry back for a later attempt, with the kind and sentence of the error that it
    /// met. `counts` where this was an attempt.
    pub async fn defer_entry(
        &self,
        worker: &str,
        id: i64,
        at: Time,
        (kind, error): (&str, &str),
        counts: bool,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "UPDATE entries SET attempts = attempts + $6, next_attempt_at = $1, claimed_until = NULL,
                claimed_by = NULL, last_error_kind = $2, last_error = $3
             WHERE id = $4 AND claimed_by = $5")
            .bind(millis(at)).bind(kind).bind(error).bind(id).bind(worker).bind(i64::from(counts))
            .execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// Prolongs a worker's claims on these sources and entries: it lives and works on them.
    pub async fn prolong_claims(
        &self,
        claim: &Claim<'_>,
        sources: &[String],
        entries: &[i64],
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        // What is being recorded right now is locked, and needs no prolonging.
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        let update = |table: &str, count| {
            format!(
                "UPDATE {table} SET claimed_until = $1 WHERE id IN
                    (SELECT id FROM {table} WHERE claimed_by = $2 AND id IN {} {lock})",
                placeholders(3, count)
            )
        };
        on!(&mut tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(update("sources", sources.len())))
                .bind(millis(claim.until)).bind(claim.worker);
            for id in sources { query = query.bind(id); }
            query.execute(c).await.map(drop)
        })?;
        on!(&mut tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(update("entries", entries.len())))
                .bind(millis(claim.until)).bind(claim.worker);
            for id in entries { query = query.bind(id); }
            query.execute(c).await.map(drop)
        })?;
        tx.commit().await
    }

    /// Gives up all claims of a worker on entries (shutdown).
    pub async fn release_entries(&self, worker: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "UPDATE entries SET claimed_until = NULL, claimed_by = NULL WHERE claimed_by = $1")
            .bind(worker).execute(c).await.map(drop))?;
        tx.commit().await
    }

    /// Entries still to be processed, those waiting for a later attempt included.
    pub async fn pending_entries(&self) -> Result<i64, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_scalar(
            "SELECT COUNT(*) FROM entries WHERE state = 'pending'").fetch_one(p).await)?)
    }

    /// Whether other workers hold entries: they finish them, or their claims expire.
    pub async fn others_hold_entries(&self, worker: &str) -> Result<bool, StoreError> {
        let held: i64 = read!(&self.db, p => sqlx::query_scalar(
            "SELECT COUNT(*) FROM entries WHERE state = 'pending' AND claimed_by IS NOT NULL
             AND claimed_by <> $1").bind(worker).fetch_one(p).await)?;
        Ok(held > 0)
    }

    /// Gives up every claim of every worker: only for who knows that no other is alive.
    pub async fn release_all(&self) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for table in [
            "UPDATE sources SET claimed_until = NULL, claimed_by = NULL
                       WHERE claimed_by IS NOT NULL",
            "UPDATE entries SET claimed_until = NULL, claimed_by = NULL
                       WHERE claimed_by IS NOT NULL",
        ] {
            on!(&mut tx, c => sqlx::query(table).execute(c).await.map(drop))?;
        }
        tx.commit().await
    }
}

impl ClaimedEntry {
    /// An entry that was written as claimed under this row, as it would be read.
    pub fn held(id: i64, source: &str, entry: NewEntry, now: Time) -> Self {
        Self {
            id,
            source: source.to_owned(),
            link: entry.link,
            url_key: entry.url_key,
            host: entry.host,
            title: entry.title,
            published: entry.published.map(|published| time(millis(published))),
            detail: entry.detail,
            attempts: 0,
            first_seen: time(millis(now)),
            recorded: false,
        }
    }
}

impl ClaimedRow {
    fn entry(self) -> Result<ClaimedEntry, StoreError> {
        Ok(ClaimedEntry {
            id: self.id,
            source: self.source,
            link: self.link,
            url_key: self.url_key,
            host: self.host,
            title: self.title,
            published: self.published_at.map(time),
            detail: json::read(&self.detail)?,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            first_seen: time(self.first_seen_at),
            recorded: self.recorded,
        })
    }
}

/// Marks entries as processed where this worker still holds them; returns those. It nearly always
/// holds all of them, and then no row is read back.
pub(super) async fn finish(
    tx: &mut Tx,
    worker: &str,
    ids: &[i64],
) -> Result<HashSet<i64>, StoreError> {
    let wanted: HashSet<i64> = ids.iter().copied().collect();
    let list = placeholders(2, filled(ids).len());
    // Who locks several rows locks them in one order: nobody waits for each other.
    let lock = if tx.skips_locked() { "ORDER BY id FOR UPDATE" } else { "" };
    let held = format!("SELECT id FROM entries WHERE claimed_by = $1 AND id IN {list} {lock}");
    let count = in_order(tx, format!("SELECT COUNT(*) FROM ({held}) AS held"));
    let count: i64 = on!(&mut *tx, c => {
        let mut query = sqlx::query_scalar(AssertSqlSafe(count)).bind(worker);
        for id in filled(ids) { query = query.bind(id); }
        query.fetch_one(c).await
    })?;
    let finished = if count == super::sources::count(wanted.len()) {
        wanted
    } else {
        let held = in_order(tx, held);
        let rows: Vec<i64> = on!(&mut *tx, c => {
            let mut query = sqlx::query_scalar(AssertSqlSafe(held)).bind(worker);
            for id in filled(ids) { query = query.bind(id); }
            query.fetch_all(c).await
        })?;
        rows.into_iter().collect()
    };
    let sql = format!(
        "UPDATE entries SET state = 'done', claimed_until = NULL, claimed_by = NULL,
            last_error_kind = NULL, last_error = NULL
         WHERE claimed_by = $1 AND id IN {list}"
    );
    let sql = in_order(tx, sql);
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(worker);
        for id in filled(ids) { query = query.bind(id); }
        query.execute(c).await.map(drop)
    })?;
    Ok(finished)
}
