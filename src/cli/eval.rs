//! `rasad eval`: how well the present rules do on labelled texts, and what a change would do.

pub mod labelled;
mod report;
mod score;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use rayon::prelude::*;

use super::Failed;
use super::difference::{Difference, differences};
use crate::app;
use crate::config::Config;
use crate::model::Verdict;
use crate::topics::{Document, Hint, Topics};
pub use labelled::Labelled;
use score::Scores;

/// What to measure.
#[derive(Debug, Args)]
pub struct Eval {
    /// JSON Lines with "id", "title", "text" and what is right: "relevant" and "topics".
    #[arg(value_name = "LABELLED.jsonl")]
    file: PathBuf,
    /// Compare with the rules of another configuration: what is in and out now that was not.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// For machines: one JSON object.
    #[arg(long)]
    json: bool,
}

/// A text that one set of rules takes and the other does not.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
struct Changed {
    id: String,
    lang: Option<String>,
    title: String,
    /// It is in now, and was not by the other rules.
    newly_in: bool,
    /// The label says so too.
    right: bool,
    /// Score by the other rules.
    before: f64,
    /// Score by the present ones.
    after: f64,
    /// What did it.
    evidence: Vec<Difference>,
}

/// Measures, prints. True where a line could not be read.
pub fn run(dir: &Path, eval: &Eval) -> Result<bool, Failed> {
    let config = app::load(dir)?;
    let other = match &eval.against {
        Some(dir) => Some(crate::config::load(dir, std::env::vars())?),
        None => None,
    };
    let topics = app::topics(&config)?;
    let known: Vec<&str> = topics.tree().iter().map(|topic| topic.id.as_str()).collect();
    let file = std::fs::File::open(&eval.file)
        .with_context(|| format!("The file {} cannot be opened", eval.file.display()))?;
    let read = labelled::read(std::io::BufReader::new(file), &known);
    for mistake in &read.mistakes {
        eprintln!("error: {}:{}", eval.file.display(), mistake);
    }
    let judged = judge(&topics, &read.texts);
    let scores = Scores::of(topics.tree(), read.texts.iter().zip(&judged));
    let against = other.map(|other| compare(&config, &topics, &other, &read.texts)).transpose()?;
    let bad = !read.mistakes.is_empty();
    let report = report::Report { scores, against, read };
    if eval.json {
        println!("{}", report.json());
    } else {
        print!("{}", report.text());
    }
    Ok(bad)
}

fn document(text: &Labelled) -> Document<'_> {
    Document {
        title: &text.title,
        text: &text.text,
        lang: text.lang.as_deref(),
        url: text.url.as_deref(),
    }
}

fn judge(topics: &Topics, texts: &[Labelled]) -> Vec<Verdict> {
    texts.par_iter().map(|text| topics.classify(&document(text), &Hint::default())).collect()
}

/// What the other rules make of the same texts.
struct Against {
    scores: Scores,
    /// From which score on: the other rules', the present ones'.
    accept: (f64, f64),
    changed: Vec<Changed>,
}

fn compare(
    config: &Config,
    topics: &Topics,
    other: &Config,
    texts: &[Labelled],
) -> anyhow::Result<Against> {
    let before = if other.topics == config.topics {
        Arc::new(app::topics(config)?)
    } else {
        Arc::new(app::topics(other)?)
    };
    let judged = judge(&before, texts);
    let scores = Scores::of(before.tree(), texts.iter().zip(&judged));
    let changed = texts.par_iter().zip(&judged).filter_map(|(text, was)| {
        let is = topics.classify(&document(text), &Hint::default());
        (is.relevant != was.relevant).then(|| changed(text, (&before, was), (topics, &is)))
    });
    let changed = changed.collect();
    let nothing = (Document::default(), Hint::default());
    let accept = |topics: &Topics| topics.whatif(&nothing.0, &nothing.1).threshold;
    Ok(Against { scores, accept: (accept(&before), accept(topics)), changed })
}

fn changed(text: &Labelled, before: (&Topics, &Verdict), after: (&Topics, &Verdict)) -> Changed {
    let grounds = |topics: &Topics| topics.whatif(&document(text), &Hint::default()).grounds;
    Changed {
        id: text.id.clone(),
        lang: text.lang.clone(),
        title: text.title.clone(),
        newly_in: after.1.relevant,
        right: after.1.relevant == text.relevant,
        before: before.1.score,
        after: after.1.score,
        evidence: differences(&grounds(before.0), &grounds(after.0)),
    }
}
