//! Entries of feeds.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::db::{Tx, on, read};
use super::rows::{in_order, values};
use super::{Claim, Store, StoreError, json, millis};
use crate::model::{AtomSource, Category, Enclosure, Time};

/// Rows written or looked up by one statement; both engines allow tens of thousands of values.
const CHUNK: usize = 400;

/// An entry as a poll found it.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its id, else its link: what identifies it within its source.
    pub key: String,
    /// The article's address.
    pub link: Option<String>,
    /// Canonical form of the address.
    pub url_key: Option<String>,
    /// Host that the article page is fetched from; empty where none.
    pub host: String,
    /// Title as the feed gives it.
    pub title: String,
    /// When it says it was published.
    pub published: Option<Time>,
    /// Changes when title, text or the `updated` date change.
    pub content_hash: i64,
    /// The rest.
    pub detail: EntryDetail,
}

/// What a feed says about an entry beside title, link and date.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryDetail {
    /// Last changed.
    pub updated: Option<Time>,
    /// Authors.
    pub authors: Vec<String>,
    /// Short text, sanitised HTML.
    pub summary: Option<String>,
    /// Full text, sanitised HTML.
    pub content: Option<String>,
    /// The content is the whole article: its page is not needed.
    pub whole: bool,
    /// Lead image.
    pub image: Option<String>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// Categories.
    pub categories: Vec<Category>,
    /// Declared language.
    pub lang: Option<String>,
    /// Rights statement.
    pub rights: Option<String>,
    /// The feed it was taken over from.
    pub atom_source: Option<AtomSource>,
}

/// What a poll brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Entries not seen before.
    pub new: usize,
    /// Entries seen before whose content changed.
    pub changed: usize,
    /// New entries that who polled holds: their places in the list, and their rows.
    pub held: Vec<(usize, i64)>,
}

/// What is known of an entry that stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRef {
    /// Its row.
    pub id: i64,
    /// Its source.
    pub source: String,
    /// Its address.
    pub link: Option<String>,
    /// Its title.
    pub title: String,
    /// `pending`, `done`, `failed` or `twin`.
    pub state: String,
    /// The entry with the same address that was processed in its place.
    pub twin_of: Option<i64>,
    /// Attempts that failed.
    pub attempts: u32,
    /// The last error, a sentence.
    pub error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    id: i64,
    source: String,
    entry_key: String,
    url_key: Option<String>,
    content_hash: i64,
    state: String,
}

#[derive(sqlx::FromRow)]
struct RefRow {
    id: i64,
    source: String,
    link: Option<String>,
    title: String,
    state: String,
    twin_of: Option<i64>,
    attempts: i64,
    last_error: Option<String>,
}

/// `($from, $from+1, …)`; a list that matches nothing where `count` is 0.
pub(super) fn placeholders(from: usize, count: usize) -> String {
    if count == 0 {
        return "(NULL)".to_owned();
    }
    let list: Vec<String> = (from..from + count).map(|n| format!("${n}")).collect();
    format!("({})", list.join(", "))
}

/// The condition that `column` is none of `count` values bound from `$from` on.
pub(super) fn none_of(column: &str, from: usize, count: usize) -> String {
    if count == 0 {
        return "TRUE".to_owned();
    }
    format!("{column} NOT IN {}", placeholders(from, count))
}

/// Inserts the entries not seen before and adds those whose content changed to `woken`. An entry
/// whose address another entry has already becomes its twin: the page is never downloaded twice.
/// New entries that need no page are written as claimed where somebody wants to `hold` them. There
/// must be an id for each entry; those of entries that are not new are left over.
pub(super) async fn insert<'a>(
    tx: &mut Tx,
    (source, entries): (&str, &'a [NewEntry]),
    now: Time,
    hold: Option<&Claim<'_>>,
    (ids, woken): (&mut impl Iterator<Item = i64>, &mut Vec<Woken<'a>>),
) -> Result<Inserted, StoreError> {
    let mut inserted = Inserted::default();
    let mut seen_keys = HashSet::new();
    let mut seen_urls = HashSet::new();
    for (number, chunk) in entries.chunks(CHUNK).enumerate() {
        let known = Known::load(tx, source, chunk).await?;
        let mut fresh = Vec::new();
        for (at, entry) in chunk.iter().enumerate() {
            let repeated = !seen_keys.insert(entry.key.as_str())
                | entry.url_key.as_deref().is_some_and(|u| !seen_urls.insert(u));
            match known.find(entry) {
                _ if repeated => {}
                Some(row) if row.content_hash == entry.content_hash || row.state == "twin" => {}
                Some(row) => {
                    woken.push(Woken { id: row.id, entry, at: now });
                    inserted.changed += 1;
                }
                None => {
                    let twin_of = known.twin(entry);
                    let hold = hold.filter(|_| entry.host.is_empty() && twin_of.is_none());
                    let id = ids.next().ok_or(sqlx::Error::RowNotFound)?;
                    fresh.push(Fresh { id, place: number * CHUNK + at, entry, twin_of, hold });
                }
            }
        }
        inserted.new += fresh.len();
        inserted.held.extend(insert_rows(tx, source, &fresh, now).await?);
    }
    Ok(inserted)
}

/// An entry whose content changed.
pub(super) struct Woken<'a> {
    id: i64,
    entry: &'a NewEntry,
    at: Time,
}

/// An entry not seen before.
struct Fresh<'a> {
    id: i64,
    /// Its place in the list.
    place: usize,
    entry: &'a NewEntry,
    twin_of: Option<i64>,
    hold: Option<&'a Claim<'a>>,
}

