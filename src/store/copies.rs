//! Fingerprints of texts, and the sampled phrases by which copies are found.
//!
//! A posting tells all that a first look needs to know of an article, so that one look-up in one
//! index finds everything. Which phrases an article has follows from its tokens: the caller, who
//! knows how phrases are sampled, names them where an article's postings are moved or forgotten.

use sqlx::AssertSqlSafe;

use super::articles::Recording;
use super::db::{Tx, on, read};
use super::entries::placeholders;
use super::{Store, StoreError, millis, time};
use crate::model::{Fingerprint, Time};

/// Phrases of one statement. Lists are filled up to a multiple of it, so that few different
/// statements are prepared, once each.
const STEP: usize = 32;

/// Where a phrase was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct PhraseHit {
    /// The phrase.
    pub gram: i64,
    /// The article.
    pub article: i64,
    /// Its group.
    pub group_id: i64,
    /// The number of its source.
    pub source: i64,
    /// Its time, hours since 1970.
    pub hour: i64,
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

/// An article's fingerprint as it is entered.
#[derive(Debug, Clone, Copy)]
pub struct Entered<'a> {
    /// The article.
    pub article: i64,
    /// Its group.
    pub group: i64,
    /// Its fingerprint.
    pub fingerprint: &'a Fingerprint,
    /// The number of its source, as in [`PhraseHit::source`].
    pub source: u32,
}

