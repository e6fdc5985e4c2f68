//! Articles and groups: recording what was made of an entry, in one transaction.
//!
//! The caller holds a [`Recording`] and takes its decisions (which group, which lead) between
//! the store's reads and writes. Recordings run one at a time over all workers, so that two
//! copies that arrive together find each other.

use super::db::{Tx, on, read};
use super::{Store, StoreError, entries, json, millis, time};
use crate::model::{Article, Enclosure, Time, Verdict};

/// An article as it is recorded.
#[derive(Debug, Clone)]
pub struct NewArticle {
    /// The entry's row.
    pub id: i64,
    /// Its source.
    pub source: String,
    /// Address that readers are sent to.
    pub url: String,
    /// Canonical form of the address.
    pub url_key: String,
    /// The scraped article; its title falls back to `title`.
    pub article: Article,
    /// Title, plain text.
    pub title: String,
    /// Short text, plain.
    pub summary: String,
    /// When it was published, else first seen; never in the future.
    pub published: Time,
    /// Rights statement.
    pub rights: Option<String>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// It credits a news agency.
    pub credits: bool,
    /// Validators of the page.
    pub etag: Option<String>,
    /// Validators of the page.
    pub last_modified: Option<String>,
    /// What the filter says.
    pub verdict: Verdict,
    /// Version of the rules that said it.
    pub rules: String,
}

/// An article that stands in the store, as far as decisions need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its row; the entry's too.
    pub id: i64,
    /// Its group.
    pub group: i64,
    /// Its source.
    pub source: String,
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// When it was published.
    pub published: Time,
    /// Its language.
    pub lang: Option<String>,
    /// Characters of its text.
    pub chars: u32,
    /// Where the body was found, see [`crate::model::Method`].
    pub method: String,
    /// It credits a news agency.
    pub credits: bool,
    /// What the filter says.
    pub verdict: Verdict,
}

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

/// A stored article with the validators of its page.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Known {
    /// `ETag` of the page.
    pub etag: Option<String>,
    /// `Last-Modified` of the page.
    pub last_modified: Option<String>,
    /// Its address.
    pub url: String,
    /// Its text; empty where it was forgotten.
    pub text: String,
    /// Its HTML.
    pub html: String,
    /// Its author.
    pub author: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// Its main image.
    pub image: Option<String>,
    /// Where the body was found, see [`crate::model::Method`].
    pub method: String,
}

/// One recording: a transaction that no other recording overlaps.
pub struct Recording {
    pub(super) tx: Tx,
    pub(super) now: Time,
    /// The article that is known not to stand in the store: there is nothing of it to replace.
    pub(super) new_article: Option<i64>,
    /// The group that this recording opened: nobody has seen it.
    new_group: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct RecordedRow {
    id: i64,
    group_id: i64,
    source: String,
    url: String,
    title: String,
    published_at: i64,
    lang: Option<String>,
    chars: i64,
    method: String,
    credits: bool,
    verdict: String,
}

const RECORDED: &str = "SELECT id, group_id, source, url, title, published_at, lang, chars, method, credits, verdict FROM articles";

impl RecordedRow {
    fn recorded(self) -> Result<Recorded, StoreError> {
        Ok(Recorded {
            id: self.id,
            group: self.group_id,
            source: self.source,
            url: self.url,
            title: self.title,
            published: time(self.published_at),
            lang: self.lang,
            chars: u32::try_from(self.chars).unwrap_or(u32::MAX),
            method: self.method,
            credits: self.credits,
            verdict: json::read(&self.verdict)?,
        })
    }
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
    /// Begins a recording; waits for the one under way, on any worker.
    pub async fn begin_recording(&self, now: Time) -> Result<Recording, StoreError> {
        let mut tx = self.db.begin().await?;
        // On PostgreSQL this row is the lock; SQLite has one writer anyway.
        if tx.skips_locked() {
            on!(&mut tx, c => sqlx::query(
                "UPDATE marks SET value = value + 1 WHERE name = 'groups'")
                .execute(c).await.map(drop))?;
        }
        Ok(Recording { tx, now, new_article: None, new_group: None })
    }

