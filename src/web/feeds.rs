//! Output feeds over HTTP: which entries, in which form, kept per version of the content.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::catalog::Catalog;
use super::errors::Problem;
use super::http::Document;
use super::query;
use super::state::{Shared, Version};
use super::wanted::Wanted;
use crate::model::{Cursor, FeedMeta, PublishedEntry, Time};
use crate::publish;
use crate::store::{Depth, Shelf};
use crate::websub;

/// Documents kept: every named feed in every form has room, made-up ones take turns.
const MAX_DOCUMENTS: usize = 600;
/// Tombstones in a feed.
const MAX_GRAVES: usize = 50;
/// Tombstones stand so long in a feed; in archives for ever.
const GRAVE_DAYS: i64 = 90;

/// The documents made so far.
#[derive(Default)]
pub(super) struct FeedCache {
    slots: RwLock<HashMap<String, Arc<Slot>>>,
}

/// One document, and the lock that lets one task alone make it.
#[derive(Default)]
struct Slot {
    made: RwLock<Option<(Version, Arc<Document>)>>,
    making: Mutex<()>,
}

impl Shared {
    /// The document of a feed: the one that was made for this version of the content, or a new
    /// one. Where the store is lost, the last one that was made.
    pub async fn feed(&self, catalog: &Catalog, wanted: &Wanted) -> Result<Arc<Document>, Problem> {
        let slot = self.feeds.slot(wanted.key());
        let version = match self.version().await {
            Ok(version) => version,
            Err(error) => return slot.last().ok_or(Problem::Store(error)),
        };
        if let Some(document) = slot.fresh(version) {
            return Ok(document);
        }
        let _alone = slot.making.lock().await;
        // The other forms of the feed must not stay behind what this one is about to show.
        let version = self.newest_version().await.unwrap_or(version);
        if let Some(document) = slot.fresh(version) {
            return Ok(document);
        }
        match self.make(catalog, wanted, slot.last()).await {
            Ok(document) => {
                let document = Arc::new(document);
                let made = Some((version, document.clone()));
                *slot.made.write().unwrap_or_else(PoisonError::into_inner) = made;
                Ok(document)
            }
            Err(problem) => slot.last().ok_or(problem),
        }
    }

    async fn make(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        last: Option<Arc<Document>>,
    ) -> Result<Document, Problem> {
        let limit = wanted.limit();
        let mut entries = match wanted.nothing {
            true => Vec::new(),
            false => self.feed_entries(catalog, wanted, limit + 1).await?,
        };
        let more = entries.len() > limit;
        entries.truncate(limit);
        let older = entries.last().filter(|_| more).map(place);
        let archive = self.archived(catalog, wanted, &entries).await?;
        if wanted.before.is_none() && !wanted.nothing {
            entries.extend(self.graves(catalog, wanted).await?);
        }
        let meta = FeedMeta {
            prev_archive_url: archive.map(|number| self.archive_url(wanted, number)),
            ..self.paged(catalog, wanted, &entries, older).await?
        };
        let (body, content_type) = write(wanted.form, &meta, &entries);
        // A change that moves no entry's `updated` still is a modification of the document.
        let changed = last.filter(|last| last.hash != xxhash_rust::xxh3::xxh3_128(body.as_bytes()));
        let modified = if changed.is_some() { self.clock.now() } else { meta.updated };
        let link = meta.hub_url.as_deref().map(|hub| websub::links(hub, &meta.self_url));
        let document = match wanted.is_plain() {
            true => Document::kept(content_type, body, Some(modified)).await,
            false => Document::brief(content_type, body, Some(modified)).await,
        };
        Ok(document.linked(link))
    }

