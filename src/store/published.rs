//! What subscribers read: published groups, filtered, searched, paged, withdrawn.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::db::{on, read};
use super::selection::{Selection, Shelf, Value, bound, on_shelf};
use super::{Store, StoreError, json, millis, publications, search, time};
use crate::model::{
    AtomSource, ContentPolicy, Copy, Cursor, PublishedEntry, Revision, Time, TopicLabel, Verdict,
};

/// How much of each entry is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What a list shows: no HTML.
    List,
    /// Everything.
    Full,
}

/// A lead's own text and verdict: the evidence's spans are places in it. (A group's verdict may be
/// that of another copy.)
#[derive(Debug, Clone, PartialEq)]
pub struct LeadText {
    /// Plain text; emptied where it was dropped.
    pub text: String,
    /// What the rules found.
    pub verdict: Verdict,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    tag: String,
    lead: i64,
    story_id: i64,
    published_at: i64,
    updated_at: i64,
    verdict: String,
    withdrawn_at: Option<i64>,
    withdrawn_reason: Option<String>,
    title: String,
    url: String,
    source: String,
    author: Option<String>,
    lang: Option<String>,
    summary: String,
    html: String,
    image: Option<String>,
    rights: Option<String>,
    enclosures: String,
    feed_id: Option<String>,
    feed_title: Option<String>,
    feed_link: Option<String>,
    feed_rights: Option<String>,
    feed_url: Option<String>,
}

/// Columns of [`Row`]; the HTML is left out of lists.
pub(super) fn select(depth: Depth) -> String {
    let html = if depth == Depth::Full { "a.html" } else { "'' AS html" };
    format!(
        "SELECT g.id, g.tag, g.lead, g.story_id, g.published_at, g.updated_at, g.verdict,
                g.withdrawn_at, g.withdrawn_reason, a.title, a.url, a.source, a.author, a.lang,
                a.summary, {html}, a.image, a.rights, a.enclosures, s.feed_id, s.feed_title,
                s.feed_link, s.feed_rights, s.url AS feed_url
         FROM groups g JOIN articles a ON a.id = g.lead LEFT JOIN sources s ON s.id = a.source"
    )
}

impl Row {
    fn entry(self) -> Result<PublishedEntry, StoreError> {
        let verdict: Verdict = json::read(&self.verdict)?;
        let topics = verdict
            .topics
            .iter()
            .map(|topic| TopicLabel { id: topic.id.clone(), label: topic.id.clone() });
        Ok(PublishedEntry {
            group: self.id,
            id: self.tag,
            title: self.title,
            url: self.url,
            published: time(self.published_at),
            updated: time(self.updated_at),
            source_name: self.feed_title.clone().unwrap_or_else(|| self.source.clone()),
            source_id: self.source,
            atom_source: AtomSource {
                id: self.feed_id,
                title: self.feed_title,
                link: self.feed_url.or(self.feed_link),
            },
            author: self.author,
            rights: self.rights.or(self.feed_rights),
            lang: self.lang,
            countries: verdict.countries.clone(),
            topics: topics.collect(),
            summary: self.summary,
            html: self.html,
            policy: ContentPolicy::Full,
            image: self.image,
            enclosures: json::read(&self.enclosures)?,
            copies: Vec::new(),
            story: Some(self.story_id),
            verdict,
            withdrawn: self
                .withdrawn_at
                .map(|at| (time(at), self.withdrawn_reason.unwrap_or_default())),
        })
    }
}

