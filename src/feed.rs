//! Bytes to entries: repair, parsing, dates, links, discovery. Pure.
//!
//! Feeds are read as the web serves them. The bytes are unwrapped ([`unpack`]) and decoded, then
//! a tokenizer that nothing stops ([`xml`]) feeds a builder ([`build`]) that makes one small tree
//! per entry, whatever is misnested; [`entry`] and [`channel`] map these to
//! [`model::ParsedFeed`](crate::model::ParsedFeed). RSS, Atom and CDF share one mapper, because
//! real feeds mix them. JSON Feed, sitemaps and pages without a feed have readers of their own.
//! Everything is linear in the input and bounded in memory; what was mended is listed with the
//! feed. [`discover`] finds the feeds that a page names.

mod build;
mod channel;
mod discover;
mod entry;
mod json;
mod lenient;
mod mojibake;
mod names;
mod opml;
mod page;
mod people;
mod read;
mod sitemap;
mod tolerant;
mod tree;
mod unpack;
mod value;
mod xml;

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono_tz::Tz;
use url::Url;

pub use discover::{Candidate, Found, discover, is_feed_type, usual_paths};
pub use opml::{Outline, read_opml};

use crate::model::{ListSelect, ParsedFeed, SourceFormat, Time};

/// What is known about a document from outside.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The address it was fetched from: the base of its links.
    pub base: Option<&'a Url>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// Language of the source, BCP 47: a hint for undeclared encodings.
    pub lang: Option<&'a str>,
    /// Zone of dates that name none; UTC where absent.
    pub time_zone: Option<Tz>,
    /// The present, to tell dates in the future.
    pub now: Time,
    /// Entries beyond this many are cut off.
    pub max_entries: usize,
    /// How the document is read.
    pub format: SourceFormat,
    /// Selectors of a page's list; required for [`SourceFormat::Page`].
    pub list: Option<&'a ListSelect>,
}

impl Context<'_> {
    /// A feed of which nothing is known but the time.
    pub fn at(now: Time) -> Self {
        Self {
            base: None,
            content_type: None,
            lang: None,
            time_zone: None,
            now,
            max_entries: 1000,
            format: SourceFormat::Feed,
            list: None,
        }
    }
}

/// Why a document yields no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// There is nothing in it.
    #[error("The document is empty.")]
    Empty,
    /// It is something else, named where that can be told.
    #[error("The document is not a feed, but {0}.")]
    NotAFeed(&'static str),
    /// `format = "page"` needs selectors, and valid ones.
    #[error("The selectors of the page's list cannot be used: {0}.")]
    Selectors(String),
    /// A parser broke on it.
    #[error("A parser broke on this document: {0}.")]
    ParserBug(String),
}

impl FeedError {
    /// A stable word for logs, metrics and the command line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAFeed(_) => "not_a_feed",
            Self::Selectors(_) => "bad_selectors",
            Self::ParserBug(_) => "parser_bug",
        }
    }
}

/// Longest document that is read, in bytes after unpacking.
pub const MAX_BYTES: usize = 64 << 20;

/// Reads a document as a feed, sitemap or page.
///
/// # Errors
///
/// When it is empty or something else; never because of a mistake inside a feed. A panic in a
/// parser is caught and reported as [`FeedError::ParserBug`].
pub fn parse(bytes: &[u8], context: &Context<'_>) -> Result<ParsedFeed, FeedError> {
    catch_unwind(AssertUnwindSafe(|| read::read(bytes, context))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(FeedError::ParserBug(message.trim_end_matches('.').to_owned()))
    })
}

#[cfg(test)]
mod tests;
