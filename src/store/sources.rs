//! Sources: what we know of each beside its configuration, and the queue of polls.

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::entries::{self, Inserted, NewEntry};
use super::{Claim, Store, StoreError, json, millis, time};
use crate::model::Time;

/// Fetches kept for each source, for the admin to look at.
const FETCHES_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// A source as the configuration has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredSource {
    /// Its id.
    pub id: String,
    /// Its address.
    pub url: String,
    /// The queue that its address belongs to.
    pub host: String,
    /// Whether it is polled.
    pub enabled: bool,
    /// Its schedule, as written; a change makes it due.
    pub schedule: String,
    /// Its first turn, where it is new.
    pub first: Time,
}

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

/// What a feed says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFacts {
    /// Its id.
    pub id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The site's address.
    pub link: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// Rights statement.
    pub rights: Option<String>,
    /// Icon or logo.
    pub image: Option<String>,
    /// WebSub hubs.
    pub hubs: Vec<String>,
    /// The address it gives for itself.
    pub self_link: Option<String>,
    /// What had to be mended.
    pub repairs: Vec<String>,
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

/// A source as the admin sees it.
#[derive(Debug, Clone)]
pub struct SourceState {
    /// The source's id.
    pub id: String,
    /// When it is asked next.
    pub next_at: Time,
    /// Why then.
    pub reason: String,
    /// Last attempt.
    pub last_attempt: Option<Time>,
    /// Last success.
    pub last_success: Option<Time>,
    /// Last time it had something new.
    pub last_new: Option<Time>,
    /// Last HTTP status.
    pub last_status: Option<u16>,
    /// Kind of the present error.
    pub error_kind: Option<String>,
    /// The present error, a sentence.
    pub error: Option<String>,
    /// The schedule's memory, JSON.
    pub plan: String,
    /// What the feed says about itself.
    pub facts: FeedFacts,
    /// When its page layout was last seen to change.
    pub layout_changed: Option<Time>,
}

#[derive(sqlx::FromRow)]
struct StateRow {
    id: String,
    next_fetch_at: i64,
    next_reason: String,
    last_attempt_at: Option<i64>,
    last_success_at: Option<i64>,
    last_new_at: Option<i64>,
    last_status: Option<i64>,
    last_error_kind: Option<String>,
    last_error: Option<String>,
    plan: String,
    feed_id: Option<String>,
    feed_title: Option<String>,
    feed_link: Option<String>,
    feed_lang: Option<String>,
    feed_rights: Option<String>,
    feed_image: Option<String>,
    hubs: Option<String>,
    repairs: Option<String>,
    layout_changed_at: Option<i64>,
}

/// The hubs column: hubs, and the address to subscribe to.
type Hubs = (Vec<String>, Option<String>);

