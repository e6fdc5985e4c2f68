//! `rasad inspect classify`: text to verdict.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::JsonlArgs;
use super::input;
use super::run::parallel;
use crate::model::Verdict;
use crate::topics::{Document, Hint, Topics};

/// One line of the list.
#[derive(Debug, Deserialize)]
struct Doc {
    id: String,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct Answer {
    id: String,
    #[serde(flatten)]
    verdict: Verdict,
}

/// Prints the verdict on each document, with its evidence.
pub fn run(args: JsonlArgs, topics: &Topics) -> Result<()> {
    parallel(
        input::lines::<Doc>(&args.jsonl)?,
        |doc| doc.id.clone(),
        |doc| {
            let document = Document {
                title: doc.title.as_deref().unwrap_or(""),
                text: doc.text.as_deref().unwrap_or(""),
                lang: doc.lang.as_deref(),
                url: doc.url.as_deref(),
            };
            let verdict = topics.classify(&document, &Hint::default());
            Ok(Answer { id: doc.id, verdict })
        },
    )
}
