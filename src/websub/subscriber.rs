//! The subscriber's half: subscribe, confirm, renew, accept (W3C WebSub 4, 5, 7). Pure.
//!
//! Every subscription has its own callback address with a token that cannot be guessed, and its
//! own secret. Content counts only where both fit and the subscription was confirmed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use super::signature::{self, SignatureError};
use crate::model::Time;

/// The lease of a hub that names none.
const LEASE: Duration = Duration::from_secs(10 * 86400);
/// Shortest and longest lease that is believed, whatever a hub says.
const LEASES: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(90 * 86400));
/// Share of the lease after which it is renewed.
const RENEW_AFTER: f64 = 0.8;
/// How long a hub may take to confirm.
const CONFIRM_WITHIN: Duration = Duration::from_secs(3600);
/// What each failed attempt adds to the pause before the next, up to a day.
const PAUSE: Duration = Duration::from_secs(1800);
const LONGEST_PAUSE: Duration = Duration::from_secs(86400);
/// Longest challenge that is echoed.
const LONGEST_CHALLENGE: usize = 4096;

/// Where a source's news can be subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The hub's address.
    pub hub: String,
    /// The address that the hub knows the feed by (WebSub's "topic").
    pub hub_topic: String,
}

/// Finds hub and topic: `Link` headers come before what the feed itself says (WebSub 4).
///
/// `fetched_from` stands in for a feed that names no `self`. Hubs that are not http or https are
/// passed over.
pub fn discover<'a>(
    header_hubs: impl Iterator<Item = &'a str>,
    header_self: Option<&str>,
    feed_hubs: &'a [String],
    feed_self: Option<&str>,
    fetched_from: &str,
) -> Option<Offer> {
    let is_web = |address: &&str| address.starts_with("http://") || address.starts_with("https://");
    let mut header_hubs = header_hubs.filter(is_web);
    let (hub, own) = match header_hubs.next() {
        Some(hub) => (hub, header_self.or(feed_self)),
        None => (feed_hubs.iter().map(String::as_str).find(is_web)?, feed_self.or(header_self)),
    };
    let hub_topic = own.filter(is_web).unwrap_or(fetched_from);
    Some(Offer { hub: hub.to_owned(), hub_topic: hub_topic.to_owned() })
}

/// One subscription, kept with its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Hub and topic.
    pub offer: Offer,
    /// Last part of the callback address; unguessable.
    pub token: String,
    /// Key of the signatures, under 200 bytes (WebSub 5.1).
    pub secret: String,
    /// When the hub was last asked.
    pub asked: Option<Time>,
    /// When the confirmed lease ends; None before the first confirmation and after a denial.
    pub until: Option<Time>,
    /// When it was last confirmed.
    pub confirmed: Option<Time>,
    /// Attempts since the last confirmation.
    pub attempts: u32,
    /// False while we want to be rid of it.
    pub wanted: bool,
    /// What the hub said when it denied, for the admin.
    pub denied: Option<String>,
    /// When the hub last brought something.
    #[serde(default)]
    pub delivered: Option<Time>,
}

/// What a hub's GET at the callback asks (WebSub 5.3). Parameters as they came, decoded.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Intent {
    /// `subscribe`, `unsubscribe` or `denied`.
    #[serde(rename = "hub.mode")]
    pub mode: Option<String>,
    /// The topic.
    #[serde(rename = "hub.topic")]
    pub topic: Option<String>,
    /// What to echo.
    #[serde(rename = "hub.challenge")]
    pub challenge: Option<String>,
    /// The lease that the hub grants.
    #[serde(rename = "hub.lease_seconds")]
    pub lease_seconds: Option<String>,
    /// Why it denied.
    #[serde(rename = "hub.reason")]
    pub reason: Option<String>,
}

/// What to answer a hub's GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Answer 200 with this body, as `text/plain`, and keep the changed subscription.
    Echo(String),
    /// Answer 200 and keep the changed subscription: the hub denied it.
    Denied,
    /// Answer 404: this is not what we want.
    Refused,
}

/// Why content was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The subscription was never confirmed, has ended or is not wanted. Answer 410.
    #[error("There is no confirmed subscription for this content.")]
    NotSubscribed,
    /// The content is about another topic. Answer 404.
    #[error("The content is about another feed than the one subscribed to.")]
    OtherTopic,
    /// The signature is not good. Answer 2xx all the same (WebSub 7.1) and ignore the content.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// What to do about a subscription now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask the hub, with [`Subscription::form`].
    Ask,
    /// Nothing before this moment.
    Wait(Time),
    /// It is not wanted and the hub has let go of it: forget it.
    Forget,
}

