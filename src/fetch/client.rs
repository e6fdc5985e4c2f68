//! The client: turns, guard, robots.txt, redirects and limits around single exchanges.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, sleep};
use url::Url;

use super::error::{Failed, FetchError, Reason};
use super::exchange::{Answer, exchange};
use super::fetched::{Fetched, Hop};
use super::gate::{GateError, HostGate, Pace, Permit, host_key};
use super::guard::Guard;
use super::request::{Kind, Request};
use super::robots::{ROBOTS_BYTES, Robots};
use super::robots_cache::{Known, RobotsCache, Slot, Verdict};
use super::settings::Settings;
use super::wire::{self, Kept};
use crate::clock::Clock;

/// What a turn may last longer than its request's deadline.
const TURN_SLACK: Duration = Duration::from_secs(5);
/// How long an unreadable robots.txt keeps an origin's pages closed before it is asked again.
const UNAVAILABLE_FOR: Duration = Duration::from_secs(3600);
/// Least and most time for which a robots.txt is kept (RFC 9309 2.4: at most a day).
const ROBOTS_AGE: (Duration, Duration) = (Duration::from_secs(3600), Duration::from_secs(86400));

/// The one client. Cheap to clone; clones share connections, queues and robots.txt.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    http: reqwest::Client,
    guard: Guard,
    gate: Arc<dyn HostGate>,
    robots: RobotsCache,
    kept: Kept,
    clock: Arc<dyn Clock>,
}

/// One fetch on its way through redirects.
struct Trip<'a> {
    request: &'a Request,
    url: Url,
    hops: Vec<Hop>,
    visited: Vec<Url>,
    permanent: Option<Url>,
    /// True while every redirect so far was for good.
    only_permanent: bool,
    /// The turn at the host that was asked last.
    turn: Option<(String, Permit)>,
    /// Time spent on the network.
    spent: Duration,
}

