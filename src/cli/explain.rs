//! `rasad explain`: why an article is in or out.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use url::Url;

use super::Failed;
use crate::app;
use crate::dedupe;
use crate::model::Verdict;
use crate::store::{EntryRef, GroupRow, Recorded, Store};

/// Explains every entry that an address or a row number names.
pub fn run(dir: &Path, what: &str) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let text = super::runtime()?.block_on(async {
        let store = app::open_store(&config).await?;
        let text = explain(&store, what).await;
        store.close().await;
        text
    })?;
    print!("{text}");
    Ok(())
}

async fn explain(store: &Store, what: &str) -> Result<String> {
    let url_key = Url::parse(what).map(|url| dedupe::canonical_url(&url, None));
    let entries = store.find_entries(what, &url_key.unwrap_or_default()).await?;
    if entries.is_empty() {
        bail!("No entry has the address or the number {what:?}: no watched feed has carried it.");
    }
    let mut text = String::new();
    for entry in entries {
        explain_entry(store, &entry, &mut text).await?;
        text.push('\n');
    }
    Ok(text)
}

async fn explain_entry(store: &Store, entry: &EntryRef, text: &mut String) -> Result<()> {
    writeln!(text, "{} · entry {} of {}", entry.title, entry.id, entry.source)?;
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
    explain_verdict(&article.verdict, text)
}

fn explain_verdict(verdict: &Verdict, text: &mut String) -> Result<()> {
    let word = match (verdict.relevant, verdict.review) {
        (true, _) => "relevant",
        (false, true) => "review: close, a person should look",
        (false, false) => "irrelevant",
    };
    writeln!(text, "  verdict    {word}, score {:.2}", verdict.score)?;
    if let Some(decided) = &verdict.decided_by {
        writeln!(text, "  decided by {decided}")?;
    }
    if verdict.topics.is_empty() {
        writeln!(text, "  evidence   none of the topics' terms and rules says enough")?;
    }
    for topic in &verdict.topics {
        writeln!(text, "  topic      {} ({:.2})", topic.id, topic.score)?;
        for evidence in &topic.evidence {
            let field = evidence.field.as_str();
            writeln!(
                text,
                "             {:>+6.2}  {field:<5}  {}",
                evidence.weight, evidence.term
            )?;
        }
    }
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
    for copy in copies {
        let mark = if copy.id == group.lead { "*" } else { " " };
        writeln!(text, "           {mark} {} · {} · {}", copy.source, copy.title, copy.url)?;
    }
    Ok(())
}
