//! Stories: the vectors of published groups, and the keys by which they find each other.

use sqlx::AssertSqlSafe;

use super::db::{on, read};
use super::entries::placeholders;
use super::recording::Recording;
use super::{Store, StoreError, json, millis};
use crate::model::{StoryVector, Time, Verdict};

/// A text from which the rarity of features is learnt.
#[derive(Debug, Clone)]
pub struct PastText {
    /// Title, plain text.
    pub title: String,
    /// Body, plain text.
    pub text: String,
    /// Language.
    pub lang: Option<String>,
    /// What the filter found.
    pub verdict: Verdict,
}

impl Recording {
    /// The stories and vectors of the groups that share most of these keys, `shared` at least,
    /// published between `since` and `until`; at most `limit`, `group` itself left out.
    pub async fn story_kin(
        &mut self,
        group: i64,
        keys: &[u32],
        (since, until): (Time, Time),
        (shared, limit): (u32, usize),
    ) -> Result<Vec<(i64, StoryVector)>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT g.story_id, v.vector FROM (
                SELECT kin.group_id, kin.hits FROM (
                    SELECT group_id, COUNT(*) AS hits FROM story_keys
                    WHERE group_id <> $1 AND key IN {} GROUP BY group_id
                    HAVING COUNT(*) >= $5) AS kin
                JOIN story_vectors w ON w.group_id = kin.group_id
                WHERE w.at BETWEEN $2 AND $3
                ORDER BY kin.hits DESC, kin.group_id DESC LIMIT $4) AS near
             JOIN story_vectors v ON v.group_id = near.group_id
             JOIN groups g ON g.id = near.group_id",
            placeholders(6, keys.len())
        );
        let rows: Vec<(i64, String)> = on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql))
                .bind(group).bind(millis(since)).bind(millis(until))
                .bind(super::sources::count(limit)).bind(i64::from(shared));
            for key in keys { query = query.bind(i64::from(*key)); }
            query.fetch_all(c).await
        })?;
        rows.into_iter().map(|(story, vector)| Ok((story, json::read(&vector)?))).collect()
    }

    /// Forgets the keys of a group that was in a story before.
    pub async fn forget_story_keys(&mut self, group: i64) -> Result<(), StoreError> {
        on!(&mut self.tx, c => sqlx::query("DELETE FROM story_keys WHERE group_id = $1")
            .bind(group).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Keeps a group's vector and keys, and puts the group into a story where one is given.
    pub async fn remember_story(
        &mut self,
        group: i64,
        at: Time,
        (vector, keys): (&StoryVector, &[u32]),
        story: Option<i64>,
    ) -> Result<(), StoreError> {
        let vector = json::write(vector)?;
        on!(&mut self.tx, c => sqlx::query(
            "INSERT INTO story_vectors (group_id, at, vector) VALUES ($1, $2, $3)
             ON CONFLICT (group_id) DO UPDATE SET at = excluded.at, vector = excluded.vector")
            .bind(group).bind(millis(at)).bind(vector).execute(c).await.map(drop))?;
        if !keys.is_empty() {
            let rows: Vec<String> = (0..keys.len()).map(|n| format!("(${}, $1)", n + 2)).collect();
            let sql = format!(
                "INSERT INTO story_keys (key, group_id) VALUES {} ON CONFLICT DO NOTHING",
                rows.join(", ")
            );
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(group);
                for key in keys { query = query.bind(i64::from(*key)); }
                query.execute(c).await.map(drop)
            })?;
        }
        if let Some(story) = story {
            on!(&mut self.tx, c => sqlx::query("UPDATE groups SET story_id = $1 WHERE id = $2")
                .bind(story).bind(group).execute(c).await.map(drop))?;
        }
        Ok(())
    }
}

impl Store {
    /// The latest relevant texts, at most `limit`, the newest first.
    pub async fn past_texts(&self, limit: u32) -> Result<Vec<PastText>, StoreError> {
        let rows: Vec<(String, String, Option<String>, String)> = read!(&self.db, p =>
            sqlx::query_as(
                "SELECT title, text, lang, verdict FROM articles WHERE relevant AND text <> ''
                 ORDER BY id DESC LIMIT $1")
                .bind(i64::from(limit)).fetch_all(p).await)?;
        rows.into_iter()
            .map(|(title, text, lang, verdict)| {
                Ok(PastText { title, text, lang, verdict: json::read(&verdict)? })
            })
            .collect()
    }

    /// Forgets the vectors of groups published before `before`.
    pub async fn forget_stories(&self, before: Time) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        on!(&mut tx, c => sqlx::query(
            "DELETE FROM story_keys WHERE group_id IN
                (SELECT group_id FROM story_vectors WHERE at < $1)")
            .bind(millis(before)).execute(c).await.map(drop))?;
        let rows = on!(&mut tx, c => sqlx::query("DELETE FROM story_vectors WHERE at < $1")
            .bind(millis(before)).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }
}
