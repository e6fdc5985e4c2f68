//! Recording what was made of entries: several articles in one transaction.
//!
//! The caller holds a [`Recording`] and takes its decisions (which group, which lead) between
//! the store's reads and writes. Recordings run one at a time over all workers, so that two
//! copies that arrive together find each other. Each has a serial number.

use std::collections::{HashMap, HashSet};

use sqlx::AssertSqlSafe;

use super::articles::{NewArticle, Recorded, RecordedRow};
use super::db::{Tx, on};
use super::entries::placeholders;
use super::rows::{filled, in_order, runs, values};
use super::{Store, StoreError, articles, json, millis, queue};
use crate::model::Time;

/// Articles at the addresses of one recording that are looked at: each address has few.
const AT_ADDRESSES: i64 = 1024;

/// One recording: a transaction that no other recording overlaps.
pub struct Recording {
    pub(super) tx: Tx,
    pub(super) now: Time,
    /// Its number: each is greater than the one before.
    pub(super) serial: i64,
}

impl Store {
    /// Begins a recording; waits for the one under way, on any worker.
    pub async fn begin_recording(&self, now: Time) -> Result<Recording, StoreError> {
        let mut tx = self.db.begin().await?;
        // On PostgreSQL this row is the lock; SQLite has one writer anyway.
        let serial = on!(&mut tx, c => sqlx::query_scalar(
            "UPDATE marks SET value = value + 1 WHERE name = 'groups' RETURNING value")
            .fetch_one(c).await)?;
        Ok(Recording { tx, now, serial })
    }
}

impl Recording {
    /// Its number: each recording's is greater than those of all before.
    pub fn serial(&self) -> i64 {
        self.serial
    }

    /// Marks entries as processed; those whose claims expired are left as they are. Returns those
    /// that were marked.
    pub async fn finish_entries(
        &mut self,
        worker: &str,
        ids: &[i64],
    ) -> Result<HashSet<i64>, StoreError> {
        queue::finish(&mut self.tx, worker, ids).await
    }