impl Store {
    /// Changes whenever anything that feeds or pages show has changed.
    pub async fn content_version(&self) -> Result<i64, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_scalar(
            "SELECT value FROM marks WHERE name = 'content'").fetch_one(p).await)?)
    }

    /// A page of groups, newest first, with their copies. Topics carry their ids as labels, and
    /// the policy is `full`: the configuration knows both.
    pub async fn published(
        &self,
        selection: &Selection,
        shelf: Shelf,
        before: Option<Cursor>,
        limit: usize,
        depth: Depth,
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        let Some(mut conditions) = self.conditions(selection, shelf) else {
            return Ok(Vec::new());
        };
        if conditions.is_search && self.finds_much(selection).await? {
            conditions.look_along_the_list();
        }
        if let Some(cursor) = before {
            let at = conditions.value(Value::Int(millis(cursor.published)));
            let id = conditions.value(Value::Int(cursor.group));
            conditions
                .and(&format!("g.published_at <= {at} AND (g.published_at < {at} OR g.id < {id})"));
        }
        let limit = conditions.value(Value::Int(super::sources::count(limit)));
        // Which ones first, from narrow rows alone; then what is to be shown of them.
        let sql = format!(
            "SELECT g.id FROM groups g WHERE {}{} ORDER BY g.published_at DESC, g.id DESC
             LIMIT {limit}",
            on_shelf(shelf),
            conditions.sql
        );
        let groups: Vec<i64> = read!(&self.db, p =>
            bound!(sqlx::query_scalar(AssertSqlSafe(sql)), &conditions.values)
                .fetch_all(p).await)?;
        self.rows_of(&groups, shelf, depth).await
    }

    /// Groups of a shelf by their rows, newest first.
    pub(super) async fn rows_of(
        &self,
        groups: &[i64],
        shelf: Shelf,
        depth: Depth,
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "{} WHERE {} AND g.id IN {} ORDER BY g.published_at DESC, g.id DESC",
            select(depth),
            on_shelf(shelf),
            super::entries::placeholders(1, groups.len())
        );
        let values: Vec<Value> = groups.iter().map(|group| Value::Int(*group)).collect();
        self.entries(sql, &values).await
    }

    /// The place `steps` groups newer than `from`, which counts as the first of them, or than the
    /// end of the list; none where there are not as many. It is the `before` of the page of `steps`
    /// groups that ends at `from`, or with the list.
    pub async fn place_after(
        &self,
        selection: &Selection,
        from: Option<Cursor>,
        steps: usize,
    ) -> Result<Option<Cursor>, StoreError> {
        let Some(mut conditions) = self.conditions(selection, Shelf::Published) else {
            return Ok(None);
        };
        if conditions.is_search && self.finds_much(selection).await? {
            conditions.look_along_the_list();
        }
        if let Some(cursor) = from {
            let at = conditions.value(Value::Int(millis(cursor.published)));
            let id = conditions.value(Value::Int(cursor.group));
            conditions.and(&format!(
                "g.published_at >= {at} AND (g.published_at > {at} OR g.id >= {id})"
            ));
        }
        let steps = conditions.value(Value::Int(super::sources::count(steps)));
        let sql = format!(
            "SELECT g.published_at, g.id FROM groups g WHERE {}{}
             ORDER BY g.published_at, g.id LIMIT 1 OFFSET {steps}",
            on_shelf(Shelf::Published),
            conditions.sql
        );
        let found: Option<(i64, i64)> = read!(&self.db, p =>
            bound!(sqlx::query_as(AssertSqlSafe(sql)), &conditions.values)
                .fetch_optional(p).await)?;
        Ok(found.map(|(published, group)| Cursor { published: time(published), group }))
    }

    /// One group, published or withdrawn.
    pub async fn published_entry(&self, group: i64) -> Result<Option<PublishedEntry>, StoreError> {
        let sql = format!("{} WHERE g.relevant AND g.id = $1", select(Depth::Full));
        Ok(self.entries(sql, &[Value::Int(group)]).await?.pop())
    }

    /// One group, whatever became of it.
    pub async fn any_entry(&self, group: i64) -> Result<Option<PublishedEntry>, StoreError> {
        let sql = format!("{} WHERE g.id = $1", select(Depth::Full));
        Ok(self.entries(sql, &[Value::Int(group)]).await?.pop())
    }

    /// The published groups of a story, newest first; at most 200.
    pub async fn story(&self, story: i64) -> Result<Vec<PublishedEntry>, StoreError> {
        let sql = format!(
            "{} WHERE {} AND g.story_id = $1 ORDER BY g.published_at DESC, g.id DESC LIMIT 200",
            select(Depth::List),
            on_shelf(Shelf::Published)
        );
        self.entries(sql, &[Value::Int(story)]).await
    }

    /// The lead's text with what the rules found in it.
    pub async fn lead_text(&self, group: i64) -> Result<Option<LeadText>, StoreError> {
        let row: Option<(String, String)> = read!(&self.db, p => sqlx::query_as(
            "SELECT a.text, a.verdict FROM groups g JOIN articles a ON a.id = g.lead
             WHERE g.id = $1").bind(group).fetch_optional(p).await)?;
        row.map(|(text, verdict)| Ok(LeadText { text, verdict: json::read(&verdict)? })).transpose()
    }

    /// The leads' texts of several groups.
    pub async fn lead_texts(&self, groups: &[i64]) -> Result<HashMap<i64, String>, StoreError> {
        if groups.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT g.id, a.text FROM groups g JOIN articles a ON a.id = g.lead WHERE g.id IN {}",
            super::entries::placeholders(1, groups.len())
        );
        let rows: Vec<(i64, String)> = read!(&self.db, p => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for group in groups { query = query.bind(*group); }
            query.fetch_all(p).await
        })?;
        Ok(rows.into_iter().collect())
    }

    /// Earlier states of the lead's text, newest first.
    pub async fn revisions(&self, group: i64) -> Result<Vec<Revision>, StoreError> {
        let rows: Vec<(i64, String, i64)> = read!(&self.db, p => sqlx::query_as(
            "SELECT r.seen_at, r.title, r.chars FROM revisions r
             JOIN groups g ON g.lead = r.article WHERE g.id = $1 ORDER BY r.seen_at DESC LIMIT 50")
            .bind(group).fetch_all(p).await)?;
        let revisions = rows.into_iter().map(|(seen, title, chars)| Revision {
            seen: time(seen),
            title,
            chars: u32::try_from(chars).unwrap_or(u32::MAX),
        });
        Ok(revisions.collect())
    }

    /// Takes a group, named by its row or its published id, out of every feed for ever. False
    /// where there is none or it was withdrawn before.
    pub async fn withdraw(&self, id: &str, reason: &str, now: Time) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let group: Option<i64> = on!(&mut tx, c => sqlx::query_scalar(
            "UPDATE groups SET withdrawn_at = $1, withdrawn_reason = $2, changed_at = $1
             WHERE (tag = $3 OR CAST(id AS TEXT) = $3) AND withdrawn_at IS NULL RETURNING id")
            .bind(millis(now)).bind(reason).bind(id).fetch_optional(c).await)?;
        if let Some(group) = group {
            search::forget(&mut tx, &[group]).await?;
            publications::announce_end(&mut tx, group, now).await?;
            publications::touch(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(group.is_some())
    }

    pub(super) async fn entries(
        &self,
        sql: String,
        values: &[Value],
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        let rows: Vec<Row> = read!(&self.db, p =>
            bound!(sqlx::query_as(AssertSqlSafe(sql)), values).fetch_all(p).await)?;
        let leads: Vec<i64> = rows.iter().map(|row| row.lead).collect();
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            entries.push(row.entry()?);
        }
        self.add_copies(&mut entries, &leads).await?;
        self.drop_lone_stories(&mut entries).await?;
        Ok(entries)
    }

    async fn add_copies(
        &self,
        entries: &mut [PublishedEntry],
        leads: &[i64],
    ) -> Result<(), StoreError> {
        let groups: Vec<i64> = entries.iter().map(|entry| entry.group).collect();
        if groups.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT a.group_id, a.id, a.url, a.title, a.source, a.lang, a.published_at, s.feed_title
             FROM articles a LEFT JOIN sources s ON s.id = a.source
             WHERE a.group_id IN {} ORDER BY a.published_at, a.id",
            super::entries::placeholders(1, groups.len())
        );
        type CopyRow = (i64, i64, String, String, String, Option<String>, i64, Option<String>);
        let rows: Vec<CopyRow> = read!(&self.db, p => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for group in &groups { query = query.bind(*group); }
            query.fetch_all(p).await
        })?;
        let place: HashMap<i64, usize> =
            groups.iter().enumerate().map(|(at, group)| (*group, at)).collect();
        for (group, id, url, title, source, lang, published, feed_title) in rows {
            let Some(entry) = place.get(&group).and_then(|at| entries.get_mut(*at)) else {
                continue;
            };
            // One address is one copy, however many sources listed it.
            let listed = url == entry.url || entry.copies.iter().any(|copy| copy.url == url);
            if leads.contains(&id) || listed {
                continue;
            }
            entry.copies.push(Copy {
                url,
                title,
                source_name: feed_title.unwrap_or_else(|| source.clone()),
                source_id: source,
                lang,
                published: time(published),
            });
        }
        Ok(())
    }

    /// A story of one group is no story.
    async fn drop_lone_stories(&self, entries: &mut [PublishedEntry]) -> Result<(), StoreError> {
        let stories: Vec<i64> = entries.iter().filter_map(|entry| entry.story).collect();
        if stories.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT g.story_id FROM groups g WHERE {} AND g.story_id IN {}
             GROUP BY g.story_id HAVING COUNT(*) > 1",
            on_shelf(Shelf::Published),
            super::entries::placeholders(1, stories.len())
        );
        let shared: Vec<i64> = read!(&self.db, p => {
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
            for story in &stories { query = query.bind(*story); }
            query.fetch_all(p).await
        })?;
        for entry in entries {
            entry.story = entry.story.filter(|story| shared.contains(story));
        }
        Ok(())
    }
}
