//! `rasad inspect group`: texts to groups and stories.

use std::io::{self, BufWriter, Write};

use anyhow::Result;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::JsonlArgs;
use super::input::{Line, lines};
use super::run::{Failure, error_line, json_line};
use crate::dedupe::{Index, Stories, StoryFeatures, StoryText, Text, fingerprint, story_features};
use crate::model::{Fingerprint, Time};
use crate::topics::{Document, Hint, Topics};

/// Texts whose fingerprints are made together, on all cores.
const BATCH: usize = 256;

#[derive(Debug, Deserialize)]
struct Doc {
    id: String,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    published: Option<Time>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

impl Doc {
    fn title(&self) -> &str {
        self.title.as_deref().unwrap_or_default()
    }

    fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: &'a str,
    group: String,
    story: String,
}

/// What is known of a line once its group is: its place among the groups.
enum Placed {
    Group { id: String, group: usize },
    Failed(String),
}

/// Prints the group and the story of each document, in order of arrival.
///
/// The lines come after the last document: only then is it known which words are
/// rare in this collection, which stories hang on.
pub fn run(args: JsonlArgs, topics: &Topics) -> Result<()> {
    let mut docs = lines::<Doc>(&args.jsonl)?.peekable();
    let mut groups = Groups::default();
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
        let prints: Vec<Line<(Doc, Fingerprint)>> =
            batch.into_par_iter().map(|(doc, seen)| doc.map(|doc| printed(doc, seen))).collect();
        let opened: Vec<(Time, Doc)> =
            prints.into_iter().filter_map(|line| groups.place(line)).collect();
        // A copy tells the story of its group: only the first text of each is read for it.
        let stories: Vec<(Time, StoryFeatures)> =
            opened.par_iter().map(|(time, doc)| (*time, features_of(doc, topics))).collect();
        for (time, features) in stories {
            groups.stories.add(time, features);
        }
    }
    groups.print()
}

/// A document with its fingerprint.
fn printed(doc: Doc, seen: Time) -> (Doc, Fingerprint) {
    let source = doc.source.as_deref().unwrap_or_default();
    let (title, text, published) = (doc.title(), doc.text(), doc.published);
    let print = fingerprint(&Text { title, text, source, published, seen });
    (doc, print)
}

/// What a story knows of a text, after the verdict on it, as in the worker.
fn features_of(doc: &Doc, topics: &Topics) -> StoryFeatures {
    let (title, text, lang) = (doc.title(), doc.text(), doc.lang.as_deref());
    let verdict = topics.classify(&Document { title, text, lang, url: None }, &Hint::default());
    let (countries, concepts) = (&verdict.countries, &verdict.concepts);
    story_features(&StoryText { title, text, lang, countries, concepts })
}

#[derive(Default)]
struct Groups {
    index: Index,
    stories: Stories,
    /// Number of each group, in order of arrival.
    numbers: FxHashMap<i64, usize>,
    placed: Vec<Placed>,
}

impl Groups {
    /// Finds a document's group. Returns the document where it opens one, with its time.
    fn place(&mut self, line: Line<(Doc, Fingerprint)>) -> Option<(Time, Doc)> {
        let (doc, print) = match line {
            Ok(printed) => printed,
            Err(bad) => {
                let failure = Failure::new("bad_input", &bad.message);
                self.placed.push(Placed::Failed(error_line(&bad.id, &failure)));
                return None;
            }
        };
        let time = print.time;
        let (group, _) = self.index.add(print);
        let next = self.numbers.len();
        let group = *self.numbers.entry(group).or_insert(next);
        self.placed.push(Placed::Group { id: doc.id.clone(), group });
        (group == next).then_some((time, doc))
    }

    fn print(self) -> Result<()> {
        let stories = self.stories.assign();
        let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
        for placed in self.placed {
            let line = match placed {
                Placed::Failed(line) => line,
                Placed::Group { id, group } => json_line(&Answer {
                    id: &id,
                    group: format!("g{group}"),
                    story: format!("s{}", stories[group]),
                }),
            };
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        Ok(())
    }
}
