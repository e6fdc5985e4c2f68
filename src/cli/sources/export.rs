//! `rasad sources export`: the sources as OPML 2.0.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::Failed;
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::model::Source;
use crate::publish::{self, ListedFeed};

/// Title of the list.
const TITLE: &str = "Sources watched by Rasad";

/// Writes the enabled sources, or all, in the order of `sources.toml`.
pub(super) fn run(dir: &Path, all: bool) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let sources = config.sources.iter().filter(|source| all || source.enabled);
    let listed: Vec<ListedFeed> = sources.map(listed).collect();
    let opml = publish::opml(TITLE, &listed, SystemClock.now());
    writeln!(std::io::stdout(), "{opml}").context("The list cannot be written")?;
    Ok(())
}

fn listed(source: &Source) -> ListedFeed {
    ListedFeed {
        title: source.name.clone(),
        xml_url: source.url.clone(),
        html_url: None,
        description: source.note.clone(),
        lang: source.lang.clone(),
        folder: None,
    }
}
