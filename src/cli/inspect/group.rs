//! `rasad inspect group`: texts to groups and stories.

use std::io::{self, BufWriter, Write};

use anyhow::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::JsonlArgs;
use super::input::{Line, lines};
use super::run::{Failure, error_line, json_line};
use crate::dedupe::{Index, Text, fingerprint};
use crate::model::{Fingerprint, Time};

/// Texts whose fingerprints are made together, on all cores.
const BATCH: usize = 256;

#[derive(Debug, Deserialize)]
struct Doc {
    id: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    published: Option<Time>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: &'a str,
    group: String,
    story: String,
}

/// Prints the group and the story of each document, in order of arrival.
pub fn run(args: JsonlArgs) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut docs = lines::<Doc>(&args.jsonl)?.peekable();
    let mut index = Index::default();
    // A text without a date arrives now: at the newest date so far.
    let mut now = Time::UNIX_EPOCH;
    while docs.peek().is_some() {
        let mut batch: Vec<(Line<Doc>, Time)> = Vec::with_capacity(BATCH);
        for doc in docs.by_ref().take(BATCH) {
            let doc = doc?;
            let published = doc.as_ref().ok().and_then(|doc| doc.published);
            now = published.map_or(now, |published| now.max(published));
            batch.push((doc, now));
        }
        let prints: Vec<Option<Fingerprint>> =
            batch.par_iter().map(|(doc, seen)| Some(print(doc.as_ref().ok()?, *seen))).collect();
        for ((doc, _), print) in batch.iter().zip(prints) {
            writeln!(out, "{}", answer(doc, print, &mut index))?;
        }
    }
    out.flush()?;
    Ok(())
}

fn print(doc: &Doc, seen: Time) -> Fingerprint {
    fingerprint(&Text {
        title: doc.title.as_deref().unwrap_or_default(),
        text: doc.text.as_deref().unwrap_or_default(),
        source: doc.source.as_deref().unwrap_or_default(),
        published: doc.published,
        seen,
    })
}

fn answer(doc: &Line<Doc>, print: Option<Fingerprint>, index: &mut Index) -> String {
    match (doc, print) {
        (Ok(doc), Some(print)) => {
            let (group, _) = index.add(print);
            json_line(&Answer { id: &doc.id, group: format!("g{group}"), story: format!("s{group}") })
        }
        (Err(bad), _) => error_line(&bad.id, &Failure::new("bad_input", &bad.message)),
        (Ok(doc), None) => error_line(&doc.id, &Failure::new("bug", "The text gave no fingerprint.")),
    }
}
