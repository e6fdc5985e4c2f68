//! `rasad train`: learns from an admin's decisions a model for the texts that the rules leave open.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::Failed;
use super::eval::{Labelled, labelled};
use super::show::{share, table};
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::topics::{MODEL_FILE, Model, Rates, Sample, Trained, train};

/// What to learn from.
#[derive(Debug, Args)]
pub struct Train {
    /// Labelled texts beside the decisions of `rasad judge`: JSON Lines, as `rasad eval` reads them.
    #[arg(value_name = "LABELLED.jsonl")]
    file: Option<PathBuf>,
    /// Only measure: no model is written.
    #[arg(long)]
    dry_run: bool,
}

/// Learns, prints the figures, writes the model beside the rules.
pub fn run(dir: &Path, args: &Train) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let (mut samples, forgotten) = super::runtime()?.block_on(decisions(&config))?;
    let decided = samples.len();
    if let Some(file) = &args.file {
        samples.extend(labelled_in(file)?);
    }
    println!("{decided} decisions, {} labelled texts.", samples.len() - decided);
    if forgotten > 0 {
        println!(
            "{forgotten} decisions are on articles whose texts were forgotten, and teach nothing."
        );
    }
    let path = dir.join(MODEL_FILE);
    let version = next_version(&config);
    let topics = app::topics(&config)?;
    let made = SystemClock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let trained = train(&topics, &samples, version, made).map_err(anyhow::Error::from)?;
    print!("{}", figures(&trained));
    if args.dry_run {
        println!("Nothing is written.");
    } else {
        write(&path, &trained.model)?;
        println!(
            "Model v{version} is written to {}: it decides from now on where the rules leave a text to a person. Remove the file to do without it. `rasad replay` shows what it changes.",
            path.display()
        );
    }
    Ok(())
}

async fn decisions(config: &Config) -> Result<(Vec<Sample>, usize)> {
    let store = app::open_store(config).await?;
    let decided = store.decided_texts().await;
    store.close().await;
    let decided = decided?;
    let all = decided.len();
    let samples: Vec<Sample> = decided
        .into_iter()
        .filter(|text| !text.text.is_empty())
        .map(|text| Sample {
            id: text.tag,
            title: text.title,
            text: text.text,
            lang: text.lang,
            relevant: text.decision == "accept",
        })
        .collect();
    let forgotten = all - samples.len();
    Ok((samples, forgotten))
}

fn labelled_in(file: &Path) -> Result<Vec<Sample>> {
    let opened = std::fs::File::open(file)
        .with_context(|| format!("The file {} cannot be opened", file.display()))?;
    let read = labelled::read(BufReader::new(opened), &[]);
    for mistake in &read.mistakes {
        eprintln!("error: {}:{mistake}", file.display());
    }
    let sample = |text: Labelled| Sample {
        id: text.id,
        title: text.title,
        text: text.text,
        lang: text.lang,
        relevant: text.relevant,
    };
    Ok(read.texts.into_iter().map(sample).collect())
}

fn next_version(config: &Config) -> u32 {
    let present = config.topics.model.as_deref().and_then(|model| Model::from_json(model).ok());
    present.map_or(1, |model| model.version() + 1)
}

fn figures(trained: &Trained) -> String {
    let mut table = table(
        &["each text judged by a model that had not seen it", "texts", "precision", "recall", "F1"],
        &[1, 2, 3, 4],
    );
    let band = &trained.band;
    for (name, rates) in
        [("all texts", &trained.all), ("left to a person by the rules", &band.decided)]
    {
        table.add_row(row(name, rates));
    }
    let left = band.decided.count() + band.open;
    format!(
        "{table}\nThe rules leave {left} of these texts to a person. The model decides {} of them, {} rightly; {} stay with a person.\n",
        band.decided.count(),
        band.decided.found + band.decided.left_out,
        band.open
    )
}

fn row(name: &str, rates: &Rates) -> [String; 5] {
    [
        name.to_owned(),
        rates.count().to_string(),
        share(rates.precision()),
        share(rates.recall()),
        share(rates.f1()),
    ]
}

/// Writes the file whole or not at all: a running service reads it at once.
fn write(path: &Path, model: &Model) -> Result<()> {
    let part = path.with_extension("model.part");
    let written =
        std::fs::write(&part, model.to_json()).and_then(|()| std::fs::rename(&part, path));
    written.with_context(|| format!("The model cannot be written to {}", path.display()))
}
