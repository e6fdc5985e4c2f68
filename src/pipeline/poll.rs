//! Poll a source: fetch its feed, read it, record entries and next turn in one transaction.

use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::catalog::{Catalog, Watched};
use super::findings::{Findings, failure, not_understood, parse_fetched};
use super::polled::{polled, take_entries};
use super::{Event, Pipeline};
use crate::feed::FeedError;
use crate::fetch::{Fetched, Request, Validators};
use crate::model::{ParsedFeed, Time, UpdateHints};
use crate::schedule::{self, Found, Moved, Outcome, Policy, Streak, Wishes};
use crate::store::{ClaimedEntry, ClaimedSource, NewEntry, NextTurn, Poll, StoreError};

/// Times of entries that are remembered for the rhythm.
const RHYTHM: usize = 60;
/// When a source that is gone is asked again: when an admin acts.
const NEVER: chrono::TimeDelta = chrono::TimeDelta::days(36_500);

/// How a poll went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollReport {
    /// The source.
    pub source: String,
    /// `ok`, `not_modified`, or the kind of the error.
    pub outcome: String,
    /// Entries not seen before.
    pub new: usize,
    /// The error, a sentence.
    pub error: Option<String>,
}

/// What is remembered of a source between its polls; JSON in the store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Failures in a row.
    pub streak: Streak,
    /// A permanent redirect.
    pub moved: Option<Moved>,
    /// What the feed says about its rhythm.
    pub hints: UpdateHints,
    /// When the feed was last received whole.
    pub whole_at: Option<Time>,
    /// Times of its newest entries.
    pub times: Vec<Time>,
    /// True where it said that it is gone (410).
    pub gone: bool,
}

impl Pipeline {
    /// Polls one claimed source to its end, whatever that is.
    pub(super) async fn poll(&self, claimed: ClaimedSource) {
        let source = claimed.id.clone();
        let _held = self.hands.drop_source(&source);
        match self.try_poll(claimed).await {
            Ok(report) => self.tell(Event::Polled(report)),
            Err(error) => {
                // The claim expires; the source is polled again then.
                tracing::error!(source, kind = error.kind(), %error, "poll not recorded");
            }
        }
    }

    async fn try_poll(&self, claimed: ClaimedSource) -> Result<PollReport, StoreError> {
        let started = Instant::now();
        let catalog = self.catalog();
        let Some(watched) = catalog.sources.get(&claimed.id).cloned() else {
            // Taken out of the configuration a moment ago; its claim expires.
            return Ok(report(&claimed.id, "no_source", 0, None));
        };
        let plan: Plan = serde_json::from_str(&claimed.plan).unwrap_or_default();
        let mut findings = self.ask(&claimed, &watched, &plan, &catalog).await;
        let now = self.now();
        let mut found = polled(&claimed.id, &mut findings, started);
        if self.tray.takes(found.entries.len()) {
            found.hold_until = Some(self.claim().until);
        }
        let policy = policy(&watched, &catalog);
        let jitter = fastrand::f64();
        let turn = |findings: &Findings, pushed| {
            next_turn(findings, plan.clone(), &watched, &policy, pushed, (now, jitter))
        };
        // A hub that kept news from us is not relied upon.
        let pushed = self.subscribe(&claimed.id, &findings).await?;
        let next = turn(&findings, pushed);
        let next_if_new = if pushed { turn(&findings, false) } else { next.clone() };
        let poll = Poll { polled: found, at: now, next, next_if_new };
        let (poll, recorded) = self.register.record(&self.worker, poll).await?;
        let (findings, inserted) = match recorded {
            Ok(inserted) => (findings, inserted),
            Err(error) if error.passes() => return Err(error),
            Err(error) => {
                // The database does not take what the feed says: that is this source's error, and
                // it is asked less and less often.
                let mut findings = not_understood(
                    Findings { feed: None, body_hash: None, ..findings },
                    error.kind(),
                    error.to_string(),
                );
                let polled = polled(&claimed.id, &mut findings, started);
                let next = turn(&findings, false);
                let failed = Poll { polled, at: now, next_if_new: next.clone(), next };
                let (_, recorded) = self.register.record(&self.worker, failed).await?;
                (findings, recorded?)
            }
        };
        self.metrics.poll(&findings.word);
        self.metrics.took("poll", started.elapsed());
        self.metrics.entries_new.inc_by(inserted.new as u64);
        self.hold(poll, &inserted.held);
        if inserted.new + inserted.changed > 0 {
            self.fresh.wake();
        }
        log(&claimed.id, &findings, inserted.new, started);
        Ok(report(&claimed.id, &findings.word, inserted.new, findings.error))
    }

    /// Puts the entries of a poll that this worker holds where it works on them.
    fn hold(&self, poll: Poll, held: &[(usize, i64)]) {
        let Poll { polled, at, .. } = poll;
        let mut entries: Vec<Option<NewEntry>> = polled.entries.into_iter().map(Some).collect();
        let held: Vec<ClaimedEntry> = held
            .iter()
            .filter_map(|(place, id)| {
                let entry = entries.get_mut(*place)?.take()?;
                Some(ClaimedEntry::held(*id, &polled.source, entry, at))
            })
            .collect();
        self.hands.take_entries(&held);
        self.tray.put(held);
    }

