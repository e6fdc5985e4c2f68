//! What this worker has in its hands: only those claims are prolonged.
//!
//! Whatever was claimed and then could not be recorded, broke, or never arrived (the database was
//! lost between its commit and its answer) falls out of the hands. Its claim expires, and the work
//! is done again, by this worker or another.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::{ClaimedEntry, ClaimedSource};

/// The claimed work that waits or is under way.
#[derive(Debug, Default)]
pub(super) struct Hands(Mutex<Held>);

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Held {
    sources: BTreeSet<String>,
    entries: BTreeSet<i64>,
}

impl Hands {
    /// Takes what was claimed.
    pub(super) fn take_sources(&self, claimed: &[ClaimedSource]) {
        self.lock().sources.extend(claimed.iter().map(|source| source.id.clone()));
    }

    /// Takes what was claimed.
    pub(super) fn take_entries(&self, claimed: &[ClaimedEntry]) {
        self.lock().entries.extend(claimed.iter().map(|entry| entry.id));
    }

    /// Lets go of a source when this is dropped, however its poll ends.
    pub(super) fn drop_source(&self, id: &str) -> impl Drop {
        let id = id.to_owned();
        Guard(move || {
            self.lock().sources.remove(&id);
        })
    }

    /// Lets go of an entry when this is dropped, however its work ends.
    pub(super) fn drop_entry(&self, id: i64) -> impl Drop {
        Guard(move || {
            self.lock().entries.remove(&id);
        })
    }

    /// The ids of sources and entries.
    pub(super) fn ids(&self) -> (Vec<String>, Vec<i64>) {
        let held = self.lock();
        (held.sources.iter().cloned().collect(), held.entries.iter().copied().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does something when it is dropped, be it by a panic.
struct Guard<F: FnMut()>(F);

impl<F: FnMut()> Drop for Guard<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_falls_out_of_the_hands() {
        let hands = Hands::default();
        hands.lock().entries.extend([1, 2]);
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _hold = hands.drop_entry(1);
            panic!("a stage broke");
        }));
        assert!(broken.is_err());
        assert_eq!(hands.ids(), (vec![], vec![2]));
    }
}