    /// What is stored under an entry's row, with its page's validators.
    pub async fn known_article(&self, id: i64) -> Result<Option<Known>, StoreError> {
        Ok(read!(&self.db, p => sqlx::query_as(
            "SELECT etag, last_modified, url, text, html, author, lang, image, method
             FROM articles WHERE id = $1").bind(id).fetch_optional(p).await)?)
    }

    /// The article of an entry.
    pub async fn article(&self, id: i64) -> Result<Option<Recorded>, StoreError> {
        let row: Option<RecordedRow> = read!(&self.db, p => {
            let sql = sqlx::AssertSqlSafe(format!("{RECORDED} WHERE id = $1"));
            sqlx::query_as(sql).bind(id).fetch_optional(p).await
        })?;
        row.map(RecordedRow::recorded).transpose()
    }

    /// All copies in a group, in order of arrival.
    pub async fn copies(&self, group: i64) -> Result<Vec<Recorded>, StoreError> {
        let rows: Vec<RecordedRow> = read!(&self.db, p => {
            let sql = sqlx::AssertSqlSafe(format!("{RECORDED} WHERE group_id = $1 ORDER BY id"));
            sqlx::query_as(sql).bind(group).fetch_all(p).await
        })?;
        rows.into_iter().map(RecordedRow::recorded).collect()
    }

    /// A group's row.
    pub async fn group(&self, id: i64) -> Result<Option<GroupRow>, StoreError> {
        let row: Option<GroupTableRow> = read!(&self.db, p => {
            let sql = sqlx::AssertSqlSafe(format!("{GROUP} WHERE id = $1"));
            sqlx::query_as(sql).bind(id).fetch_optional(p).await
        })?;
        Ok(row.map(GroupTableRow::group))
    }

    /// Empties the texts of irrelevant articles older than `before`; key, fingerprint and verdict
    /// stay, and the texts that an admin decided on: they are learnt from. Returns how many.
    pub async fn drop_rejected_texts(&self, before: Time) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let rows = on!(&mut tx, c => sqlx::query(
            "UPDATE articles SET text = '', html = '' WHERE updated_at < $1 AND text <> ''
                AND group_id IN (SELECT id FROM groups
                    WHERE NOT relevant AND NOT review AND decision IS NULL)")
            .bind(millis(before)).execute(c).await.map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Marks an entry as processed without a change: its page is the same as before.
    pub async fn finish_entry(&self, worker: &str, id: i64) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        entries::finish(&mut tx, worker, id).await?;
        tx.commit().await
    }
}

impl Recording {
    /// Marks the entry as processed; refuses where the claim expired.
    pub async fn finish_entry(&mut self, worker: &str, id: i64) -> Result<(), StoreError> {
        entries::finish(&mut self.tx, worker, id).await
    }

    /// The group that the article stands in already, where it was recorded before.
    pub async fn group_of(&mut self, article: i64) -> Result<Option<i64>, StoreError> {
        let group = on!(&mut self.tx, c => sqlx::query_scalar(
            "SELECT group_id FROM articles WHERE id = $1")
            .bind(article).fetch_optional(c).await)?;
        self.new_article = group.is_none().then_some(article);
        Ok(group)
    }

    /// Other articles at the same address with their groups, the earliest first.
    pub async fn groups_at(
        &mut self,
        url_key: &str,
        article: i64,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        Ok(on!(&mut self.tx, c => sqlx::query_as(
            "SELECT id, group_id FROM articles WHERE url_key = $1 AND id <> $2 ORDER BY id LIMIT 8")
            .bind(url_key).bind(article).fetch_all(c).await)?)
    }

    /// The text of an article; empty where it was forgotten.
    pub async fn text(&mut self, article: i64) -> Result<String, StoreError> {
        Ok(on!(&mut self.tx, c => sqlx::query_scalar("SELECT text FROM articles WHERE id = $1")
            .bind(article).fetch_one(c).await)?)
    }

    /// All copies in a group, in order of arrival.
    pub async fn copies(&mut self, group: i64) -> Result<Vec<Recorded>, StoreError> {
        let rows: Vec<RecordedRow> = on!(&mut self.tx, c => {
            let sql = sqlx::AssertSqlSafe(format!("{RECORDED} WHERE group_id = $1 ORDER BY id"));
            sqlx::query_as(sql).bind(group).fetch_all(c).await
        })?;
        rows.into_iter().map(RecordedRow::recorded).collect()
    }

    /// A group's row.
    pub async fn group(&mut self, id: i64) -> Result<Option<GroupRow>, StoreError> {
        let row: Option<GroupTableRow> = on!(&mut self.tx, c => {
            let sql = sqlx::AssertSqlSafe(format!("{GROUP} WHERE id = $1"));
            sqlx::query_as(sql).bind(id).fetch_optional(c).await
        })?;
        Ok(row.map(GroupTableRow::group))
    }

    /// Opens a group with its published id, in the given story or one of its own.
    /// The group is invisible until [`Recording::write_group`].
    pub async fn create_group(
        &mut self,
        tag: &str,
        article: &NewArticle,
        story: Option<i64>,
    ) -> Result<i64, StoreError> {
        let now = millis(self.now);
        let story = match story {
            Some(story) => story,
            None => self.create_story().await?,
        };
        let group = on!(&mut self.tx, c => sqlx::query_scalar(
            "INSERT INTO groups (tag, lead, story_id, source, lang, published_at, updated_at,
                relevant, review, score, verdict, changed_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, FALSE, 0, '{}', $7, $7) RETURNING id")
            .bind(tag).bind(article.id).bind(story).bind(&article.source)
            .bind(&article.verdict.lang).bind(millis(article.published)).bind(now)
            .fetch_one(c).await)?;
        self.new_group = Some(group);
        Ok(group)
    }

    pub(super) async fn create_story(&mut self) -> Result<i64, StoreError> {
        let now = millis(self.now);
        Ok(on!(&mut self.tx, c => sqlx::query_scalar(
            "INSERT INTO stories (created_at, updated_at) VALUES ($1, $1) RETURNING id")
            .bind(now).fetch_one(c).await)?)
    }

    /// Writes the article into its group. A changed text keeps a note of its earlier state.
    pub async fn write_article(
        &mut self,
        article: &NewArticle,
        group: i64,
    ) -> Result<(), StoreError> {
        if self.new_article != Some(article.id) {
            self.keep_revision(article).await?;
        }
        let (body, verdict) = (&article.article, json::write(&article.verdict)?);
        let enclosures = json::write(&article.enclosures)?;
        on!(&mut self.tx, c => sqlx::query(
            "INSERT INTO articles (id, source, group_id, url, url_key, title, author, published_at,
                lang, text, html, summary, image, rights, enclosures, method, chars, etag,
                last_modified, relevant, review, score, verdict, rules, revision, created_at,
                updated_at, credits)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $20, $21, $22, $23, $24, 0, $25, $25, $26)
             ON CONFLICT (id) DO UPDATE SET url = excluded.url, url_key = excluded.url_key,
                title = excluded.title, author = excluded.author, lang = excluded.lang,
                revision = CASE WHEN articles.text = excluded.text THEN articles.revision
                                ELSE articles.revision + 1 END,
                text = excluded.text, html = excluded.html, summary = excluded.summary,
                image = excluded.image, rights = excluded.rights, enclosures = excluded.enclosures,
                method = excluded.method, chars = excluded.chars, etag = excluded.etag,
                last_modified = excluded.last_modified, relevant = excluded.relevant,
                review = excluded.review, score = excluded.score, verdict = excluded.verdict,
                rules = excluded.rules, updated_at = excluded.updated_at,
                credits = excluded.credits")
            .bind(article.id).bind(&article.source).bind(group).bind(&article.url)
            .bind(&article.url_key).bind(&article.title).bind(&body.author)
            .bind(millis(article.published)).bind(&article.verdict.lang).bind(&body.text)
            .bind(&body.html).bind(&article.summary).bind(&body.image).bind(&article.rights)
            .bind(enclosures).bind(body.method.as_str()).bind(chars(&body.text))
            .bind(&article.etag).bind(&article.last_modified).bind(article.verdict.relevant)
            .bind(article.verdict.review).bind(article.verdict.score).bind(verdict)
            .bind(&article.rules).bind(millis(self.now)).bind(article.credits)
            .execute(c).await.map(drop))?;
        Ok(())
    }

    async fn keep_revision(&mut self, article: &NewArticle) -> Result<(), StoreError> {
        on!(&mut self.tx, c => sqlx::query(
            "INSERT INTO revisions (article, seen_at, title, chars)
             SELECT id, updated_at, title, chars FROM articles
             WHERE id = $1 AND (text <> $2 OR title <> $3)
             ON CONFLICT (article, seen_at) DO NOTHING")
            .bind(article.id).bind(&article.article.text).bind(&article.title)
            .execute(c).await.map(drop))?;
        Ok(())
    }

    /// Writes what a group has become; feeds see it with the commit.
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
        let new = self.new_group.take() == Some(id);
        if !new {
            self.drop_topics(id).await?;
        }
        self.write_topics(id, state.verdict).await?;
        if !new {
            super::verdicts::name_topics(&mut self.tx, id, state.verdict).await?;
        }
        if new && !state.relevant && !state.review {
            // Nobody has seen it, and nobody will.
            return Ok(());
        }
        super::published::reindex(&mut self.tx, id).await?;
        on!(&mut self.tx, c => sqlx::query("UPDATE marks SET value = value + 1 WHERE name = 'content'")
            .execute(c).await.map(drop))?;
        Ok(())
    }

    async fn drop_topics(&mut self, id: i64) -> Result<(), StoreError> {
        for table in [
            "DELETE FROM group_topics WHERE group_id = $1",
            "DELETE FROM group_countries WHERE group_id = $1",
        ] {
            on!(&mut self.tx, c => sqlx::query(table).bind(id).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    async fn write_topics(&mut self, id: i64, verdict: &Verdict) -> Result<(), StoreError> {
        for topic in &verdict.topics {
            on!(&mut self.tx, c => sqlx::query(
                "INSERT INTO group_topics (group_id, topic, score) VALUES ($1, $2, $3)
                 ON CONFLICT (group_id, topic) DO NOTHING")
                .bind(id).bind(&topic.id).bind(topic.score).execute(c).await.map(drop))?;
        }
        for country in &verdict.countries {
            on!(&mut self.tx, c => sqlx::query(
                "INSERT INTO group_countries (group_id, country) VALUES ($1, $2)
                 ON CONFLICT (group_id, country) DO NOTHING")
                .bind(id).bind(country).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    /// Makes all of it visible at once.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}

fn chars(text: &str) -> i64 {
    super::sources::count(text.chars().count())
}
