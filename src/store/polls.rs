//! Polls: the queue of sources, and what each poll changes.

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::entries::{self, Inserted, NewEntry};
use super::sources::{FeedFacts, Hubs, count};
use super::{Claim, Store, StoreError, json, millis};
use crate::model::Time;

/// Fetches kept for each source, for the admin to look at.
const FETCHES_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// A source whose turn it is.
#[derive(Debug, Clone)]
pub struct ClaimedSource {
    /// The source's id.
    pub id: String,
    /// The queue that its address belongs to.
    pub host: String,
    /// What the publisher told us to send back.
    pub validators: Validators,
    /// Hash of the last body that parsed.
    pub body_hash: Option<i64>,
    /// The schedule's memory of this source, JSON.
    pub plan: String,
}

/// HTTP validators, verbatim (RFC 9110 section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// The address that they belong to.
    pub url: Option<String>,
}

/// How a poll went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOutcome {
    /// `ok`, `not_modified`, or the kind of the error.
    pub word: String,
    /// The error as a sentence.
    pub error: Option<String>,
    /// HTTP status, where one came.
    pub status: Option<u16>,
    /// How long it took.
    pub millis: i64,
    /// Size of the decoded body.
    pub bytes: i64,
    /// Entries in the feed.
    pub entries: usize,
}

/// All that one poll changes, recorded in one transaction.
#[derive(Debug)]
pub struct Polled {
    /// The source.
    pub source: String,
    /// How it went.
    pub outcome: PollOutcome,
    /// Validators to send next time; `None` keeps the old ones.
    pub validators: Option<Validators>,
    /// Hash of the body; `None` keeps the old one.
    pub body_hash: Option<i64>,
    /// What the feed says about itself; `None` keeps the old facts.
    pub facts: Option<FeedFacts>,
    /// The feed's entries; those seen before and unchanged cost nothing.
    pub entries: Vec<NewEntry>,
}

/// When a source is asked next.
#[derive(Debug, Clone)]
pub struct NextTurn {
    /// The moment.
    pub at: Time,
    /// Why then, a short sentence.
    pub reason: String,
    /// The schedule's memory, JSON.
    pub plan: String,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: String,
    host: String,
    etag: Option<String>,
    last_modified: Option<String>,
    validators_url: Option<String>,
    body_hash: Option<i64>,
    plan: String,
}

impl Store {
    /// Claims up to `limit` due sources, the longest due first, at most one for each host.
    pub async fn claim_sources(
        &self,
        claim: &Claim<'_>,
        limit: u32,
        busy_hosts: &[String],
    ) -> Result<Vec<ClaimedSource>, StoreError> {
        self.claim_sources_where(claim, limit, busy_hosts, None).await
    }

    /// Claims the named sources where nobody else has them, due or not.
    pub async fn claim_named_sources(
        &self,
        claim: &Claim<'_>,
        names: &[String],
        busy_hosts: &[String],
    ) -> Result<Vec<ClaimedSource>, StoreError> {
        self.claim_sources_where(claim, u32::MAX, busy_hosts, Some(names)).await
    }

    async fn claim_sources_where(
        &self,
        claim: &Claim<'_>,
        limit: u32,
        busy_hosts: &[String],
        names: Option<&[String]>,
    ) -> Result<Vec<ClaimedSource>, StoreError> {
        let mut tx = self.db.begin().await?;
        let named = names.unwrap_or_default();
        let due = match names {
            None => "next_fetch_at <= $1".to_owned(),
            Some(names) => format!("id IN {}", entries::placeholders(5, names.len())),
        };
        let free_host = entries::none_of("host", 5 + named.len(), busy_hosts.len());
        let lock = if tx.skips_locked() { "FOR UPDATE SKIP LOCKED" } else { "" };
        // The inner query picks one source per host; the outer one takes the lock.
        let sql = format!(
            "UPDATE sources SET claimed_until = $2, claimed_by = $3 WHERE id IN (
                SELECT id FROM sources WHERE id IN (
                    SELECT id FROM (
                        SELECT id, next_fetch_at,
                               ROW_NUMBER() OVER (PARTITION BY host ORDER BY next_fetch_at, id) AS turn
                        FROM sources
                        WHERE enabled AND {due} AND (claimed_until IS NULL OR claimed_until <= $1)
                          AND {free_host}
                    ) AS candidates WHERE turn = 1 ORDER BY next_fetch_at LIMIT $4)
                  AND (claimed_until IS NULL OR claimed_until <= $1) {lock})
             RETURNING id, host, etag, last_modified, validators_url, body_hash, plan"
        );
        let rows: Vec<ClaimedRow> = on!(&mut tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql))
                .bind(millis(claim.now)).bind(millis(claim.until)).bind(claim.worker)
                .bind(i64::from(limit));
            for name in named.iter().chain(busy_hosts) { query = query.bind(name); }
            query.fetch_all(c).await
        })?;
        tx.commit().await?;
        Ok(rows.into_iter().map(claimed).collect())
    }

    /// Those of the named sources that are not polled since `began` and that somebody else holds.
    pub async fn held_sources(
        &self,
        worker: &str,
        names: &[String],
        began: Time,
    ) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT id FROM sources WHERE enabled AND claimed_by <> $1
             AND COALESCE(last_attempt_at, 0) < $2 AND id IN {}",
            entries::placeholders(3, names.len())
        );
        Ok(read!(&self.db, p => {
            let mut query =
                sqlx::query_scalar(AssertSqlSafe(sql)).bind(worker).bind(millis(began));
            for name in names { query = query.bind(name); }
            query.fetch_all(p).await
        })?)
    }

    /// Records a poll in one transaction: entries, validators, outcome and next turn, and gives
    /// up the claim. `next` decides, knowing how many entries were new.
    /// [`StoreError::ClaimLost`] where the claim expired.
    pub async fn record_poll(
        &self,
        worker: &str,
        polled: &Polled,
        now: Time,
        next: impl FnOnce(&Inserted) -> NextTurn,
    ) -> Result<Inserted, StoreError> {
        let mut tx = self.db.begin().await?;
        let inserted = entries::insert(&mut tx, &polled.source, &polled.entries, now).await?;
        let next = next(&inserted);
        update_source(&mut tx, worker, polled, &next, now, inserted.new > 0).await?;
        insert_fetch(&mut tx, polled, &next, now, inserted.new).await?;
        tx.commit().await?;
        Ok(inserted)
    }

    /// Gives up claims on sources without a poll (shutdown).
    pub async fn release_sources(&self, worker: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "UPDATE sources SET claimed_until = NULL, claimed_by = NULL WHERE claimed_by = $1")
            .bind(worker).execute(c).await.map(drop))?;
        tx.commit().await
    }
}

