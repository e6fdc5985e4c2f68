//! `rasad topics`: what the rules are made of, and what of it is of no use.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::show::{isolated, table};
use super::{Failed, stored};
use crate::app;
use crate::config::Config;
use crate::store::StoredText;
use crate::topics::{Topics, Unused, Usage};

/// What can be asked of the rules.
#[derive(Debug, Subcommand)]
pub enum TopicsCommand {
    /// Terms and rules that no stored text has needed.
    ///
    /// The stored texts are read again: verdicts keep only what decided them, not every word of
    /// every concept.
    Unused {
        /// Only texts that were processed in the last N days.
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// For machines: one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Answers.
pub fn run(dir: &Path, command: &TopicsCommand) -> Result<(), Failed> {
    let TopicsCommand::Unused { days, json } = command;
    let config = app::load(dir)?;
    let found = super::runtime()?.block_on(unused(&config, *days))?;
    if *json {
        println!("{}", found.json());
    } else {
        print!("{}", found.text());
    }
    Ok(())
}

/// What was found.
struct Found {
    unused: Vec<Unused>,
    usage: Usage,
    languages: Vec<String>,
    forgotten: usize,
}

async fn unused(config: &Arc<Config>, days: Option<u32>) -> Result<Found> {
    let topics = Arc::new(app::topics(config)?);
    let store = app::open_store(config).await?;
    let (mut usage, mut forgotten) = (Usage::default(), 0);
    let rules = topics.clone();
    let work = move |text: &StoredText| used(&rules, text);
    let what = ("texts read", stored::since(days));
    let read = stored::each(&store, what, work, async |_, used| {
        for used in used {
            match used {
                Some(used) => usage = std::mem::take(&mut usage).and(used),
                None => forgotten += 1,
            }
        }
        Ok(())
    })
    .await;
    store.close().await;
    read?;
    let languages = topics.languages().to_vec();
    Ok(Found { unused: topics.unused(&usage), usage, languages, forgotten })
}

fn used(topics: &Topics, text: &StoredText) -> Option<Usage> {
    let mut usage = Usage::default();
    if text.is_forgotten() {
        return None;
    }
    topics.count(&stored::document(text), &mut usage);
    Some(usage)
}

impl Found {
    fn text(&self) -> String {
        let mut out = String::new();
        // Terms of one list and language share a row.
        let mut rows: BTreeMap<(usize, &str, &str), Vec<&str>> = BTreeMap::new();
        let mut first: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for unused in &self.unused {
            let lang = unused.lang.as_deref().unwrap_or("");
            let line = *first.entry((&unused.list, lang)).or_insert(unused.line);
            rows.entry((line, &unused.list, lang)).or_default().push(&unused.text);
        }
        if !rows.is_empty() {
            let mut table = table(&["line", "list", "lang", "never found"], &[0]);
            table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
            for ((line, list, lang), terms) in &rows {
                let separator = if lang.is_empty() { "\n" } else { ", " };
                let terms = isolated(&terms.join(separator));
                table.add_row([line.to_string(), (*list).to_owned(), (*lang).to_owned(), terms]);
            }
            writeln!(out, "{table}").ok();
        }
        out + &self.counts()
    }

    fn counts(&self) -> String {
        let texts: u64 = self.usage.texts().values().sum();
        let rules = self.unused.iter().filter(|unused| unused.lang.is_none()).count();
        let terms = self.unused.len() - rules;
        let mut out =
            format!("{texts} texts read: {terms} terms and {rules} rules were not needed.\n");
        let seen = |lang: &&String| self.usage.texts().contains_key(&Some((*lang).clone()));
        let unseen: Vec<&str> =
            self.languages.iter().filter(|lang| !seen(lang)).map(String::as_str).collect();
        if !unseen.is_empty() {
            writeln!(
                out,
                "No text was in {}: nothing can be said of their terms.",
                unseen.join(", ")
            )
            .ok();
        }
        if self.forgotten > 0 {
            writeln!(out, "{} irrelevant articles were not read: their texts are forgotten after `worker.keep_rejected`.", self.forgotten).ok();
        }
        out
    }

    fn json(&self) -> String {
        let unused: Vec<_> = self
            .unused
            .iter()
            .map(|unused| {
                json!({
                    "line": unused.line,
                    "list": unused.list,
                    "lang": unused.lang,
                    "text": unused.text,
                })
            })
            .collect();
        let texts: BTreeMap<&str, u64> = self
            .usage
            .texts()
            .iter()
            .map(|(lang, count)| (lang.as_deref().unwrap_or("?"), *count))
            .collect();
        json!({"unused": unused, "texts": texts, "forgotten": self.forgotten}).to_string()
    }
}
