//! Output feeds over HTTP: which entries, in which form, kept per version of the content.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::catalog::{Catalog, OutputFeed};
use super::errors::Problem;
use super::http::Document;
use super::page::FORMS;
use super::query::{self, Asked};
use super::state::{Shared, Version};
use crate::model::{ContentPolicy, Cursor, FeedMeta, Filter, PublishedEntry, Time, TopicLabel};
use crate::publish::{self, Tongue};
use crate::store::{Depth, Selection, Shelf};

/// Documents kept: every named feed in every form has room, made-up ones take turns.
const MAX_DOCUMENTS: usize = 600;
/// Entries of a feed made up by query parameters.
const CUSTOM_LIMIT: usize = 50;
/// Tombstones in a feed.
const MAX_GRAVES: usize = 50;

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

/// A feed that was asked for.
pub(super) struct Wanted {
    pub form: &'static str,
    pub feed: Option<OutputFeed>,
    pub filter: Filter,
    /// Whether the two filters leave nothing over.
    pub nothing: bool,
    pub before: Option<Cursor>,
    pub tongue: Tongue,
}

impl Wanted {
    /// Reads `all.atom` with its query: a feed of the catalog, narrowed, or one made up.
    pub fn read(
        file: &str,
        asked: Asked,
        catalog: &Catalog,
        lang: Tongue,
    ) -> Result<Self, Problem> {
        let (id, ending) = file.rsplit_once('.').ok_or(Problem::NotFound)?;
        let form = FORMS.iter().find(|form| form.0 == ending).ok_or(Problem::NotFound)?.0;
        let feed = match id {
            "custom" => None,
            _ => Some(catalog.feed(id).ok_or(Problem::NotFound)?.clone()),
        };
        let tongue = asked.ui.or(feed.as_ref().map(|feed| feed.lang)).unwrap_or(lang);
        let narrowed = match &feed {
            Some(feed) => narrowed(&feed.filter, &asked.filter, catalog),
            None => Some(asked.filter),
        };
        Ok(Self {
            form,
            feed,
            nothing: narrowed.is_none(),
            filter: narrowed.unwrap_or_default(),
            before: asked.before,
            tongue,
        })
    }

    /// Whether it is a feed of the catalog, as it stands there.
    pub fn is_plain(&self) -> bool {
        let own = self.feed.as_ref().is_some_and(|feed| feed.filter == self.filter);
        own && self.before.is_none()
    }

    /// The same for the same document.
    fn key(&self) -> String {
        let id = self.feed.as_ref().map_or("custom", |feed| &feed.id);
        let before = self.before.map(|cursor| cursor.to_string()).unwrap_or_default();
        let (form, ui) = (self.form, self.tongue.tag());
        format!("{id}.{form} {} {before} {ui} {}", query::write(&self.filter), self.nothing)
    }

    fn limit(&self) -> usize {
        self.feed.as_ref().map_or(CUSTOM_LIMIT, |feed| feed.limit)
    }
}

/// What both filters let through; none where a criterion leaves nothing over.
fn narrowed(own: &Filter, asked: &Filter, catalog: &Catalog) -> Option<Filter> {
    let both = |own: &[String], asked: &[String]| -> Option<Vec<String>> {
        match (own.is_empty(), asked.is_empty()) {
            (true, _) => Some(asked.to_vec()),
            (_, true) => Some(own.to_vec()),
            _ => {
                let common: Vec<String> =
                    asked.iter().filter(|value| own.contains(value)).cloned().collect();
                (!common.is_empty()).then_some(common)
            }
        }
    };
    let topics = match own.topics.is_empty() || asked.topics.is_empty() {
        true => both(&own.topics, &asked.topics)?,
        false => both(&catalog.with_leaves(&own.topics), &catalog.with_leaves(&asked.topics))?,
    };
    let kinds = match (own.kinds.is_empty(), asked.kinds.is_empty()) {
        (true, _) => asked.kinds.clone(),
        (_, true) => own.kinds.clone(),
        _ => {
            let kinds = asked.kinds.iter().filter(|kind| own.kinds.contains(kind));
            Some(kinds.copied().collect::<Vec<_>>()).filter(|kinds| !kinds.is_empty())?
        }
    };
    let words = match (own.words.is_empty(), asked.words.is_empty()) {
        (true, _) => asked.words.clone(),
        (_, true) => own.words.clone(),
        _ => {
            let pairs =
                own.words.iter().flat_map(|one| asked.words.iter().map(move |two| (one, two)));
            pairs.map(|(one, two)| format!("{one} {two}")).collect()
        }
    };
    Some(Filter {
        topics,
        langs: both(&own.langs, &asked.langs)?,
        countries: both(&own.countries, &asked.countries)?,
        sources: both(&own.sources, &asked.sources)?,
        kinds,
        words,
        min_score: match (own.min_score, asked.min_score) {
            (Some(own), Some(asked)) => Some(own.max(asked)),
            (own, asked) => own.or(asked),
        },
    })
}

