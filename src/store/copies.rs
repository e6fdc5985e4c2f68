//! Fingerprints of texts, and the sampled phrases by which copies are found.
//!
//! A posting tells all that a first look needs to know of an article, so that one look-up in one
//! index finds everything. Postings are entered many at once and sorted, because each phrase lies in
//! another page of the index; until then they are derived from the fingerprints, which each
//! recording writes under its serial number. Which phrases an article has follows from its tokens: the caller, who
//! knows how phrases are sampled, names them where an article's postings are moved or forgotten.

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::entries::placeholders;
use super::recording::Recording;
use super::rows::{filled, in_order, runs, values};
use super::{Store, StoreError, millis, time};
use crate::model::{Fingerprint, Time};

/// Postings of one statement.
const POSTINGS: usize = 4096;

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
    /// Where these phrases were seen from the hour `since` to the hour `until`, as far as they were
    /// entered.
    pub async fn phrase_hits(
        &mut self,
        grams: &[u32],
        (since, until): (i64, i64),
    ) -> Result<Vec<PhraseHit>, StoreError> {
        let mut hits = Vec::new();
        for grams in grams.chunks(POSTINGS) {
            let grams = filled(grams);
            let sql = format!(
                "SELECT gram, article, group_id, source, hour FROM postings
                 WHERE hour BETWEEN $1 AND $2 AND gram IN {}",
                placeholders(3, grams.len())
            );
            let sql = in_order(&self.tx, sql);
            let found: Vec<PhraseHit> = on!(&mut self.tx, c => {
                let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(since).bind(until);
                for gram in grams { query = query.bind(i64::from(gram)); }
                query.fetch_all(c).await
            })?;
            hits.extend(found);
        }
        Ok(hits)
    }

    /// The recording up to which all phrases stand in the postings.
    pub async fn entered(&mut self) -> Result<i64, StoreError> {
        Ok(on!(&mut self.tx, c => sqlx::query_scalar(
            "SELECT value FROM marks WHERE name = 'entered'").fetch_one(c).await)?)
    }

    /// The fingerprints that recordings after `serial` wrote, in their order.
    pub async fn fingerprints_since(&mut self, serial: i64) -> Result<Vec<Kept>, StoreError> {
        let rows: Vec<KeptRow> = on!(&mut self.tx, c => sqlx::query_as(
            "SELECT article, group_id, exact, tokens, title, source, at, dated FROM fingerprints
             WHERE serial > $1 ORDER BY serial, article").bind(serial).fetch_all(c).await)?;
        Ok(rows.into_iter().map(KeptRow::kept).collect())
    }

    /// The fingerprints of these articles.
    pub async fn fingerprints(&mut self, articles: &[i64]) -> Result<Vec<Kept>, StoreError> {
        if articles.is_empty() {
            return Ok(Vec::new());
        }
        let articles = filled(articles);
        let sql = format!(
            "SELECT article, group_id, exact, tokens, title, source, at, dated FROM fingerprints
             WHERE article IN {}",
            placeholders(1, articles.len())
        );
        let rows: Vec<KeptRow> = on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for article in articles { query = query.bind(article); }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(KeptRow::kept).collect())
    }

    /// Keeps the fingerprints of articles, in place of earlier ones.
    pub async fn remember(&mut self, entered: &[Entered<'_>]) -> Result<(), StoreError> {
        const COLUMNS: usize = 9;
        for run in runs(entered) {
            let sql = format!(
                "INSERT INTO fingerprints (article, group_id, exact, tokens, title, source, at,
                    dated, serial)
                 VALUES {} ON CONFLICT (article) DO UPDATE SET group_id = excluded.group_id,
                    exact = excluded.exact, tokens = excluded.tokens, title = excluded.title,
                    source = excluded.source, at = excluded.at, dated = excluded.dated,
                    serial = excluded.serial",
                values(1, run.len(), COLUMNS)
            );
            let (sql, serial) = (in_order(&self.tx, sql), self.serial);
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for Entered { article, group, fingerprint } in run {
                    query = query.bind(*article).bind(*group).bind(fingerprint.exact as i64)
                        .bind(bytes(&fingerprint.tokens)).bind(bytes(&fingerprint.title))
                        .bind(&fingerprint.source).bind(millis(fingerprint.time))
                        .bind(fingerprint.dated).bind(serial);
                }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Enters phrases, sorted, and marks all up to this recording as entered.
    pub async fn enter(&mut self, postings: &[PhraseHit]) -> Result<(), StoreError> {
        for run in postings.chunks(POSTINGS) {
            match &mut self.tx {
                Tx::Sqlite(tx) => enter_sqlite(tx, run).await?,
                Tx::Postgres(tx) => enter_postgres(tx, run).await?,
            }
        }
        let serial = self.serial;
        on!(&mut self.tx, c => sqlx::query("UPDATE marks SET value = $1 WHERE name = 'entered'")
            .bind(serial).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Takes these phrases of an article out of the postings.
    pub async fn forget_phrases(&mut self, article: i64, grams: &[u32]) -> Result<(), StoreError> {
        forget_phrases(&mut self.tx, article, grams).await
    }

    /// Which articles are not of which groups' texts, as the admin said: all of it. People split few.
    pub async fn splits(&mut self) -> Result<Vec<(i64, i64)>, StoreError> {
        Ok(on!(&mut self.tx, c => sqlx::query_as("SELECT article, group_id FROM splits")
            .fetch_all(c).await)?)
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
        let (now, stories) = (millis(self.now), self.create_stories(1).await?);
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
            .bind(tag).bind(stories.first()).bind(now).bind(article).fetch_one(c).await)?;
        on!(&mut self.tx, c => sqlx::query("UPDATE articles SET group_id = $1 WHERE id = $2")
            .bind(group).bind(article).execute(c).await.map(drop))?;
        // A new serial number, so that all workers learn of it.
        let serial = self.serial;
        on!(&mut self.tx, c => sqlx::query(
            "UPDATE fingerprints SET group_id = $1, serial = $2 WHERE article = $3")
            .bind(group).bind(serial).bind(article).execute(c).await.map(drop))?;
        if !grams.is_empty() {
            let grams = filled(grams);
            let sql = format!(
                "UPDATE postings SET group_id = $1 WHERE article = $2 AND gram IN {}",
                placeholders(3, grams.len())
            );
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(group).bind(article);
                for gram in grams { query = query.bind(i64::from(gram)); }
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
    if grams.is_empty() {
        return Ok(());
    }
    let grams = filled(grams);
    let sql = format!(
        "DELETE FROM postings WHERE article = $1 AND gram IN {}",
        placeholders(2, grams.len())
    );
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(article);
        for gram in grams { query = query.bind(i64::from(gram)); }
        query.execute(c).await.map(drop)
    })?;
    Ok(())
}

async fn enter_sqlite(
    tx: &mut sqlx::SqliteTransaction<'_>,
    postings: &[PhraseHit],
) -> Result<(), StoreError> {
    // Not numbered, see `in_order`.
    let sql = format!(
        "INSERT INTO postings (gram, article, group_id, source, hour) VALUES {}
         ON CONFLICT DO NOTHING",
        vec!["(?, ?, ?, ?, ?)"; postings.len()].join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for posting in postings {
        query = query
            .bind(posting.gram)
            .bind(posting.article)
            .bind(posting.group_id)
            .bind(posting.source)
            .bind(posting.hour);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn enter_postgres(
    tx: &mut sqlx::PgTransaction<'_>,
    postings: &[PhraseHit],
) -> Result<(), StoreError> {
    let column = |of: fn(&PhraseHit) -> i64| postings.iter().map(of).collect::<Vec<i64>>();
    sqlx::query(
        "INSERT INTO postings (gram, article, group_id, source, hour)
         SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
         ON CONFLICT DO NOTHING",
    )
    .bind(column(|p| p.gram))
    .bind(column(|p| p.article))
    .bind(column(|p| p.group_id))
    .bind(column(|p| p.source))
    .bind(column(|p| p.hour))
    .execute(&mut **tx)
    .await?;
    Ok(())
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
