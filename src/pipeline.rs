//! The two kinds of work, and the worker that runs them.
//!
//! ```text
//! poll a source:    claim → fetch → feed → one transaction: entries, validators, next turn
//! process an entry: claim → body → article → topics → dedupe → one transaction: article, group
//! ```
//!
//! Both are claimed from the store by any worker and safe to repeat: whatever dies half-way has
//! changed nothing, and its claim expires. The stages between are pure and know nothing of each
//! other; this room hands their results on.
//!
//! Errors: what a source or a page does wrong becomes part of its state in the store and is
//! logged once, here. What the store does wrong ends the piece of work; the worker waits and goes
//! on ([`worker`]).

mod body;
mod bundle;
mod catalog;
mod desk;
mod findings;
mod gate;
mod group;
mod hands;
mod hubs;
mod network;
mod pages;
mod pass;
mod place;
mod poll;
mod polled;
mod process;
mod recent;
mod record;
mod register;
mod rejudge;
mod split;
mod stories;
mod templates;
mod together;
mod tray;
mod worker;

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore, mpsc, watch};

use crate::clock::Clock;
use crate::fetch::Client;
use crate::model::Time;
use crate::store::{Claim, Store};
use crate::telemetry::Metrics;

pub use catalog::{Catalog, Settings, Watched};
pub use gate::StoreGate;
pub use pass::{Pass, SourceTally};
pub use poll::PollReport;
pub use process::{Prepared, ProcessReport};
pub use record::{BATCH, Recorder};
pub use rejudge::{Rejudged, Settled};
pub use split::{Split, SplitError};

/// The parts that work is done with. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    store: Store,
    client: Client,
    clock: Arc<dyn Clock>,
    catalog: watch::Receiver<Arc<Catalog>>,
    metrics: Arc<Metrics>,
    /// This worker's name, unique among all.
    worker: Arc<str>,
    /// CPU work runs off the async threads, no more of it at once than there are cores.
    cpu: Arc<Semaphore>,
    templates: Arc<templates::Templates>,
    network: Arc<network::Network>,
    recorder: Recorder,
    register: register::Register,
    hands: Arc<hands::Hands>,
    fresh: Arc<Fresh>,
    tray: Arc<tray::Tray>,
    events: Option<mpsc::UnboundedSender<Event>>,
}

/// Wakes the desks of entries when a poll brought some.
#[derive(Default)]
struct Fresh {
    pages: Notify,
    carried: Notify,
}

impl Fresh {
    fn wake(&self) {
        self.pages.notify_one();
        self.carried.notify_one();
    }
}

/// What happened, for a progress bar.
#[derive(Debug, Clone)]
pub enum Event {
    /// A source was polled.
    Polled(PollReport),
    /// An entry was processed or put off.
    Processed(ProcessReport),
}

impl Pipeline {
    /// A pipeline over these parts, with a worker's name of its own.
    pub fn new(
        store: Store,
        client: Client,
        clock: Arc<dyn Clock>,
        catalog: watch::Receiver<Arc<Catalog>>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let recorder = Recorder::new(store.clone());
        let register = register::Register::new(store.clone());
        Self {
            store,
            client,
            clock,
            catalog,
            metrics,
            worker: uuid::Uuid::new_v4().to_string().into(),
            cpu: Arc::new(Semaphore::new(cores)),
            templates: Arc::default(),
            network: Arc::default(),
            recorder,
            register,
            hands: Arc::default(),
            fresh: Arc::default(),
            tray: Arc::default(),
            events: None,
        }
    }

    /// The same pipeline, telling `events` what happens.
    #[must_use]
    pub fn telling(mut self, events: mpsc::UnboundedSender<Event>) -> Self {
        self.events = Some(events);
        self
    }

    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.borrow().clone()
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    fn claim(&self) -> Claim<'_> {
        let now = self.now();
        Claim { worker: &self.worker, now, until: now + self.catalog().settings.claim_time }
    }

    fn tell(&self, event: Event) {
        if let Some(events) = &self.events {
            // Nobody listens any more: the progress bar is gone.
            let _heard = events.send(event);
        }
    }

    /// Runs CPU work off the async threads. A panic in it is reported, not passed on.
    async fn on_cpu<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _place = self.cpu.acquire().await.ok()?;
        tokio::task::spawn_blocking(work)
            .await
            .inspect_err(|error| tracing::error!(%error, "a stage broke on its input"))
            .ok()
    }
}
