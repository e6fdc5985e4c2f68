//! `rasad sources …`: the sources watched, from finding their feeds to trying them out.
//!
//! [`find`] turns an address into candidates, [`summary`] says what a feed yields, [`known`] what is
//! watched already; [`add`] and [`import`] write to `sources.toml` through `config`, which keeps
//! what stands there. [`trial`] runs one source as the worker would and stores nothing, [`list`]
//! shows what the store knows of each.

mod add;
mod export;
mod find;
mod import;
mod known;
mod list;
mod show;
mod suggest;
mod summary;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::Failed;
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, EditError};
use crate::fetch::{Client, MemoryGate};
use crate::topics::Topics;

/// What to do with the sources.
#[derive(Debug, Subcommand)]
pub(super) enum Sources {
    /// Finds the feed behind a site's address, shows what it would yield, adds it to sources.toml.
    Add(AddArgs),
    /// Lists all sources with their state.
    List,
    /// Runs one source without storing anything: its feed, and its newest articles.
    Test {
        /// The source's id.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Adds the feeds of an OPML file that are not yet watched.
    Import {
        /// The file, as feed readers export it.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Writes the sources as OPML 2.0 to standard output.
    Export {
        /// The disabled ones too.
        #[arg(long)]
        all: bool,
    },
}

/// Which feed to add, and as what.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// Address of the site, of a page in it, or of the feed itself.
    #[arg(value_name = "URL")]
    url: String,
    /// Add this one of the candidates shown, instead of the best.
    #[arg(long, value_name = "N")]
    pick: Option<usize>,
    /// The new source's id, instead of one made of host and language.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Only show the candidates and what would be added.
    #[arg(long)]
    dry_run: bool,
}

/// Does it.
pub(super) fn run(dir: &Path, command: Sources) -> Result<(), Failed> {
    match command {
        Sources::Add(args) => add::run(dir, &args),
        Sources::List => list::run(dir),
        Sources::Test { id } => trial::run(dir, &id),
        Sources::Import { file } => import::run(dir, &file),
        Sources::Export { all } => export::run(dir, all),
    }
}

impl From<EditError> for Failed {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Invalid(errors) => Self::Config(errors),
            other => Self::Other(other.into()),
        }
    }
}

/// What it takes to read feeds and pages by hand.
struct Tools {
    client: Client,
    topics: Topics,
    clock: Arc<dyn Clock>,
    max_entries: usize,
}

impl Tools {
    fn new(config: &Config) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let gate = Arc::new(MemoryGate::new());
        let client = Client::new(app::fetch_settings(config), clock.clone(), gate)
            .context("The HTTP client cannot be built")?;
        let topics = app::topics(config)?;
        Ok(Self { client, topics, clock, max_entries: config.settings.fetch.max_entries })
    }
}

/// A sign of life on a terminal, gone when it is dropped; nothing elsewhere.
struct Waiting(ProgressBar);

impl Waiting {
    fn new(what: impl Into<String>) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what.into());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
