//! What reading a feed yields.

use super::Time;
use serde::{Deserialize, Serialize};

use super::source::words;

words! {
    /// The format a feed was read as.
    FeedFormat {
        /// RSS 0.9x.
        Rss09 = "rss09",
        /// RSS 1.0 (RDF).
        Rdf = "rdf",
        /// RSS 2.0.
        Rss20 = "rss20",
        /// Atom 0.3.
        Atom03 = "atom03",
        /// Atom 1.0 (RFC 4287).
        Atom10 = "atom10",
        /// JSON Feed 1.0 or 1.1.
        Json = "json",
        /// Channel Definition Format.
        Cdf = "cdf",
        /// Sitemap, with or without the news extension.
        Sitemap = "sitemap",
        /// HTML page read through selectors.
        Page = "page",
    }
}

/// A feed after repair and parsing. All HTML is sanitised, all addresses are absolute.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedFeed {
    /// The format it was read as.
    pub format: FeedFormat,
    /// Its id (Atom), where it gives one.
    pub id: Option<String>,
    /// Its title, plain text or sanitised inline HTML.
    pub title: Option<String>,
    /// The site's address.
    pub link: Option<String>,
    /// What it says about itself.
    pub description: Option<String>,
    /// Declared language, as written.
    pub language: Option<String>,
    /// Rights statement.
    pub rights: Option<String>,
    /// Icon or logo.
    pub image: Option<String>,
    /// The address it gives for itself (`rel=self`).
    pub self_link: Option<String>,
    /// WebSub hubs (`rel=hub`).
    pub hubs: Vec<String>,
    /// How often it asks to be fetched.
    pub hints: UpdateHints,
    /// Entries in document order.
    pub entries: Vec<ParsedEntry>,
    /// True when more entries than the limit were present and cut off.
    pub entries_cut: bool,
    /// What was mended before or while parsing, one short phrase each, for the admin.
    pub repairs: Vec<String>,
}

impl ParsedFeed {
    /// A feed of which nothing is known but its format.
    #[must_use]
    pub fn empty(format: FeedFormat) -> Self {
        Self {
            format,
            id: None,
            title: None,
            link: None,
            description: None,
            language: None,
            rights: None,
            image: None,
            self_link: None,
            hubs: Vec::new(),
            hints: UpdateHints::default(),
            entries: Vec::new(),
            entries_cut: false,
            repairs: Vec::new(),
        }
    }
}

/// What a feed says about how often it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateHints {
    /// RSS `ttl`, or the period of `sy:updatePeriod` / `sy:updateFrequency`, in minutes.
    pub ttl_minutes: Option<u32>,
    /// RSS `skipHours`: hours of the day in UTC, 0 to 23.
    pub skip_hours: Vec<u8>,
    /// RSS `skipDays`: 0 = Monday … 6 = Sunday.
    pub skip_days: Vec<u8>,
}

/// One entry of a feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedEntry {
    /// The id as the feed gives it (guid, atom:id, id); empty where it gives none.
    pub id: String,
    /// Title; may hold sanitised inline HTML.
    pub title: String,
    /// The article's address, absolute.
    pub link: Option<String>,
    /// The address that the feed gives as the one behind `link` (`feedburner:origLink`, JSON
    /// Feed's `external_url`), absolute.
    pub original: Option<String>,
    /// First published.
    pub published: Option<Time>,
    /// Last changed.
    pub updated: Option<Time>,
    /// A date that could not be read or is impossible, as written, with the reason.
    pub date_problem: Option<String>,
    /// Authors' names.
    pub authors: Vec<String>,
    /// Short text, sanitised HTML.
    pub summary: Option<String>,
    /// Full text, sanitised HTML.
    pub content: Option<String>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// Categories.
    pub categories: Vec<Category>,
    /// Declared language of this entry, as written.
    pub language: Option<String>,
    /// Lead image or thumbnail.
    pub image: Option<String>,
    /// Rights statement.
    pub rights: Option<String>,
    /// Address of the discussion.
    pub comments: Option<String>,
    /// The feed it was taken over from.
    pub atom_source: Option<AtomSource>,
}

/// Attached media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute address.
    pub url: String,
    /// Media type.
    pub mime: Option<String>,
    /// Size in bytes.
    pub length: Option<u64>,
}

/// A category of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The category's name.
    pub term: String,
    /// Its vocabulary.
    pub scheme: Option<String>,
    /// For people.
    pub label: Option<String>,
}

/// The feed an entry came from (RFC 4287 section 4.2.11, RSS `source`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtomSource {
    /// The feed's id.
    pub id: Option<String>,
    /// The feed's title.
    pub title: Option<String>,
    /// The feed's address.
    pub link: Option<String>,
}
