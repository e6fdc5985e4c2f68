//! `rasad groups`: the admin's word on which texts are one.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Subcommand;
use url::Url;

use super::Failed;
use crate::app::{self, App};
use crate::dedupe;
use crate::pipeline::Split;
use crate::store::{EntryRef, Store};

/// What can be done with groups.
#[derive(Debug, Subcommand)]
pub enum Groups {
    /// Moves a copy out of its group into a new one, for good: it is another text.
    Split {
        /// The copy: its address, or the number of its entry (`rasad explain` tells it).
        #[arg(value_name = "URL|ID")]
        copy: String,
    },
}

/// Does it.
pub fn run(dir: &Path, command: &Groups) -> Result<(), Failed> {
    let Groups::Split { copy } = command;
    let config = app::load(dir)?;
    let split = super::runtime()?.block_on(async {
        let app = App::build(config, false, false).await?;
        let split = split(&app, copy).await;
        app.store.close().await;
        split
    })?;
    println!("{}", told(copy, &split));
    Ok(())
}

async fn split(app: &App, copy: &str) -> Result<Split> {
    let entry = entry(&app.store, copy).await?;
    Ok(app.pipeline.split(entry.id).await?)
}

/// The one entry that is named; of entries with one address, the one that was processed.
async fn entry(store: &Store, named: &str) -> Result<EntryRef> {
    let url_key = Url::parse(named).map(|url| dedupe::canonical_url(&url, None));
    let mut entries = store.find_entries(named, &url_key.unwrap_or_default()).await?;
    entries.retain(|entry| entry.twin_of.is_none());
    if entries.len() > 1 {
        let numbers: Vec<String> = entries.iter().map(|entry| entry.id.to_string()).collect();
        bail!("{named} names the entries {}. Give the number of one.", numbers.join(", "));
    }
    let Some(entry) = entries.pop() else {
        bail!("No entry has the address or the number {named:?}: no watched feed has carried it.");
    };
    Ok(entry)
}

fn told(copy: &str, split: &Split) -> String {
    let shown = if split.published { "published" } else { "not published" };
    let copies = if split.left == 1 { "1 copy".into() } else { format!("{} copies", split.left) };
    format!(
        "{copy} now stands in group {}, {shown} as {}.\n{} keeps {copies}. The two will never be one again.",
        split.group, split.tag, split.from
    )
}