    async fn feed_entries(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<PublishedEntry>, Problem> {
        let selection = catalog.selection(&wanted.filter);
        let mut entries = self
            .store
            .published(&selection, Shelf::Published, wanted.before, limit, Depth::Full)
            .await?;
        for entry in &mut entries {
            catalog.complete(entry, wanted.tongue, wanted.most());
        }
        Ok(entries)
    }

    /// Head of a page of a feed, with the addresses of the other pages (RFC 5005 section 3).
    async fn paged(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        entries: &[PublishedEntry],
        older: Option<Cursor>,
    ) -> Result<FeedMeta, Problem> {
        let mut meta = self.meta(catalog, wanted, entries);
        if older.is_none() && wanted.before.is_none() {
            return Ok(meta);
        }
        let selection = catalog.selection(&wanted.filter);
        let at = |from: Option<Cursor>| self.store.place_after(&selection, from, wanted.limit());
        let address = |before: Option<Cursor>| Some(wanted.address(&self.base_url, before));
        meta.first_url = address(None);
        meta.next_url = older.and_then(|cursor| address(Some(cursor)));
        meta.last_url = address(at(None).await?);
        if wanted.before.is_some() {
            meta.prev_url = address(at(wanted.before).await?);
        }
        Ok(meta)
    }

    /// Tombstones of the feed, where the form has them.
    async fn graves(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
    ) -> Result<Vec<PublishedEntry>, Problem> {
        if wanted.form != "atom" || !wanted.filter.words.is_empty() {
            return Ok(Vec::new());
        }
        let selection = catalog.selection(&wanted.filter);
        let shelf = Shelf::Withdrawn;
        let mut graves =
            self.store.published(&selection, shelf, None, MAX_GRAVES, Depth::List).await?;
        let since = self.clock.now() - chrono::Duration::days(GRAVE_DAYS);
        graves.retain(|grave| grave.withdrawn.as_ref().is_some_and(|(at, _)| *at >= since));
        Ok(graves)
    }

    /// The address of our hub, where there is one.
    pub fn hub_url(&self) -> Option<String> {
        self.settings.hub.then(|| format!("{}hub", self.base_url))
    }

    pub(super) fn meta(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        entries: &[PublishedEntry],
    ) -> FeedMeta {
        let tongue = wanted.tongue;
        let (title, description) = titles(catalog, wanted);
        let page_query = query::write(&wanted.filter);
        let mark = if page_query.is_empty() { "" } else { "?" };
        let authority = &self.settings.tag_authority;
        let tag_query = if wanted.is_own() || page_query.is_empty() {
            String::new()
        } else {
            format!("?{page_query}")
        };
        FeedMeta {
            id: format!("tag:{authority}:feed/{}{tag_query}", wanted.id()),
            title,
            description,
            lang: tongue.tag().to_owned(),
            site: catalog.title.get(tongue).to_owned(),
            base_url: self.base_url.clone(),
            icon_url: Some(format!("{}assets/icon.png", self.base_url)),
            self_url: wanted.self_address(&self.base_url),
            page_url: format!("{}{mark}{page_query}", self.base_url),
            hub_url: wanted.has_hub().then(|| self.hub_url()).flatten(),
            updated: updated(entries, self.clock.now()),
            excerpt_chars: catalog.excerpt_chars,
            ..FeedMeta::default()
        }
    }
}

/// Where an entry stands in the list.
fn place(entry: &PublishedEntry) -> Cursor {
    Cursor { published: entry.published, group: entry.group }
}

/// A document in one of the forms, and its media type.
pub(super) fn write(
    form: &str,
    meta: &FeedMeta,
    entries: &[PublishedEntry],
) -> (String, &'static str) {
    match form {
        "atom" => (publish::atom(meta, entries), "application/atom+xml; charset=utf-8"),
        "rss" => (publish::rss(meta, entries), "application/rss+xml; charset=utf-8"),
        _ => (publish::json(meta, entries), "application/feed+json; charset=utf-8"),
    }
}

/// Title and description: the feed's own, else what the filter says.
fn titles(catalog: &Catalog, wanted: &Wanted) -> (String, String) {
    let (tongue, site) = (wanted.tongue, catalog.title.get(wanted.tongue));
    let named = wanted.feed.as_ref();
    let own = wanted.is_own();
    let base = named.map_or(site, |feed| feed.title.get(tongue));
    let description = named.map_or("", |feed| feed.description.get(tongue)).to_owned();
    if own || wanted.filter.is_empty() {
        return (base.to_owned(), description);
    }
    let criteria = super::home::names(catalog, tongue, &wanted.filter).join(" · ");
    (format!("{base}: {criteria}"), description)
}

/// When the newest change happened; now for an empty feed.
pub(super) fn updated(entries: &[PublishedEntry], now: Time) -> Time {
    let moments = entries.iter().map(|entry| {
        let changed = entry.updated.max(entry.published);
        entry.withdrawn.as_ref().map_or(changed, |(at, _)| changed.max(*at))
    });
    moments.max().unwrap_or(now)
}

impl FeedCache {
    fn slot(&self, key: String) -> Arc<Slot> {
        if let Some(slot) = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return slot.clone();
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MAX_DOCUMENTS {
            // Made-up feeds make room; those that readers still follow come back at once.
            slots.retain(|key, _| !key.starts_with("custom."));
        }
        if slots.len() >= MAX_DOCUMENTS {
            slots.clear();
        }
        slots.entry(key).or_default().clone()
    }
}

impl Slot {
    fn fresh(&self, version: Version) -> Option<Arc<Document>> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.as_ref().filter(|(of, _)| *of == version).map(|(_, document)| document.clone())
    }

    fn last(&self) -> Option<Arc<Document>> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.as_ref().map(|(_, document)| document.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_feeds_cannot_fill_the_memory() {
        let cache = FeedCache::default();
        for number in 0..2_000 {
            cache.slot(format!("custom.atom q={number}"));
            cache.slot("all.atom".to_owned());
        }
        assert!(cache.slots.read().unwrap().len() <= MAX_DOCUMENTS);
        assert!(cache.slots.read().unwrap().contains_key("all.atom"));
    }
}
