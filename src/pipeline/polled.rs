//! What the store takes of a poll: its outcome, what the feed says of itself, and its entries.

use std::mem::take;
use std::time::Instant;

use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

use super::body::wants_pages;
use super::catalog::Watched;
use super::findings::Findings;
use crate::article;
use crate::dedupe;
use crate::fetch::host_key;
use crate::html;
use crate::model::{ParsedEntry, ParsedFeed, Time};
use crate::store::{self, EntryDetail, FeedFacts, NewEntry};

/// All that a poll changes, as the store takes it.
pub(super) fn polled(source: &str, findings: &mut Findings, started: Instant) -> store::Polled {
    let entries = take(&mut findings.entries);
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
        entries,
        hold_until: None,
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

/// A feed's entries as the store takes them. Their texts are taken out of the feed.
pub(super) fn take_entries(feed: &mut ParsedFeed, watched: &Watched, now: Time) -> Vec<NewEntry> {
    feed.entries.iter_mut().filter_map(|entry| take_entry(entry, watched, now)).collect()
}

/// An entry as the store takes it; none where nothing identifies it.
fn take_entry(entry: &mut ParsedEntry, watched: &Watched, now: Time) -> Option<NewEntry> {
    // The address behind a proxy link (FeedBurner) is the article's own.
    let link = entry.original.as_deref().or(entry.link.as_deref());
    let link = link.and_then(|link| Url::parse(link).ok());
    let url_key = link.as_ref().map(|link| dedupe::canonical_url(link, None));
    let key = [Some(entry.id.as_str()), url_key.as_deref(), Some(entry.title.as_str())]
        .into_iter()
        .flatten()
        .find(|key| !key.trim().is_empty())?
        .to_owned();
    let content_hash = content_hash(entry);
    let detail = EntryDetail {
        updated: entry.updated,
        authors: take(&mut entry.authors),
        whole: carries_whole_article(entry),
        summary: entry.summary.take(),
        content: entry.content.take(),
        image: entry.image.take(),
        enclosures: take(&mut entry.enclosures),
        categories: take(&mut entry.categories),
        lang: entry.language.take().or_else(|| watched.source.lang.clone()),
        rights: entry.rights.take(),
        atom_source: entry.atom_source.take(),
    };
    let page = link.as_ref().filter(|_| wants_pages(watched, detail.whole));
    Some(NewEntry {
        key,
        host: page.map(host_key).unwrap_or_default(),
        link: link.map(|link| link.to_string()),
        url_key,
        title: take(&mut entry.title),
        published: entry.published.or(entry.updated).map(|time| time.min(now)),
        content_hash,
        detail,
    })
}

fn carries_whole_article(entry: &ParsedEntry) -> bool {
    let Some(content) = &entry.content else { return false };
    let text = html::plain_text(content);
    let summary = entry.summary.as_deref().map(html::plain_text).unwrap_or_default();
    text.len() > summary.len() && article::is_whole(&text)
}

/// Changes when a reader would call it another text, or when the publisher says so.
fn content_hash(entry: &ParsedEntry) -> i64 {
    /// A byte that no text holds.
    const END: [u8; 1] = [0xff];
    let mut hash = Xxh3Default::new();
    for text in [Some(&entry.title), entry.summary.as_ref(), entry.content.as_ref()] {
        hash.update(text.map(String::as_bytes).unwrap_or_default());
        hash.update(&END);
    }
    if let Some(updated) = entry.updated {
        hash.update(&updated.timestamp().to_le_bytes());
    }
    hash.digest() as i64
}
