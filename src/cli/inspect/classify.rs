//! `rasad inspect classify`: text to verdict.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
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
pub fn run(args: JsonlArgs) -> Result<()> {
    let topics = load(&config_dir())?;
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

/// `RASAD_CONFIG`, else `config/`.
fn config_dir() -> PathBuf {
    std::env::var_os("RASAD_CONFIG").map_or_else(|| PathBuf::from("config"), PathBuf::from)
}

fn load(dir: &Path) -> Result<Topics> {
    let path = dir.join("topics.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    match Topics::from_toml(&text) {
        Ok(topics) => Ok(topics),
        Err(problems) => {
            for problem in &problems {
                let before = text.get(..problem.span.start).unwrap_or("");
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                let help = problem.help.as_deref().unwrap_or("");
                eprintln!("{}:{line}:{column}: {} {help}", path.display(), problem.message);
            }
            bail!("{} has {} mistakes", path.display(), problems.len())
        }
    }
}
