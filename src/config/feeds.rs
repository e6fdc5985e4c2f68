//! `feeds.toml`: the feeds that we publish.

use toml::Spanned;

use super::checked::{Country, Id, Language, Phrase};
use super::names::{Distinct, all_known};
use super::settings::Publish;
use super::table::Table;
use super::value::Labels;
use crate::model::{ContentPolicy, Problem, SourceKind};

/// A feed that we publish: a filter and a form. An empty list lets everything pass;
/// the values of one list are alternatives, the lists must all agree.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputFeed {
    /// Stable name: the address is `/feeds/{id}.atom`.
    pub id: String,
    /// Topics (roots include their leaves).
    pub topics: Vec<String>,
    /// Languages, ISO 639.
    pub langs: Vec<String>,
    /// Countries of the publisher or of the text, ISO 3166-1.
    pub countries: Vec<String>,
    /// Source ids.
    pub sources: Vec<String>,
    /// Kinds of publishers.
    pub kinds: Vec<SourceKind>,
    /// Words or phrases, one of which stands in title or text.
    pub words: Vec<String>,
    /// Least score of a verdict.
    pub min_score: f64,
    /// At most so much of each text, whatever the source allows beyond it.
    pub content: ContentPolicy,
    /// Entries in a document.
    pub limit: u32,
    /// Title by language; at least one.
    pub title: Labels,
    /// What the feed holds, by language.
    pub description: Labels,
}

impl OutputFeed {
    /// The title in `lang`, else in English, else in any language; with its language.
    pub fn title(&self, lang: &str) -> (&str, &str) {
        pick(&self.title, lang).unwrap_or(("und", &self.id))
    }

    /// The description in `lang`, else in English, else in any language, with its language.
    pub fn description(&self, lang: &str) -> Option<(&str, &str)> {
        pick(&self.description, lang)
    }
}

fn pick<'l>(labels: &'l Labels, lang: &str) -> Option<(&'l str, &'l str)> {
    [lang, "en"]
        .iter()
        .find_map(|lang| labels.get_key_value(*lang))
        .or_else(|| labels.first_key_value())
        .map(|(lang, label)| (lang.as_str(), label.as_str()))
}

/// Names of feeds that the program makes by itself.
const RESERVED: [&str; 2] = ["health", "review"];

/// What feeds refer to. `None` where that file could not be read.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Topic ids.
    pub topics: Option<&'a [String]>,
    /// Source ids.
    pub sources: Option<&'a [String]>,
}

/// Reads `feeds.toml`.
pub fn read(document: &mut Table<'_, '_>, known: Known<'_>, defaults: &Publish) -> Vec<OutputFeed> {
    let mut ids = Distinct::default();
    document.tables("feed", &["One feed that is published."], |table| {
        let feed = feed(table, known, defaults);
        let span = table.span("id");
        if RESERVED.contains(&feed.id.as_str()) {
            let message = format!("`{}` is the name of a feed that is made by itself.", feed.id);
            table.report(Problem::new(span.clone(), message).help("Choose another id."));
        }
        ids.check(table, &feed.id, "another feed above", span);
        feed
    })
}

fn feed(table: &mut Table<'_, '_>, known: Known<'_>, defaults: &Publish) -> OutputFeed {
    let id = table
        .required::<Id>(
            "id",
            &["Stable name: readers subscribe to `/feeds/{id}.atom`. Never change it."],
        )
        .0;
    let title = table.required("title", &["Title in each language: `{ ar = \"…\", en = \"…\" }`."]);
    let description = table
        .optional("description", &["What the feed holds, in each language."])
        .unwrap_or_default();
    let mut names = |key, what, docs: &[&'static str], known| {
        let named: Vec<Spanned<String>> = table.optional(key, docs).unwrap_or_default();
        all_known(table, what, named, known)
    };
    let topics =
        names("topics", "topic", &["Topics; a root stands for all its leaves."], known.topics);
    let sources = names("sources", "source", &["Sources, by id."], known.sources);
    let feed = OutputFeed {
        id,
        title,
        description,
        topics,
        sources,
        langs: list(table, "langs", &["Languages of the text."], |Language(code)| code),
        countries: list(
            table,
            "countries",
            &["Countries of the publisher or of the text."],
            |Country(code)| code,
        ),
        kinds: list(table, "kinds", &["Kinds of publishers."], |kind: SourceKind| kind),
        words: list(
            table,
            "words",
            &[
                "Words or phrases, of which one must stand in the title or text. Arabic in any spelling.",
            ],
            |Phrase(words)| words,
        ),
        min_score: table.or_in("min_score", &["Least score of the verdict."], &0.0, 0.0..=1000.0),
        content: table.or(
            "content",
            &["How much of each text at most; a source may allow less."],
            &ContentPolicy::Full,
        ),
        limit: table.or_in(
            "limit",
            &["Entries in a document; the default is `publish.limit`."],
            &defaults.limit,
            1..=500,
        ),
    };
    if feed.title.is_empty() && !feed.id.is_empty() {
        let span = table.span("title");
        table.report(Problem::new(span, "A feed needs a title in one language at least."));
    }
    feed
}

fn list<T: super::value::Value, U>(
    table: &mut Table<'_, '_>,
    key: &'static str,
    docs: &[&'static str],
    unwrap: impl Fn(T) -> U,
) -> Vec<U> {
    table.optional::<Vec<T>>(key, docs).unwrap_or_default().into_iter().map(unwrap).collect()
}