/// Hours since 1970.
pub fn hour(time: Time) -> i64 {
    time.timestamp().div_euclid(3600)
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
    /// Where these phrases were seen from the hour `since` to the hour `until`, in other articles
    /// than `article`.
    pub async fn phrase_hits(
        &mut self,
        grams: &[u32],
        article: i64,
        (since, until): (i64, i64),
    ) -> Result<Vec<PhraseHit>, StoreError> {
        let Some(grams) = filled(grams) else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT gram, article, group_id, source, hour FROM postings
             WHERE article <> $1 AND hour BETWEEN $2 AND $3 AND gram IN {}",
            placeholders(4, grams.len())
        );
        Ok(on!(&mut self.tx, c => {
            let mut query =
                sqlx::query_as(AssertSqlSafe(sql)).bind(article).bind(since).bind(until);
            for gram in grams { query = query.bind(gram); }
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

    /// Keeps an article's fingerprint, in place of an earlier one, and enters these phrases of it.
    pub async fn remember(
        &mut self,
        entered: &Entered<'_>,
        grams: &[u32],
    ) -> Result<(), StoreError> {
        let Entered { article, group, fingerprint, .. } = *entered;
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
        self.enter(entered, grams).await
    }

    async fn enter(&mut self, entered: &Entered<'_>, grams: &[u32]) -> Result<(), StoreError> {
        let Some(grams) = filled(grams) else { return Ok(()) };
        let rows: Vec<String> =
            (0..grams.len()).map(|n| format!("(${}, $1, $2, $3, $4)", n + 5)).collect();
        let sql = format!(
            "INSERT INTO postings (gram, article, group_id, source, hour) VALUES {}
             ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        on!(&mut self.tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(entered.article).bind(entered.group).bind(i64::from(entered.source))
                .bind(hour(entered.fingerprint.time));
            for gram in grams { query = query.bind(gram); }
            query.execute(c).await.map(drop)
        })?;
        Ok(())
    }

    /// Takes these phrases of an article out of the postings.
    pub async fn forget_phrases(&mut self, article: i64, grams: &[u32]) -> Result<(), StoreError> {
        forget_phrases(&mut self.tx, article, grams).await
    }

    /// The groups of whose text these articles are not, as the admin said.
    pub async fn split_from(&mut self, articles: &[i64]) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT group_id FROM splits WHERE article IN {}",
            placeholders(1, articles.len())
        );
        Ok(on!(&mut self.tx, c => {
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
            for article in articles { query = query.bind(*article); }
            query.fetch_all(c).await
        })?)
    }

    /// Moves an article, which has these phrases, out of its group into a new one with the
    /// published id `tag`, and remembers that it is not of the old group's text. What the admin
    /// said of the old group holds for the new one. Returns the new group.
    pub async fn split_off(
        &mut self,
        article: i64,
        grams: &[u32],
        tag: &str,
    ) -> Result<i64, StoreError> {
        let (now, story) = (millis(self.now), self.create_story().await?);
        on!(&mut self.tx, c => sqlx::query(
            "INSERT INTO splits (article, group_id, at) SELECT id, group_id, $2 FROM articles
             WHERE id = $1 ON CONFLICT DO NOTHING")
            .bind(article).bind(now).execute(c).await.map(drop))?;
        let group: i64 = on!(&mut self.tx, c => sqlx::query_scalar(
            "INSERT INTO groups (tag, lead, story_id, source, lang, published_at, updated_at,
                relevant, review, score, verdict, decision, withdrawn_at, withdrawn_reason,
                changed_at, created_at)
             SELECT $1, a.id, $2, a.source, a.lang, a.published_at, $3, FALSE, FALSE, 0, '{}',
                g.decision, g.withdrawn_at, g.withdrawn_reason, $3, $3
             FROM articles a JOIN groups g ON g.id = a.group_id WHERE a.id = $4 RETURNING id")
            .bind(tag).bind(story).bind(now).bind(article).fetch_one(c).await)?;
        for sql in [
            "UPDATE articles SET group_id = $1 WHERE id = $2",
            "UPDATE fingerprints SET group_id = $1 WHERE article = $2",
        ] {
            on!(&mut self.tx, c => sqlx::query(sql)
                .bind(group).bind(article).execute(c).await.map(drop))?;
        }
        if let Some(grams) = filled(grams) {
            let sql = format!(
                "UPDATE postings SET group_id = $1 WHERE article = $2 AND gram IN {}",
                placeholders(3, grams.len())
            );
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(group).bind(article);
                for gram in grams { query = query.bind(gram); }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(group)
    }
}

impl Store {
    /// Fingerprints of texts older than `before`, at most `limit`, the oldest first.
    pub async fn old_fingerprints(
        &self,
        before: Time,
        limit: u32,
    ) -> Result<Vec<Kept>, StoreError> {
        let rows: Vec<KeptRow> = read!(&self.db, p => sqlx::query_as(
            "SELECT article, group_id, exact, tokens, title, source, at, dated FROM fingerprints
             WHERE at < $1 ORDER BY at LIMIT $2")
            .bind(millis(before)).bind(i64::from(limit)).fetch_all(p).await)?;
        Ok(rows.into_iter().map(KeptRow::kept).collect())
    }

    /// Forgets fingerprints, each named by its article and the article's phrases.
    pub async fn forget_fingerprints(&self, old: &[(i64, Vec<u32>)]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (article, grams) in old {
            forget_phrases(&mut tx, *article, grams).await?;
            on!(&mut tx, c => sqlx::query("DELETE FROM fingerprints WHERE article = $1")
                .bind(*article).execute(c).await.map(drop))?;
        }
        tx.commit().await
    }
}

async fn forget_phrases(tx: &mut Tx, article: i64, grams: &[u32]) -> Result<(), StoreError> {
    let Some(grams) = filled(grams) else { return Ok(()) };
    let sql = format!(
        "DELETE FROM postings WHERE article = $1 AND gram IN {}",
        placeholders(2, grams.len())
    );
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(article);
        for gram in grams { query = query.bind(gram); }
        query.execute(c).await.map(drop)
    })?;
    Ok(())
}

/// Phrases as they are bound, the last one repeated up to a whole number of steps; none for none.
fn filled(grams: &[u32]) -> Option<impl ExactSizeIterator<Item = i64> + Clone> {
    let last = grams.last().copied()?;
    let length = grams.len().next_multiple_of(STEP);
    Some((0..length).map(move |n| i64::from(grams.get(n).copied().unwrap_or(last))))
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