    /// Fetches and reads the feed.
    async fn ask(
        &self,
        claimed: &ClaimedSource,
        watched: &Arc<Watched>,
        plan: &Plan,
        catalog: &Catalog,
    ) -> Findings {
        let source = &watched.source;
        let address = schedule::address(&source.url, plan.moved.as_ref());
        let whole = plan
            .whole_at
            .is_none_or(|at| schedule::full_fetch_is_due(at, self.now(), share(&claimed.id)));
        let validators = (!whole).then(|| Validators {
            etag: claimed.validators.etag.clone(),
            last_modified: claimed.validators.last_modified.clone(),
            url: claimed.validators.url.clone(),
        });
        match self.client.get(Request::feed(address, validators)).await {
            Ok(fetched) => {
                self.network.answered(address, self.now());
                self.understand(fetched, claimed, watched, catalog).await
            }
            Err(error) => {
                let pause = self.network.failed(address, &error, self.now());
                let longest = catalog.settings.min_interval.to_std().unwrap_or_default();
                failure(&error, pause.map(|pause| pause.min(longest)))
            }
        }
    }

    async fn understand(
        &self,
        fetched: Fetched,
        claimed: &ClaimedSource,
        watched: &Arc<Watched>,
        catalog: &Catalog,
    ) -> Findings {
        let hash = fetched.body_hash as i64;
        let findings = Findings {
            outcome: Outcome::Fed,
            word: "not_modified".into(),
            error: None,
            status: Some(fetched.status),
            bytes: fetched.body.len(),
            freshness: fetched.freshness,
            permanent: fetched.permanent.as_ref().map(Url::to_string),
            validators: Some(fetched.validators.clone()),
            body_hash: None,
            feed: None,
            entries: Vec::new(),
            whole: !fetched.not_modified,
        };
        if fetched.not_modified || claimed.body_hash == Some(hash) {
            return findings;
        }
        let (watched, max_entries) = (watched.clone(), catalog.settings.max_entries);
        let now = self.now();
        let read = move || {
            let mut feed = parse_fetched(&fetched, &watched, max_entries, now)?;
            let entries = take_entries(&mut feed, &watched, now);
            Ok::<_, FeedError>((feed, entries))
        };
        match self.on_cpu(read).await {
            Some(Ok((feed, entries))) => Findings {
                word: "ok".into(),
                body_hash: Some(hash),
                feed: Some(feed),
                entries,
                ..findings
            },
            Some(Err(error)) => not_understood(findings, error.kind(), error.to_string()),
            None => not_understood(findings, "bug", "The feed broke the reader.".into()),
        }
    }
}

fn policy(watched: &Watched, catalog: &Catalog) -> Policy {
    let std = |delta: chrono::TimeDelta| delta.to_std().unwrap_or_default();
    Policy {
        schedule: watched.schedule.clone(),
        min_interval: std(catalog.settings.min_interval),
        max_interval: std(catalog.settings.max_interval),
        ..Policy::default()
    }
}

/// Decides when the source is asked next, and what is remembered of it.
fn next_turn(
    findings: &Findings,
    mut plan: Plan,
    watched: &Watched,
    policy: &Policy,
    pushed: bool,
    (now, jitter): (Time, f64),
) -> NextTurn {
    if let Some(feed) = &findings.feed {
        plan.hints = feed.hints.clone();
        plan.times = times(feed, &plan.times, now);
    }
    if findings.whole {
        plan.whole_at = Some(now);
    }
    let found = match findings.outcome {
        Outcome::Fed => Some(Found::Feed { permanent: findings.permanent.as_deref() }),
        Outcome::Failed { .. } | Outcome::Gone => Some(Found::Failure),
        Outcome::NotAsked => None,
    };
    if let Some(found) = found {
        plan.moved = schedule::moved(&watched.source.url, plan.moved.take(), found);
    }
    let wishes = Wishes {
        fresh_for: findings.freshness.fresh_for(),
        retry_after: findings.freshness.retry_after,
        hints: plan.hints.clone(),
        pushed,
    };
    let decision =
        schedule::next(findings.outcome, policy, plan.streak, &plan.times, &wishes, now, jitter);
    plan.streak = decision.streak;
    plan.gone = findings.outcome == Outcome::Gone;
    NextTurn {
        at: decision.at.unwrap_or(now + NEVER),
        reason: decision.reason,
        plan: serde_json::to_string(&plan).unwrap_or_else(|_| "{}".into()),
    }
}

/// A number from 0 up to 1 that stays with a source: what is due for all is spread over time.
fn share(source: &str) -> f64 {
    (xxh3_64(source.as_bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

/// The times of the newest entries; of a feed without dates, the times of its changes.
fn times(feed: &ParsedFeed, known: &[Time], now: Time) -> Vec<Time> {
    let mut times: Vec<Time> = feed
        .entries
        .iter()
        .filter_map(|entry| entry.published.or(entry.updated))
        .map(|time| time.min(now))
        .collect();
    if times.is_empty() {
        times = known.to_vec();
        times.push(now);
    }
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.truncate(RHYTHM);
    times
}

fn log(source: &str, findings: &Findings, new: usize, started: Instant) {
    let millis = started.elapsed().as_millis() as u64;
    match &findings.error {
        None => tracing::info!(source, outcome = findings.word, new, millis, "source polled"),
        Some(error) => {
            tracing::warn!(
                source,
                kind = findings.word,
                status = findings.status,
                millis,
                error,
                "source failed"
            );
        }
    }
}

fn report(source: &str, outcome: &str, new: usize, error: Option<String>) -> PollReport {
    PollReport { source: source.to_owned(), outcome: outcome.to_owned(), new, error }
}
