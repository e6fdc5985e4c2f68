//! What a subscriber sees: groups as entries of output feeds.

use super::{AtomSource, ContentPolicy, Enclosure, Time, Verdict};

/// An output feed as documents need it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedMeta {
    /// Atom id: stable for ever.
    pub id: String,
    /// Title in the feed's language.
    pub title: String,
    /// What the feed holds.
    pub description: String,
    /// Language of title and description, BCP 47.
    pub lang: String,
    /// Name of this installation: the feed's author.
    pub site: String,
    /// Address of this installation's front page, ending in a slash.
    pub base_url: String,
    /// Square image that readers show beside the feed.
    pub icon_url: Option<String>,
    /// Address of this document.
    pub self_url: String,
    /// Address of the page that shows the same.
    pub page_url: String,
    /// Our WebSub hub, where there is one.
    pub hub_url: Option<String>,
    /// Address of the next (older) page of the feed, RFC 5005 section 3.
    pub next_url: Option<String>,
    /// Address of the previous (newer) page.
    pub prev_url: Option<String>,
    /// Address of the first page.
    pub first_url: Option<String>,
    /// Address of the last (oldest) page.
    pub last_url: Option<String>,
    /// RFC 5005 section 4: the archive document before this one.
    pub prev_archive_url: Option<String>,
    /// RFC 5005 section 4: the archive document after this one (archives only).
    pub next_archive_url: Option<String>,
    /// RFC 5005 section 4: the subscription document (archives only).
    pub current_url: Option<String>,
    /// True for an archive document.
    pub archive: bool,
    /// When the newest change happened.
    pub updated: Time,
    /// Longest excerpt of a text that may not be shown whole, in characters.
    pub excerpt_chars: usize,
}

/// A group as it is published: one text, one entry, one id for ever.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedEntry {
    /// Row id of the group; the page is `/entry/{group}`.
    pub group: i64,
    /// `tag:` URI made once per group.
    pub id: String,
    /// The lead's title, plain text.
    pub title: String,
    /// The lead copy at its publisher.
    pub url: String,
    /// The article's own date, never in the future.
    pub published: Time,
    /// When a reader should look again.
    pub updated: Time,
    /// Source id of the lead.
    pub source_id: String,
    /// Display name of the lead's publisher.
    pub source_name: String,
    /// The lead's feed.
    pub atom_source: AtomSource,
    /// Author of the lead.
    pub author: Option<String>,
    /// Rights of the lead.
    pub rights: Option<String>,
    /// Language of the text, BCP 47.
    pub lang: Option<String>,
    /// Country of the publisher and countries of the text, ISO 3166-1.
    pub countries: Vec<String>,
    /// Topics with labels, best first.
    pub topics: Vec<TopicLabel>,
    /// Short text, plain.
    pub summary: String,
    /// Sanitised HTML of the lead, cut to what `policy` allows.
    pub html: String,
    /// How much of the text may be republished.
    pub policy: ContentPolicy,
    /// Main image.
    pub image: Option<String>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// Further copies, without the lead, earliest first.
    pub copies: Vec<Copy>,
    /// The story this group belongs to, where there is more than this group in it.
    pub story: Option<i64>,
    /// Why it is here.
    pub verdict: Verdict,
    /// Withdrawn at, with the reason: a tombstone takes the entry's place.
    pub withdrawn: Option<(Time, String)>,
}

/// A topic with its label in the output's language.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicLabel {
    /// Topic id.
    pub id: String,
    /// Label for people.
    pub label: String,
}

/// Another site's copy of the same text.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// Its address.
    pub url: String,
    /// Its title, plain text.
    pub title: String,
    /// Display name of its publisher.
    pub source_name: String,
    /// Source id of its publisher.
    pub source_id: String,
    /// Its language, BCP 47.
    pub lang: Option<String>,
    /// When it was published.
    pub published: Time,
}

/// One state of an entry's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// When it was seen.
    pub seen: Time,
    /// Title at that time.
    pub title: String,
    /// Length of the text in characters.
    pub chars: u32,
}
