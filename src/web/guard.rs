//! What stands before every handler: who asks, how often, and the headers that protect readers.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{Extensions, HeaderMap, Response};
use axum::middleware::Next;
use tokio::time::Instant;

use super::errors::Problem;
use super::state::{Settings, Web};

/// Clients remembered; beyond it the longest silent are forgotten.
const MAX_CLIENTS: usize = 20_000;

/// Nothing runs but our own script; articles may show images and play media from the web.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' https: http:; media-src https: http:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Tokens that each client has left: as many as it may use in a minute, refilled steadily.
pub(super) struct Rates {
    per_minute: f64,
    clients: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Rates {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: f64::from(per_minute), clients: Mutex::default() }
    }

    /// Whether a token is left, without taking it.
    pub fn any_left(&self, client: IpAddr, now: Instant) -> bool {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.get(&client).is_none_or(|(tokens, seen)| {
            tokens + now.duration_since(*seen).as_secs_f64() / 60.0 * self.per_minute >= 1.0
        })
    }

    /// Takes one token; false where none is left.
    pub fn take(&self, client: IpAddr, now: Instant) -> bool {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MAX_CLIENTS {
            clients.retain(|_, (_, seen)| now.duration_since(*seen) < Duration::from_secs(60));
        }
        if clients.len() >= MAX_CLIENTS && !clients.contains_key(&client) {
            return false;
        }
        let (tokens, seen) = clients.entry(client).or_insert((self.per_minute, now));
        let minutes = now.duration_since(*seen).as_secs_f64() / 60.0;
        *tokens = (*tokens + minutes * self.per_minute).min(self.per_minute);
        *seen = now;
        if *tokens < 1.0 {
            return false;
        }
        *tokens -= 1.0;
        true
    }
}

/// The address of the client: the peer, or what a trusted proxy says of it.
pub(super) fn client(settings: &Settings, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let Some(peer) = peer else { return IpAddr::from([0, 0, 0, 0]) };
    if !(settings.trusts)(peer) {
        return peer;
    }
    // The nearest address that no proxy of ours has.
    let forwarded =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = forwarded
        .flat_map(|list| list.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    hops.into_iter().rev().find(|hop| !(settings.trusts)(*hop)).unwrap_or(peer)
}

/// Ends what takes too long, counts every answer, adds the protecting headers.
pub(super) async fn around(State(web): State<Web>, request: Request, next: Next) -> Response<Body> {
    let visit = super::ask::Asker::of(&web, request.headers(), request.uri());
    let answer = tokio::time::timeout(web.0.settings.timeout, next.run(request)).await;
    let mut response = match answer {
        Ok(response) => response,
        Err(_) => visit.problem(&web, &Problem::Slow),
    };
    web.0.metrics.http(response.status().as_u16());
    protect(response.headers_mut());
    response
}

fn protect(headers: &mut HeaderMap) {
    let policy = HeaderName::from_static("permissions-policy");
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Other sites learn nothing. With "no-referrer" browsers would not even tell us that a
        // form of ours is ours.
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (policy, "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
        (opener, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_client_has_its_rate_and_no_more() {
        let rates = Rates::new(60);
        let start = Instant::now();
        let one = IpAddr::from([192, 0, 2, 1]);
        assert!((0..60).all(|_| rates.take(one, start)));
        assert!(!rates.take(one, start));
        assert!(rates.take(IpAddr::from([192, 0, 2, 2]), start), "another is not held back");
        assert!(rates.take(one, start + Duration::from_secs(1)));
        assert!(!rates.take(one, start + Duration::from_secs(1)));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let proxy = IpAddr::from([10, 0, 0, 1]);
        let settings = Settings {
            trusts: Arc::new(move |address| address == proxy),
            ..crate::web::samples::settings()
        };
        let mut headers = HeaderMap::new();
        headers
            .insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 203.0.113.9, 10.0.0.1"));
        let from = |peer: [u8; 4]| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::from((peer, 1))));
            client(&settings, &headers, &extensions)
        };
        assert_eq!(from([10, 0, 0, 1]), IpAddr::from([203, 0, 113, 9]));
        assert_eq!(from([198, 51, 100, 7]), IpAddr::from([198, 51, 100, 7]));
    }
}