/// Rows that a chunk of entries may already have.
#[derive(Default)]
struct Known {
    by_key: HashMap<String, KnownRow>,
    by_url: HashMap<String, String>,
    /// Other sources' entries at the same addresses, the first of each.
    twins: HashMap<String, i64>,
}

impl Known {
    async fn load(tx: &mut Tx, source: &str, chunk: &[NewEntry]) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for row in known_rows(tx, source, chunk).await? {
            match row.url_key.clone() {
                Some(url) if row.source != source => {
                    if matches!(row.state.as_str(), "pending" | "done") {
                        let first = known.twins.entry(url).or_insert(row.id);
                        *first = row.id.min(*first);
                    }
                }
                url => {
                    if let Some(url) = url {
                        known.by_url.insert(url, row.entry_key.clone());
                    }
                    known.by_key.insert(row.entry_key.clone(), row);
                }
            }
        }
        Ok(known)
    }

    /// The row of this entry: by its key, else by its address (a changed guid is no new entry).
    fn find(&self, entry: &NewEntry) -> Option<&KnownRow> {
        self.by_key.get(&entry.key).or_else(|| {
            let key = self.by_url.get(entry.url_key.as_ref()?)?;
            self.by_key.get(key)
        })
    }

    fn twin(&self, entry: &NewEntry) -> Option<i64> {
        self.twins.get(entry.url_key.as_ref()?).copied()
    }
}

/// A source's rows under these keys, and everybody's at these addresses.
async fn known_rows(
    tx: &mut Tx,
    source: &str,
    chunk: &[NewEntry],
) -> Result<Vec<KnownRow>, StoreError> {
    let urls: Vec<&String> = chunk.iter().filter_map(|e| e.url_key.as_ref()).collect();
    let sql = format!(
        "SELECT id, source, entry_key, url_key, content_hash, state FROM entries
         WHERE (source = $1 AND entry_key IN {}) OR url_key IN {}",
        placeholders(2, chunk.len()),
        placeholders(2 + chunk.len(), urls.len())
    );
    let sql = in_order(tx, sql);
    Ok(on!(tx, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(source);
        for key in chunk.iter().map(|e| &e.key).chain(urls) { query = query.bind(key); }
        query.fetch_all(c).await
    })?)
}

/// Has entries whose content changed processed again.
pub(super) async fn wake(tx: &mut Tx, mut woken: Vec<Woken<'_>>) -> Result<(), StoreError> {
    // In one order, as all who lock several rows.
    woken.sort_unstable_by_key(|woken| woken.id);
    for Woken { id, entry, at } in woken {
        let detail = json::write(&entry.detail)?;
        on!(&mut *tx, c => sqlx::query(
            "UPDATE entries SET title = $1, detail = $2, content_hash = $3, published_at = $4,
                host = $5, state = 'pending', attempts = 0, next_attempt_at = $6 WHERE id = $7")
            .bind(&entry.title).bind(detail).bind(entry.content_hash)
            .bind(entry.published.map(millis)).bind(&entry.host).bind(millis(at)).bind(id)
            .execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Returns the places and rows of those that are held.
async fn insert_rows(
    tx: &mut Tx,
    source: &str,
    fresh: &[Fresh<'_>],
    now: Time,
) -> Result<Vec<(usize, i64)>, StoreError> {
    const COLUMNS: usize = 16;
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "INSERT INTO entries (id, source, entry_key, link, url_key, host, title, detail,
            content_hash, published_at, state, twin_of, next_attempt_at, first_seen_at,
            claimed_until, claimed_by, attempts)
         VALUES {} ON CONFLICT (source, entry_key) DO NOTHING",
        values(1, fresh.len(), COLUMNS).replace(')', ", 0)")
    );
    let sql = in_order(tx, sql);
    let details: Vec<String> =
        fresh.iter().map(|f| json::write(&f.entry.detail)).collect::<Result<_, _>>()?;
    let written = on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (Fresh { id, entry, twin_of, hold, .. }, detail) in fresh.iter().zip(&details) {
            query = query.bind(*id).bind(source).bind(&entry.key).bind(&entry.link)
                .bind(&entry.url_key).bind(&entry.host).bind(&entry.title).bind(detail)
                .bind(entry.content_hash).bind(entry.published.map(millis))
                .bind(if twin_of.is_some() { "twin" } else { "pending" }).bind(*twin_of)
                .bind(millis(now)).bind(millis(now))
                .bind(hold.map(|hold| millis(hold.until))).bind(hold.map(|hold| hold.worker));
        }
        query.execute(c).await.map(|done| done.rows_affected())
    })?;
    if written != fresh.len() as u64 {
        // Somebody else wrote one of them meanwhile; which, is not known. The claims expire.
        return Ok(Vec::new());
    }
    let held = fresh.iter().filter(|fresh| fresh.hold.is_some());
    Ok(held.map(|fresh| (fresh.place, fresh.id)).collect())
}

impl Store {
    /// The entries that an address or a row number names, for `rasad explain`.
    pub async fn find_entries(
        &self,
        link: &str,
        url_key: &str,
    ) -> Result<Vec<EntryRef>, StoreError> {
        let id: Option<i64> = link.parse().ok();
        let rows: Vec<RefRow> = read!(&self.db, p => sqlx::query_as(
            "SELECT id, source, link, title, state, twin_of, attempts, last_error FROM entries
             WHERE id = $1 OR url_key = $2 OR link = $3 ORDER BY id")
            .bind(id).bind(url_key).bind(link).fetch_all(p).await)?;
        Ok(rows.into_iter().map(RefRow::entry).collect())
    }
}

impl RefRow {
    fn entry(self) -> EntryRef {
        EntryRef {
            id: self.id,
            source: self.source,
            link: self.link,
            title: self.title,
            state: self.state,
            twin_of: self.twin_of,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            error: self.last_error,
        }
    }
}
