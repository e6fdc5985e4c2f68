//! Fingerprints of texts, and the sampled phrases by which copies are found.

use sqlx::AssertSqlSafe;

use super::articles::Recording;
use super::db::on;
use super::entries::placeholders;
use super::{Store, StoreError, millis, time};
use crate::model::{Fingerprint, Time};

/// Rows of one statement.
const CHUNK: usize = 1000;

/// Where a phrase was seen before.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PhraseHit {
    /// The phrase.
    pub gram: i64,
    /// The article.
    pub article: i64,
    /// Its group.
    pub group_id: i64,
    /// Its source.
    pub source: String,
    /// Its time, milliseconds since the epoch.
    pub at: i64,
}

/// A stored fingerprint.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The article.
    pub article: i64,
    /// Its group.
    pub group: i64,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    article: i64,
    group_id: i64,
    exact: i64,
    tokens: Vec<u8>,
    title: Vec<u8>,
    source: String,
    at: i64,
    dated: bool,
}

impl Recording {
    /// Where these phrases were seen before, other articles than `article` only.
    pub async fn phrase_hits(
        &mut self,
        grams: &[u32],
        article: i64,
    ) -> Result<Vec<PhraseHit>, StoreError> {
        if grams.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT p.gram, p.article, f.group_id, f.source, f.at
             FROM postings p JOIN fingerprints f ON f.article = p.article
             WHERE p.article <> $1 AND p.gram IN {}",
            placeholders(2, grams.len())
        );
        Ok(on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(article);
            for gram in grams { query = query.bind(i64::from(*gram)); }
            query.fetch_all(c).await
        })?)
    }

    /// The fingerprints of these articles.
    pub async fn fingerprints(&mut self, articles: &[i64]) -> Result<Vec<Kept>, StoreError> {
        if articles.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT article, group_id, exact, tokens, title, source, at, dated FROM fingerprints
             WHERE article IN {}",
            placeholders(1, articles.len())
        );
        let rows: Vec<KeptRow> = on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for article in articles { query = query.bind(*article); }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(KeptRow::kept).collect())
    }

    /// Keeps an article's fingerprint and enters its phrases, replacing what was kept of it.
    pub async fn remember(
        &mut self,
        article: i64,
        group: i64,
        fingerprint: &Fingerprint,
        grams: &[u32],
    ) -> Result<(), StoreError> {
        if self.new_article.take() != Some(article) {
            on!(&mut self.tx, c => sqlx::query("DELETE FROM postings WHERE article = $1")
                .bind(article).execute(c).await.map(drop))?;
        }
        on!(&mut self.tx, c => sqlx::query(
            "INSERT INTO fingerprints (article, group_id, exact, tokens, title, source, at, dated)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (article) DO UPDATE SET group_id = excluded.group_id,
                exact = excluded.exact, tokens = excluded.tokens, title = excluded.title,
                source = excluded.source, at = excluded.at,
                dated = excluded.dated")
            .bind(article).bind(group).bind(fingerprint.exact as i64)
            .bind(bytes(&fingerprint.tokens)).bind(bytes(&fingerprint.title))
            .bind(&fingerprint.source).bind(millis(fingerprint.time)).bind(fingerprint.dated)
            .execute(c).await.map(drop))?;
        for chunk in grams.chunks(CHUNK) {
            let rows: Vec<String> = (0..chunk.len()).map(|n| format!("(${}, $1)", n + 2)).collect();
            let sql = format!(
                "INSERT INTO postings (gram, article) VALUES {} ON CONFLICT DO NOTHING",
                rows.join(", ")
            );
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(article);
                for gram in chunk { query = query.bind(i64::from(*gram)); }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }
}

impl Store {
    /// Forgets fingerprints of texts older than `before`; returns how many.
    pub async fn forget_fingerprints(&self, before: Time) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let before = millis(before);
        on!(&mut tx, c => sqlx::query(
            "DELETE FROM postings WHERE article IN (SELECT article FROM fingerprints WHERE at < $1)")
            .bind(before).execute(c).await.map(drop))?;
        let rows = on!(&mut tx, c => sqlx::query("DELETE FROM fingerprints WHERE at < $1")
            .bind(before).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }
}

impl KeptRow {
    fn kept(self) -> Kept {
        Kept {
            article: self.article,
            group: self.group_id,
            fingerprint: Fingerprint {
                exact: self.exact as u64,
                tokens: words(&self.tokens),
                title: words(&self.title),
                time: time(self.at),
                dated: self.dated,
                source: self.source,
            },
        }
    }
}

fn bytes(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn words(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}