impl Catalog {
    /// Topics with all their leaves.
    pub(super) fn with_leaves(&self, topics: &[String]) -> Vec<String> {
        let mut all = topics.to_vec();
        for topic in &self.topics {
            let under = topic.parent.as_ref().is_some_and(|parent| topics.contains(parent));
            if under && !all.contains(&topic.id) {
                all.push(topic.id.clone());
            }
        }
        all
    }

    /// A filter as the store takes it: roots with their leaves, countries and kinds with the
    /// sources that have them.
    pub(super) fn selection(&self, filter: &Filter) -> Selection {
        let ids = |has: &dyn Fn(&crate::model::Source) -> bool| {
            self.sources
                .iter()
                .filter(|source| has(source))
                .map(|source| source.id.clone())
                .collect()
        };
        Selection {
            country_sources: ids(&|source| {
                source.country.as_ref().is_some_and(|country| filter.countries.contains(country))
            }),
            kind_sources: ids(&|source| filter.kinds.contains(&source.kind)),
            filter: Filter { topics: self.with_leaves(&filter.topics), ..filter.clone() },
        }
    }

    /// Fills in what the configuration knows of an entry: names, labels, countries, how much of
    /// the text may be shown.
    pub(super) fn complete(&self, entry: &mut PublishedEntry, tongue: Tongue, most: ContentPolicy) {
        entry.topics = entry
            .topics
            .iter()
            .map(|topic| TopicLabel {
                id: topic.id.clone(),
                label: self.topic_label(&topic.id, tongue).to_owned(),
            })
            .collect();
        let source = self.source(&entry.source_id);
        // A source that was taken off the list allows no more than an excerpt.
        let allowed = source.map_or(ContentPolicy::Excerpt, |source| source.content);
        entry.policy = allowed.max(most);
        if let Some(source) = source {
            entry.source_name.clone_from(&source.name);
            let country = source.country.iter().filter(|code| !entry.countries.contains(code));
            entry.countries.extend(country.cloned().collect::<Vec<_>>());
        }
        for copy in &mut entry.copies {
            if let Some(source) = self.source(&copy.source_id) {
                copy.source_name.clone_from(&source.name);
            }
        }
    }
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
        let older = entries.last().filter(|_| more);
        let older = older.map(|last| Cursor { published: last.published, group: last.group });
        if wanted.before.is_none() && !wanted.nothing {
            entries.extend(self.graves(catalog, wanted).await?);
        }
        let meta = self.meta(catalog, wanted, &entries, older);
        let (body, content_type) = match wanted.form {
            "atom" => (publish::atom(&meta, &entries), "application/atom+xml; charset=utf-8"),
            "rss" => (publish::rss(&meta, &entries), "application/rss+xml; charset=utf-8"),
            _ => (publish::json(&meta, &entries), "application/feed+json; charset=utf-8"),
        };
        // A change that moves no entry's `updated` still is a modification of the document.
        let changed = last.filter(|last| last.hash != xxhash_rust::xxh3::xxh3_128(body.as_bytes()));
        let modified = if changed.is_some() { self.clock.now() } else { meta.updated };
        Ok(Document::kept(content_type, body, Some(modified)).await)
    }

    async fn feed_entries(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<PublishedEntry>, Problem> {
        let selection = catalog.selection(&wanted.filter);
        let most = wanted.feed.as_ref().map_or(ContentPolicy::Full, |feed| feed.content);
        let mut entries = self
            .store
            .published(&selection, Shelf::Published, wanted.before, limit, Depth::Full)
            .await?;
        for entry in &mut entries {
            catalog.complete(entry, wanted.tongue, most);
        }
        Ok(entries)
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
        Ok(self.store.published(&selection, shelf, None, MAX_GRAVES, Depth::List).await?)
    }

    fn meta(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        entries: &[PublishedEntry],
        older: Option<Cursor>,
    ) -> FeedMeta {
        let tongue = wanted.tongue;
        let id = wanted.feed.as_ref().map_or("custom", |feed| &feed.id);
        let own = wanted.feed.as_ref().is_some_and(|feed| feed.filter == wanted.filter);
        let query = if own { String::new() } else { query::write(&wanted.filter) };
        let address = |before: Option<Cursor>| {
            let before = before.map(|cursor| format!("before={cursor}"));
            let parts: Vec<&str> = [Some(query.as_str()), before.as_deref()]
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect();
            let mark = if parts.is_empty() { "" } else { "?" };
            format!("{}feeds/{id}.{}{mark}{}", self.base_url, wanted.form, parts.join("&"))
        };
        let (title, description) = titles(catalog, wanted);
        let page_query = query::write(&wanted.filter);
        let mark = if page_query.is_empty() { "" } else { "?" };
        let authority = &self.settings.tag_authority;
        let tag_query = if query.is_empty() { String::new() } else { format!("?{query}") };
        FeedMeta {
            id: format!("tag:{authority}:feed/{id}{tag_query}"),
            title,
            description,
            lang: tongue.tag().to_owned(),
            site: catalog.title.get(tongue).to_owned(),
            base_url: self.base_url.clone(),
            icon_url: Some(format!("{}assets/icon.png", self.base_url)),
            self_url: address(wanted.before),
            page_url: format!("{}{mark}{page_query}", self.base_url),
            hub_url: self.settings.hub.then(|| format!("{}hub", self.base_url)),
            next_url: older.map(|cursor| address(Some(cursor))),
            prev_url: None,
            first_url: wanted.before.is_some().then(|| address(None)),
            prev_archive_url: None,
            next_archive_url: None,
            current_url: None,
            archive: false,
            updated: updated(entries, self.clock.now()),
            excerpt_chars: catalog.excerpt_chars,
        }
    }
}

