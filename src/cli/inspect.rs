//! `rasad inspect …`: each stage alone, on files or JSON Lines.
//!
//! One JSON object per input on standard output, in input order. An input that
//! fails gives `{"id":…,"error":{"kind":…,"message":…}}` and never stops the rest.

mod classify;
mod extract;
mod fetch;
mod group;
mod input;
mod parse;
mod run;
mod sanitize;

use std::path::{Path, PathBuf};

use super::Failed;
use crate::app;

use clap::{Args, Subcommand};

pub use input::FileInput;

/// Which stage to run.
#[derive(Debug, Subcommand)]
pub enum Inspect {
    /// Fetch addresses through the one polite, guarded client.
    Fetch(FetchArgs),
    /// Read feeds: bytes to entries.
    Parse(FileArgs),
    /// Read article pages: HTML to article.
    Extract(FileArgs),
    /// Sanitise HTML as it would be republished.
    Sanitize(JsonlArgs),
    /// Judge texts: title and text to verdict, with evidence.
    Classify(JsonlArgs),
    /// Find copies and stories among texts, in order of arrival.
    Group(JsonlArgs),
}

/// Files by name, or a list of them.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// Files to read.
    #[arg(value_name = "FILE", required_unless_present = "jsonl")]
    pub files: Vec<PathBuf>,
    /// A list with one JSON object per line: {"id", "path", "url"?, "content_type"?}.
    #[arg(long, value_name = "LIST", conflicts_with = "files")]
    pub jsonl: Option<PathBuf>,
}

/// A list of documents.
#[derive(Debug, Args)]
pub struct JsonlArgs {
    /// JSON Lines to read; `-` is standard input.
    #[arg(long, value_name = "DOCS")]
    pub jsonl: PathBuf,
}

/// Addresses to fetch.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Addresses, http or https.
    #[arg(value_name = "URL", required_unless_present = "jsonl")]
    pub urls: Vec<String>,
    /// A list with one JSON object per line: {"id", "url"}.
    #[arg(long, value_name = "LIST", conflicts_with = "urls")]
    pub jsonl: Option<PathBuf>,
    /// Keep the bodies in this folder, one file per id.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
}

/// Runs one stage over its inputs. Most need no configuration; none is read then.
pub(super) fn run(dir: &Path, inspect: Inspect) -> Result<(), Failed> {
    let load = || crate::config::load(dir, std::env::vars());
    match inspect {
        Inspect::Fetch(args) => fetch::run(args, app::fetch_settings(&load()?)),
        Inspect::Parse(args) => parse::run(args),
        Inspect::Extract(args) => extract::run(args),
        Inspect::Sanitize(args) => sanitize::run(args),
        Inspect::Classify(args) => classify::run(args, &app::topics(&load()?)?),
        Inspect::Group(args) => group::run(args, &app::topics(&load()?)?),
    }?;
    Ok(())
}
