//! `rasad sources list`: all sources, and what the store knows of each.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;

use super::{Failed, show};
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{Source, Time};
use crate::store::SourceState;

/// Longest cells, in characters.
const NAME_CHARS: usize = 32;
const REASON_CHARS: usize = 60;
const ERROR_CHARS: usize = 100;
/// A turn so far ahead comes when an admin acts.
const NEVER_DAYS: i64 = 10_000;

/// Prints the table; without a database, what the configuration says alone.
pub(super) fn run(dir: &Path) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let states = match states(&config) {
        Ok(Some(states)) => states,
        Ok(None) => {
            eprintln!("note: There is no database yet, so no source has a state.");
            HashMap::new()
        }
        Err(error) => {
            eprintln!("note: {error:#}. The states are not known.");
            HashMap::new()
        }
    };
    println!("{}", table(&config.sources, &states, SystemClock.now()));
    let enabled = config.sources.iter().filter(|source| source.enabled).count();
    let all = show::count(show::number(config.sources.len()), "source");
    println!("{all}, {enabled} enabled.");
    Ok(())
}

/// The state of each enabled source; none where there is no database. None is made by looking.
fn states(config: &Config) -> Result<Option<HashMap<String, SourceState>>> {
    let url = config.settings.database.url.as_str();
    let file = url.strip_prefix("sqlite://").map(|rest| rest.split('?').next().unwrap_or(rest));
    if file.is_some_and(|file| !Path::new(file).exists()) {
        return Ok(None);
    }
    super::super::runtime()?.block_on(async {
        let store = app::open_store(config).await?;
        let states = store.source_states().await;
        store.close().await;
        Ok(Some(states?.into_iter().map(|state| (state.id.clone(), state)).collect()))
    })
}

fn table(sources: &[Source], states: &HashMap<String, SourceState>, now: Time) -> String {
    let mut table =
        show::table(["id", "name", "lang", "kind", "last success", "next", "why", "error"]);
    for source in sources {
        table.add_row(row(source, states.get(&source.id), now));
    }
    table.to_string()
}

fn row(source: &Source, state: Option<&SourceState>, now: Time) -> [String; 8] {
    let dash = || "–".to_owned();
    let (success, next, why, error) = match state {
        _ if !source.enabled => (dash(), "never".into(), "disabled".into(), String::new()),
        None => (dash(), dash(), String::new(), String::new()),
        Some(state) => (
            state.last_success.map_or_else(dash, |at| show::ago(at, now)),
            next(state.next_at, now),
            show::line(&state.reason, REASON_CHARS),
            show::line(state.error.as_deref().unwrap_or_default(), ERROR_CHARS),
        ),
    };
    let lang = source.lang.clone().unwrap_or_else(dash);
    let name = show::line(&source.name, NAME_CHARS);
    [source.id.clone(), name, lang, source.kind.as_str().into(), success, next, why, error]
}

fn next(at: Time, now: Time) -> String {
    match (at - now).num_days() {
        NEVER_DAYS.. => "never".into(),
        _ if at <= now => "due".into(),
        _ => show::ago(at, now),
    }
}
