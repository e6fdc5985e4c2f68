//! The host gate over the store: turns that hold over all workers, robots.txt that is asked once
//! for all of them.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::fetch::{GateError, HostGate, MemoryGate, Pace, Permit};
use crate::model::Time;
use crate::store::{Store, StoreError, Turn};

/// How often a turn that another worker holds is looked at again: it may end early.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Turns that are distinct over all workers on one database. Within the process [`MemoryGate`]
/// keeps them; only who has its turn there asks the store, so that a host is asked about by one
/// per worker. With one request in flight per host a turn in the store lasts until it is given
/// back, or until its holder must be dead; with several, the store keeps the gap between starts
/// and each worker keeps the number.
#[derive(Debug)]
pub struct StoreGate {
    store: Store,
    clock: Arc<dyn Clock>,
    here: MemoryGate,
    /// No other worker is on this database.
    alone: bool,
}

impl StoreGate {
    /// A gate over `store`; `alone` where no other worker is.
    pub fn new(store: Store, clock: Arc<dyn Clock>, alone: bool) -> Self {
        Self { store, clock, here: MemoryGate::default(), alone }
    }

    async fn turn(&self, host: &str, pace: Pace) -> Result<Permit, GateError> {
        let asked = Instant::now();
        let here = self.here.acquire(host, pace).await?;
        if self.alone {
            return Ok(here);
        }
        loop {
            let now = self.clock.now();
            let until = now + delta(if pace.concurrency == 1 { pace.lasts } else { pace.gap });
            match self.store.take_turn(host, now, until).await.map_err(failed)? {
                Turn::Taken(until) => return Ok(self.permit(host, here, until, pace.gap)),
                Turn::NotBefore(at) => {
                    let wait = (at - now).to_std().unwrap_or_default();
                    // What lasts longer than a turn is a host's own wish.
                    if asked.elapsed() + wait.saturating_sub(pace.lasts) > pace.patience {
                        return Err(GateError::Busy(wait));
                    }
                    tokio::time::sleep(wait.min(LOOK_AGAIN)).await;
                }
            }
        }
    }

    /// A permit that gives both turns back.
    fn permit(&self, host: &str, here: Permit, until: Time, gap: Duration) -> Permit {
        let (store, clock, host) = (self.store.clone(), self.clock.clone(), host.to_owned());
        Permit::new(move |last| {
            here.end(last);
            let (ahead, past) = (
                last.saturating_duration_since(Instant::now()),
                Instant::now().saturating_duration_since(last),
            );
            let next = clock.now() + delta(ahead) - delta(past) + delta(gap);
            // Without a runtime the process ends, and the turn ends by itself.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move {
                    if let Err(error) = store.end_turn(&host, until, next).await {
                        tracing::debug!(host, kind = error.kind(), %error,
                            "a host's turn ends only by itself");
                    }
                });
            }
        })
    }
}

impl HostGate for StoreGate {
    fn acquire<'a>(
        &'a self,
        host: &'a str,
        pace: Pace,
    ) -> BoxFuture<'a, Result<Permit, GateError>> {
        self.turn(host, pace).boxed()
    }

    fn recall<'a>(&'a self, origin: &'a str) -> BoxFuture<'a, Option<String>> {
        async move {
            let kept = self.store.robots(origin).await;
            kept.inspect_err(|error| unkept(origin, error)).ok().flatten()
        }
        .boxed()
    }

    fn keep<'a>(&'a self, origin: &'a str, note: String, until: Time) -> BoxFuture<'a, ()> {
        async move {
            if let Err(error) = self.store.keep_robots(origin, &note, until).await {
                unkept(origin, &error);
            }
        }
        .boxed()
    }
}

fn failed(error: StoreError) -> GateError {
    GateError::Failed(error.to_string())
}

fn unkept(origin: &str, error: &StoreError) {
    tracing::debug!(origin, kind = error.kind(), %error, "robots.txt is known to this worker only");
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX / 4)
}
