//! The words of Rasad as plain types: sources, feeds, articles, verdicts, groups.
//!
//! Nothing here does IO, reads a clock or knows another module of the crate.
//! RFC 4287's terms are used where it has one.

mod article;
mod copies;
mod feed;
mod filter;
mod problem;
mod published;
mod source;
mod verdict;

pub use article::{Article, Method, Wall};
pub use copies::{Fingerprint, StoryVector};
pub use feed::{AtomSource, Category, Enclosure, FeedFormat, ParsedEntry, ParsedFeed, UpdateHints};
pub use filter::{Cursor, DayCount, Facets, Filter};
pub use problem::Problem;
pub use published::{Copy, FeedMeta, PublishedEntry, Revision, TopicLabel};
pub(crate) use source::words;
pub use source::{
    ContentPolicy, ListSelect, ScrapePolicy, Select, Source, SourceFormat, SourceKind, SourceMode,
};
pub use verdict::{Evidence, TopicScore, Verdict, Zone};

/// A moment in UTC. Stored as milliseconds since the epoch, written as RFC 3339.
pub type Time = chrono::DateTime<chrono::Utc>;

/// Writing direction of a text, as HTML's `dir` attribute has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left (Arabic, Hebrew, Persian, Urdu, Sorani, …).
    Rtl,
}

impl Direction {
    /// The direction of a language's usual script, from its BCP 47 tag.
    pub fn of_language(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        const RTL: [&str; 16] = [
            "ar", "arc", "arz", "azb", "ckb", "dv", "fa", "he", "iw", "nqo", "ps", "sd", "ug",
            "ur", "yi", "ary",
        ];
        if RTL.iter().any(|rtl| rtl.eq_ignore_ascii_case(primary)) { Self::Rtl } else { Self::Ltr }
    }

    /// The value of HTML's `dir` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}
