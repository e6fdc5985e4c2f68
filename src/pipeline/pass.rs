//! One pass: the due or named sources, and every pending entry, then the end.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::{Event, Pipeline, PollReport, ProcessReport};
use crate::store::StoreError;

/// What a pass did for one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceTally {
    /// Outcome of the poll: `ok`, `not_modified`, or the kind of the error. Empty: not polled.
    pub status: String,
    /// Entries not seen before.
    pub new: usize,
    /// Pages downloaded.
    pub scraped: usize,
    /// Relevant articles.
    pub relevant: usize,
    /// Articles that joined a group as further copies.
    pub copies: usize,
    /// Entries put off.
    pub later: usize,
    /// The poll's error, a sentence.
    pub error: Option<String>,
}

/// What a pass did, by source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pass(pub BTreeMap<String, SourceTally>);

impl Pass {
    /// Takes note of what happened.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Polled(poll) => self.polled(poll),
            Event::Processed(entry) => self.processed(entry),
        }
    }

    fn polled(&mut self, poll: &PollReport) {
        let tally = self.0.entry(poll.source.clone()).or_default();
        tally.status.clone_from(&poll.outcome);
        tally.new += poll.new;
        tally.error.clone_from(&poll.error);
    }

    fn processed(&mut self, entry: &ProcessReport) {
        let tally = self.0.entry(entry.source.clone()).or_default();
        tally.scraped += usize::from(entry.scraped);
        tally.relevant += usize::from(entry.outcome == "relevant");
        tally.copies += usize::from(entry.copy);
        tally.later += usize::from(entry.outcome == "later");
    }
}

impl Pipeline {
    /// The sources that a pass would poll: those named, else those due.
    pub async fn sources_for_pass(&self, named: &[String]) -> Result<Vec<String>, StoreError> {
        if named.is_empty() { self.store.due_sources(self.now()).await } else { Ok(named.to_vec()) }
    }

    /// Polls these sources once each, processes every entry that is ready, and returns. What
    /// other workers hold is waited for: they finish it, or they are dead and their claims expire.
    /// Ends early, with everything released, when `stop` is cancelled.
    pub async fn pass(&self, sources: Vec<String>, stop: CancellationToken) {
        let more = Cell::new(true);
        let desks = async {
            tokio::join!(
                async {
                    self.poll_once(sources, &stop).await;
                    self.wait_for_others(&stop).await;
                    more.set(false);
                    self.fresh.wake();
                },
                self.entries(&stop, || more.get()),
            );
        };
        tokio::select! {
            () = desks => {}
            () = self.heartbeat() => {}
        }
        self.release().await;
    }

    async fn wait_for_others(&self, stop: &CancellationToken) {
        let idle_wait = self.catalog().settings.idle_wait;
        while !stop.is_cancelled() {
            match self.store.others_hold_entries(&self.worker).await {
                Ok(true) => tokio::time::sleep(idle_wait).await,
                Ok(false) => return,
                Err(error) => {
                    return tracing::warn!(kind = error.kind(), %error,
                        "it is not known what other workers hold");
                }
            }
        }
    }

    /// Polls each of these sources once. One that another worker holds is waited for, and left out
    /// where that one has polled it meanwhile.
    async fn poll_once(&self, sources: Vec<String>, stop: &CancellationToken) {
        let settings = self.catalog().settings.clone();
        let wake = Notify::new();
        let left = Mutex::new(sources);
        let began = self.now();
        let desk = Desk {
            name: "polls",
            places: settings.concurrency,
            per_host: settings.per_host as usize,
            idle_wait: settings.idle_wait,
            wake: &wake,
            stop,
        };
        desk.run(
            async |wanted| {
                let names = left.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if names.is_empty() {
                    return Ok(Vec::new());
                }
                let claim = self.claim();
                let got = self.store.claim_named_sources(&claim, &names, &wanted.busy).await?;
                let held = if got.is_empty() && wanted.busy.is_empty() {
                    self.store.held_sources(&self.worker, &names, began).await?
                } else {
                    names
                };
                self.hands.take_sources(&got);
                let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                left.retain(|name| {
                    held.contains(name) && !got.iter().any(|source| source.id == *name)
                });
                Ok(got)
            },
            |source| {
                let this = self.clone();
                async move { this.poll(source).await }
            },
            || !left.lock().unwrap_or_else(PoisonError::into_inner).is_empty(),
        )
        .await;
    }
}
