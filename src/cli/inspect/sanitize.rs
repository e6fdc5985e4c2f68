//! `rasad inspect sanitize`: HTML as we would republish it.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use url::Url;

use super::JsonlArgs;
use super::input;
use super::run::parallel;
use crate::html;

#[derive(Deserialize)]
struct Fragment {
    id: String,
    html: String,
    #[serde(default)]
    base: Option<String>,
}

#[derive(Serialize)]
struct Clean {
    id: String,
    html: String,
}

/// Prints each HTML fragment as it would be republished.
pub fn run(args: JsonlArgs) -> Result<()> {
    parallel(
        input::lines(&args.jsonl)?,
        |fragment: &Fragment| fragment.id.clone(),
        |fragment| {
            let base = fragment.base.as_deref().and_then(|base| Url::parse(base).ok());
            Ok(Clean { id: fragment.id, html: html::sanitize(&fragment.html, base.as_ref()) })
        },
    )
}