impl StateRow {
    fn state(self) -> Result<SourceState, StoreError> {
        let (hubs, self_link): Hubs = json::read_or_default(self.hubs.as_deref())?;
        Ok(SourceState {
            id: self.id,
            next_at: time(self.next_fetch_at),
            reason: self.next_reason,
            last_attempt: self.last_attempt_at.map(time),
            last_success: self.last_success_at.map(time),
            last_new: self.last_new_at.map(time),
            last_status: self.last_status.and_then(|s| u16::try_from(s).ok()),
            error_kind: self.last_error_kind,
            error: self.last_error,
            plan: self.plan,
            facts: FeedFacts {
                id: self.feed_id,
                title: self.feed_title,
                link: self.feed_link,
                lang: self.feed_lang,
                rights: self.feed_rights,
                image: self.feed_image,
                hubs,
                self_link,
                repairs: json::read_or_default(self.repairs.as_deref())?,
            },
            layout_changed: self.layout_changed_at.map(time),
        })
    }
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
    /// Makes the store's sources those of the configuration. New ones are due at their `first`
    /// turn; a changed address drops the validators; removed ones stay, disabled, with their
    /// history.
    pub async fn sync_sources(
        &self,
        sources: &[ConfiguredSource],
        now: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query("UPDATE sources SET enabled = FALSE WHERE enabled")
            .execute(c).await.map(drop))?;
        for source in sources {
            upsert_source(&mut tx, source, millis(now)).await?;
        }
        tx.commit().await
    }

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

    /// Makes a source due at once.
    pub async fn make_due(&self, source: &str, now: Time) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "UPDATE sources SET next_fetch_at = $1, next_reason = $2 WHERE id = $3")
            .bind(millis(now)).bind("asked for by the admin").bind(source)
            .execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows > 0)
    }

    /// The state of every enabled source, by id.
    pub async fn source_states(&self) -> Result<Vec<SourceState>, StoreError> {
        let rows: Vec<StateRow> = read!(&self.db, p => sqlx::query_as(
            "SELECT id, next_fetch_at, next_reason, last_attempt_at, last_success_at, last_new_at,
                    last_status, last_error_kind, last_error, plan, feed_id, feed_title, feed_link,
                    feed_lang, feed_rights, feed_image, hubs, repairs, layout_changed_at
             FROM sources WHERE enabled ORDER BY id")
            .fetch_all(p).await)?;
        rows.into_iter().map(StateRow::state).collect()
    }

    /// The enabled sources that are due, the longest due first.
    pub async fn due_sources(&self, now: Time) -> Result<Vec<String>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_scalar(
            "SELECT id FROM sources WHERE enabled AND next_fetch_at <= $1
             ORDER BY next_fetch_at, id")
            .bind(millis(now)).fetch_all(p).await)?)
    }

    /// The learnt site template of a source, JSON.
    pub async fn template(&self, source: &str) -> Result<Option<String>, StoreError> {
        let row: Option<Option<String>> = read!(&self.db, p => sqlx::query_scalar(
            "SELECT template FROM sources WHERE id = $1").bind(source).fetch_optional(p).await)?;
        Ok(row.flatten())
    }

    /// Keeps what was learnt of a source's pages.
    pub async fn set_template(
        &self,
        source: &str,
        template: &str,
        layout_changed: Option<Time>,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "UPDATE sources SET template = $1, layout_changed_at = COALESCE($2, layout_changed_at)
             WHERE id = $3")
            .bind(template).bind(layout_changed.map(millis)).bind(source)
            .execute(c).await.map(drop))?;
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

async fn upsert_source(tx: &mut Tx, source: &ConfiguredSource, now: i64) -> Result<(), StoreError> {
    on!(tx, c => sqlx::query(
        "INSERT INTO sources (id, url, host, enabled, schedule, next_fetch_at, next_reason, plan,
                              created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'new source', '{}', $7)
         ON CONFLICT (id) DO UPDATE SET
            enabled = excluded.enabled,
            host = excluded.host,
            etag = CASE WHEN sources.url = excluded.url THEN sources.etag END,
            last_modified = CASE WHEN sources.url = excluded.url THEN sources.last_modified END,
            body_hash = CASE WHEN sources.url = excluded.url THEN sources.body_hash END,
            plan = CASE WHEN sources.url = excluded.url THEN sources.plan ELSE '{}' END,
            next_fetch_at = CASE WHEN sources.url = excluded.url
                AND sources.schedule = excluded.schedule THEN sources.next_fetch_at
                ELSE excluded.next_fetch_at END,
            next_reason = CASE WHEN sources.url = excluded.url
                AND sources.schedule = excluded.schedule THEN sources.next_reason
                ELSE 'changed in the configuration' END,
            url = excluded.url,
            schedule = excluded.schedule")
        .bind(&source.id).bind(&source.url).bind(&source.host).bind(source.enabled)
        .bind(&source.schedule).bind(millis(source.first)).bind(now)
        .execute(c).await.map(drop))?;
    Ok(())
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

/// A count as the store keeps it.
pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
