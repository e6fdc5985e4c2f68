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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;
    use crate::store::{EntryDetail, NewEntry};

    fn entry(id: i64) -> ClaimedEntry {
        let new = NewEntry {
            key: id.to_string(),
            link: None,
            url_key: None,
            host: String::new(),
            title: String::new(),
            published: None,
            content_hash: 0,
            detail: EntryDetail::default(),
        };
        ClaimedEntry::held(id, "agency", new, Time::default())
    }

    #[test]
    fn what_came_first_goes_first_and_there_is_an_end() {
        let tray = Tray::default();
        assert!(tray.takes(OF_ONE_POLL) && !tray.takes(OF_ONE_POLL + 1));
        tray.put((0..FULL as i64).map(entry));
        assert!(!tray.takes(1));
        let ids = |most| tray.take(most).iter().map(|entry| entry.id).collect::<Vec<_>>();
        assert_eq!(ids(3), [0, 1, 2]);
        assert!(tray.takes(1));
        assert_eq!(ids(usize::MAX).len(), FULL - 3);
        assert_eq!(ids(1), [] as [i64; 0]);
    }
}
