//! `rasad replay`: judges stored articles anew by the present rules, shows what would change, and
//! changes it when told to.

mod report;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::difference::{Difference, brought_in, differences, grounds_of};
use super::{Failed, stored};
use crate::app::{self, App};
use crate::config::Config;
use crate::model::Verdict;
use crate::pipeline::{Rejudged, Settled};
use crate::store::{Store, StoredText};
use crate::topics::Topics;
use report::Report;

/// Verdicts stored in one transaction: others want to write too.
const AT_ONCE: usize = 40;

/// What to judge.
#[derive(Debug, Args)]
pub struct Replay {
    /// Only what was processed in the last N days.
    #[arg(long, value_name = "N")]
    days: Option<u32>,
    /// Store the new verdicts, publish what is relevant now, take out of the feeds what is not.
    #[arg(long)]
    apply: bool,
    /// For machines: one JSON object.
    #[arg(long)]
    json: bool,
}

/// An article whose verdict changes.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
struct Moved {
    id: i64,
    source: String,
    title: String,
    url: String,
    newly_in: bool,
    before: f64,
    after: f64,
    evidence: Vec<Difference>,
}

/// What became of one article.
enum Outcome {
    /// Its text was forgotten.
    Forgotten,
    /// The same verdict, evidence and all.
    Same,
    /// Another verdict; in or out where it moved.
    Other(Box<Verdict>, Option<Box<Moved>>),
}

/// Judges, prints, and stores where told to.
pub fn run(dir: &Path, replay: &Replay) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let report = super::runtime()?.block_on(async {
        if replay.apply {
            let app = App::build(config.clone(), false, false).await?;
            let report = go(&config, &app.store, Some(&app), replay).await;
            app.store.close().await;
            report
        } else {
            let store = app::open_store(&config).await?;
            let report = go(&config, &store, None, replay).await;
            store.close().await;
            report
        }
    })?;
    if replay.json {
        println!("{}", report.json());
    } else {
        print!("{}", report.text());
    }
    Ok(())
}

async fn go(
    config: &Arc<Config>,
    store: &Store,
    applying: Option<&App>,
    replay: &Replay,
) -> Result<Report> {
    let topics = Arc::new(app::topics(config)?);
    let mut report = Report { applied: applying.map(|_| Settled::default()), ..Report::default() };
    let config = config.clone();
    let work = move |text: &StoredText| judge(&config, &topics, text);
    let since = stored::since(replay.days);
    stored::each(store, ("texts judged anew", since), work, async |texts, outcomes| {
        let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
        for (text, outcome) in texts.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Forgotten => report.forgotten += 1,
                Outcome::Same => unchanged.push(text.id),
                Outcome::Other(verdict, moved) => {
                    report.note(&text.verdict, &verdict, moved);
                    let (article, revision) = (text.id, text.revision);
                    changed.push(Rejudged { article, revision, verdict: *verdict });
                }
            }
        }
        report.judged += changed.len() + unchanged.len();
        if let (Some(app), Some(applied)) = (applying, &mut report.applied) {
            *applied = applied.and(store_all(app, &changed, &unchanged).await?);
        }
        Ok(())
    })
    .await?;
    Ok(report)
}

async fn store_all(app: &App, changed: &[Rejudged], unchanged: &[i64]) -> Result<Settled> {
    let mut settled = app.pipeline.rejudge(&[], unchanged).await?;
    for changed in changed.chunks(AT_ONCE) {
        settled = settled.and(app.pipeline.rejudge(changed, &[]).await?);
    }
    Ok(settled)
}

fn judge(config: &Config, topics: &Topics, text: &StoredText) -> Outcome {
    if text.is_forgotten() {
        return Outcome::Forgotten;
    }
    let (document, hint) = (stored::document(text), stored::hint(config, &text.source));
    let (before, verdict) = (&text.verdict, topics.classify(&document, &hint));
    if verdict == *before {
        return Outcome::Same;
    }
    let moved = (verdict.relevant != before.relevant).then(|| {
        let now = topics.whatif(&document, &hint);
        let was = grounds_of(before);
        // Of what was irrelevant, the evidence was not kept.
        let evidence =
            if was.is_empty() { brought_in(&now) } else { differences(&was, &now.grounds) };
        Box::new(Moved {
            id: text.id,
            source: text.source.clone(),
            title: text.title.clone(),
            url: text.url.clone(),
            newly_in: verdict.relevant,
            before: before.score,
            after: verdict.score,
            evidence,
        })
    });
    Outcome::Other(Box::new(verdict), moved)
}
