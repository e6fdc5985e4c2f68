//! Sources' hubs (WebSub): subscribe, renew, and record what they bring.
//!
//! The hub's answers and content come in through the web, which keeps them in the store; the
//! worker does the rest. Nothing here is needed for completeness: polling goes on.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::Pipeline;
use super::findings::{self, Findings};
use super::polled;
use crate::fetch::{Post, Request};
use crate::model::Time;
use crate::store::{Delivery, StoreError, SubscriptionRow};
use crate::websub::{Action, Offer, Subscription, token};

/// How often the store is asked for deliveries and for subscriptions to renew.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Subscriptions and deliveries handled in one look.
const AT_ONCE: u32 = 16;
/// How long a worker may take to ask a hub.
const ASKED_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// A hub that brought nothing for so long is not relied upon.
const RELIED_UPON: TimeDelta = TimeDelta::days(7);

impl Pipeline {
    /// The subscription of a polled source as it should be, made or given up where the feed says
    /// so. True while its hub tells of news.
    pub(super) async fn subscribe(
        &self,
        source: &str,
        findings: &Findings,
    ) -> Result<bool, StoreError> {
        if self.catalog().settings.callback.is_none() {
            return Ok(false);
        }
        let now = self.now();
        let row = self.store.subscription(source).await?;
        let known = row.as_ref().and_then(read);
        if let Some(feed) = &findings.feed {
            let offer = feed
                .hubs
                .first()
                .zip(feed.self_link.as_ref())
                .map(|(hub, own)| Offer { hub: hub.clone(), hub_topic: own.clone() });
            self.follow_offer(source, offer, known.as_ref(), now).await?;
        }
        Ok(known.is_some_and(|sub| {
            sub.is_active(now) && sub.delivered.is_some_and(|at| now - at < RELIED_UPON)
        }))
    }

    async fn follow_offer(
        &self,
        source: &str,
        offer: Option<Offer>,
        known: Option<&Subscription>,
        now: Time,
    ) -> Result<(), StoreError> {
        let wanted = match (offer, known) {
            (Some(offer), Some(known)) if known.wanted && known.offer == offer => return Ok(()),
            (Some(offer), _) => Subscription::new(offer, random(), random()),
            (None, Some(known)) if known.wanted => Subscription { wanted: false, ..known.clone() },
            (None, _) => return Ok(()),
        };
        self.store.keep_subscription(&row(source, &wanted)?, now).await
    }

    /// Asks hubs and records what they brought, until `stop`.
    pub(super) async fn hubs(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            if self.catalog().settings.callback.is_some() {
                let done = async {
                    self.ask_hubs().await?;
                    self.take_deliveries().await
                };
                if let Err(error) = done.await {
                    tracing::warn!(kind = error.kind(), %error, "hubs have to wait");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn ask_hubs(&self) -> Result<(), StoreError> {
        let now = self.now();
        let due = self.store.take_subscriptions(now, now + ASKED_WITHIN, AT_ONCE).await?;
        let asking = due.into_iter().map(|row| self.ask_hub(row));
        futures::future::join_all(asking).await.into_iter().collect()
    }

    async fn ask_hub(&self, kept: SubscriptionRow) -> Result<(), StoreError> {
        let (now, settings) = (self.now(), self.catalog().settings.clone());
        let (Some(mut sub), Some(callback)) = (read(&kept), settings.callback) else {
            return self.store.forget_subscription(&kept.source).await;
        };
        match sub.action(now, fastrand::f64()) {
            Action::Forget => return self.store.forget_subscription(&kept.source).await,
            Action::Wait(at) => return self.store.keep_subscription(&kept, at).await,
            Action::Ask => {}
        }
        // Noted before it is asked: the hub's question may come before its answer.
        sub.was_asked(now);
        let due = sub.next_look(now, fastrand::f64());
        self.store.keep_subscription(&row(&kept.source, &sub)?, due).await?;
        let form = sub.form(&format!("{callback}{}", sub.token), settings.lease);
        let post = Post {
            content_type: "application/x-www-form-urlencoded".into(),
            body: form.into(),
            headers: Vec::new(),
        };
        match self.client.get(Request::post(&sub.offer.hub, post)).await {
            Ok(_) => tracing::info!(
                source = kept.source,
                hub = sub.offer.hub,
                wanted = sub.wanted,
                "hub asked"
            ),
            Err(error) => tracing::warn!(source = kept.source, hub = sub.offer.hub,
                kind = error.kind(), %error, "hub not asked; it is tried again later"),
        }
        Ok(())
    }

    async fn take_deliveries(&self) -> Result<(), StoreError> {
        for delivery in self.store.deliveries(AT_ONCE).await? {
            self.take_delivery(delivery).await?;
        }
        Ok(())
    }

    /// Records the entries of a delivery, as a poll would.
    async fn take_delivery(&self, delivery: Delivery) -> Result<(), StoreError> {
        let (catalog, now) = (self.catalog(), self.now());
        let max_entries = catalog.settings.max_entries;
        let watched = catalog.sources.get(&delivery.source).cloned();
        let address = Url::parse(&delivery.address).ok();
        let (Some(watched), Some(address)) = (watched, address) else {
            return self.store.record_delivery(&delivery, &[], now).await.map(drop);
        };
        let (body, kind) = (delivery.body.clone(), delivery.content_type.clone());
        let entries = self
            .on_cpu(move || {
                let feed =
                    findings::parse(&body, &address, kind.as_deref(), &watched, max_entries, now);
                feed.map(|mut feed| polled::take_entries(&mut feed, &watched, now))
            })
            .await;
        let source = delivery.source.as_str();
        let entries = match entries {
            Some(Ok(entries)) => entries,
            Some(Err(error)) => {
                tracing::warn!(source, kind = error.kind(), %error, "the hub brought no feed");
                Vec::new()
            }
            None => Vec::new(),
        };
        let recorded = match self.store.record_delivery(&delivery, &entries, now).await {
            Err(error) if !error.passes() => {
                // The database does not take what it says: the next poll is left to try.
                tracing::warn!(source, kind = error.kind(), %error, "what the hub brought is dropped");
                self.store.record_delivery(&delivery, &[], now).await
            }
            recorded => recorded,
        };
        if let Some(inserted) = recorded? {
            tracing::info!(
                source,
                new = inserted.new,
                changed = inserted.changed,
                "the hub brought news"
            );
            self.metrics.entries_new.inc_by(inserted.new as u64);
            self.fresh.wake();
        }
        Ok(())
    }
}

fn read(row: &SubscriptionRow) -> Option<Subscription> {
    serde_json::from_str(&row.state).ok()
}

fn row(source: &str, sub: &Subscription) -> Result<SubscriptionRow, StoreError> {
    let state = serde_json::to_string(sub)?;
    Ok(SubscriptionRow { source: source.to_owned(), token: sub.token.clone(), state })
}

/// A token or secret that nobody guesses.
fn random() -> String {
    let halves = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    let mut bytes = [0; 32];
    for (to, half) in bytes.chunks_exact_mut(16).zip(&halves) {
        to.copy_from_slice(half.as_bytes());
    }
    token(bytes)
}
