//! Articles: what was made of entries.

use super::db::{on, read};
use super::{Store, StoreError, json, millis, queue, time};
use crate::model::{Article, Enclosure, Time, Verdict};

/// An article as it is recorded.
#[derive(Debug, Clone)]
pub struct NewArticle {
    /// The entry's row.
    pub id: i64,
    /// Its source.
    pub source: String,
    /// Address that readers are sent to.
    pub url: String,
    /// Canonical form of the address.
    pub url_key: String,
    /// The scraped article; its title falls back to `title`.
    pub article: Article,
    /// Title, plain text.
    pub title: String,
    /// Short text, plain.
    pub summary: String,
    /// When it was published, else first seen; never in the future.
    pub published: Time,
    /// Rights statement.
    pub rights: Option<String>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// It credits a news agency.
    pub credits: bool,
    /// Validators of the page.
    pub etag: Option<String>,
    /// Validators of the page.
    pub last_modified: Option<String>,
    /// What the filter says.
    pub verdict: Verdict,
    /// Version of the rules that said it.
    pub rules: String,
}

/// An article that stands in the store, as far as decisions need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its row; the entry's too.
    pub id: i64,
    /// Its group.
    pub group: i64,
    /// Its source.
    pub source: String,
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// When it was published.
    pub published: Time,
    /// Its language.
    pub lang: Option<String>,
    /// Characters of its text.
    pub chars: u32,
    /// Where the body was found, see [`crate::model::Method`].
    pub method: String,
    /// It credits a news agency.
    pub credits: bool,
    /// What the filter says.
    pub verdict: Verdict,
}

/// A stored article with the validators of its page.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Known {
    /// `ETag` of the page.
    pub etag: Option<String>,
    /// `Last-Modified` of the page.
    pub last_modified: Option<String>,
    /// Its address.
    pub url: String,
    /// Its text; empty where it was forgotten.
    pub text: String,
    /// Its HTML.
    pub html: String,
    /// Its author.
    pub author: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// Its main image.
    pub image: Option<String>,
    /// Where the body was found, see [`crate::model::Method`].
    pub method: String,
}

impl Recorded {
    /// A new article as it will stand in the store.
    pub fn of(article: &NewArticle, group: i64) -> Self {
        Self {
            id: article.id,
            group,
            source: article.source.clone(),
            url: article.url.clone(),
            title: article.title.clone(),
            published: article.published,
            lang: article.verdict.lang.clone(),
            chars: u32::try_from(article.article.text.chars().count()).unwrap_or(u32::MAX),
            method: article.article.method.as_str().to_owned(),
            credits: article.credits,
            verdict: article.verdict.clone(),
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct RecordedRow {
    id: i64,
    group_id: i64,
    source: String,
    url: String,
    title: String,
    published_at: i64,
    lang: Option<String>,
    chars: i64,
    method: String,
    credits: bool,
    verdict: String,
}

pub(super) const RECORDED: &str = "SELECT id, group_id, source, url, title, published_at, lang, chars, method, credits, verdict FROM articles";

impl RecordedRow {
    pub(super) fn recorded(self) -> Result<Recorded, StoreError> {
        Ok(Recorded {
            id: self.id,
            group: self.group_id,
            source: self.source,
            url: self.url,
            title: self.title,
            published: time(self.published_at),
            lang: self.lang,
            chars: u32::try_from(self.chars).unwrap_or(u32::MAX),
            method: self.method,
            credits: self.credits,
            verdict: json::read(&self.verdict)?,
        })
    }
}

impl Store {
    /// What is stored under an entry's row, with its page's validators.
    pub async fn known_article(&self, id: i64) -> Result<Option<Known>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT etag, last_modified, url, text, html, author, lang, image, method
             FROM articles WHERE id = $1").bind(id).fetch_optional(p).await)?)
    }

    /// The article of an entry.
    pub async fn article(&self, id: i64) -> Result<Option<Recorded>, StoreError> {
        let row: Option<RecordedRow> = read!(&self.db, p => {
            let sql = sqlx::AssertSqlSafe(format!("{RECORDED} WHERE id = $1"));
            sqlx::query_as(sql).bind(id).fetch_optional(p).await
        })?;
        row.map(RecordedRow::recorded).transpose()
    }

    /// All copies in a group, in order of arrival.
    pub async fn copies(&self, group: i64) -> Result<Vec<Recorded>, StoreError> {
        let rows: Vec<RecordedRow> = read!(&self.db, p => {
            let sql = sqlx::AssertSqlSafe(format!("{RECORDED} WHERE group_id = $1 ORDER BY id"));
            sqlx::query_as(sql).bind(group).fetch_all(p).await
        })?;
        rows.into_iter().map(RecordedRow::recorded).collect()
    }

    /// Empties the texts of irrelevant articles older than `before`; key, fingerprint and verdict
    /// stay, and the texts that an admin decided on: they are learnt from. Returns how many.
    pub async fn drop_rejected_texts(&self, before: Time) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "UPDATE articles SET text = '', html = '' WHERE updated_at < $1 AND text <> ''
                AND group_id IN (SELECT id FROM groups
                    WHERE NOT relevant AND NOT review AND decision IS NULL)")
            .bind(millis(before)).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Marks an entry as processed without a change: its page is the same as before.
    pub async fn finish_entry(&self, worker: &str, id: i64) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        if queue::finish(&mut tx, worker, &[id]).await?.is_empty() {
            return Err(StoreError::ClaimLost);
        }
        tx.commit().await
    }
}
