//! Verdicts on what is stored already: judged anew by changed rules, and decided by an admin.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::{Recording, Store, StoreError, json, millis};
use crate::model::{Time, TopicScore, Verdict};

/// What says that an admin named the topics.
const BY_ADMIN: &str = "an admin";

/// A stored article with all that judging it anew needs.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredText {
    /// Its row.
    pub id: i64,
    /// Its source.
    pub source: String,
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its text; empty where it was forgotten.
    pub text: String,
    /// Characters of its text when it was scraped.
    pub chars: u32,
    /// The language that it was read as.
    pub lang: Option<String>,
    /// How often its text has changed.
    pub revision: i64,
    /// The verdict so far.
    pub verdict: Verdict,
    /// Version of the rules that gave it.
    pub rules: String,
}

impl StoredText {
    /// True where the text was forgotten, so that it cannot be judged anew.
    pub fn is_forgotten(&self) -> bool {
        self.text.is_empty() && self.chars > 0
    }
}

/// An article that an admin decided on, by the copy that is shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DecidedText {
    /// The published id of its group.
    pub tag: String,
    /// Title.
    pub title: String,
    /// Text; empty where it was forgotten.
    pub text: String,
    /// Language.
    pub lang: Option<String>,
    /// The decision: `accept` or `reject`.
    pub decision: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    source: String,
    url: String,
    title: String,
    text: String,
    chars: i64,
    lang: Option<String>,
    revision: i64,
    verdict: String,
    rules: String,
}

