//! What the store takes of a poll: its outcome, what the feed says of itself, and its entries.

use std::time::Instant;

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::catalog::Watched;
use super::findings::Findings;
use crate::dedupe;
use crate::fetch::host_key;
use crate::html;
use crate::model::{ParsedEntry, ParsedFeed, Time};
use crate::store::{self, EntryDetail, FeedFacts, NewEntry};

/// All that a poll changes, as the store takes it.
pub(super) fn polled(
    source: &str,
    findings: &Findings,
    started: Instant,
    watched: &Watched,
    now: Time,
) -> store::Polled {
    let feed = findings.feed.as_ref();
    let millis = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    store::Polled {
        source: source.to_owned(),
        outcome: store::PollOutcome {
            word: findings.word.clone(),
            error: findings.error.clone(),
            status: findings.status,
            millis,
            bytes: findings.bytes as i64,
            entries: feed.map_or(0, |feed| feed.entries.len()),
        },
        validators: findings.validators.as_ref().map(|v| store::Validators {
            etag: v.etag.clone(),
            last_modified: v.last_modified.clone(),
            url: v.url.clone(),
        }),
        body_hash: findings.body_hash,
        facts: feed.map(facts),
        entries: feed.map(|feed| new_entries(feed, watched, now)).unwrap_or_default(),
    }
}

fn facts(feed: &ParsedFeed) -> FeedFacts {
    FeedFacts {
        id: feed.id.clone(),
        title: feed.title.as_deref().map(html::plain_text),
        link: feed.link.clone(),
        lang: feed.language.clone(),
        rights: feed.rights.as_deref().map(html::plain_text),
        image: feed.image.clone(),
        hubs: feed.hubs.clone(),
        self_link: feed.self_link.clone(),
        repairs: feed.repairs.clone(),
    }
}

/// A feed's entries as the store takes them.
pub(super) fn new_entries(feed: &ParsedFeed, watched: &Watched, now: Time) -> Vec<NewEntry> {
    feed.entries.iter().filter_map(|entry| new_entry(entry, watched, now)).collect()
}

/// An entry as the store takes it; none where nothing identifies it.
fn new_entry(entry: &ParsedEntry, watched: &Watched, now: Time) -> Option<NewEntry> {
    // The address behind a proxy link (FeedBurner) is the article's own.
    let link = entry.original.as_deref().or(entry.link.as_deref());
    let link = link.and_then(|link| Url::parse(link).ok());
    let url_key = link.as_ref().map(|link| dedupe::canonical_url(link, None));
    let key = [Some(entry.id.as_str()), url_key.as_deref(), Some(entry.title.as_str())]
        .into_iter()
        .flatten()
        .find(|key| !key.trim().is_empty())?
        .to_owned();
    let authors = entry.authors.clone();
    let detail = EntryDetail {
        updated: entry.updated,
        authors,
        summary: entry.summary.clone(),
        content: entry.content.clone(),
        image: entry.image.clone(),
        enclosures: entry.enclosures.clone(),
        categories: entry.categories.clone(),
        lang: entry.language.clone().or_else(|| watched.source.lang.clone()),
        rights: entry.rights.clone(),
        atom_source: entry.atom_source.clone(),
    };
    Some(NewEntry {
        key,
        host: link.as_ref().map(host_key).unwrap_or_default(),
        link: link.map(|link| link.to_string()),
        url_key,
        title: entry.title.clone(),
        published: entry.published.or(entry.updated).map(|time| time.min(now)),
        content_hash: content_hash(entry),
        detail,
    })
}

/// Changes when a reader would call it another text, or when the publisher says so.
fn content_hash(entry: &ParsedEntry) -> i64 {
    let updated = entry.updated.map(|time| time.timestamp());
    let text = [
        entry.title.as_str(),
        entry.summary.as_deref().unwrap_or_default(),
        entry.content.as_deref().unwrap_or_default(),
    ];
    xxh3_64(format!("{text:?}{updated:?}").as_bytes()) as i64
}
