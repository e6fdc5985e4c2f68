//! `rasad explain`: why an article is in or out.

mod evidence;

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use url::Url;

use super::show::isolated;
use super::{Failed, stored};
use crate::app;
use crate::config::Config;
use crate::dedupe;
use crate::store::{EntryRef, GroupRow, Recorded, Store};
use crate::topics::Topics;

/// Explains every entry that an address or a row number names.
pub fn run(dir: &Path, what: &str) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let text = super::runtime()?.block_on(async {
        let store = app::open_store(&config).await?;
        let topics = app::topics(&config)?;
        let text = explain(&Rules { config: &config, topics: &topics }, &store, what).await;
        store.close().await;
        text
    })?;
    print!("{text}");
    Ok(())
}

/// The rules that are in force.
struct Rules<'a> {
    config: &'a Config,
    topics: &'a Topics,
}

async fn explain(rules: &Rules<'_>, store: &Store, what: &str) -> Result<String> {
    let url_key = Url::parse(what).map(|url| dedupe::canonical_url(&url, None));
    let entries = store.find_entries(what, &url_key.unwrap_or_default()).await?;
    if entries.is_empty() {
        bail!("No entry has the address or the number {what:?}: no watched feed has carried it.");
    }
    let mut text = String::new();
    for entry in entries {
        explain_entry(rules, store, &entry, &mut text).await?;
        text.push('\n');
    }
    Ok(text)
}

async fn explain_entry(
    rules: &Rules<'_>,
    store: &Store,
    entry: &EntryRef,
    text: &mut String,
) -> Result<()> {
    let title = isolated(&entry.title);
    writeln!(text, "{title} · entry {} of {}", entry.id, entry.source)?;
    if let Some(link) = &entry.link {
        writeln!(text, "  address    {link}")?;
    }
    if let Some(twin) = entry.twin_of {
        writeln!(
            text,
            "  state      the same address stands in entry {twin}, which is processed in its place"
        )?;
        return Ok(());
    }
    let Some(article) = store.article(entry.id).await? else {
        let error = entry.error.as_deref().unwrap_or("It waits for its turn.");
        writeln!(text, "  state      {} after {} attempts. {error}", entry.state, entry.attempts)?;
        return Ok(());
    };
    explain_article(&article, text)?;
    if let Some(stored) = store.stored_text(entry.id).await? {
        let hint = stored::hint(rules.config, &stored.source);
        evidence::explain(rules.topics, &stored, &hint, text)?;
    }
    let group = store.group(article.group).await?.context("the article's group is missing")?;
    let copies = store.copies(article.group).await?;
    explain_group(&group, &copies, &article, text)
}

fn explain_article(article: &Recorded, text: &mut String) -> Result<()> {
    let lang = article.lang.as_deref().unwrap_or("unknown");
    writeln!(
        text,
        "  body       {} characters, language {lang}, found by {}",
        article.chars, article.method
    )?;
    Ok(())
}

fn explain_group(
    group: &GroupRow,
    copies: &[Recorded],
    article: &Recorded,
    text: &mut String,
) -> Result<()> {
    let role = if group.lead == article.id { "its lead" } else { "a copy in it" };
    writeln!(text, "  group      {} ({role}), story {}, {}", group.id, group.story, group.tag)?;
    let published = match (group.withdrawn, group.relevant) {
        (true, _) => "withdrawn".to_owned(),
        (false, true) => format!("published {}", group.published.to_rfc3339()),
        (false, false) => "not published".to_owned(),
    };
    writeln!(text, "  output     {published}")?;
    if let Some(decision) = &group.decision {
        let word = if decision == "accept" { "relevant" } else { "irrelevant" };
        writeln!(text, "  decided    {word}, by an admin, whatever the rules say")?;
    }
    for copy in copies {
        let mark = if copy.id == group.lead { "*" } else { " " };
        writeln!(
            text,
            "           {mark} {} · {} · {}",
            copy.source,
            isolated(&copy.title),
            copy.url
        )?;
    }
    Ok(())
}
