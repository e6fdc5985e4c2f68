//! The worker: its desks, one for polls and two for entries, until it is told to stop.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Pipeline;
use super::desk::{Desk, HELD_PER_HOST, Wanted};
use crate::store::{ClaimedEntry, StoreError};

/// A claim is prolonged so often before it would expire.
const BEATS_PER_CLAIM: u32 = 3;
/// Entries that need no page are worked on at once, for each whose page is asked for: they wait
/// for nobody, and what is recorded together costs less.
const CARRIED_PER_PAGE: usize = 4;
/// How long a host is remembered that is not asked any more.
const HOSTS_KEPT: TimeDelta = TimeDelta::days(2);
/// How long the fetches of each source are kept, for the admin to look at.
const FETCHES_KEPT: TimeDelta = TimeDelta::days(30);
/// How often old texts and fingerprints are forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

impl Pipeline {
    /// Works until `stop` is cancelled. Work under way is then finished within the time that the
    /// settings allow; what is not done by then is released for others.
    pub async fn work(&self, stop: CancellationToken) {
        let settings = self.catalog().settings.clone();
        let finish = async {
            stop.cancelled().await;
            // The rest of the time is for releasing and closing.
            tokio::time::sleep(settings.shutdown_time.mul_f64(0.8)).await;
        };
        let desks = async {
            tokio::join!(
                self.polls(&stop, || true),
                self.entries(&stop, || true),
                self.hubs(&stop),
            );
        };
        tokio::select! {
            () = desks => {}
            () = self.heartbeat() => {}
            () = finish => tracing::warn!("work that could not be finished in time is released"),
        }
        self.release().await;
    }

    /// The desk of polls.
    pub(super) async fn polls(&self, stop: &CancellationToken, more: impl Fn() -> bool) {
        let settings = self.catalog().settings.clone();
        let wake = Notify::new();
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
                let got =
                    self.store.claim_sources(&self.claim(), wanted.pieces, &wanted.busy).await?;
                self.hands.take_sources(&got);
                Ok(got)
            },
            |source| {
                let this = self.clone();
                async move { this.poll(source).await }
            },
            more,
        )
        .await;
    }

    /// The two desks of entries: of those whose pages are asked for, host by host, and of those
    /// whose feed carries all that is wanted.
    pub(super) async fn entries(&self, stop: &CancellationToken, more: impl Fn() -> bool) {
        let settings = self.catalog().settings.clone();
        let pages = Desk {
            name: "pages",
            places: settings.concurrency,
            per_host: settings.per_host as usize,
            idle_wait: settings.idle_wait,
            wake: &self.fresh.pages,
            stop,
        };
        let places = settings.concurrency * CARRIED_PER_PAGE;
        let carried =
            Desk { name: "carried", places, per_host: places, wake: &self.fresh.carried, ..pages };
        let claim_pages = async |wanted: Wanted| {
            let (claim, pieces) = (self.claim(), wanted.pieces);
            self.store.claim_entries(&claim, pieces, HELD_PER_HOST, &wanted.busy).await
        };
        let claim_carried = async |wanted: Wanted| match self.tray.take(wanted.pieces as usize) {
            none if none.is_empty() => self.store.claim_carried(&self.claim(), wanted.pieces).await,
            held => Ok(held),
        };
        tokio::join!(
            self.entries_at(pages, claim_pages, &more),
            self.entries_at(carried, claim_carried, &more),
        );
    }

    async fn entries_at(
        &self,
        desk: Desk<'_>,
        claim: impl AsyncFn(Wanted) -> Result<Vec<ClaimedEntry>, StoreError>,
        more: &impl Fn() -> bool,
    ) {
        desk.run(
            async |wanted| {
                let got = claim(wanted).await?;
                self.hands.take_entries(&got);
                Ok(self.bundles(got))
            },
            |bundle| {
                let this = self.clone();
                async move { this.process(bundle).await }
            },
            more,
        )
        .await;
    }

    /// Prolongs the claims on what this worker holds, as long as it lives; now and then forgets what is old.
    pub(super) async fn heartbeat(&self) {
        let claim_time = self.catalog().settings.claim_time.to_std().unwrap_or_default();
        let beat = (claim_time / BEATS_PER_CLAIM).max(Duration::from_millis(100));
        let mut since_tidy = TIDY_EVERY;
        loop {
            tokio::time::sleep(beat).await;
            let (sources, entries) = self.hands.ids();
            if let Err(error) = self.store.prolong_claims(&self.claim(), &sources, &entries).await {
                tracing::warn!(kind = error.kind(), %error, "claims could not be prolonged");
            }
            since_tidy += beat;
            if since_tidy >= TIDY_EVERY {
                since_tidy = Duration::ZERO;
                self.tidy().await;
            }
        }
    }

    async fn tidy(&self) {
        let settings = self.catalog().settings.clone();
        let now = self.now();
        let fingerprints = self.recorder.forget_fingerprints(now - settings.dedupe_window).await;
        let texts = self.store.drop_rejected_texts(now - settings.keep_rejected).await;
        let stories = self.store.forget_stories(now - settings.story_window * 2).await;
        let hosts = self.store.forget_hosts(now - HOSTS_KEPT).await;
        let fetches = self.store.forget_fetches(now - FETCHES_KEPT).await;
        let errors = [fingerprints.err(), texts.err(), stories.err(), hosts.err(), fetches.err()];
        for error in errors.into_iter().flatten() {
            tracing::warn!(kind = error.kind(), %error, "what is old could not be forgotten");
        }
    }

    /// Gives up every claim of this worker.
    pub(super) async fn release(&self) {
        for entry in self.tray.take(usize::MAX) {
            drop(self.hands.drop_entry(entry.id));
        }
        let sources = self.store.release_sources(&self.worker).await;
        let entries = self.store.release_entries(&self.worker).await;
        for error in [sources.err(), entries.err()].into_iter().flatten() {
            tracing::warn!(kind = error.kind(), %error, "claims are left to expire");
        }
    }
}
