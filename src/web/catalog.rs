//! What the pages and feeds are made of beside the store: the admin's feeds, topics and sources.

use std::collections::BTreeMap;

use crate::model::{ContentPolicy, Filter, Source};
use crate::publish::Tongue;

/// A text in several languages, by BCP 47 tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Localised(pub BTreeMap<String, String>);

impl Localised {
    /// The text in `tongue`, else in English, else in any language, else empty.
    pub fn get(&self, tongue: Tongue) -> &str {
        let text = self.0.get(tongue.tag()).or_else(|| self.0.get("en"));
        text.or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}

/// An output feed of `feeds.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputFeed {
    /// Its name in `/feeds/{id}.atom`; its Atom id hangs on it.
    pub id: String,
    /// Title.
    pub title: Localised,
    /// What it holds.
    pub description: Localised,
    /// Language of title and description in the document.
    pub lang: Tongue,
    /// What it shows.
    pub filter: Filter,
    /// The most text it shows of an entry; a source that allows less is obeyed.
    pub content: ContentPolicy,
    /// Entries in the document.
    pub limit: usize,
}

/// A topic as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicInfo {
    /// Topic id.
    pub id: String,
    /// The root it belongs to; none for a root.
    pub parent: Option<String>,
    /// Its name.
    pub label: Localised,
    /// What it covers.
    pub description: Localised,
}

/// Everything that may change with the configuration while the web runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    /// Name of the site.
    pub title: Localised,
    /// Output feeds, in the order in which they are offered.
    pub feeds: Vec<OutputFeed>,
    /// Topics: each root before its leaves.
    pub topics: Vec<TopicInfo>,
    /// Sources, enabled ones alone.
    pub sources: Vec<Source>,
    /// Longest excerpt of a text that may not be shown whole, in characters.
    pub excerpt_chars: usize,
}

impl Catalog {
    /// The topic of an id.
    pub fn topic(&self, id: &str) -> Option<&TopicInfo> {
        self.topics.iter().find(|topic| topic.id == id)
    }

    /// The source of an id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The output feed of an id.
    pub fn feed(&self, id: &str) -> Option<&OutputFeed> {
        self.feeds.iter().find(|feed| feed.id == id)
    }

    /// A topic's name; its id where nobody named it.
    pub fn topic_label<'a>(&'a self, id: &'a str, tongue: Tongue) -> &'a str {
        let label = self.topic(id).map_or("", |topic| topic.label.get(tongue));
        if label.is_empty() { id } else { label }
    }

    /// A source's name in a language, else its usual one, else its id.
    pub fn source_name<'a>(&'a self, id: &'a str, tongue: Tongue) -> &'a str {
        self.source(id).map_or(id, |source| {
            source.names.get(tongue.tag()).map_or(source.name.as_str(), String::as_str)
        })
    }

    /// The place of a topic's root among the roots: it has one colour everywhere.
    pub fn tone(&self, topic: &str) -> usize {
        let root = topic.split('.').next().unwrap_or(topic);
        let mut roots = self.topics.iter().filter(|topic| topic.parent.is_none());
        roots.position(|known| known.id == root).unwrap_or(0) % TONES
    }
}

/// Colours that the style sheet has for roots.
const TONES: usize = 6;
