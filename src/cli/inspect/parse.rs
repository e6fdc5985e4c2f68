//! `rasad inspect parse`: bytes to entries.

use anyhow::Result;
use serde::Serialize;
use url::Url;

use super::FileArgs;
use super::input::{self, FileInput};
use super::run::{Failure, parallel};
use crate::clock::{Clock, SystemClock};
use crate::feed::{self, Context};
use crate::model::{ParsedEntry, ParsedFeed, Time};

/// Entries of one feed beyond this many are not printed.
const MAX_ENTRIES: usize = 20_000;

/// What is printed for a feed.
#[derive(Serialize)]
struct Answer {
    id: String,
    format: &'static str,
    title: Option<String>,
    link: Option<String>,
    language: Option<String>,
    entries: Vec<Entry>,
    entries_cut: bool,
    repairs: Vec<String>,
}

/// What is printed for an entry.
#[derive(Serialize)]
struct Entry {
    id: String,
    title: String,
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<String>,
    published: Option<String>,
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_problem: Option<String>,
    author: String,
    summary: Option<String>,
    content: Option<String>,
    enclosures: Vec<String>,
    categories: Vec<String>,
    language: Option<String>,
    image: Option<String>,
}

/// Reads each file as a feed and prints its entries.
pub fn run(args: FileArgs) -> Result<()> {
    let now = SystemClock.now();
    let inputs = input::files(&args)?.into_iter().map(Ok);
    parallel(inputs, |input: &FileInput| input.id.clone(), |input| parse(input, now))
}

fn parse(input: FileInput, now: Time) -> Result<Answer, Failure> {
    let bytes = std::fs::read(&input.path).map_err(|e| Failure::new("unreadable", e))?;
    let base = input.url.as_deref().and_then(|url| Url::parse(url).ok());
    let context = Context {
        base: base.as_ref(),
        content_type: input.content_type.as_deref(),
        max_entries: MAX_ENTRIES,
        ..Context::at(now)
    };
    let feed = feed::parse(&bytes, &context).map_err(|e| Failure::new(e.kind(), e))?;
    Ok(answer(input.id, feed))
}

fn answer(id: String, feed: ParsedFeed) -> Answer {
    Answer {
        id,
        format: feed.format.as_str(),
        title: feed.title,
        link: feed.link,
        language: feed.language,
        entries: feed.entries.into_iter().map(entry).collect(),
        entries_cut: feed.entries_cut,
        repairs: feed.repairs,
    }
}

fn entry(entry: ParsedEntry) -> Entry {
    let time = |time: Time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    Entry {
        id: entry.id,
        title: entry.title,
        link: entry.link,
        original: entry.original,
        published: entry.published.map(time),
        updated: entry.updated.map(time),
        date_problem: entry.date_problem,
        author: entry.authors.join(", "),
        summary: entry.summary,
        content: entry.content,
        enclosures: entry.enclosures.into_iter().map(|e| e.url).collect(),
        categories: entry.categories.into_iter().map(|c| c.term).collect(),
        language: entry.language,
        image: entry.image,
    }
}
