//! What admins read beside what subscribers do: recent verdicts, what each source yields.

use std::collections::HashMap;

use super::db::read;
use super::{Store, StoreError, json, millis, time};
use crate::model::{Time, Verdict};

/// An article with the filter's word on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Its row.
    pub id: i64,
    /// Its group.
    pub group: i64,
    /// Its source.
    pub source: String,
    /// Title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// When it was processed.
    pub at: Time,
    /// Characters of its text.
    pub chars: u32,
    /// Where the body was found, see [`crate::model::Method`].
    pub method: String,
    /// What the filter says.
    pub verdict: Verdict,
    /// The admin's word on its group: `accept` or `reject`.
    pub decision: Option<String>,
    /// The topics that the admin named.
    pub named: Vec<String>,
    /// Whether its group was withdrawn.
    pub withdrawn: bool,
}

/// What a source yielded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Yield {
    /// Articles processed.
    pub articles: u64,
    /// Those that the filter took.
    pub relevant: u64,
    /// Those with a text of fewer than 500 characters: often a body that was not found.
    pub short: u64,
    /// Characters of all texts.
    pub chars: u64,
    /// Entries whose article could not be had.
    pub failed: u64,
}

#[derive(sqlx::FromRow)]
struct JudgedRow {
    id: i64,
    group_id: i64,
    source: String,
    title: String,
    url: String,
    created_at: i64,
    chars: i64,
    method: String,
    verdict: String,
    decision: Option<String>,
    decision_topics: Option<String>,
    withdrawn_at: Option<i64>,
}

impl Store {
    /// Articles as they were judged, the newest first, older than the row `before`.
    pub async fn recent_verdicts(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Judged>, StoreError> {
        let rows: Vec<JudgedRow> = read!(&self.db, p => sqlx::query_as(
            "SELECT a.id, a.group_id, a.source, a.title, a.url, a.created_at, a.chars, a.method,
                    a.verdict, g.decision, g.decision_topics, g.withdrawn_at
             FROM articles a JOIN groups g ON g.id = a.group_id
             WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2")
            .bind(before.unwrap_or(i64::MAX)).bind(i64::from(limit)).fetch_all(p).await)?;
        let judged = rows.into_iter().map(|row| {
            Ok(Judged {
                id: row.id,
                group: row.group_id,
                source: row.source,
                title: row.title,
                url: row.url,
                at: time(row.created_at),
                chars: u32::try_from(row.chars).unwrap_or(0),
                method: row.method,
                verdict: json::read(&row.verdict)?,
                decision: row.decision,
                named: row.decision_topics.map_or(Ok(Vec::new()), |text| json::read(&text))?,
                withdrawn: row.withdrawn_at.is_some(),
            })
        });
        judged.collect()
    }

    /// What each source yielded since `since`.
    pub async fn yields(&self, since: Time) -> Result<HashMap<String, Yield>, StoreError> {
        type Row = (String, i64, i64, i64, i64);
        let rows: Vec<Row> = read!(&self.db, p => sqlx::query_as(
            "SELECT source, COUNT(*), CAST(SUM(CASE WHEN relevant THEN 1 ELSE 0 END) AS BIGINT),
                    CAST(SUM(CASE WHEN chars < 500 THEN 1 ELSE 0 END) AS BIGINT),
                    CAST(SUM(chars) AS BIGINT)
             FROM articles WHERE created_at >= $1 GROUP BY source")
            .bind(millis(since)).fetch_all(p).await)?;
        let failed: Vec<(String, i64)> = read!(&self.db, p => sqlx::query_as(
            "SELECT source, COUNT(*) FROM entries
             WHERE state = 'failed' AND first_seen_at >= $1 GROUP BY source")
            .bind(millis(since)).fetch_all(p).await)?;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let mut yields: HashMap<String, Yield> = HashMap::new();
        for (source, articles, relevant, short, chars) in rows {
            let found = Yield {
                articles: count(articles),
                relevant: count(relevant),
                short: count(short),
                chars: count(chars),
                failed: 0,
            };
            yields.insert(source, found);
        }
        for (source, number) in failed {
            yields.entry(source).or_default().failed = count(number);
        }
        Ok(yields)
    }

    /// The group of an id: its row, its published id, or the address of one of its copies.
    pub async fn find_group(&self, id: &str, url_key: &str) -> Result<Option<i64>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_scalar(
            "SELECT g.id FROM groups g WHERE g.tag = $1 OR CAST(g.id AS TEXT) = $1
             UNION SELECT a.group_id FROM articles a WHERE a.url = $1 OR a.url_key = $2
             ORDER BY 1 LIMIT 1")
            .bind(id).bind(url_key).fetch_optional(p).await)?)
    }
}
