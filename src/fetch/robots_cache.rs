//! Remembers what each origin's robots.txt said, and lets one request at a time ask for it.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as Turn;
use url::Url;

use super::robots::Robots;
use crate::model::Time;

/// Origins remembered at most; the ones that expire first go first.
const REMEMBERED: usize = 2048;

/// What is known of one origin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Known {
    /// What it allows.
    pub verdict: Verdict,
    /// When to ask again.
    pub until: Time,
}

/// What a robots.txt, or its absence, allows (RFC 9309 2.3.1).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Verdict {
    /// Its rules.
    Rules(Robots),
    /// It could not be read, with the reason: nothing is allowed for now.
    Unavailable(String),
}

/// The memory. One slot for each origin.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    slots: Mutex<FxHashMap<String, Arc<Slot>>>,
}

#[derive(Debug, Default)]
pub(super) struct Slot {
    known: Mutex<Option<Arc<Known>>>,
    /// Held while somebody asks.
    pub turn: Turn<()>,
}

impl Slot {
    /// What is known and still holds at `now`.
    pub fn known(&self, now: Time) -> Option<Arc<Known>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone().filter(|known| known.until > now)
    }

    /// What was known last, however old.
    pub fn stale(&self) -> Option<Arc<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers.
    pub fn learn(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        known
    }
}

impl RobotsCache {
    /// The slot of `url`'s origin: scheme, host and port (RFC 9309 2.3).
    pub fn slot(&self, url: &Url) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin().ascii_serialization();
        if let Some(slot) = slots.get(&origin) {
            return Arc::clone(slot);
        }
        if slots.len() >= REMEMBERED {
            make_room(&mut slots);
        }
        Arc::clone(slots.entry(origin).or_default())
    }
}

/// Forgets the half that expires first, except where somebody is asking just now.
fn make_room(slots: &mut FxHashMap<String, Arc<Slot>>) {
    let mut ends: Vec<_> = slots.values().filter_map(|s| s.stale().map(|k| k.until)).collect();
    ends.sort_unstable();
    let Some(&middle) = ends.get(ends.len() / 2) else { return };
    slots.retain(|_, slot| {
        Arc::strong_count(slot) > 1 || slot.stale().is_some_and(|known| known.until > middle)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_bounded_and_keyed_by_origin() {
        let cache = RobotsCache::default();
        let start: Time = "2026-01-01T00:00:00Z".parse().unwrap();
        for i in 0..10_000 {
            let url = Url::parse(&format!("https://h{i}.example/x")).unwrap();
            let until = start + chrono::Duration::seconds(i);
            cache.slot(&url).learn(Known { verdict: Verdict::Rules(Robots::default()), until });
        }
        assert!(cache.slots.lock().unwrap().len() <= REMEMBERED);
        let last = cache.slot(&Url::parse("https://h9999.example:443/other").unwrap());
        assert!(last.known(start).is_some());
        assert!(last.known(start + chrono::Duration::days(1)).is_none());
        let other_port = cache.slot(&Url::parse("https://h9999.example:8443/").unwrap());
        assert!(other_port.stale().is_none());
    }
}
