//! What subscribers see: groups as published entries, by filter and page.
//!
//! A page costs a handful of queries, whatever its length. Labels, names of publishers and what
//! may be republished are not known here: the caller fills them in from the configuration.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::clause::Clause;
use super::db::{Db, on, read};
use super::entries::placeholders;
use super::{Recording, Store, StoreError, json, millis, time};
use crate::model::{
    AtomSource, ContentPolicy, Copy, Cursor, PublishedEntry, Revision, Time, TopicLabel, Verdict,
};
use crate::text::search::{Indexed, Term};

/// Which groups, in the store's own terms: publishers are named, not described.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Topic ids; a root stands for all its leaves.
    pub topics: Vec<String>,
    /// Languages of the lead.
    pub langs: Vec<String>,
    /// Countries of the text, or publishers from there: a country with the ids of its sources.
    pub countries: Vec<(String, Vec<String>)>,
    /// Sources of any copy.
    pub sources: Vec<String>,
    /// Sources of the lead; None asks nothing.
    pub lead_sources: Option<Vec<String>>,
    /// Searches, one of which must be satisfied.
    pub searches: Vec<Vec<Term>>,
    /// The least score.
    pub min_score: Option<f64>,
    /// Published at or after.
    pub since: Option<Time>,
    /// Published before.
    pub until: Option<Time>,
    /// Those to be reviewed instead of those published.
    pub review: bool,
    /// Withdrawn ones too, as tombstones.
    pub withdrawn: bool,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: i64,
    tag: String,
    story_id: i64,
    published_at: i64,
    updated_at: i64,
    verdict: String,
    withdrawn_at: Option<i64>,
    withdrawn_reason: Option<String>,
    lead: i64,
    source: String,
    url: String,
    title: String,
    author: Option<String>,
    lang: Option<String>,
    html: String,
    summary: String,
    image: Option<String>,
    rights: Option<String>,
    enclosures: String,
    feed_id: Option<String>,
    feed_title: Option<String>,
    feed_link: Option<String>,
    feed_rights: Option<String>,
}

const ENTRY: &str =
    "SELECT g.id, g.tag, g.story_id, g.published_at, g.updated_at, g.verdict, g.withdrawn_at,
            g.withdrawn_reason, g.lead, a.source, a.url, a.title, a.author, a.lang, a.html,
            a.summary, a.image, a.rights, a.enclosures, s.feed_id, s.feed_title, s.feed_link,
            s.feed_rights
     FROM groups g JOIN articles a ON a.id = g.lead LEFT JOIN sources s ON s.id = a.source";

#[derive(sqlx::FromRow)]
struct CopyRow {
    group_id: i64,
    url: String,
    title: String,
    source: String,
    lang: Option<String>,
    published_at: i64,
}

impl Store {
    /// A page of entries, newest first, then the greater group; after `after` where given.
    pub async fn published(
        &self,
        selection: &Selection,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        let mut clause = self.clause(selection);
        if let Some(cursor) = after {
            let at = clause.int(millis(cursor.published));
            let id = clause.int(cursor.group);
            clause.and(format!("(g.published_at < {at} OR (g.published_at = {at} AND g.id < {id}))"));
        }
        let limit = clause.int(i64::from(limit));
        let order = format!("ORDER BY g.published_at DESC, g.id DESC LIMIT {limit}");
        self.entries_where(clause, &order).await
    }

    /// A page of entries, oldest first, after `after` where given: for archives.
    pub async fn published_upwards(
        &self,
        selection: &Selection,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        let mut clause = self.clause(selection);
        if let Some(cursor) = after {
            let at = clause.int(millis(cursor.published));
            let id = clause.int(cursor.group);
            clause.and(format!("(g.published_at > {at} OR (g.published_at = {at} AND g.id > {id}))"));
        }
        let limit = clause.int(i64::from(limit));
        let order = format!("ORDER BY g.published_at, g.id LIMIT {limit}");
        self.entries_where(clause, &order).await
    }

    /// One entry, withdrawn or not; None where it was never published.
    pub async fn published_entry(&self, group: i64) -> Result<Option<PublishedEntry>, StoreError> {
        let mut clause = Clause::default();
        let id = clause.int(group);
        clause.and(format!("g.id = {id} AND (g.relevant OR g.review)"));
        Ok(self.entries_where(clause, "").await?.pop())
    }

    /// The published groups of a story, oldest first.
    pub async fn published_story(&self, story: i64) -> Result<Vec<PublishedEntry>, StoreError> {
        let mut clause = Clause::default();
        let id = clause.int(story);
        clause.and(format!("g.story_id = {id} AND g.relevant AND g.withdrawn_at IS NULL"));
        self.entries_where(clause, "ORDER BY g.published_at, g.id LIMIT 500").await
    }

