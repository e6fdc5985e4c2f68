//! Groups: all copies of one text, and what subscribers see of them.

use sqlx::AssertSqlSafe;

use super::articles::Recorded;
use super::db::{on, read};
use super::entries::placeholders;
use super::recording::Recording;
use super::rows::{filled, in_order, next_ids, runs, values};
use super::{Store, StoreError, json, millis, time};
use crate::model::{Time, Verdict};

/// A group's row, as decisions need it.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// Its row.
    pub id: i64,
    /// Its published id.
    pub tag: String,
    /// The copy that is shown.
    pub lead: i64,
    /// Its story.
    pub story: i64,
    /// When the text was published.
    pub published: Time,
    /// When a reader should look again.
    pub updated: Time,
    /// To be published.
    pub relevant: bool,
    /// The admin's word on it: `accept` or `reject`.
    pub decision: Option<String>,
    /// Withdrawn by the admin.
    pub withdrawn: bool,
}

/// What a group becomes.
#[derive(Debug, Clone)]
pub struct GroupState<'a> {
    /// The copy that is shown.
    pub lead: &'a Recorded,
    /// When the text was published.
    pub published: Time,
    /// When a reader should look again.
    pub updated: Time,
    /// To be published.
    pub relevant: bool,
    /// A person should look.
    pub review: bool,
    /// Why.
    pub verdict: &'a Verdict,
}

/// A group that is opened, with its published id.
#[derive(Debug, Clone)]
pub struct NewGroup<'a> {
    /// Its published id.
    pub tag: String,
    /// What it is.
    pub state: GroupState<'a>,
}

#[derive(sqlx::FromRow)]
struct GroupTableRow {
    id: i64,
    tag: String,
    lead: i64,
    story_id: i64,
    published_at: i64,
    updated_at: i64,
    relevant: bool,
    decision: Option<String>,
    withdrawn_at: Option<i64>,
}

const GROUP: &str = "SELECT id, tag, lead, story_id, published_at, updated_at, relevant, decision, withdrawn_at FROM groups";

impl GroupTableRow {
    fn group(self) -> GroupRow {
        GroupRow {
            id: self.id,
            tag: self.tag,
            lead: self.lead,
            story: self.story_id,
            published: time(self.published_at),
            updated: time(self.updated_at),
            relevant: self.relevant,
            decision: self.decision,
            withdrawn: self.withdrawn_at.is_some(),
        }
    }
}

impl Store {
    /// A group's row.
    pub async fn group(&self, id: i64) -> Result<Option<GroupRow>, StoreError> {
        let row: Option<GroupTableRow> = read!(&self.db, p => {
            let sql = sqlx::AssertSqlSafe(format!("{GROUP} WHERE id = $1"));
            sqlx::query_as(sql).bind(id).fetch_optional(p).await
        })?;
        Ok(row.map(GroupTableRow::group))
    }
}

impl Recording {
    /// Rows of groups.
    pub async fn groups(&mut self, ids: &[i64]) -> Result<Vec<GroupRow>, StoreError> {
        let ids = filled(ids);
        let sql = format!("{GROUP} WHERE id IN {}", placeholders(1, ids.len()));
        let rows: Vec<GroupTableRow> = on!(&mut self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in ids { query = query.bind(id); }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(GroupTableRow::group).collect())
    }