impl Client {
    /// A client that asks `gate` for every host's turn.
    ///
    /// # Errors
    ///
    /// `client` where the settings hold what a header cannot carry. Missing certificates are no
    /// error here: every https address then fails with `tls`.
    pub fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        gate: Arc<dyn HostGate>,
    ) -> Result<Self, FetchError> {
        let guard = Guard::new(&settings.allow_addresses);
        let http = wire::client(&settings, guard.clone()).map_err(|reason| FetchError {
            reason,
            url: "".into(),
            redirects: Box::default(),
            retry_after: None,
            elapsed: Duration::ZERO,
        })?;
        let (robots, kept) = (RobotsCache::default(), Kept::default());
        Ok(Self(Arc::new(Inner { settings, http, guard, gate, robots, kept, clock })))
    }

    /// The settings it was built with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Fetches one thing. Succeeds with 2xx and a body, or with the 304 that was asked for
    /// (and with any 2xx for [`Kind::Hub`]).
    ///
    /// # Errors
    ///
    /// Everything else, see [`Reason`].
    pub async fn get(&self, request: Request) -> Result<Fetched, FetchError> {
        match self.0.guard.parse(&request.url) {
            Err(reason) => {
                Err(told(Failed::from(reason), &request.url, Vec::new(), Duration::ZERO))
            }
            Ok(mut url) => {
                url.set_fragment(None);
                let mut trip = Trip::new(&request, url);
                let result = self.travel(&mut trip).await;
                result.map_err(|failed| trip.told(failed))
            }
        }
    }

    async fn travel(&self, trip: &mut Trip<'_>) -> Result<Fetched, Failed> {
        loop {
            self.0.guard.check(&trip.url)?;
            let gap = self.ask_robots(trip).await?;
            self.take_turn(trip, gap).await?;
            match self.exchange(trip).await? {
                Answer::Redirect { status, target } => self.follow(trip, status, &target)?,
                Answer::Done(mut fetched) => {
                    fetched.redirects = std::mem::take(&mut trip.hops);
                    fetched.permanent = trip.permanent.take();
                    fetched.elapsed = trip.spent;
                    return Ok(*fetched);
                }
            }
        }
    }

    /// Sends one request. A kept connection may be closed by its server just when we use it, and
    /// the request is then sent once more, after the gap, in case the server saw it after all.
    async fn exchange(&self, trip: &mut Trip<'_>) -> Result<Answer, Failed> {
        let origin = trip.url.origin().ascii_serialization();
        let was_kept = self.0.kept.holds(&origin) && trip.request.post.is_none();
        let mut result = self.send(trip).await;
        if was_kept && result.as_ref().is_err_and(|failed| failed.unanswered) {
            sleep(self.0.settings.host_gap).await;
            result = self.send(trip).await;
        }
        if result.is_ok() {
            self.0.kept.note(origin);
        }
        result
    }

    /// Sends one request within what is left of the deadline.
    async fn send(&self, trip: &mut Trip<'_>) -> Result<Answer, Failed> {
        let deadline = trip.request.deadline.unwrap_or(self.0.settings.deadline);
        let left = deadline.saturating_sub(trip.spent);
        let started = Instant::now();
        let Some((_, permit)) = trip.turn.as_mut() else {
            return Err(Reason::Gate("no turn was taken".into()).into());
        };
        permit.mark();
        let now = self.0.clock.now();
        let end = started + left;
        let result =
            exchange(&self.0.http, &self.0.settings, trip.request, &trip.url, now, end, permit)
                .await;
        trip.spent += started.elapsed();
        result
    }

    /// Goes on to where a redirect points.
    fn follow(&self, trip: &mut Trip<'_>, status: u16, target: &str) -> Result<(), Failed> {
        let mut url = trip.url.join(target).map_err(|error| {
            Reason::BadRedirect(status, format!("{:?}: {error}", super::guard::shorten(target)))
        })?;
        url.set_fragment(None);
        trip.hops.push(Hop { status, url: shown(&url) });
        trip.only_permanent &= matches!(status, 301 | 308);
        if trip.only_permanent {
            trip.permanent = Some(url.clone());
        }
        let from = std::mem::replace(&mut trip.url, url);
        trip.visited.push(from);
        self.0.guard.check(&trip.url)?;
        if trip.visited.contains(&trip.url) {
            return Err(Reason::RedirectLoop.into());
        }
        if trip.hops.len() > self.0.settings.redirects {
            return Err(Reason::TooManyRedirects(self.0.settings.redirects).into());
        }
        Ok(())
    }

    /// Holds the turn at the present host. A redirect within a host keeps its turn; one to another
    /// host gives it back first, so that no two fetches ever wait for each other's turn.
    async fn take_turn(&self, trip: &mut Trip<'_>, gap: Duration) -> Result<(), Failed> {
        let key = host_key(&trip.url);
        if trip.turn.as_ref().is_some_and(|(host, _)| *host == key) {
            return Ok(());
        }
        trip.turn = None;
        let settings = &self.0.settings;
        let pace = Pace {
            gap,
            concurrency: settings.host_concurrency.max(1),
            patience: trip.request.patience.unwrap_or(settings.patience),
            lasts: trip.request.deadline.unwrap_or(settings.deadline) + TURN_SLACK,
        };
        match self.0.gate.acquire(&key, pace).await {
            Ok(permit) => {
                trip.turn = Some((key, permit));
                Ok(())
            }
            Err(GateError::Busy(wait)) => {
                Err(Failed { retry_after: Some(wait), ..Reason::Busy(key).into() })
            }
            Err(GateError::Failed(why)) => Err(Reason::Gate(why).into()),
        }
    }

    /// Asks robots.txt where it has a say; gives the gap that the host wants between requests.
    async fn ask_robots(&self, trip: &mut Trip<'_>) -> Result<Duration, Failed> {
        let settings = &self.0.settings;
        let slot = self.0.robots.slot(&trip.url);
        let asked = match trip.request.kind {
            Kind::Page => true,
            Kind::Feed => settings.robots_for_feeds,
            Kind::Robots | Kind::Hub | Kind::Other => false,
        };
        let known = match slot.known(self.0.clock.now()) {
            Some(known) => Some(known),
            None if asked => {
                // Nobody may wait for a turn while holding one.
                trip.turn = None;
                Some(self.fetch_robots(&slot, &trip.url, trip.request.patience).await?)
            }
            None => None,
        };
        let Some(known) = known else { return Ok(settings.host_gap) };
        match &known.verdict {
            Verdict::Unavailable(why) if asked => Err(Failed {
                retry_after: (known.until - self.0.clock.now()).to_std().ok(),
                ..Reason::RobotsUnavailable(why.clone()).into()
            }),
            Verdict::Rules(rules) if asked && !rules.allows(&trip.url) => {
                Err(Reason::Robots.into())
            }
            Verdict::Rules(rules) => {
                let delay = rules.crawl_delay.unwrap_or_default().min(settings.crawl_delay_max);
                Ok(settings.host_gap.max(delay))
            }
            Verdict::Unavailable(_) => Ok(settings.host_gap),
        }
    }

    /// Asks an origin for its robots.txt, once for all who want to know. Boxed, because fetching a
    /// page may fetch robots.txt.
    fn fetch_robots<'a>(
        &'a self,
        slot: &'a Slot,
        url: &'a Url,
        patience: Option<Duration>,
    ) -> BoxFuture<'a, Result<Arc<Known>, Failed>> {
        Box::pin(async move {
            let _turn = slot.turn.lock().await;
            self.recall(slot, url).await;
            if let Some(known) = slot.known(self.0.clock.now()) {
                return Ok(known);
            }
            let address = url.join("/robots.txt").map_err(|e| Reason::Client(e.to_string()))?;
            let request = Request { patience, ..Request::new(address.as_str(), Kind::Robots) };
            let mut trip = Trip::new(&request, address);
            // Another worker may have asked while we waited for our turn.
            self.take_turn(&mut trip, self.0.settings.host_gap).await?;
            self.recall(slot, url).await;
            if let Some(known) = slot.known(self.0.clock.now()) {
                return Ok(known);
            }
            let answer = self.travel(&mut trip).await.map_err(|failed| trip.told(failed));
            // Nobody may hold a turn while waiting for one.
            drop(trip);
            let (mut verdict, age) = self.robots_verdict(answer)?;
            // Old rules go on while the file cannot be read (RFC 9309 2.4).
            if let (Verdict::Unavailable(_), Some(stale)) = (&verdict, slot.stale())
                && matches!(stale.verdict, Verdict::Rules(_))
            {
                verdict = stale.verdict.clone();
            }
            let until = self.0.clock.now() + chrono::Duration::from_std(age).unwrap_or_default();
            let known = slot.learn(Known { verdict, until });
            if let Ok(note) = serde_json::to_string(&*known) {
                self.0.gate.keep(&url.origin().ascii_serialization(), note, until).await;
            }
            Ok(known)
        })
    }

    /// Learns what others keep of an origin's robots.txt, where nothing newer is known here.
    async fn recall(&self, slot: &Slot, url: &Url) {
        if slot.known(self.0.clock.now()).is_some() {
            return;
        }
        let kept = self.0.gate.recall(&url.origin().ascii_serialization()).await;
        if let Some(known) = kept.and_then(|note| serde_json::from_str::<Known>(&note).ok()) {
            slot.learn(known);
        }
    }

    /// What an answer to the question for robots.txt means (RFC 9309 2.3.1), and for how long.
    fn robots_verdict(
        &self,
        answer: Result<Fetched, FetchError>,
    ) -> Result<(Verdict, Duration), Failed> {
        let usual = self.0.settings.robots_age.clamp(ROBOTS_AGE.0, ROBOTS_AGE.1);
        let everything = || Verdict::Rules(Robots::default());
        let error = match answer {
            Ok(file) => {
                let rules = Robots::parse(&file.body, self.0.settings.product());
                let age =
                    file.freshness.max_age.map_or(usual, |age| age.clamp(ROBOTS_AGE.0, usual));
                return Ok((Verdict::Rules(rules), age));
            }
            Err(error) => error,
        };
        match &error.reason {
            // The question could not be asked: nothing is known, and the page cannot be had either.
            reason if reason.is_ours() || reason.may_be_our_network() => {
                Err(Failed { retry_after: error.retry_after, ..reason.clone().into() })
            }
            Reason::NoContent(_) => Ok((everything(), usual)),
            Reason::Status(status @ 400..=499) if *status != 429 => Ok((everything(), usual)),
            Reason::TooManyRedirects(_) | Reason::RedirectLoop | Reason::BadRedirect(..) => {
                Ok((everything(), usual))
            }
            reason => {
                let age = error.retry_after.unwrap_or(UNAVAILABLE_FOR);
                let why = match reason {
                    Reason::Status(status) => format!("status {status}"),
                    other => other.kind().to_owned(),
                };
                Ok((Verdict::Unavailable(why), age.clamp(UNAVAILABLE_FOR, ROBOTS_AGE.1)))
            }
        }
    }
}