fn claimed(row: ClaimedRow) -> ClaimedSource {
    ClaimedSource {
        id: row.id,
        host: row.host,
        validators: Validators {
            etag: row.etag,
            last_modified: row.last_modified,
            url: row.validators_url,
        },
        body_hash: row.body_hash,
        plan: row.plan,
    }
}

async fn update_source(
    tx: &mut Tx,
    worker: &str,
    polled: &Polled,
    next: &NextTurn,
    now: Time,
    new: bool,
) -> Result<(), StoreError> {
    let failed = polled.outcome.error.is_some();
    let kind = failed.then_some(polled.outcome.word.as_str());
    let validators = polled.validators.clone().unwrap_or_default();
    let rows = on!(tx, c => sqlx::query(
        "UPDATE sources SET claimed_until = NULL, claimed_by = NULL, next_fetch_at = $1,
            next_reason = $2, plan = $3, last_attempt_at = $4, last_status = $5,
            last_error_kind = $6, last_error = $7,
            last_success_at = CASE WHEN $8 THEN last_success_at ELSE $4 END,
            last_new_at = CASE WHEN $9 THEN $4 ELSE last_new_at END,
            etag = CASE WHEN $10 THEN $11 ELSE etag END,
            last_modified = CASE WHEN $10 THEN $12 ELSE last_modified END,
            validators_url = CASE WHEN $10 THEN $16 ELSE validators_url END,
            body_hash = COALESCE($13, body_hash)
         WHERE id = $14 AND claimed_by = $15")
        .bind(millis(next.at)).bind(&next.reason).bind(&next.plan).bind(millis(now))
        .bind(polled.outcome.status.map(i64::from)).bind(kind).bind(&polled.outcome.error)
        .bind(failed).bind(new).bind(polled.validators.is_some())
        .bind(&validators.etag).bind(&validators.last_modified).bind(polled.body_hash)
        .bind(&polled.source).bind(worker).bind(&validators.url)
        .execute(c).await.map(|r| r.rows_affected()))?;
    if rows == 0 {
        return Err(StoreError::ClaimLost);
    }
    match &polled.facts {
        Some(facts) => update_facts(tx, &polled.source, facts).await,
        None => Ok(()),
    }
}

async fn update_facts(tx: &mut Tx, source: &str, facts: &FeedFacts) -> Result<(), StoreError> {
    let hubs: Hubs = (facts.hubs.clone(), facts.self_link.clone());
    let hubs = json::write(&hubs)?;
    let repairs = json::write(&facts.repairs)?;
    on!(tx, c => sqlx::query(
        "UPDATE sources SET feed_id = $1, feed_title = $2, feed_link = $3, feed_lang = $4,
            feed_rights = $5, feed_image = $6, hubs = $7, repairs = $8 WHERE id = $9")
        .bind(&facts.id).bind(&facts.title).bind(&facts.link).bind(&facts.lang)
        .bind(&facts.rights).bind(&facts.image).bind(hubs).bind(repairs).bind(source)
        .execute(c).await.map(drop))?;
    Ok(())
}

async fn insert_fetch(
    tx: &mut Tx,
    polled: &Polled,
    next: &NextTurn,
    now: Time,
    new: usize,
) -> Result<(), StoreError> {
    let outcome = &polled.outcome;
    on!(&mut *tx, c => sqlx::query(
        "INSERT INTO fetches (source, at, outcome, status, millis, bytes, entries, new_entries,
                              next_at, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(&polled.source).bind(millis(now)).bind(&outcome.word)
        .bind(outcome.status.map(i64::from)).bind(outcome.millis).bind(outcome.bytes)
        .bind(count(outcome.entries)).bind(count(new)).bind(millis(next.at))
        .bind(&next.reason)
        .execute(c).await.map(drop))?;
    on!(tx, c => sqlx::query("DELETE FROM fetches WHERE source = $1 AND at < $2")
        .bind(&polled.source).bind(millis(now) - FETCHES_KEPT_MS)
        .execute(c).await.map(drop))?;
    Ok(())
}