    /// How many groups a selection holds, at most `limit`.
    pub async fn count_published(
        &self,
        selection: &Selection,
        limit: u32,
    ) -> Result<i64, StoreError> {
        let mut clause = self.clause(selection);
        let limit = clause.int(i64::from(limit));
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT g.id FROM groups g WHERE {} LIMIT {limit}) AS found",
            clause.sql()
        );
        Ok(read!(&self.db, p => clause.bind(sqlx::query_scalar(AssertSqlSafe(sql))).fetch_one(p).await)?)
    }

    /// How many published groups share each value of `what` (`topic`, `lang`, `country`,
    /// `source`) within a selection, the most frequent first.
    pub async fn facet(
        &self,
        selection: &Selection,
        what: FacetOf,
        limit: u32,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let mut clause = self.clause(selection);
        let (value, join) = what.sql();
        let limit = clause.int(i64::from(limit));
        let sql = format!(
            "SELECT {value}, COUNT(*) FROM groups g {join} WHERE {} AND {value} IS NOT NULL
             GROUP BY {value} ORDER BY COUNT(*) DESC, {value} LIMIT {limit}",
            clause.sql()
        );
        let rows: Vec<(String, i64)> = read!(&self.db, p =>
            clause.bind_as(sqlx::query_as(AssertSqlSafe(sql))).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|(value, n)| (value, n.unsigned_abs())).collect())
    }

    /// How many published groups fell on each day (days since the epoch, UTC) for each value of
    /// `what`, from `since` on.
    pub async fn days(
        &self,
        what: FacetOf,
        since: Time,
    ) -> Result<Vec<(i64, String, u64)>, StoreError> {
        let (value, join) = what.sql();
        let sql = format!(
            "SELECT g.published_at / 86400000, {value}, COUNT(*) FROM groups g {join}
             WHERE g.relevant AND g.withdrawn_at IS NULL AND g.published_at >= $1
               AND {value} IS NOT NULL
             GROUP BY g.published_at / 86400000, {value} ORDER BY 1, 2"
        );
        let rows: Vec<(i64, String, i64)> = read!(&self.db, p => sqlx::query_as(AssertSqlSafe(sql))
            .bind(millis(since)).fetch_all(p).await)?;
        Ok(rows.into_iter().map(|(day, value, n)| (day, value, n.unsigned_abs())).collect())
    }

    /// Changes with everything that feeds and pages show; cheap to ask.
    pub async fn content_version(&self) -> Result<i64, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_scalar(
            "SELECT value FROM marks WHERE name = 'content'").fetch_one(p).await)?)
    }

    /// When anything that a selection shows last changed.
    pub async fn changed_at(&self, selection: &Selection) -> Result<Option<Time>, StoreError> {
        let clause = self.clause(selection);
        let sql = format!("SELECT MAX(g.changed_at) FROM groups g WHERE {}", clause.sql());
        let at: Option<i64> = read!(&self.db, p =>
            clause.bind(sqlx::query_scalar(AssertSqlSafe(sql))).fetch_one(p).await)?;
        Ok(at.map(time))
    }

    /// The plain text of an entry's lead, and its earlier states, newest first.
    pub async fn entry_history(
        &self,
        group: i64,
    ) -> Result<Option<(String, Vec<Revision>)>, StoreError> {
        let lead: Option<(i64, String)> = read!(&self.db, p => sqlx::query_as(
            "SELECT a.id, a.text FROM groups g JOIN articles a ON a.id = g.lead WHERE g.id = $1")
            .bind(group).fetch_optional(p).await)?;
        let Some((lead, text)) = lead else { return Ok(None) };
        let rows: Vec<(i64, String, i64)> = read!(&self.db, p => sqlx::query_as(
            "SELECT seen_at, title, chars FROM revisions WHERE article = $1 ORDER BY seen_at DESC")
            .bind(lead).fetch_all(p).await)?;
        let revisions = rows.into_iter().map(|(seen, title, chars)| Revision {
            seen: time(seen),
            title,
            chars: u32::try_from(chars).unwrap_or(u32::MAX),
        });
        Ok(Some((text, revisions.collect())))
    }

    fn clause(&self, selection: &Selection) -> Clause {
        let mut clause = Clause::default();
        clause.and(if selection.review { "g.review" } else { "g.relevant" });
        if !selection.withdrawn {
            clause.and("g.withdrawn_at IS NULL");
        }
        self.add_criteria(selection, &mut clause);
        self.add_searches(&selection.searches, &mut clause);
        clause
    }

    fn add_criteria(&self, selection: &Selection, clause: &mut Clause) {
        if !selection.topics.is_empty() {
            let any = selection.topics.iter().map(|topic| {
                let exact = clause.text(topic.clone());
                let leaves = clause.text(format!("{topic}.%"));
                format!("t.topic = {exact} OR t.topic LIKE {leaves}")
            });
            let any = any.collect::<Vec<_>>().join(" OR ");
            clause.and(format!(
                "EXISTS (SELECT 1 FROM group_topics t WHERE t.group_id = g.id AND ({any}))"
            ));
        }
        if !selection.langs.is_empty() {
            let list = clause.texts(&selection.langs);
            clause.and(format!("g.lang IN {list}"));
        }
        if !selection.countries.is_empty() {
            let codes: Vec<String> = selection.countries.iter().map(|(code, _)| code.clone()).collect();
            let publishers: Vec<String> =
                selection.countries.iter().flat_map(|(_, sources)| sources.clone()).collect();
            let (codes, publishers) = (clause.texts(&codes), clause.texts(&publishers));
            clause.and(format!(
                "(g.source IN {publishers} OR EXISTS (SELECT 1 FROM group_countries c
                    WHERE c.group_id = g.id AND c.country IN {codes}))"
            ));
        }
        if !selection.sources.is_empty() {
            let list = clause.texts(&selection.sources);
            clause.and(format!(
                "EXISTS (SELECT 1 FROM articles x WHERE x.group_id = g.id AND x.source IN {list})"
            ));
        }
        if let Some(sources) = &selection.lead_sources {
            let list = clause.texts(sources);
            clause.and(format!("g.source IN {list}"));
        }
        if let Some(score) = selection.min_score {
            let score = clause.real(score);
            clause.and(format!("g.score >= {score}"));
        }
        if let Some(since) = selection.since {
            let since = clause.int(millis(since));
            clause.and(format!("g.published_at >= {since}"));
        }
        if let Some(until) = selection.until {
            let until = clause.int(millis(until));
            clause.and(format!("g.published_at < {until}"));
        }
    }

    /// Full-text search is where the engines differ.
    fn add_searches(&self, searches: &[Vec<Term>], clause: &mut Clause) {
        let asked: Vec<&Vec<Term>> = searches.iter().filter(|terms| !terms.is_empty()).collect();
        if asked.is_empty() {
            return;
        }
        let (condition, query): (&str, fn(&[Term]) -> String) = match self.db {
            Db::Sqlite { .. } => ("entry_texts MATCH", fts5_query),
            Db::Postgres(_) => ("words @@ to_tsquery('simple',", tsquery),
        };
        let close = if condition.ends_with(',') { ")" } else { "" };
        let any: Vec<String> = asked
            .iter()
            .map(|terms| {
                let query = clause.text(query(terms));
                format!("g.id IN (SELECT rowid FROM entry_texts WHERE {condition} {query}{close})")
            })
            .collect();
        clause.and(format!("({})", any.join(" OR ")));
    }

    async fn entries_where(
        &self,
        clause: Clause,
        order: &str,
    ) -> Result<Vec<PublishedEntry>, StoreError> {
        let sql = format!("{ENTRY} WHERE {} {order}", clause.sql());
        let rows: Vec<EntryRow> = read!(&self.db, p =>
            clause.bind_as(sqlx::query_as(AssertSqlSafe(sql))).fetch_all(p).await)?;
        let groups: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let leads: Vec<i64> = rows.iter().map(|row| row.lead).collect();
        let stories: Vec<i64> = rows.iter().map(|row| row.story_id).collect();
        let mut copies = self.copies_of(&groups, &leads).await?;
        let shared = self.shared_stories(&stories).await?;
        rows.into_iter()
            .map(|row| {
                let copies = copies.remove(&row.id).unwrap_or_default();
                let story = shared.contains(&row.story_id).then_some(row.story_id);
                row.entry(copies, story)
            })
            .collect()
    }

    async fn copies_of(
        &self,
        groups: &[i64],
        leads: &[i64],
    ) -> Result<HashMap<i64, Vec<Copy>>, StoreError> {
        let mut copies: HashMap<i64, Vec<Copy>> = HashMap::new();
        if groups.is_empty() {
            return Ok(copies);
        }
        let sql = format!(
            "SELECT group_id, url, title, source, lang, published_at FROM articles
             WHERE group_id IN {} AND id NOT IN {} ORDER BY published_at, id",
            placeholders(1, groups.len()),
            placeholders(1 + groups.len(), leads.len())
        );
        let rows: Vec<CopyRow> = read!(&self.db, p => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in groups.iter().chain(leads) { query = query.bind(*id); }
            query.fetch_all(p).await
        })?;
        for row in rows {
            copies.entry(row.group_id).or_default().push(row.copy());
        }
        Ok(copies)
    }

    /// Those of the stories that hold more than one published group.
    async fn shared_stories(&self, stories: &[i64]) -> Result<Vec<i64>, StoreError> {
        if stories.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT story_id FROM groups WHERE story_id IN {} AND relevant
             AND withdrawn_at IS NULL GROUP BY story_id HAVING COUNT(*) > 1",
            placeholders(1, stories.len())
        );
        Ok(read!(&self.db, p => {
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
            for id in stories { query = query.bind(*id); }
            query.fetch_all(p).await
        })?)
    }
}

