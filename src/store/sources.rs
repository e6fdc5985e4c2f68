//! Sources: what we know of each beside its configuration.

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::rows::{in_order, runs, values};
use super::{Store, StoreError, json, millis, time};
use crate::model::Time;

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
pub(super) type Hubs = (Vec<String>, Option<String>);

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
        for run in runs(sources) {
            upsert_sources(&mut tx, run, millis(now)).await?;
        }
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

async fn upsert_sources(
    tx: &mut Tx,
    sources: &[ConfiguredSource],
    now: i64,
) -> Result<(), StoreError> {
    const COLUMNS: usize = 9;
    let sql = format!(
        "INSERT INTO sources (id, url, host, enabled, schedule, next_fetch_at, created_at,
                              next_reason, plan)
         VALUES {}
         ON CONFLICT (id) DO UPDATE SET
            enabled = excluded.enabled,
            host = excluded.host,
            etag = CASE WHEN sources.url = excluded.url THEN sources.etag END,
            last_modified = CASE WHEN sources.url = excluded.url THEN sources.last_modified END,
            body_hash = CASE WHEN sources.url = excluded.url THEN sources.body_hash END,
            plan = CASE WHEN sources.url = excluded.url THEN sources.plan ELSE excluded.plan END,
            next_fetch_at = CASE WHEN sources.url = excluded.url
                AND sources.schedule = excluded.schedule THEN sources.next_fetch_at
                ELSE excluded.next_fetch_at END,
            next_reason = CASE WHEN sources.url = excluded.url
                AND sources.schedule = excluded.schedule THEN sources.next_reason
                ELSE 'changed in the configuration' END,
            url = excluded.url,
            schedule = excluded.schedule",
        values(1, sources.len(), COLUMNS)
    );
    let sql = in_order(tx, sql);
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for source in sources {
            query = query.bind(&source.id).bind(&source.url).bind(&source.host)
                .bind(source.enabled).bind(&source.schedule).bind(millis(source.first)).bind(now)
                .bind("new source").bind("{}");
        }
        query.execute(c).await.map(drop)
    })?;
    Ok(())
}

/// A count as the store keeps it.
pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