impl Subscription {
    /// A subscription that the hub does not know of yet. `token` and `secret` are made of random
    /// bytes by the caller (see [`token`]).
    pub fn new(offer: Offer, token: String, secret: String) -> Self {
        Self {
            offer,
            token,
            secret,
            asked: None,
            until: None,
            confirmed: None,
            attempts: 0,
            wanted: true,
            denied: None,
            delivered: None,
        }
    }

    /// True while the hub tells us of news.
    pub fn is_active(&self, now: Time) -> bool {
        self.wanted && self.until.is_some_and(|until| until > now)
    }

    /// The body of the request to the hub, `application/x-www-form-urlencoded`; `callback` is the
    /// public address that ends in the token, `lease` how long we ask the hub to remember us.
    pub fn form(&self, callback: &str, lease: Duration) -> String {
        let mode = if self.wanted { "subscribe" } else { "unsubscribe" };
        let mut form = Serializer::new(String::new());
        form.append_pair("hub.callback", callback)
            .append_pair("hub.mode", mode)
            .append_pair("hub.topic", &self.offer.hub_topic);
        if self.wanted {
            form.append_pair("hub.lease_seconds", &lease.as_secs().to_string())
                .append_pair("hub.secret", &self.secret);
        }
        form.finish()
    }

    /// The subscription after the hub was asked, whether it took the request or not.
    pub fn was_asked(&mut self, now: Time) {
        self.asked = Some(now);
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Answers the hub's question whether we meant it (WebSub 5.3), and its denial (5.2).
    pub fn verify(&mut self, intent: &Intent, now: Time) -> Verified {
        if intent.topic.as_deref() != Some(self.offer.hub_topic.as_str()) {
            return Verified::Refused;
        }
        // Nobody but the hub we asked has reason to come, and only after we asked.
        if self.asked.is_none() {
            return Verified::Refused;
        }
        let challenge = intent.challenge.as_deref().filter(|c| c.len() <= LONGEST_CHALLENGE);
        match (intent.mode.as_deref(), challenge) {
            (Some("denied"), _) => {
                self.until = None;
                let reason = intent.reason.as_deref().unwrap_or("no reason given");
                self.denied = Some(reason.chars().take(200).collect());
                Verified::Denied
            }
            (Some("subscribe"), Some(challenge)) if self.wanted => {
                let lease = lease(intent.lease_seconds.as_deref());
                self.until = Some(now + delta(lease));
                (self.confirmed, self.attempts, self.denied) = (Some(now), 0, None);
                Verified::Echo(challenge.to_owned())
            }
            (Some("unsubscribe"), Some(challenge)) if !self.wanted => {
                self.until = None;
                Verified::Echo(challenge.to_owned())
            }
            _ => Verified::Refused,
        }
    }

    /// Whether content that came to the callback counts. `own` is the `self` link of its header,
    /// `signature` its `X-Hub-Signature`.
    ///
    /// # Errors
    ///
    /// See [`Rejected`], which also says what to answer.
    pub fn accept(
        &self,
        body: &[u8],
        signature: Option<&str>,
        own: Option<&str>,
        now: Time,
    ) -> Result<(), Rejected> {
        if !self.is_active(now) {
            return Err(Rejected::NotSubscribed);
        }
        if own.is_some_and(|own| own != self.offer.hub_topic) {
            return Err(Rejected::OtherTopic);
        }
        Ok(signature::check(signature, body, &self.secret)?)
    }

    /// What to do now. `jitter`, from 0 up to 1, keeps renewals apart.
    pub fn action(&self, now: Time, jitter: f64) -> Action {
        if !self.wanted && self.until.is_none_or(|until| until <= now) {
            return Action::Forget;
        }
        let due = self.due(jitter.clamp(0.0, 1.0));
        match due {
            Some(due) if due > now => Action::Wait(due),
            _ => Action::Ask,
        }
    }

    /// When something is to be done next.
    pub fn next_look(&self, now: Time, jitter: f64) -> Time {
        match self.action(now, jitter) {
            Action::Wait(at) => at,
            Action::Ask | Action::Forget => now,
        }
    }

    /// When the hub is asked next; None for at once.
    fn due(&self, jitter: f64) -> Option<Time> {
        let asked = self.asked?;
        let pause = PAUSE.saturating_mul(self.attempts.max(1)).min(LONGEST_PAUSE);
        let again = asked + delta(pause.max(CONFIRM_WITHIN).mul_f64(1.0 + 0.1 * jitter));
        if !self.wanted {
            // Asked for before it was unwanted: at once.
            return self.confirmed.is_none_or(|confirmed| confirmed < asked).then_some(again);
        }
        match (self.confirmed, self.until) {
            // Confirmed since it was last asked: in good time before the end.
            (Some(confirmed), Some(until)) if confirmed >= asked => {
                let lease = (until - confirmed).to_std().unwrap_or_default();
                Some(confirmed + delta(lease.mul_f64(RENEW_AFTER - 0.1 * jitter)))
            }
            _ => Some(again),
        }
    }
}

/// The lease that a hub grants, within what is believed.
fn lease(seconds: Option<&str>) -> Duration {
    let granted = seconds.and_then(|s| s.trim().parse().ok()).map(Duration::from_secs);
    granted.unwrap_or(LEASE).clamp(LEASES.0, LEASES.1)
}

/// A token or secret: 32 random bytes as hexadecimal digits.
pub fn token(random: [u8; 32]) -> String {
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const TOPIC: &str = "https://news.example/feed";

    fn at(hours: i64) -> Time {
        "2026-03-01T00:00:00Z".parse::<Time>().unwrap() + TimeDelta::hours(hours)
    }

    fn subscription() -> Subscription {
        let offer = Offer { hub: "https://hub.example/".into(), hub_topic: TOPIC.into() };
        Subscription::new(offer, token([7; 32]), token([9; 32]))
    }

    fn intent(mode: &str, lease: Option<&str>) -> Intent {
        Intent {
            mode: Some(mode.into()),
            topic: Some(TOPIC.into()),
            challenge: Some("c-1".into()),
            lease_seconds: lease.map(str::to_owned),
            reason: None,
        }
    }

    fn confirmed() -> Subscription {
        let mut sub = subscription();
        sub.was_asked(at(0));
        assert_eq!(
            sub.verify(&intent("subscribe", Some("86400")), at(0)),
            Verified::Echo("c-1".into())
        );
        sub
    }

    #[test]
    fn headers_come_before_the_feed() {
        let feed_hubs = ["ftp://x/".to_owned(), "https://feedhub.example/".to_owned()];
        let found = discover(
            ["https://hub.example/"].into_iter(),
            Some(TOPIC),
            &feed_hubs,
            Some("https://news.example/other"),
            "https://news.example/from",
        );
        let want = Offer { hub: "https://hub.example/".into(), hub_topic: TOPIC.into() };
        assert_eq!(found, Some(want));
        let found = discover([].into_iter(), None, &feed_hubs, None, TOPIC).unwrap();
        assert_eq!((&*found.hub, &*found.hub_topic), ("https://feedhub.example/", TOPIC));
        assert_eq!(discover(["mailto:a@b"].into_iter(), None, &[], Some(TOPIC), TOPIC), None);
    }

    #[test]
    fn the_form_says_what_the_standard_asks_for() {
        let form = subscription().form("https://us.example/websub/t?a=1", LEASE);
        assert!(form.starts_with(
            "hub.callback=https%3A%2F%2Fus.example%2Fwebsub%2Ft%3Fa%3D1&hub.mode=subscribe"
        ));
        assert!(form.contains("hub.topic=https%3A%2F%2Fnews.example%2Ffeed"));
        assert!(form.contains("hub.lease_seconds=864000"));
        assert!(form.contains("hub.secret=0909") && subscription().secret.len() < 200);
        let mut unwanted = subscription();
        unwanted.wanted = false;
        let form = unwanted.form("https://us.example/", LEASE);
        assert!(form.contains("hub.mode=unsubscribe") && !form.contains("secret"));
    }

    #[test]
    fn a_confirmation_starts_the_lease() {
        let sub = confirmed();
        assert!(sub.is_active(at(23)) && !sub.is_active(at(24)));
        assert_eq!(sub.attempts, 0);
    }

    #[test]
    fn questions_about_what_we_did_not_ask_for_are_refused() {
        let mut sub = subscription();
        assert_eq!(sub.verify(&intent("subscribe", None), at(0)), Verified::Refused, "never asked");
        sub.was_asked(at(0));
        for intent in [
            Intent { topic: Some("https://other.example/".into()), ..intent("subscribe", None) },
            Intent { topic: None, ..intent("subscribe", None) },
            Intent { challenge: None, ..intent("subscribe", None) },
            Intent { challenge: Some("x".repeat(5000)), ..intent("subscribe", None) },
            intent("unsubscribe", None),
            intent("publish", None),
            Intent::default(),
        ] {
            assert_eq!(sub.verify(&intent, at(0)), Verified::Refused, "{intent:?}");
        }
        assert!(!sub.is_active(at(0)));
    }

    #[test]
    fn leases_are_believed_within_reason() {
        for (said, want) in [
            (None, LEASE),
            (Some("0"), LEASES.0),
            (Some("-5"), LEASE),
            (Some("99999999999"), LEASES.1),
            (Some("7200"), Duration::from_secs(7200)),
        ] {
            assert_eq!(lease(said), want, "{said:?}");
        }
    }

    #[test]
    fn a_denial_ends_it_with_its_reason() {
        let mut sub = confirmed();
        let denial = Intent { reason: Some("no longer".into()), ..intent("denied", None) };
        assert_eq!(sub.verify(&denial, at(1)), Verified::Denied);
        assert!(!sub.is_active(at(1)));
        assert_eq!(sub.denied.as_deref(), Some("no longer"));
    }

    #[test]
    fn content_counts_only_signed_and_subscribed() {
        let sub = confirmed();
        let good = signature::sign(b"<rss/>", &sub.secret);
        assert_eq!(sub.accept(b"<rss/>", Some(&good), Some(TOPIC), at(1)), Ok(()));
        assert_eq!(sub.accept(b"<rss/>", Some(&good), None, at(1)), Ok(()));
        let forged = signature::sign(b"<rss/>", "guess");
        assert_eq!(
            sub.accept(b"<rss/>", Some(&forged), None, at(1)),
            Err(Rejected::Signature(SignatureError::Wrong))
        );
        assert_eq!(
            sub.accept(b"<rss/>", None, None, at(1)),
            Err(Rejected::Signature(SignatureError::Missing))
        );
        assert_eq!(
            sub.accept(b"<rss/>", Some(&good), Some("https://other.example/"), at(1)),
            Err(Rejected::OtherTopic)
        );
        assert_eq!(sub.accept(b"<rss/>", Some(&good), None, at(25)), Err(Rejected::NotSubscribed));
        let unconfirmed = subscription();
        assert_eq!(
            unconfirmed.accept(b"<rss/>", Some(&good), None, at(1)),
            Err(Rejected::NotSubscribed)
        );
    }

    #[test]
    fn leases_are_renewed_in_good_time() {
        let mut sub = confirmed();
        assert!(matches!(sub.action(at(12), 0.5), Action::Wait(_)));
        assert_eq!(sub.action(at(20), 0.0), Action::Ask);
        assert!(sub.is_active(at(20)), "while it still holds");
        sub.was_asked(at(20));
        assert!(matches!(sub.action(at(20), 0.0), Action::Wait(due) if due == at(21)));
        assert_eq!(sub.action(at(21), 0.0), Action::Ask);
    }

    #[test]
    fn a_silent_hub_is_asked_less_and_less_but_never_given_up() {
        let mut sub = subscription();
        assert_eq!(sub.action(at(0), 0.0), Action::Ask);
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..100 {
            sub.was_asked(now);
            let Action::Wait(due) = sub.action(now, 0.0) else { panic!("asked at once again") };
            waits.push((due - now).num_minutes());
            now = due;
        }
        assert_eq!(waits[..4], [60, 60, 90, 120]);
        assert_eq!(waits[99], 24 * 60);
    }

    #[test]
    fn what_is_not_wanted_is_unsubscribed_and_forgotten() {
        let mut sub = confirmed();
        sub.wanted = false;
        assert_eq!(sub.action(at(1), 0.0), Action::Ask);
        sub.was_asked(at(1));
        assert!(matches!(sub.action(at(1), 0.0), Action::Wait(_)));
        assert_eq!(sub.verify(&intent("unsubscribe", None), at(1)), Verified::Echo("c-1".into()));
        assert_eq!(sub.action(at(1), 0.0), Action::Forget);
        let mut never = subscription();
        never.wanted = false;
        assert_eq!(never.action(at(0), 0.0), Action::Forget);
    }
}