/// By what published groups are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetOf {
    /// Topic.
    Topic,
    /// Language of the lead.
    Lang,
    /// Country of the text.
    Country,
    /// Source of the lead.
    Source,
}

impl FacetOf {
    fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::Topic => ("f.topic", "JOIN group_topics f ON f.group_id = g.id"),
            Self::Lang => ("g.lang", ""),
            Self::Country => ("f.country", "JOIN group_countries f ON f.group_id = g.id"),
            Self::Source => ("g.source", ""),
        }
    }
}

impl EntryRow {
    fn entry(self, copies: Vec<Copy>, story: Option<i64>) -> Result<PublishedEntry, StoreError> {
        let verdict: Verdict = json::read(&self.verdict)?;
        let label = |id: &String| TopicLabel { id: id.clone(), label: id.clone() };
        Ok(PublishedEntry {
            group: self.id,
            id: self.tag,
            title: self.title,
            url: self.url,
            published: time(self.published_at),
            updated: time(self.updated_at),
            source_name: self.source.clone(),
            source_id: self.source,
            atom_source: AtomSource {
                id: self.feed_id,
                title: self.feed_title,
                link: self.feed_link,
            },
            author: self.author,
            rights: self.rights.or(self.feed_rights),
            lang: self.lang,
            countries: verdict.countries.clone(),
            topics: verdict.topics.iter().map(|topic| label(&topic.id)).collect(),
            summary: self.summary,
            html: self.html,
            policy: ContentPolicy::Full,
            image: self.image,
            enclosures: json::read(&self.enclosures)?,
            copies,
            story,
            verdict,
            withdrawn: self
                .withdrawn_at
                .map(|at| (time(at), self.withdrawn_reason.unwrap_or_default())),
        })
    }
}