    /// The groups that these articles stand in already, where they were recorded before.
    pub async fn groups_of(&mut self, ids: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
        let ids = filled(ids);
        let sql =
            format!("SELECT id, group_id FROM articles WHERE id IN {}", placeholders(1, ids.len()));
        let sql = in_order(&self.tx, sql);
        let rows: Vec<(i64, i64)> = on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in ids { query = query.bind(id); }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The articles at these addresses with their groups, the earliest first.
    pub async fn articles_at(
        &mut self,
        url_keys: &[&str],
    ) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let keys = filled(url_keys);
        let sql = format!(
            "SELECT url_key, id, group_id FROM articles WHERE url_key IN {}
             ORDER BY id LIMIT {AT_ADDRESSES}",
            placeholders(1, keys.len())
        );
        let sql = in_order(&self.tx, sql);
        Ok(on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for key in keys { query = query.bind(key); }
            query.fetch_all(c).await
        })?)
    }

    /// The text of an article; empty where it was forgotten.
    pub async fn text(&mut self, article: i64) -> Result<String, StoreError> {
        Ok(on!(&mut self.tx, c => sqlx::query_scalar("SELECT text FROM articles WHERE id = $1")
            .bind(article).fetch_one(c).await)?)
    }

    /// All copies in these groups, in order of arrival.
    pub async fn copies(&mut self, groups: &[i64]) -> Result<Vec<Recorded>, StoreError> {
        let groups = filled(groups);
        let sql = format!(
            "{} WHERE group_id IN {} ORDER BY id",
            articles::RECORDED,
            placeholders(1, groups.len())
        );
        let rows: Vec<RecordedRow> = on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for group in groups { query = query.bind(group); }
            query.fetch_all(c).await
        })?;
        rows.into_iter().map(RecordedRow::recorded).collect()
    }

    /// Writes articles that do not stand in the store yet, each into its group.
    pub async fn insert_articles(
        &mut self,
        articles: &[(&NewArticle, i64)],
    ) -> Result<(), StoreError> {
        for run in runs(articles) {
            self.write_run(run, "").await?;
        }
        Ok(())
    }

    /// Writes an article anew, under the group that it stands in. A changed text keeps a note of
    /// its earlier state.
    pub async fn revise_article(
        &mut self,
        article: &NewArticle,
        group: i64,
    ) -> Result<(), StoreError> {
        on!(&mut self.tx, c => sqlx::query(
            "INSERT INTO revisions (article, seen_at, title, chars)
             SELECT id, updated_at, title, chars FROM articles
             WHERE id = $1 AND (text <> $2 OR title <> $3)
             ON CONFLICT (article, seen_at) DO NOTHING")
            .bind(article.id).bind(&article.article.text).bind(&article.title)
            .execute(c).await.map(drop))?;
        self.write_run(&[(article, group)], REVISE).await
    }

    async fn write_run(
        &mut self,
        articles: &[(&NewArticle, i64)],
        conflict: &str,
    ) -> Result<(), StoreError> {
        const COLUMNS: usize = 28;
        let sql = format!(
            "INSERT INTO articles (id, source, group_id, url, url_key, title, author, published_at,
                lang, text, html, summary, image, rights, enclosures, method, chars, etag,
                last_modified, relevant, review, score, verdict, rules, created_at,
                updated_at, credits, revision)
             VALUES {} {conflict}",
            values(1, articles.len(), COLUMNS)
        );
        let (sql, now) = (in_order(&self.tx, sql), millis(self.now));
        let json: Vec<(String, String)> = articles
            .iter()
            .map(|(a, _)| Ok((json::write(&a.enclosures)?, json::write(&a.verdict)?)))
            .collect::<Result<_, StoreError>>()?;
        on!(&mut self.tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for ((article, group), (enclosures, verdict)) in articles.iter().zip(&json) {
                let body = &article.article;
                query = query.bind(article.id).bind(&article.source).bind(*group)
                    .bind(&article.url).bind(&article.url_key).bind(&article.title)
                    .bind(&body.author).bind(millis(article.published))
                    .bind(&article.verdict.lang).bind(&body.text).bind(&body.html)
                    .bind(&article.summary).bind(&body.image).bind(&article.rights)
                    .bind(enclosures).bind(body.method.as_str()).bind(chars(&body.text))
                    .bind(&article.etag).bind(&article.last_modified)
                    .bind(article.verdict.relevant).bind(article.verdict.review)
                    .bind(article.verdict.score).bind(verdict).bind(&article.rules)
                    .bind(now).bind(now).bind(article.credits).bind(FIRST_REVISION);
            }
            query.execute(c).await.map(drop)
        })?;
        Ok(())
    }

    /// Makes all of it visible at once.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}

/// The number of an article's first text.
const FIRST_REVISION: i64 = 0;

/// What becomes of an article that stands in the store: its group, source and date stay.
const REVISE: &str =
    "ON CONFLICT (id) DO UPDATE SET url = excluded.url, url_key = excluded.url_key,
    title = excluded.title, author = excluded.author, lang = excluded.lang,
    revision = CASE WHEN articles.text = excluded.text THEN articles.revision
                    ELSE articles.revision + 1 END,
    text = excluded.text, html = excluded.html, summary = excluded.summary,
    image = excluded.image, rights = excluded.rights, enclosures = excluded.enclosures,
    method = excluded.method, chars = excluded.chars, etag = excluded.etag,
    last_modified = excluded.last_modified, relevant = excluded.relevant,
    review = excluded.review, score = excluded.score, verdict = excluded.verdict,
    rules = excluded.rules, updated_at = excluded.updated_at, credits = excluded.credits";

fn chars(text: &str) -> i64 {
    super::sources::count(text.chars().count())
}
