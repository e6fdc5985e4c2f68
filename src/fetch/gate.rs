//! One host, one queue: at most so many requests in flight, and a gap between their starts.
//!
//! The gap is measured from the moment the head of the last answer arrived, or from the moment
//! the request was sent where none came. The server saw the request before that, so it sees the
//! next one at least the gap later, however long the network took either way. A host that answers
//! 429 or 503 with `Retry-After` is left alone that long, whatever it was asked for.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use rustc_hash::FxHashMap;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use crate::model::Time;

/// How a host is to be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Least time between the starts of two requests.
    pub gap: Duration,
    /// Requests in flight at most.
    pub concurrency: usize,
    /// How long to wait for a turn before giving up.
    pub patience: Duration,
    /// How long a turn lasts at most: a holder who is silent for longer is dead.
    pub lasts: Duration,
}

/// Why no turn was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateError {
    /// The queue is longer than the caller's patience; asking again makes sense after this time.
    Busy(Duration),
    /// The gate itself failed, with a phrase that says how.
    Failed(String),
}

/// Gives turns. Every request to a host passes here, whatever it is for.
///
/// The in-memory one is [`MemoryGate`]; a gate over the database holds for all workers.
pub trait HostGate: Send + Sync + fmt::Debug {
    /// Waits for a turn at `host` (see [`host_key`]). The turn ends when the permit is dropped.
    fn acquire<'a>(&'a self, host: &'a str, pace: Pace)
    -> BoxFuture<'a, Result<Permit, GateError>>;

    /// What was kept of an origin's robots.txt, by whoever asked for it last. None where nothing
    /// is kept, or where it cannot be had.
    fn recall<'a>(&'a self, _origin: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }

    /// Keeps what is known of an origin's robots.txt, for others and for later.
    fn keep<'a>(&'a self, _origin: &'a str, _note: String, _until: Time) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// A turn at a host. Dropping it ends the turn.
pub struct Permit {
    /// Called once at the end with the moment from which the next gap counts.
    release: Option<Box<dyn FnOnce(Instant) + Send>>,
    last: Instant,
}

impl Permit {
    /// A permit that calls `release` at its end, with the moment from which the gap counts, which
    /// may lie ahead.
    pub fn new(release: impl FnOnce(Instant) + Send + 'static) -> Self {
        Self { release: Some(Box::new(release)), last: Instant::now() }
    }

    /// The gap counts from now: a request is being sent, or the head of its answer has come.
    pub fn mark(&mut self) {
        self.last = Instant::now();
    }

    /// The host asked to be left alone for this long: the gap counts from then.
    pub fn hold(&mut self, pause: Duration) {
        self.last = Instant::now() + pause;
    }

    /// Ends the turn; the gap counts from `last`.
    pub fn end(mut self, last: Instant) {
        self.last = last;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            release(self.last);
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("last", &self.last).finish_non_exhaustive()
    }
}

/// The queue that an address belongs to: its host in lower case, without port, final dot and
/// `www.`, because all of these are one machine.
pub fn host_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    match host.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => rest.to_owned(),
        _ => host,
    }
}

/// Hosts remembered before idle ones are forgotten.
const REMEMBERED: usize = 4096;

/// Turns within this process: first come, first served, each host by itself.
#[derive(Debug, Default)]
pub struct MemoryGate {
    hosts: Mutex<FxHashMap<String, Arc<Host>>>,
}

#[derive(Debug)]
struct Host {
    turns: Arc<Semaphore>,
    /// When the next request may start.
    next: Mutex<Instant>,
    waiting: AtomicUsize,
}

impl Host {
    fn new(concurrency: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(concurrency.max(1))),
            next: Mutex::new(Instant::now()),
            waiting: AtomicUsize::new(0),
        }
    }

    fn next(&self) -> Instant {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next start and leaves the one after it to the next in line.
    fn reserve(&self, gap: Duration) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let start = (*next).max(Instant::now());
        *next = start + gap;
        start
    }

    fn postpone(&self, until: Instant) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = (*next).max(until);
    }
}

/// Counts one waiter for as long as it lives, also when its future is dropped.
struct Waiter<'a>(&'a AtomicUsize);

