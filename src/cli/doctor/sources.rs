//! The sources as they have been doing, and whether anybody works.

use chrono::TimeDelta;

use super::finding::Finding;
use crate::config::Config;
use crate::model::Time;
use crate::store::{QueueStats, SourceState, Store, StoreError};

/// A source that has not succeeded for so long needs somebody.
const LONG: TimeDelta = TimeDelta::days(3);
/// Work that has waited for so long shows that nobody does it.
const WAITED_MS: i64 = 3_600_000;
/// Sources named.
const NAMED: usize = 12;

/// Looks at sources and queue.
pub async fn look(store: &Store, config: &Config, now: Time, findings: &mut Vec<Finding>) {
    match facts(store, now).await {
        Ok((states, queue)) => {
            findings.extend(sources(config, &states, now));
            findings.push(worker(&queue));
        }
        Err(error) => findings.push(Finding::fails("database", error.to_string())),
    }
}

async fn facts(store: &Store, now: Time) -> Result<(Vec<SourceState>, QueueStats), StoreError> {
    Ok((store.source_states().await?, store.queue_stats(now).await?))
}

fn sources(config: &Config, states: &[SourceState], now: Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    let watched = |state: &&SourceState| config.source(&state.id).is_some_and(|s| s.enabled);
    let asked: Vec<&SourceState> =
        states.iter().filter(watched).filter(|state| state.last_attempt.is_some()).collect();
    let failing: Vec<&&SourceState> = asked.iter().filter(|s| s.error_kind.is_some()).collect();
    let dead = |state: &&&SourceState| state.last_success.is_none_or(|at| now - at > LONG);
    let dead: Vec<&&SourceState> = failing.iter().filter(|state| dead(state)).copied().collect();
    if asked.is_empty() {
        findings.push(Finding::odd("sources", "No source has been asked yet."));
    } else if failing.len() == asked.len() {
        let error = failing.iter().find_map(|state| state.error.clone()).unwrap_or_default();
        let sentence = format!("Every source fails, for example: {error} Check the network first.");
        findings.push(Finding::fails("sources", sentence));
    } else if dead.is_empty() {
        let sentence =
            format!("{} of {} sources answer.", asked.len() - failing.len(), asked.len());
        findings.push(Finding::well("sources", sentence));
    } else {
        let sentence = format!(
            "{} of {} sources have failed for more than {} days. Test each with `rasad sources test ID`, and mend its address or set `enabled = false`.",
            dead.len(),
            asked.len(),
            LONG.num_days()
        );
        findings.push(Finding::odd("sources", sentence));
        findings.extend(dead.iter().take(NAMED).map(|state| {
            let error = state.error.as_deref().unwrap_or("It fails.");
            Finding::odd("sources", format!("{}: {error}", state.id))
        }));
    }
    findings
}

fn worker(queue: &QueueStats) -> Finding {
    if queue.entries_oldest_ms.max(queue.sources_oldest_ms) > WAITED_MS {
        let sentence = format!(
            "{} sources and {} entries wait, the oldest for {} minutes. Nobody works, or too few do: start `rasad serve` or more `rasad worker`.",
            queue.sources_due,
            queue.entries_due,
            queue.entries_oldest_ms.max(queue.sources_oldest_ms) / 60_000
        );
        return Finding::odd("worker", sentence);
    }
    let sentence =
        format!("{} entries wait; {} texts are published.", queue.entries_due, queue.groups);
    Finding::well("worker", sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn work_that_waits_for_long_shows_that_nobody_works() {
        let idle =
            QueueStats { entries_due: 5, entries_oldest_ms: 60_000, ..QueueStats::default() };
        assert_eq!(worker(&idle).level, Level::Well);
        let stuck = QueueStats { entries_oldest_ms: WAITED_MS + 1, ..idle };
        assert_eq!(worker(&stuck).level, Level::Odd);
        assert!(worker(&stuck).sentence.contains("rasad worker"));
    }
}
