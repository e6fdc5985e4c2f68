//! `rasad pull`: one pass over the due or named sources and all pending entries.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::Failed;
use crate::app::{self, App};
use crate::pipeline::{Event, Pass};

/// Longest error shown in the table; the log has the whole of it.
const ERROR_CHARS: usize = 60;

/// Runs the pass; prints a table per source. Fails where every polled source failed.
pub fn run(dir: &Path, named: &[String]) -> Result<(), Failed> {
    let config = app::load(dir)?;
    for name in named {
        if config.source(name).is_none_or(|source| !source.enabled) {
            return Err(Failed::Usage(format!(
                "There is no enabled source `{name}` in sources.toml. `rasad sources list` names them."
            )));
        }
    }
    let pass = super::runtime()?.block_on(async {
        let app = App::build(config, false, true).await?;
        let pass = one_pass(&app, named).await?;
        app.store.close().await;
        anyhow::Ok(pass)
    })?;
    println!("{}", table(&pass));
    let polled = pass.0.values().filter(|tally| !tally.status.is_empty());
    let failed = polled.clone().filter(|tally| tally.error.is_some()).count();
    if failed > 0 && failed == polled.count() {
        return Err(anyhow::anyhow!("Every source failed.").into());
    }
    Ok(())
}

async fn one_pass(app: &App, named: &[String]) -> Result<Pass> {
    let stop = CancellationToken::new();
    app::stop_on_signal(stop.clone())?;
    let sources = app.pipeline.sources_for_pass(named).await?;
    let (sender, events) = unbounded_channel();
    let watching = tokio::spawn(progress(events, sources.len() as u64));
    // The sender goes with the pipeline: the progress bar ends with the pass.
    app.pipeline.clone().telling(sender).pass(sources, stop.clone()).await;
    let pass = watching.await?;
    if stop.is_cancelled() {
        bail!("Stopped by a signal; what was not done is left for the next run.");
    }
    Ok(pass)
}

async fn progress(mut events: UnboundedReceiver<Event>, sources: u64) -> Pass {
    let bar = ProgressBar::new(sources);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {elapsed_precise} [{bar:30}] {pos}/{len} {msg}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut pass = Pass::default();
    let mut articles = 0;
    while let Some(event) = events.recv().await {
        pass.note(&event);
        match &event {
            Event::Polled(poll) => {
                // Each new entry is one more step.
                bar.inc_length(poll.new as u64);
                bar.inc(1);
            }
            Event::Processed(_) => {
                articles += 1;
                if bar.position() >= bar.length().unwrap_or_default() {
                    bar.inc_length(1);
                }
                bar.inc(1);
            }
        }
        bar.set_message(format!("{articles} articles"));
    }
    bar.finish_and_clear();
    pass
}

fn table(pass: &Pass) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED);
    table
        .set_header(["source", "status", "new", "scraped", "relevant", "copies", "later", "error"]);
    for (source, tally) in &pass.0 {
        let status = if tally.status.is_empty() { "–" } else { &tally.status };
        let error = tally.error.as_deref().unwrap_or_default();
        table.add_row([
            source.clone(),
            status.to_owned(),
            tally.new.to_string(),
            tally.scraped.to_string(),
            tally.relevant.to_string(),
            tally.copies.to_string(),
            tally.later.to_string(),
            shorten(error),
        ]);
    }
    let sum = |of: fn(&crate::pipeline::SourceTally) -> usize| -> String {
        pass.0.values().map(of).sum::<usize>().to_string()
    };
    table.add_row([
        "all".to_owned(),
        String::new(),
        sum(|t| t.new),
        sum(|t| t.scraped),
        sum(|t| t.relevant),
        sum(|t| t.copies),
        sum(|t| t.later),
        String::new(),
    ]);
    for column in 2..=6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= ERROR_CHARS {
        return text.to_owned();
    }
    text.chars().take(ERROR_CHARS - 1).chain(['…']).collect()
}