impl Store {
    /// Articles processed since `since`, in order, after the row `after`.
    pub async fn stored_texts(
        &self,
        after: i64,
        since: Time,
        limit: u32,
    ) -> Result<Vec<StoredText>, StoreError> {
        let rows: Vec<Row> = read!(&self.db, p => sqlx::query_as(
            "SELECT id, source, url, title, text, chars, lang, revision, verdict, rules
             FROM articles WHERE id > $1 AND created_at >= $2 ORDER BY id LIMIT $3")
            .bind(after).bind(millis(since)).bind(i64::from(limit)).fetch_all(p).await)?;
        let text = |row: Row| {
            Ok(StoredText {
                verdict: json::read(&row.verdict)?,
                id: row.id,
                source: row.source,
                url: row.url,
                title: row.title,
                text: row.text,
                chars: u32::try_from(row.chars).unwrap_or(0),
                lang: row.lang,
                revision: row.revision,
                rules: row.rules,
            })
        };
        rows.into_iter().map(text).collect()
    }

    /// How many articles were processed since `since`.
    pub async fn count_texts(&self, since: Time) -> Result<u64, StoreError> {
        let count: i64 = read!(&self.db, p => sqlx::query_scalar(
            "SELECT COUNT(*) FROM articles WHERE created_at >= $1")
            .bind(millis(since)).fetch_one(p).await)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// One article with its text.
    pub async fn stored_text(&self, id: i64) -> Result<Option<StoredText>, StoreError> {
        let found = self.stored_texts(id - 1, Time::UNIX_EPOCH, 1).await?;
        Ok(found.into_iter().find(|text| text.id == id))
    }

    /// All that an admin decided on, in order of their published ids.
    pub async fn decided_texts(&self) -> Result<Vec<DecidedText>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT g.tag, a.title, a.text, a.lang, g.decision
             FROM groups g JOIN articles a ON a.id = g.lead
             WHERE g.decision IS NOT NULL ORDER BY g.tag").fetch_all(p).await)?)
    }
}

impl Recording {
    /// Replaces the verdict on an article whose text is still at `revision`. False where the text
    /// has changed meanwhile: whoever changed it has judged it.
    pub async fn write_verdict(
        &mut self,
        (article, revision): (i64, i64),
        verdict: &Verdict,
        rules: &str,
    ) -> Result<bool, StoreError> {
        let text = json::write(verdict)?;
        let rows = on!(&mut self.tx, c => sqlx::query(
            "UPDATE articles SET relevant = $1, review = $2, score = $3, verdict = $4, rules = $5,
                lang = $6 WHERE id = $7 AND revision = $8")
            .bind(verdict.relevant).bind(verdict.review).bind(verdict.score).bind(text)
            .bind(rules).bind(&verdict.lang).bind(article).bind(revision)
            .execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Notes that these articles were judged by `rules`, which changed nothing.
    pub async fn note_rules(&mut self, articles: &[i64], rules: &str) -> Result<(), StoreError> {
        if articles.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "UPDATE articles SET rules = $1 WHERE id IN {}",
            super::entries::placeholders(2, articles.len())
        );
        on!(&mut self.tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(rules);
            for article in articles { query = query.bind(*article); }
            query.execute(c).await.map(drop)
        })?;
        Ok(())
    }

    /// Keeps the admin's word on a group: relevant or not, and about what. `None` leaves it to the
    /// rules. False where there is no such group. What comes of it is written with the group.
    pub async fn decide(
        &mut self,
        group: i64,
        accept: Option<bool>,
        topics: &[String],
    ) -> Result<bool, StoreError> {
        let word = accept.map(|accept| if accept { "accept" } else { "reject" });
        let topics = if topics.is_empty() { None } else { Some(json::write(&topics)?) };
        let rows = on!(&mut self.tx, c => sqlx::query(
            "UPDATE groups SET decision = $1, decision_topics = $2 WHERE id = $3")
            .bind(word).bind(topics).bind(group)
            .execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }
}

/// Puts the topics that an admin named in place of those that the rules named, where any were.
pub(super) async fn name_topics(
    tx: &mut Tx,
    group: i64,
    verdict: &Verdict,
) -> Result<(), StoreError> {
    let named: Option<Option<String>> = on!(&mut *tx, c => sqlx::query_scalar(
        "SELECT decision_topics FROM groups WHERE id = $1")
        .bind(group).fetch_optional(c).await)?;
    let Some(named) = named.flatten() else { return Ok(()) };
    let verdict = with_topics(verdict, &json::read::<Vec<String>>(&named)?);
    on!(&mut *tx, c => sqlx::query("DELETE FROM group_topics WHERE group_id = $1")
        .bind(group).execute(c).await.map(drop))?;
    for topic in &verdict.topics {
        on!(&mut *tx, c => sqlx::query(
            "INSERT INTO group_topics (group_id, topic, score) VALUES ($1, $2, $3)")
            .bind(group).bind(&topic.id).bind(topic.score).execute(c).await.map(drop))?;
    }
    let text = json::write(&verdict)?;
    on!(&mut *tx, c => sqlx::query("UPDATE groups SET verdict = $1 WHERE id = $2")
        .bind(text).bind(group).execute(c).await.map(drop))?;
    Ok(())
}

/// The verdict about these topics and their roots; what the rules found for them stays.
fn with_topics(verdict: &Verdict, named: &[String]) -> Verdict {
    let roots = named.iter().filter_map(|id| id.split_once('.')).map(|(root, _)| root.to_owned());
    let mut seen = HashSet::new();
    let all = named.iter().cloned().chain(roots).filter(|id| seen.insert(id.clone()));
    let known = |id: String| {
        let found = verdict.topics.iter().find(|topic| topic.id == id);
        found.cloned().unwrap_or(TopicScore { id, score: 0.0, evidence: Vec::new() })
    };
    let mut topics: Vec<TopicScore> = all.map(known).collect();
    topics.sort_by_key(|topic| !topic.id.contains('.'));
    Verdict { topics, decided_by: Some(BY_ADMIN.to_owned()), ..verdict.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_topics_come_with_their_roots_and_keep_what_was_found() {
        let topic = |id: &str, score| TopicScore { id: id.into(), score, evidence: Vec::new() };
        let topics = vec![topic("mig.sea", 4.0), topic("mig", 5.0)];
        let found = Verdict { relevant: true, topics, ..Verdict::default() };
        let named = with_topics(&found, &["ht.child".into(), "mig.sea".into()]);
        let ids: Vec<(&str, f64)> =
            named.topics.iter().map(|topic| (topic.id.as_str(), topic.score)).collect();
        assert_eq!(ids, [("ht.child", 0.0), ("mig.sea", 4.0), ("ht", 0.0), ("mig", 5.0)]);
    }
}