/// Title and description: the feed's own, else what the filter says.
fn titles(catalog: &Catalog, wanted: &Wanted) -> (String, String) {
    let (tongue, site) = (wanted.tongue, catalog.title.get(wanted.tongue));
    let named = wanted.feed.as_ref();
    let own = named.is_some_and(|feed| feed.filter == wanted.filter);
    let base = named.map_or(site, |feed| feed.title.get(tongue));
    let description = named.map_or("", |feed| feed.description.get(tongue)).to_owned();
    if own || wanted.filter.is_empty() {
        return (base.to_owned(), description);
    }
    let criteria = super::home::names(catalog, tongue, &wanted.filter).join(" · ");
    (format!("{base}: {criteria}"), description)
}

/// When the newest change happened; now for an empty feed.
fn updated(entries: &[PublishedEntry], now: Time) -> Time {
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
    use crate::web::samples::catalog;

    fn filter(topics: &[&str], langs: &[&str], words: &[&str]) -> Filter {
        let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Filter { topics: list(topics), langs: list(langs), words: list(words), ..Filter::default() }
    }

    #[test]
    fn a_feed_can_only_be_narrowed() {
        let catalog = catalog();
        let narrow = |own, asked| narrowed(&own, &asked, &catalog);
        assert_eq!(
            narrow(filter(&["mig"], &[], &[]), filter(&["mig.sea"], &["ar"], &["x"])),
            Some(filter(&["mig.sea"], &["ar"], &["x"]))
        );
        assert_eq!(narrow(filter(&["mig"], &[], &[]), filter(&["ht"], &[], &[])), None);
        assert_eq!(narrow(filter(&[], &["ar"], &[]), filter(&[], &["fr"], &[])), None);
        let words = narrow(filter(&[], &[], &["a", "b"]), filter(&[], &[], &["c"]));
        assert_eq!(words, Some(filter(&[], &[], &["a c", "b c"])));
    }

    #[test]
    fn policies_meet_at_the_stricter() {
        let catalog = catalog();
        let mut entry = crate::publish::samples::arabic();
        catalog.complete(&mut entry, Tongue::Fr, ContentPolicy::Link);
        assert_eq!(entry.policy, ContentPolicy::Link);
        assert_eq!(entry.topics[0].label, "Travail forcé");
        entry.source_id = "nobody".to_owned();
        catalog.complete(&mut entry, Tongue::Fr, ContentPolicy::Full);
        assert_eq!(entry.policy, ContentPolicy::Excerpt);
    }

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
