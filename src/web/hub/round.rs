//! Delivers news: round after round, whom something is due to is claimed and told.
//!
//! How each delivery ended is gathered and written in one transaction. What was not written when
//! the process ends is delivered once more: entries have ids, readers tell.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::super::state::Web;
use super::lanes::{Lanes, Passed};
use super::news::{News, Sheets};
use super::verify::Verifier;
use crate::fetch::{Client, FetchError, Post, Reason, Request, Step};
use crate::model::Time;
use crate::store::{Delivered, HubSubscriber, StoreError};
use crate::websub;

/// How often the store is asked whether there is news.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Deliveries at once: to those that answer in a moment, and to the others.
const LANES: (usize, usize) = (256, 512);
/// How long a claim on a subscriber lasts, and how often it is prolonged while a delivery is under
/// way: when a process dies, another goes on so soon.
const CLAIM: TimeDelta = TimeDelta::seconds(6);
const PROLONG_EVERY: Duration = Duration::from_secs(2);
/// Largest answer that is read; nobody wants to know what is in it.
const ANSWER_BYTES: usize = 16 << 10;
/// How often ended leases are forgotten.
const TIDY_EVERY: u32 = 200;
/// Time for what is under way when the process stops.
const LAST: Duration = Duration::from_millis(1_500);

type Ended = (i64, Delivered);

#[derive(Clone)]
struct Courier {
    web: Web,
    client: Client,
    lanes: Lanes,
    ended: UnboundedSender<Ended>,
    under_way: UnderWay,
}

/// The subscribers that are being told.
#[derive(Debug, Clone, Default)]
struct UnderWay(Arc<Mutex<HashSet<i64>>>);

/// One of them, until this is dropped.
struct Told(UnderWay, i64);

impl UnderWay {
    fn ids(&self) -> Vec<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn begin(&self, id: i64) -> Told {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        Told(self.clone(), id)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// Verifies and delivers until `stop`.
pub(super) async fn run(web: &Web, client: Client, stop: CancellationToken) {
    let (ended, mut arrived) = unbounded_channel();
    let verifier = Verifier::new(web, &client);
    let lanes = Lanes::new(LANES.0, LANES.1);
    let under_way = UnderWay::default();
    let courier = Courier { web: web.clone(), client, lanes, ended, under_way };
    let (mut outcomes, mut rounds, mut prolonged) = (Vec::new(), 0_u32, Instant::now());
    while !stop.is_cancelled() {
        if let Err(error) = courier.round(&verifier, &mut outcomes, rounds).await {
            tracing::warn!(kind = error.kind(), %error, "the hub has to wait");
            sleep(LOOK_EVERY).await;
        }
        if prolonged.elapsed() >= PROLONG_EVERY {
            courier.prolong().await;
            prolonged = Instant::now();
        }
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(LOOK_EVERY) => {}
            _ = arrived.recv_many(&mut outcomes, LANES.0) => {}
        }
        while let Ok(outcome) = arrived.try_recv() {
            outcomes.push(outcome);
        }
    }
    courier.finish(arrived, outcomes).await;
}

impl Courier {
    async fn round(
        &self,
        verifier: &Verifier,
        outcomes: &mut Vec<Ended>,
        number: u32,
    ) -> Result<(), StoreError> {
        let store = &self.web.0.store;
        if !outcomes.is_empty() {
            store.record_deliveries(outcomes).await?;
            outcomes.clear();
        }
        if number.is_multiple_of(TIDY_EVERY) {
            store.forget_subscribers(self.web.0.clock.now()).await?;
        }
        verifier.begin().await?;
        let upto = store.last_publication().await?;
        let sheets = Arc::new(Sheets::default());
        for slow in [false, true] {
            let now = self.web.0.clock.now();
            let due = store.take_subscribers(slow, now, now + CLAIM, self.lanes.free(slow)).await?;
            for subscriber in due {
                self.begin(subscriber, slow, upto, &sheets);
            }
        }
        Ok(())
    }

    /// Keeps others from telling those who are being told.
    async fn prolong(&self) {
        let until = self.web.0.clock.now() + CLAIM;
        if let Err(error) = self.web.0.store.prolong_subscribers(&self.under_way.ids(), until).await
        {
            tracing::warn!(kind = error.kind(), %error, "some news may be delivered twice");
        }
    }