impl CopyRow {
    fn copy(self) -> Copy {
        Copy {
            url: self.url,
            title: self.title,
            source_name: self.source.clone(),
            source_id: self.source,
            lang: self.lang,
            published: time(self.published_at),
        }
    }
}

/// FTS5's query language. Terms hold letters and digits only, so quoting is safe.
fn fts5_query(terms: &[Term]) -> String {
    let parts = terms.iter().map(|term| match term {
        Term::Word(forms) => {
            let forms: Vec<String> = forms.iter().map(|form| format!("\"{form}\"")).collect();
            format!("({})", forms.join(" OR "))
        }
        Term::Phrase(words) => format!("words : \"{}\"", words.join(" ")),
    });
    parts.collect::<Vec<_>>().join(" AND ")
}

/// PostgreSQL's query language. Words carry weight A, stems weight B.
fn tsquery(terms: &[Term]) -> String {
    let parts = terms.iter().map(|term| match term {
        Term::Word(forms) => {
            let forms: Vec<String> = forms.iter().map(|form| format!("'{form}'")).collect();
            format!("({})", forms.join(" | "))
        }
        Term::Phrase(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}':A")).collect();
            format!("({})", words.join(" <-> "))
        }
    });
    parts.collect::<Vec<_>>().join(" & ")
}

impl Recording {
    /// Makes a group findable by the words of its lead.
    pub async fn index_text(&mut self, group: i64, text: &Indexed) -> Result<(), StoreError> {
        on!(&mut self.tx, c => sqlx::query("DELETE FROM entry_texts WHERE rowid = $1")
            .bind(group).execute(c).await.map(drop))?;
        let sql = if self.tx.skips_locked() {
            "INSERT INTO entry_texts (rowid, words) VALUES ($1,
                setweight(to_tsvector('simple', $2), 'A') || setweight(to_tsvector('simple', $3), 'B'))"
        } else {
            "INSERT INTO entry_texts (rowid, words, stems) VALUES ($1, $2, $3)"
        };
        on!(&mut self.tx, c => sqlx::query(sql).bind(group).bind(&text.words).bind(&text.stems)
            .execute(c).await.map(drop))?;
        Ok(())
    }
}