    /// Opens groups, each in a story of its own, and returns their rows in the same order. What
    /// subscribers see of them is shown by [`Recording::show`] when their articles are written.
    pub async fn open_groups(&mut self, new: &[NewGroup<'_>]) -> Result<Vec<i64>, StoreError> {
        let stories = self.create_stories(new.len()).await?;
        let opened = next_ids(&mut self.tx, "groups", new.len()).await?;
        let rows: Vec<(i64, i64, &NewGroup<'_>)> = opened
            .iter()
            .zip(stories)
            .zip(new)
            .map(|((id, story), group)| (*id, story, group))
            .collect();
        for run in runs(&rows) {
            self.open_run(run).await?;
        }
        let topics: Vec<(i64, &Verdict)> =
            opened.iter().copied().zip(new.iter().map(|group| group.state.verdict)).collect();
        self.write_topics(&topics).await?;
        Ok(opened)
    }

    /// Rows, stories and groups.
    async fn open_run(&mut self, run: &[(i64, i64, &NewGroup<'_>)]) -> Result<(), StoreError> {
        const COLUMNS: usize = 14;
        let sql = format!(
            "INSERT INTO groups (id, tag, lead, story_id, source, lang, published_at, updated_at,
                relevant, review, score, verdict, changed_at, created_at)
             VALUES {}",
            values(1, run.len(), COLUMNS)
        );
        let (sql, now) = (in_order(&self.tx, sql), millis(self.now));
        let verdicts: Vec<String> = run
            .iter()
            .map(|(_, _, group)| json::write(group.state.verdict))
            .collect::<Result<_, _>>()?;
        on!(&mut self.tx, c => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for ((id, story, NewGroup { tag, state }), verdict) in run.iter().zip(&verdicts) {
                query = query.bind(*id).bind(tag).bind(state.lead.id).bind(*story)
                    .bind(&state.lead.source).bind(&state.lead.lang)
                    .bind(millis(state.published)).bind(millis(state.updated))
                    .bind(state.relevant).bind(state.review).bind(state.verdict.score)
                    .bind(verdict).bind(now).bind(now);
            }
            query.execute(c).await.map(drop)
        })?;
        Ok(())
    }

    pub(super) async fn create_stories(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        let ids = next_ids(&mut self.tx, "stories", count).await?;
        for run in runs(&ids) {
            let sql = format!(
                "INSERT INTO stories (id, created_at, updated_at) VALUES {}",
                values(1, run.len(), 3)
            );
            let (sql, now) = (in_order(&self.tx, sql), millis(self.now));
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for id in run { query = query.bind(*id).bind(now).bind(now); }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(ids)
    }

    /// Writes what a group has become.
    pub async fn write_group(&mut self, id: i64, state: &GroupState<'_>) -> Result<(), StoreError> {
        let verdict = json::write(state.verdict)?;
        let now = millis(self.now);
        on!(&mut self.tx, c => sqlx::query(
            "UPDATE groups SET lead = $1, source = $2, lang = $3, published_at = $4,
                updated_at = $5, relevant = $6, review = $7, score = $8, verdict = $9,
                changed_at = $10 WHERE id = $11")
            .bind(state.lead.id).bind(&state.lead.source).bind(&state.lead.lang)
            .bind(millis(state.published)).bind(millis(state.updated)).bind(state.relevant)
            .bind(state.review).bind(state.verdict.score).bind(verdict).bind(now).bind(id)
            .execute(c).await.map(drop))?;
        for table in [
            "DELETE FROM group_topics WHERE group_id = $1",
            "DELETE FROM group_countries WHERE group_id = $1",
        ] {
            on!(&mut self.tx, c => sqlx::query(table).bind(id).execute(c).await.map(drop))?;
        }
        self.write_topics(&[(id, state.verdict)]).await?;
        super::verdicts::name_topics(&mut self.tx, id, state.verdict).await
    }

    /// Brings search and feeds in line with what these groups have become. Groups that nobody
    /// saw before and nobody sees now need not be named.
    pub async fn show(&mut self, groups: &[i64]) -> Result<(), StoreError> {
        if groups.is_empty() {
            return Ok(());
        }
        for run in runs(groups) {
            super::publications::reindex(&mut self.tx, run).await?;
        }
        super::publications::touch(&mut self.tx).await
    }

    async fn write_topics(&mut self, groups: &[(i64, &Verdict)]) -> Result<(), StoreError> {
        let topics: Vec<(i64, &str, f64)> = groups
            .iter()
            .flat_map(|(id, v)| v.topics.iter().map(|t| (*id, t.id.as_str(), t.score)))
            .collect();
        for run in runs(&topics) {
            let sql = format!(
                "INSERT INTO group_topics (group_id, topic, score) VALUES {}
                 ON CONFLICT (group_id, topic) DO NOTHING",
                values(1, run.len(), 3)
            );
            let sql = in_order(&self.tx, sql);
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (id, topic, score) in run { query = query.bind(*id).bind(*topic).bind(*score); }
                query.execute(c).await.map(drop)
            })?;
        }
        let countries: Vec<(i64, &str)> = groups
            .iter()
            .flat_map(|(id, v)| v.countries.iter().map(|country| (*id, country.as_str())))
            .collect();
        for run in runs(&countries) {
            let sql = format!(
                "INSERT INTO group_countries (group_id, country) VALUES {}
                 ON CONFLICT (group_id, country) DO NOTHING",
                values(1, run.len(), 2)
            );
            let sql = in_order(&self.tx, sql);
            on!(&mut self.tx, c => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for (id, country) in run { query = query.bind(*id).bind(*country); }
                query.execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }
}
