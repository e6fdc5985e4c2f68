//! What a poll found: a feed, nothing new, or what went wrong.

use std::time::Duration;

use url::Url;

use super::catalog::Watched;
use crate::feed;
use crate::fetch::{FetchError, Fetched, Freshness, Validators};
use crate::model::{ParsedFeed, Time};
use crate::schedule::Outcome;
use crate::store::NewEntry;
use crate::websub;

/// What a poll found, before anything is decided or recorded.
pub(super) struct Findings {
    pub outcome: Outcome,
    pub word: String,
    pub error: Option<String>,
    pub status: Option<u16>,
    pub bytes: usize,
    pub freshness: Freshness,
    pub permanent: Option<String>,
    pub validators: Option<Validators>,
    pub body_hash: Option<i64>,
    pub feed: Option<ParsedFeed>,
    /// Its entries, to be recorded.
    pub entries: Vec<NewEntry>,
    /// The feed came whole, be it unchanged.
    pub whole: bool,
}

/// Reads a feed that came from this address.
pub(super) fn parse(
    body: &[u8],
    address: &Url,
    content_type: Option<&str>,
    watched: &Watched,
    max_entries: usize,
    now: Time,
) -> Result<ParsedFeed, feed::FeedError> {
    let source = &watched.source;
    feed::parse(
        body,
        &feed::Context {
            base: Some(address),
            content_type,
            lang: source.lang.as_deref(),
            time_zone: watched.zone,
            now,
            max_entries,
            format: source.format,
            list: source.list.as_ref(),
        },
    )
}

pub(super) fn parse_fetched(
    fetched: &Fetched,
    watched: &Watched,
    max_entries: usize,
    now: Time,
) -> Result<ParsedFeed, feed::FeedError> {
    let kind = fetched.content_type_header.as_deref();
    let mut feed = parse(&fetched.body, &fetched.final_url, kind, watched, max_entries, now)?;
    // What the header says comes before what the feed says.
    let offer = websub::discover(
        fetched.links("hub"),
        fetched.links("self").next(),
        &feed.hubs,
        feed.self_link.as_deref(),
        fetched.final_url.as_str(),
    );
    if let Some(offer) = offer {
        feed.hubs = vec![offer.hub];
        feed.self_link = Some(offer.hub_topic);
    }
    Ok(feed)
}

/// A body that came but is no feed: nothing of it is kept, its validators least of all.
pub(super) fn not_understood(findings: Findings, kind: &str, error: String) -> Findings {
    Findings {
        outcome: Outcome::Failed { soft: false },
        word: kind.to_owned(),
        error: Some(error),
        validators: None,
        whole: false,
        ..findings
    }
}

/// `pause`: our own network is gone, and is tried again after this.
pub(super) fn failure(error: &FetchError, pause: Option<Duration>) -> Findings {
    let outcome = if pause.is_some() || error.is_ours() {
        Outcome::NotAsked
    } else if error.status() == Some(410) {
        Outcome::Gone
    } else {
        Outcome::Failed { soft: error.is_soft() }
    };
    Findings {
        outcome,
        word: error.kind().to_owned(),
        error: Some(error.to_string()),
        status: error.status(),
        bytes: 0,
        freshness: Freshness { retry_after: error.retry_after.max(pause), ..Freshness::default() },
        permanent: None,
        validators: None,
        body_hash: None,
        feed: None,
        entries: Vec::new(),
        whole: false,
    }
}
