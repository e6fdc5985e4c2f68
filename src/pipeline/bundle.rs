//! Bundles: entries that are worked on together.
//!
//! Where a feed carries all that is wanted of its entries no host is asked for anything, and what
//! costs most is to hand each entry from thread to thread. Those of one claim are prepared and
//! recorded some at a time. An entry whose page is wanted is a bundle of its own.

use std::sync::Arc;
use std::time::Instant;

use super::Pipeline;
use super::body::{self, Body};
use super::desk::Work;
use super::process::{Piece, Prepared, ProcessReport, prepare, report};
use crate::article::SiteTemplate;
use crate::store::{ClaimedEntry, StoreError};

/// Entries that are prepared and recorded together at most.
const TOGETHER: usize = 64;

/// Claimed entries that are worked on together.
pub(super) struct Bundle {
    entries: Vec<ClaimedEntry>,
    /// No page is wanted for any of them.
    carried: bool,
}

impl Work for Bundle {
    fn host(&self) -> &str {
        self.entries.first().map_or("", |entry| &entry.host)
    }

    fn pieces(&self) -> usize {
        self.entries.len()
    }
}

/// Puts together what needs no page.
fn bundle(
    claimed: Vec<ClaimedEntry>,
    wants_page: impl Fn(&ClaimedEntry) -> bool,
) -> impl Iterator<Item = Bundle> {
    let (pages, carried): (Vec<_>, Vec<_>) = claimed.into_iter().partition(wants_page);
    let pages = pages.into_iter().map(|entry| Bundle { entries: vec![entry], carried: false });
    let mut carried = carried.into_iter();
    let carried = std::iter::from_fn(move || {
        let entries: Vec<_> = carried.by_ref().take(TOGETHER).collect();
        (!entries.is_empty()).then_some(Bundle { entries, carried: true })
    });
    pages.chain(carried)
}

impl Pipeline {
    /// Claimed entries as the desk hands them out.
    pub(super) fn bundles(&self, claimed: Vec<ClaimedEntry>) -> Vec<Bundle> {
        let catalog = self.catalog();
        let wants_page = |entry: &ClaimedEntry| {
            let watched = catalog.sources.get(&entry.source);
            watched.is_none_or(|watched| body::wants_page(entry, watched))
        };
        bundle(claimed, wants_page).collect()
    }

    /// Processes a bundle to its end, whatever that is.
    pub(super) async fn process(&self, bundle: Bundle) {
        let ids: Vec<i64> = bundle.entries.iter().map(|entry| entry.id).collect();
        let _held: Vec<_> = ids.into_iter().map(|id| self.hands.drop_entry(id)).collect();
        if bundle.carried && bundle.entries.len() > 1 {
            return self.process_carried(bundle.entries).await;
        }
        for entry in bundle.entries {
            self.process_one(entry).await;
        }
    }

    /// Processes entries whose feed carries all that is wanted of them.
    async fn process_carried(&self, entries: Vec<ClaimedEntry>) {
        let started = Instant::now();
        let entries = Arc::new(entries);
        let Some(prepared) = self.prepare_carried(&entries).await else {
            // One of them broke a stage: each alone, so that the others are not kept back.
            for entry in Arc::unwrap_or_clone(entries) {
                self.process_one(entry).await;
            }
            return;
        };
        let outcomes: Vec<&str> = prepared.iter().map(Prepared::outcome).collect();
        let (catalog, now) = (self.catalog(), self.now());
        let results = self.recorder.record(&self.worker, &catalog, prepared, now).await;
        for ((entry, outcome), copy) in entries.iter().zip(outcomes).zip(results) {
            let done: Result<ProcessReport, StoreError> =
                copy.map(|copy| ProcessReport { copy, ..report(entry, outcome, false, None) });
            self.settle(&Piece::of(entry), started, done).await;
        }
    }

    /// `None` where a stage broke, or a source is no longer configured.
    async fn prepare_carried(&self, entries: &Arc<Vec<ClaimedEntry>>) -> Option<Vec<Prepared>> {
        let (entries, catalog, now) = (entries.clone(), self.catalog(), self.now());
        let prepare_all = move || {
            let one = |entry: &ClaimedEntry| {
                let watched = catalog.sources.get(&entry.source)?;
                let read = body::read(entry, &Body::Feed, watched, &SiteTemplate::default(), now);
                Some(prepare(entry, read.article, Body::Feed, &catalog, watched, now))
            };
            entries.iter().map(one).collect()
        };
        self.on_cpu(prepare_all).await.flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;
    use crate::store::EntryDetail;

    fn entry(id: i64) -> ClaimedEntry {
        ClaimedEntry {
            id,
            source: "agency".into(),
            link: None,
            url_key: None,
            host: format!("{id}.example"),
            title: String::new(),
            published: None,
            detail: EntryDetail::default(),
            attempts: 0,
            first_seen: Time::default(),
            recorded: false,
        }
    }

    #[test]
    fn pages_go_alone_and_the_rest_together_and_none_is_lost() {
        let wants_page = |entry: &ClaimedEntry| entry.id % 5 == 0;
        let bundles: Vec<Bundle> = bundle((0..250).map(entry).collect(), wants_page).collect();
        let (carried, pages): (Vec<_>, Vec<_>) = bundles.iter().partition(|one| one.carried);
        assert!(pages.iter().all(|one| one.pieces() == 1 && wants_page(&one.entries[0])));
        let sizes: Vec<usize> = carried.iter().map(|one| one.pieces()).collect();
        let last = 200 - 3 * TOGETHER;
        assert_eq!((pages.len(), sizes), (50, vec![TOGETHER, TOGETHER, TOGETHER, last]));
        let mut ids: Vec<i64> = bundles.iter().flat_map(|one| &one.entries).map(|e| e.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..250).collect::<Vec<_>>());
    }
}
