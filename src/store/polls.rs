//! Polls: the queue of sources, and what each poll changes.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::entries::{self, Inserted, NewEntry};
use super::rows::{filled, in_order, next_ids, runs, values};
use super::sources::{FeedFacts, Hubs, count};
use super::{Claim, Store, StoreError, json, millis};
use crate::model::Time;

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
    /// Until when who polled holds the new entries that need no page; `None`: they wait for
    /// whoever claims them.
    pub hold_until: Option<Time>,
}

/// A poll as it is recorded.
#[derive(Debug)]
pub struct Poll {
    /// What it found.
    pub polled: Polled,
    /// When it ended.
    pub at: Time,
    /// When the source is asked next where nothing was new.
    pub next: NextTurn,
    /// When it is where something was.
    pub next_if_new: NextTurn,
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

    /// Records polls in one transaction: entries, validators, outcomes and next turns, and gives
    /// up the claims. What each poll brought; `None` where its claim expired.
    pub async fn record_polls(
        &self,
        worker: &str,
        polls: &[&Poll],
    ) -> Result<Vec<Option<Inserted>>, StoreError> {
        let mut tx = self.db.begin().await?;
        let sources: Vec<&str> = polls.iter().map(|poll| poll.polled.source.as_str()).collect();
        let held = held_by(&mut tx, worker, &sources).await?;
        let most = polls.iter().map(|poll| poll.polled.entries.len()).sum();
        let mut ids = next_ids(&mut tx, "entries", most).await?.into_iter();
        let (mut fetches, mut done) = (Vec::new(), Vec::with_capacity(polls.len()));
        let mut woken = Vec::new();
        for poll in polls {
            let Poll { polled, at, next, next_if_new } = poll;
            if !held.contains(&polled.source) {
                done.push(None);
                continue;
            }
            let hold = polled.hold_until.map(|until| Claim { worker, now: *at, until });
            let found = (polled.source.as_str(), polled.entries.as_slice());
            let inserted =
                entries::insert(&mut tx, found, *at, hold.as_ref(), (&mut ids, &mut woken)).await?;
            let next = if inserted.new > 0 { next_if_new } else { next };
            update_source(&mut tx, polled, next, *at, inserted.new > 0).await?;
            fetches.push((*poll, next, inserted.new));
            done.push(Some(inserted));
        }
        entries::wake(&mut tx, woken).await?;
        insert_fetches(&mut tx, &fetches).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Forgets the fetches before a moment. They stand in the order of time, so that only these
    /// are looked at.
    pub async fn forget_fetches(&self, before: Time) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "DELETE FROM fetches WHERE id <
                (SELECT id FROM fetches WHERE at >= $1 ORDER BY id LIMIT 1)")
            .bind(millis(before)).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
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

/// Those of the sources that a worker holds; nobody takes them until the transaction ends.
async fn held_by(
    tx: &mut Tx,
    worker: &str,
    sources: &[&str],
) -> Result<HashSet<String>, StoreError> {
    let lock = if tx.skips_locked() { "ORDER BY id FOR UPDATE" } else { "" };
    let sources = filled(sources);
    let sql = format!(
        "SELECT id FROM sources WHERE claimed_by = $1 AND id IN {} {lock}",
        entries::placeholders(2, sources.len())
    );
    let held: Vec<String> = on!(tx, c => {
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(worker);
        for source in sources { query = query.bind(source); }
        query.fetch_all(c).await
    })?;
    Ok(held.into_iter().collect())
}

async fn update_source(
    tx: &mut Tx,
    polled: &Polled,
    next: &NextTurn,
    now: Time,
    new: bool,
) -> Result<(), StoreError> {
    let failed = polled.outcome.error.is_some();
    let kind = failed.then_some(polled.outcome.word.as_str());
    let validators = polled.validators.clone().unwrap_or_default();
    let facts = polled.facts.as_ref().map(FactsRow::of).transpose()?;
    let and_facts = if facts.is_some() { FACTS } else { "" };
    let sql = format!(
        "UPDATE sources SET claimed_until = NULL, claimed_by = NULL, next_fetch_at = $1,
            next_reason = $2, plan = $3, last_attempt_at = $4, last_status = $5,
            last_error_kind = $6, last_error = $7,
            last_success_at = CASE WHEN $8 THEN last_success_at ELSE $4 END,
            last_new_at = CASE WHEN $9 THEN $4 ELSE last_new_at END,
            etag = CASE WHEN $10 THEN $11 ELSE etag END,
            last_modified = CASE WHEN $10 THEN $12 ELSE last_modified END,
            validators_url = CASE WHEN $10 THEN $13 ELSE validators_url END,
            body_hash = COALESCE($14, body_hash){and_facts}
         WHERE id = $15"
    );
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(millis(next.at)).bind(&next.reason).bind(&next.plan).bind(millis(now))
            .bind(polled.outcome.status.map(i64::from)).bind(kind).bind(&polled.outcome.error)
            .bind(failed).bind(new).bind(polled.validators.is_some())
            .bind(&validators.etag).bind(&validators.last_modified).bind(&validators.url)
            .bind(polled.body_hash).bind(&polled.source);
        if let Some(FactsRow { facts, hubs, repairs }) = &facts {
            query = query.bind(&facts.id).bind(&facts.title).bind(&facts.link).bind(&facts.lang)
                .bind(&facts.rights).bind(&facts.image).bind(hubs).bind(repairs);
        }
        query.execute(c).await.map(drop)
    })?;
    Ok(())
}

/// What a feed says about itself, set where the poll learnt it.
const FACTS: &str = ", feed_id = $16, feed_title = $17, feed_link = $18, feed_lang = $19,
    feed_rights = $20, feed_image = $21, hubs = $22, repairs = $23";

struct FactsRow<'a> {
    facts: &'a FeedFacts,
    hubs: String,
    repairs: String,
}

impl<'a> FactsRow<'a> {
    fn of(facts: &'a FeedFacts) -> Result<Self, StoreError> {
        let hubs: Hubs = (facts.hubs.clone(), facts.self_link.clone());
        Ok(Self { facts, hubs: json::write(&hubs)?, repairs: json::write(&facts.repairs)? })
    }
}

/// Polls with the turns that were chosen and the numbers of their new entries.
async fn insert_fetches(
    tx: &mut Tx,
    fetches: &[(&Poll, &NextTurn, usize)],
) -> Result<(), StoreError> {
    const COLUMNS: usize = 10;
    for run in runs(fetches) {
        let sql = format!(
            "INSERT INTO fetches (source, at, outcome, status, millis, bytes, entries, new_entries,
                                  next_at, reason)
             VALUES {}",
            values(1, run.len(), COLUMNS)
        );
        let sql = in_order(tx, sql);
        on!(&mut *tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (Poll { polled, at, .. }, next, new) in run {
                let outcome = &polled.outcome;
                query = query.bind(&polled.source).bind(millis(*at)).bind(&outcome.word)
                    .bind(outcome.status.map(i64::from)).bind(outcome.millis).bind(outcome.bytes)
                    .bind(count(outcome.entries)).bind(count(*new)).bind(millis(next.at))
                    .bind(&next.reason);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}
