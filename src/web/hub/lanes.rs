//! Two lanes for requests to strangers: who takes longer than a moment leaves the fast one.
//!
//! A place in the fast lane is held for that moment at most, so however many hang, the others
//! pass. In the slow lane everybody has the whole deadline, and what finds it full is cut off.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

/// How long a request stays in the fast lane.
const MOMENT: Duration = Duration::from_millis(500);

/// The places of both lanes.
#[derive(Debug, Clone)]
pub(super) struct Lanes {
    fast: Arc<Semaphore>,
    slow: Arc<Semaphore>,
}

/// How a request went through.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Passed<T> {
    /// In the fast lane to its end.
    Quickly(T),
    /// With more time.
    Slowly(T),
    /// Not at all: it took longer than a moment, and there was no place among the slow.
    Cut,
}

impl Lanes {
    pub fn new(fast: usize, slow: usize) -> Self {
        Self { fast: Arc::new(Semaphore::new(fast)), slow: Arc::new(Semaphore::new(slow)) }
    }

    /// Places that are free in one of the lanes.
    pub fn free(&self, slow: bool) -> usize {
        if slow { self.slow.available_permits() } else { self.fast.available_permits() }
    }

    /// A place in a lane; none where all are taken.
    pub fn enter(&self, slow: bool) -> Option<OwnedSemaphorePermit> {
        let lane = if slow { &self.slow } else { &self.fast };
        lane.clone().try_acquire_owned().ok()
    }

    /// Does `work` from a place in one of the lanes.
    pub async fn pass<T>(
        &self,
        slow: bool,
        place: OwnedSemaphorePermit,
        work: impl Future<Output = T>,
    ) -> Passed<T> {
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return Passed::Quickly(done),
            () = sleep(MOMENT) => {}
        }
        let _place = if slow {
            place
        } else {
            drop(place);
            let Some(place) = self.enter(true) else { return Passed::Cut };
            place
        };
        Passed::Slowly(work.await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_hangs_leaves_the_fast_lane() {
        let lanes = Lanes::new(1, 1);
        let work = |seconds| async move { sleep(Duration::from_secs(seconds)).await };
        let first = tokio::spawn({
            let (lanes, place) = (lanes.clone(), lanes.enter(false).unwrap());
            async move { lanes.pass(false, place, work(9)).await }
        });
        assert!(lanes.enter(false).is_none(), "the one place is taken");
        sleep(Duration::from_millis(600)).await;
        assert_eq!((lanes.free(false), lanes.free(true)), (1, 0));
        // The next one that hangs finds the slow lane full.
        let place = lanes.enter(false).unwrap();
        assert_eq!(lanes.pass(false, place, work(9)).await, Passed::Cut);
        let place = lanes.enter(false).unwrap();
        assert_eq!(lanes.pass(false, place, work(0)).await, Passed::Quickly(()));
        assert_eq!(first.await.unwrap(), Passed::Slowly(()));
        assert_eq!((lanes.free(false), lanes.free(true)), (1, 1));
    }
}
