//! The host gate that holds over all workers: turns are taken from the store.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::clock::Clock;
use crate::fetch::{GateError, HostGate, MemoryGate, Pace, Permit};
use crate::store::Store;

/// Gives turns that are distinct over all workers on one database. Within the process the order
/// and the number in flight are kept by [`MemoryGate`]; the start itself is taken from the store.
#[derive(Debug)]
pub struct StoreGate {
    store: Store,
    clock: Arc<dyn Clock>,
    here: MemoryGate,
}

impl StoreGate {
    /// A gate over `store`.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, here: MemoryGate::default() }
    }

    async fn turn(&self, host: &str, pace: Pace) -> Result<Permit, GateError> {
        let mut permit = self.here.acquire(host, pace).await?;
        let gap = i64::try_from(pace.gap.as_millis()).unwrap_or(i64::MAX);
        let now = self.clock.now();
        let start = self
            .store
            .take_turn(host, now, gap)
            .await
            .map_err(|error| GateError::Failed(error.to_string()))?;
        let wait = (start - now).to_std().unwrap_or(Duration::ZERO);
        if wait > pace.patience {
            return Err(GateError::Busy(wait));
        }
        tokio::time::sleep(wait).await;
        permit.mark();
        Ok(permit)
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
}
