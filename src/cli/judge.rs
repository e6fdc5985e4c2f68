//! `rasad judge`: a person's word on an article, which no rule overrules.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use url::Url;

use super::Failed;
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::dedupe;
use crate::store::Store;

/// The word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// Published, whatever the rules say.
    Relevant,
    /// Never published.
    Irrelevant,
    /// Left to the rules again.
    Undecided,
}

/// Decides on the article that a published id, a page's number or an address names.
pub fn run(dir: &Path, id: &str, word: Word) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let known = super::runtime()?.block_on(async {
        let store = app::open_store(&config).await?;
        let accept = match word {
            Word::Relevant => Some(true),
            Word::Irrelevant => Some(false),
            Word::Undecided => None,
        };
        let known = match group(&store, id).await? {
            Some(group) => store.decide(group, accept, SystemClock.now()).await?,
            None => false,
        };
        store.close().await;
        anyhow::Ok(known)
    })?;
    if !known {
        return Err(Failed::Other(anyhow::anyhow!("There is no article {id:?}.")));
    }
    println!("{}", said(id, word));
    Ok(())
}

fn said(id: &str, word: Word) -> String {
    match word {
        Word::Relevant => format!("{id} is relevant: it is in the feeds within a minute."),
        Word::Irrelevant => format!("{id} is irrelevant: it leaves the feeds within a minute."),
        Word::Undecided => format!("{id} is left to the rules: they judge it when it changes."),
    }
}

/// The group that an id, a number or an address names.
pub(super) async fn group(store: &Store, id: &str) -> Result<Option<i64>> {
    let url_key = Url::parse(id).ok().filter(|url| url.scheme().starts_with("http"));
    let url_key = url_key.map(|url| dedupe::canonical_url(&url, None)).unwrap_or_default();
    Ok(store.find_group(id, &url_key).await?)
}
