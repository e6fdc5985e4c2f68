//! A desk: claims work in batches while it has free places, and does it host by host.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::store::{ClaimedSource, StoreError};

/// Longest wait before a lost database is asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Pieces of one host held at once: few, so that other workers find some too, and enough to
/// make one claim serve several.
pub(super) const HELD_PER_HOST: u32 = 8;

/// What lies on a desk: one or several pieces of work that are done together.
pub(super) trait Work {
    /// Whose turn it takes.
    fn host(&self) -> &str;

    /// How many pieces it is.
    fn pieces(&self) -> usize {
        1
    }
}

impl Work for ClaimedSource {
    fn host(&self) -> &str {
        &self.host
    }
}

/// How a desk works.
pub(super) struct Desk<'a> {
    /// For the log.
    pub name: &'static str,
    /// Pieces of work under way at once.
    pub places: usize,
    /// Pieces of work under way for one host.
    pub per_host: usize,
    /// How often it asks for work when there was none.
    pub idle_wait: Duration,
    /// Wakes it early.
    pub wake: &'a Notify,
    /// Stops it from claiming and from beginning what it holds.
    pub stop: &'a CancellationToken,
}

/// What a desk asks for: so many pieces, none of these hosts.
pub(super) struct Wanted {
    /// Pieces at most.
    pub pieces: u32,
    /// Hosts whose work is held already.
    pub busy: Vec<String>,
}

/// What lies on the desk.
struct Held<T> {
    waiting: HashMap<String, VecDeque<T>>,
    /// Hosts and numbers of pieces.
    under_way: HashMap<Id, (String, usize)>,
    tasks: JoinSet<()>,
}

impl Desk<'_> {
    /// Works until it is stopped and what is under way has ended, or until `more` says that
    /// nothing will come any more and nothing is left to claim.
    pub(super) async fn run<T: Work, C, CF, R, RF>(&self, claim: C, run: R, more: impl Fn() -> bool)
    where
        C: Fn(Wanted) -> CF,
        CF: Future<Output = Result<Vec<T>, StoreError>>,
        R: Fn(T) -> RF,
        RF: Future<Output = ()> + Send + 'static,
    {
        let mut held = Held::default();
        let mut lost = 0u32;
        loop {
            let mut dry = false;
            let expects_more = more();
            if !self.stop.is_cancelled() && held.waiting_count() < self.places {
                match claim(held.wanted(self.places)).await {
                    Ok(work) => {
                        self.recovered(&mut lost);
                        dry = work.is_empty();
                        held.take(work);
                    }
                    Err(error) => self.troubled(&mut lost, &error),
                }
            }
            if !self.stop.is_cancelled() {
                held.begin(self.places, self.per_host, &run);
            }
            let over =
                self.stop.is_cancelled() || (dry && !expects_more && held.waiting.is_empty());
            if held.tasks.is_empty() && over {
                return;
            }
            self.wait(&mut held, lost).await;
        }
    }

    /// Waits for a finished piece, new work, the next look or the end.
    async fn wait<T: Work>(&self, held: &mut Held<T>, lost: u32) {
        let pause = if lost == 0 { self.idle_wait } else { backoff(lost) };
        tokio::select! {
            Some(done) = held.tasks.join_next_with_id() => {
                held.settle(done);
                // Whoever finished meanwhile makes place too: one claim serves all.
                while let Some(done) = held.tasks.try_join_next_with_id() {
                    held.settle(done);
                }
            }
            () = self.wake.notified(), if lost == 0 => {}
            () = self.stop.cancelled(), if !self.stop.is_cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    fn troubled(&self, lost: &mut u32, error: &StoreError) {
        *lost += 1;
        if *lost == 1 {
            tracing::error!(desk = self.name, kind = error.kind(), %error,
                "the database does not answer; work waits until it does");
        }
    }

    fn recovered(&self, lost: &mut u32) {
        if *lost > 0 {
            tracing::info!(desk = self.name, attempts = *lost, "the database answers again");
            *lost = 0;
        }
    }
}

fn backoff(lost: u32) -> Duration {
    Duration::from_secs(u64::from(lost)).min(LONGEST_WAIT)
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), under_way: HashMap::new(), tasks: JoinSet::new() }
    }
}

impl<T: Work> Held<T> {
    fn waiting_count(&self) -> usize {
        self.waiting.values().flatten().map(T::pieces).sum()
    }

    fn under_way_count(&self) -> usize {
        self.under_way.values().map(|(_, pieces)| pieces).sum()
    }

    /// Hosts with work waiting need no more of it.
    fn wanted(&self, places: usize) -> Wanted {
        Wanted {
            pieces: u32::try_from((2 * places).saturating_sub(self.waiting_count()))
                .unwrap_or(u32::MAX),
            busy: self.waiting.keys().cloned().collect(),
        }
    }

    fn take(&mut self, work: Vec<T>) {
        for piece in work {
            self.waiting.entry(piece.host().to_owned()).or_default().push_back(piece);
        }
    }

    /// Begins what the places and each host's share allow.
    fn begin<RF>(&mut self, places: usize, per_host: usize, run: &impl Fn(T) -> RF)
    where
        RF: Future<Output = ()> + Send + 'static,
    {
        let mut running: HashMap<&str, usize> = HashMap::new();
        let mut places = places.saturating_sub(self.under_way_count());
        for (host, _) in self.under_way.values() {
            *running.entry(host).or_default() += 1;
        }
        let mut begun = Vec::new();
        for (host, queue) in &mut self.waiting {
            let mut share =
                per_host.saturating_sub(running.get(host.as_str()).copied().unwrap_or(0));
            while share > 0 && places > 0 {
                let Some(work) = queue.pop_front() else { break };
                let pieces = work.pieces();
                begun.push((self.tasks.spawn(run(work)).id(), (host.clone(), pieces)));
                share -= 1;
                places = places.saturating_sub(pieces);
            }
        }
        self.under_way.extend(begun);
        self.waiting.retain(|_, queue| !queue.is_empty());
    }

    fn settle(&mut self, done: Result<(Id, ()), JoinError>) {
        let id = match done {
            Ok((id, ())) => id,
            Err(error) => {
                // The claim expires and the work is done again.
                tracing::error!(%error, "a piece of work broke");
                error.id()
            }
        };
        self.under_way.remove(&id);
    }
}