impl Settings {
    /// The largest decoded body for a request.
    pub(super) fn most_bytes(&self, request: &Request) -> usize {
        request.max_bytes.unwrap_or(match request.kind {
            Kind::Feed | Kind::Other | Kind::Hub => self.feed_bytes,
            Kind::Page => self.page_bytes,
            Kind::Robots => ROBOTS_BYTES,
        })
    }
}

impl<'a> Trip<'a> {
    /// How it failed.
    fn told(&mut self, failed: Failed) -> FetchError {
        told(failed, &shown(&self.url), std::mem::take(&mut self.hops), self.spent)
    }

    fn new(request: &'a Request, url: Url) -> Self {
        Self {
            request,
            url,
            hops: Vec::new(),
            visited: Vec::new(),
            permanent: None,
            only_permanent: true,
            turn: None,
            spent: Duration::ZERO,
        }
    }
}

/// A failure as callers are told of it.
fn told(failed: Failed, at: &str, hops: Vec<Hop>, elapsed: Duration) -> FetchError {
    FetchError {
        reason: failed.reason,
        url: super::guard::shorten(at).into(),
        redirects: hops.into(),
        retry_after: failed.retry_after,
        elapsed,
    }
}

/// An address as it may be shown: without credentials.
fn shown(url: &Url) -> String {
    if url.username().is_empty() && url.password().is_none() {
        return url.to_string();
    }
    let mut url = url.clone();
    // Both fail only for addresses without a host, which never come this far.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}