impl<'a> Waiter<'a> {
    fn new(count: &'a AtomicUsize) -> (Self, usize) {
        let before = count.fetch_add(1, Ordering::Relaxed);
        (Self(count), before)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl MemoryGate {
    /// A gate that knows no host yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn host(&self, name: &str, concurrency: usize) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Arc::clone(host);
        }
        if hosts.len() >= REMEMBERED {
            let now = Instant::now();
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.next() > now);
        }
        let host = Arc::new(Host::new(concurrency));
        hosts.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

impl HostGate for MemoryGate {
    fn acquire<'a>(
        &'a self,
        host: &'a str,
        pace: Pace,
    ) -> BoxFuture<'a, Result<Permit, GateError>> {
        let host = self.host(host, pace.concurrency);
        Box::pin(async move {
            let asked = Instant::now();
            let (_waiter, ahead) = Waiter::new(&host.waiting);
            let queue = pace.gap.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX));
            let expected = host.next().saturating_duration_since(asked).saturating_add(queue);
            if expected > pace.patience {
                return Err(GateError::Busy(expected));
            }
            let turn = timeout(pace.patience, Arc::clone(&host.turns).acquire_owned())
                .await
                .map_err(|_| GateError::Busy(pace.gap.saturating_add(queue)))?
                .map_err(|_| GateError::Failed("it was closed".into()))?;
            sleep_until(host.reserve(pace.gap)).await;
            let host = Arc::clone(&host);
            Ok(Permit::new(move |last| {
                host.postpone(last + pace.gap);
                drop(turn);
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(gap_ms: u64, concurrency: usize) -> Pace {
        let (patience, lasts) = (Duration::from_secs(60), Duration::from_secs(60));
        Pace { gap: Duration::from_millis(gap_ms), concurrency, patience, lasts }
    }

    const GAP: Duration = Duration::from_millis(100);

    async fn visit(gate: Arc<MemoryGate>, host: &'static str, pace: Pace, takes: u64) -> Instant {
        let mut permit = gate.acquire(host, pace).await.unwrap();
        permit.mark();
        let start = Instant::now();
        tokio::time::sleep(Duration::from_millis(takes)).await;
        start
    }

    #[tokio::test]
    async fn starts_on_one_host_are_a_gap_apart_and_one_at_a_time() {
        let gate = Arc::new(MemoryGate::new());
        let (a, b, c) = tokio::join!(
            visit(gate.clone(), "a", pace(100, 1), 1),
            visit(gate.clone(), "a", pace(100, 1), 300),
            visit(gate.clone(), "a", pace(100, 1), 1),
        );
        assert!(b - a >= GAP);
        // The second takes longer than the gap: the third waits for its end.
        assert!(c - b >= GAP * 3);
    }

    #[tokio::test]
    async fn two_at_a_time_still_start_a_gap_apart() {
        let gate = Arc::new(MemoryGate::new());
        let begin = Instant::now();
        let (a, b, c) = tokio::join!(
            visit(gate.clone(), "a", pace(100, 2), 2000),
            visit(gate.clone(), "a", pace(100, 2), 1),
            visit(gate.clone(), "a", pace(100, 2), 1),
        );
        assert!(b - a >= GAP && c - b >= GAP);
        assert!(c - begin < Duration::from_millis(1900), "the slow one held up the others");
    }

    #[tokio::test]
    async fn the_gap_counts_from_the_answers_head() {
        let gate = MemoryGate::new();
        let mut permit = gate.acquire("a", pace(100, 1)).await.unwrap();
        tokio::time::sleep(GAP * 2).await;
        permit.mark();
        let head = Instant::now();
        drop(permit);
        let _second = gate.acquire("a", pace(100, 1)).await.unwrap();
        assert!(head.elapsed() >= GAP);
    }

    #[tokio::test]
    async fn a_slow_host_does_not_delay_another() {
        let gate = Arc::new(MemoryGate::new());
        let _hanging = gate.acquire("slow", pace(100, 1)).await.unwrap();
        let queue = tokio::spawn(visit(gate.clone(), "slow", pace(100, 1), 1));
        tokio::task::yield_now().await;
        let quick = visit(gate.clone(), "quick", pace(100, 1), 1);
        assert!(timeout(Duration::from_secs(5), quick).await.is_ok());
        queue.abort();
    }

    #[tokio::test]
    async fn a_queue_longer_than_the_patience_is_refused_at_once() {
        let gate = Arc::new(MemoryGate::new());
        let hasty = Pace { patience: Duration::from_secs(100), ..pace(60_000, 1) };
        let _first = gate.acquire("a", hasty).await.unwrap();
        let second = tokio::spawn(visit(gate.clone(), "a", hasty, 1));
        tokio::task::yield_now().await;
        let begin = Instant::now();
        let refused = gate.acquire("a", hasty).await;
        assert!(matches!(refused, Err(GateError::Busy(wait)) if wait > hasty.patience));
        assert!(begin.elapsed() < Duration::from_secs(5));
        second.abort();
    }

    #[tokio::test]
    async fn waiting_for_a_request_that_hangs_ends_with_the_patience() {
        let gate = MemoryGate::new();
        let _hanging = gate.acquire("a", pace(0, 1)).await.unwrap();
        let hasty = Pace { patience: GAP, ..pace(0, 1) };
        assert!(matches!(gate.acquire("a", hasty).await, Err(GateError::Busy(_))));
    }

    #[tokio::test]
    async fn a_waiter_that_gives_up_leaves_no_trace() {
        let gate = MemoryGate::new();
        let first = gate.acquire("a", pace(0, 1)).await.unwrap();
        let _ = timeout(GAP, gate.acquire("a", pace(0, 1))).await;
        drop(first);
        let again = timeout(Duration::from_secs(5), gate.acquire("a", pace(0, 1))).await;
        assert!(again.is_ok());
        assert_eq!(gate.host("a", 1).waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn ports_dots_case_and_www_are_one_host() {
        for text in
            ["http://Example.net/", "https://www.example.net:8443/x", "http://example.net./"]
        {
            assert_eq!(host_key(&Url::parse(text).unwrap()), "example.net", "{text}");
        }
        assert_eq!(host_key(&Url::parse("http://www.net/").unwrap()), "www.net");
        assert_eq!(host_key(&Url::parse("http://127.0.2.1:80/").unwrap()), "127.0.2.1");
    }
}