    /// Begins a delivery.
    fn begin(&self, subscriber: HubSubscriber, slow: bool, upto: i64, sheets: &Arc<Sheets>) {
        // Only this loop takes places of newcomers; who finds none is due when the claim ends.
        let Some(place) = self.lanes.enter(slow) else { return };
        let (this, sheets) = (self.clone(), sheets.clone());
        let told = self.under_way.begin(subscriber.id);
        tokio::spawn(async move {
            let topic = subscriber.hub_topic.as_str();
            let news = match sheets.of(&this.web, topic, subscriber.reached, upto).await {
                Ok(Some(news)) => news,
                Ok(None) => return this.close(topic).await,
                Err(problem) => return problem.log(topic),
            };
            let sent = this.lanes.pass(slow, place, this.send(&subscriber, &news)).await;
            let outcome = match sent {
                Passed::Quickly(Ok(true)) => Delivered::Yes { reached: news.reached, slow: false },
                Passed::Quickly(Ok(false)) => Delivered::Yes { reached: news.reached, slow },
                Passed::Slowly(Ok(_)) => Delivered::Yes { reached: news.reached, slow: true },
                Passed::Quickly(Err(error)) | Passed::Slowly(Err(error)) => {
                    this.failed(&subscriber, &error)
                }
                Passed::Cut => Delivered::No {
                    due: this.later(&subscriber, None),
                    why: "The callback is slow, and too many others are.".to_owned(),
                },
            };
            this.web.0.metrics.hub_delivery(match outcome {
                Delivered::Yes { .. } => "ok",
                Delivered::No { .. } => "failed",
                Delivered::Gone => "gone",
            });
            // Nobody receives any more where the process ends: it is delivered once more.
            let _sent = this.ended.send((subscriber.id, outcome));
            drop(told);
        });
    }

    /// Sends news to a callback; false where there was nothing to send.
    async fn send(&self, to: &HubSubscriber, news: &News) -> Result<bool, FetchError> {
        let Some((body, content_type)) = &news.document else { return Ok(false) };
        let hub = self.web.0.hub_url().unwrap_or_default();
        let post = Post {
            content_type: (*content_type).to_owned(),
            body: body.clone(),
            headers: websub::headers(&hub, &to.hub_topic, body, to.secret.as_deref()),
        };
        let request =
            Request { max_bytes: Some(ANSWER_BYTES), ..Request::post(&to.callback, post) };
        match self.client.get(request).await {
            Ok(_) => Ok(true),
            Err(error) if arrived(&error.reason) => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn failed(&self, to: &HubSubscriber, error: &FetchError) -> Delivered {
        let (callback, hub_topic) = (to.callback.as_str(), to.hub_topic.as_str());
        if error.status() == Some(410) {
            tracing::info!(callback, hub_topic, "a subscriber of the hub is gone");
            return Delivered::Gone;
        }
        if to.failures == 0 {
            tracing::warn!(callback, hub_topic, kind = error.kind(), %error,
                "news was not delivered; it is tried again");
        }
        Delivered::No { due: self.later(to, error.retry_after), why: error.to_string() }
    }

    /// When to try again; a subscriber may ask for a longer pause, within limits.
    fn later(&self, to: &HubSubscriber, wanted: Option<Duration>) -> Time {
        const LONGEST: Duration = Duration::from_secs(3600);
        let failures = u32::try_from(to.failures).unwrap_or(u32::MAX).saturating_add(1);
        let pause = websub::pause(failures, fastrand::f64());
        let pause = pause.max(wanted.unwrap_or_default().min(LONGEST));
        self.web.0.clock.now() + TimeDelta::from_std(pause).unwrap_or_default()
    }

    /// Ends the subscriptions to a feed that the configuration has no more.
    async fn close(&self, hub_topic: &str) {
        tracing::info!(hub_topic, "the feed is no more; its subscribers are told");
        let now = self.web.0.clock.now();
        if let Err(error) = self.web.0.store.close_hub_topic(hub_topic, now).await {
            tracing::warn!(kind = error.kind(), %error, "subscriptions could not be ended");
        }
    }

    /// Writes down what ends before the process does.
    async fn finish(self, mut arrived: UnboundedReceiver<Ended>, mut outcomes: Vec<Ended>) {
        let store = self.web.0.store.clone();
        // The channel closes with the last delivery.
        drop(self);
        let rest = async {
            while let Some(outcome) = arrived.recv().await {
                outcomes.push(outcome);
            }
        };
        let _ended = timeout(LAST, rest).await;
        if let Err(error) = store.record_deliveries(&outcomes).await {
            tracing::warn!(kind = error.kind(), %error, "some news will be delivered twice");
        }
    }
}

/// Whether the callback took the news, though its answer's body could not be read: the status was
/// a success by then.
fn arrived(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::TooLarge(_)
            | Reason::Truncated
            | Reason::BadEncoding(_)
            | Reason::NoContent(_)
            | Reason::Timeout(Step::Body, _)
    )
}
