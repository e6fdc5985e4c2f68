//! The tray: entries that need no page and that this worker's own polls just brought. They are
//! claimed as they are written and go from hand to hand: to claim and read them again would cost as
//! much as to write them. What finds no place here waits in the store, like everything else.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::ClaimedEntry;

/// Entries of one poll at most: who brings more is no news site at its daily work.
const OF_ONE_POLL: usize = 64;
/// Entries from which on no poll adds more.
const FULL: usize = 2048;

/// Entries that wait to be worked on, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Tray(Mutex<VecDeque<ClaimedEntry>>);

impl Tray {
    /// Whether a poll with so many entries may put its new ones here.
    pub(super) fn takes(&self, entries: usize) -> bool {
        entries <= OF_ONE_POLL && self.lock().len() < FULL
    }

    /// Puts entries here.
    pub(super) fn put(&self, entries: impl IntoIterator<Item = ClaimedEntry>) {
        self.lock().extend(entries);
    }

    /// Takes what came first, at most so many.
    pub(super) fn take(&self, most: usize) -> Vec<ClaimedEntry> {
        let mut entries = self.lock();
        let most = most.min(entries.len());
        entries.drain(..most).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<ClaimedEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
