//! Our hub (WebSub): takes requests about our feeds, has them verified, delivers news.
//!
//! A request is kept in the store and verified afterwards ([`verify`]); news goes out from
//! `round`, which claims whom something is due to. Both run in every process that serves the
//! feeds, and go on where another left off. `lanes` keeps the slow from delaying the others,
//! `news` writes what is new.

mod lanes;
mod news;
mod round;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::errors::Problem;
use super::guard;
use super::query;
use super::state::{Shared, Web};
use super::wanted::Wanted;
use crate::clock::Clock;
use crate::fetch::{
    Client, FetchError, GateError, HostGate, Pace, Permit, Settings as FetchSettings, host_key,
};
use crate::store::HubRequestRow;
use crate::websub::HubRequest;

/// Largest request, in bytes.
pub(super) const MOST_BYTES: usize = 16 << 10;
/// Requests of one client and minute: a reader service subscribes to many feeds at once.
pub(super) const RATE: u32 = 1_200;
/// Time that a callback has to answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// Time to reach it.
const CONNECT: Duration = Duration::from_secs(5);

/// Whether a request may stand.
enum Refusal {
    /// It never may: the sentence says why.
    Bad(String),
    /// There is no room.
    Full,
}

/// Takes a request (WebSub 5.1).
pub(super) async fn ask(
    State(web): State<Web>,
    uri: Uri,
    headers: HeaderMap,
    extensions: axum::http::Extensions,
    body: Bytes,
) -> Response {
    let client = guard::client(&web.0.settings, &headers, &extensions);
    if !web.0.settings.hub {
        return said(StatusCode::NOT_FOUND, "There is no hub here.");
    }
    if !web.0.hub_rates.take(client, Instant::now()) {
        return ([(RETRY_AFTER, "60")], said(StatusCode::TOO_MANY_REQUESTS, "Too many requests."))
            .into_response();
    }
    match web.0.take_request(&web, &body).await {
        Ok(Ok(())) => said(StatusCode::ACCEPTED, "Your callback will be asked."),
        Ok(Err(Refusal::Bad(why))) => said(StatusCode::BAD_REQUEST, &why),
        Ok(Err(Refusal::Full)) => {
            said(StatusCode::TOO_MANY_REQUESTS, "The hub takes no more subscriptions of this host.")
        }
        Err(problem) => {
            problem.log(uri.path());
            problem.status().into_response()
        }
    }
}

fn said(status: StatusCode, sentence: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{sentence}\n")).into_response()
}

impl Shared {
    async fn take_request(&self, web: &Web, body: &[u8]) -> Result<Result<(), Refusal>, Problem> {
        let bad = |why: &dyn ToString| Ok(Err(Refusal::Bad(why.to_string())));
        let asked = match HubRequest::read(body, self.settings.lease) {
            Ok(asked) => asked,
            Err(wrong) => return bad(&wrong),
        };
        if let Err(reason) = self.settings.callbacks.check(&asked.callback) {
            return bad(&format!("hub.callback: {reason}"));
        }
        if web.hub_topic(&asked.hub_topic).is_none() && asked.mode.as_str() == "subscribe" {
            return bad(&"hub.topic must be the address that a feed of ours gives as its own \
                (rel=self).");
        }
        let row = HubRequestRow {
            id: 0,
            host: host_key(&asked.callback),
            callback: asked.callback.into(),
            hub_topic: asked.hub_topic,
            mode: asked.mode.as_str().to_owned(),
            secret: asked.secret,
            lease: i64::try_from(asked.lease.as_secs()).unwrap_or(i64::MAX),
            attempts: 0,
        };
        let kept = self.store.ask_hub(&row, self.clock.now()).await?;
        Ok(if kept { Ok(()) } else { Err(Refusal::Full) })
    }
}

impl Web {
    /// The feed whose own address this is.
    fn hub_topic(&self, address: &str) -> Option<Wanted> {
        let rest = address.strip_prefix(&self.0.base_url)?.strip_prefix("feeds/")?;
        let (file, query) = rest.split_once('?').map_or((rest, None), |(f, q)| (f, Some(q)));
        let catalog = self.catalog();
        let asked = query::read(query, &catalog).ok()?;
        let wanted = Wanted::read(file, asked, &catalog, self.0.settings.lang).ok()?;
        let own = wanted.address(&self.0.base_url, None) == address;
        (own && wanted.before.is_none()).then_some(wanted)
    }

    /// Whether there is a hub to run.
    pub fn has_hub(&self) -> bool {
        self.0.settings.hub
    }

    /// Runs the hub until `stop`: verifies requests, delivers news. `settings` are those of the
    /// one client; its address guard holds for callbacks too, its politeness towards publishers
    /// does not: callbacks asked to be called.
    ///
    /// # Errors
    ///
    /// Where no client can be built.
    pub async fn distribute(
        &self,
        settings: FetchSettings,
        stop: CancellationToken,
    ) -> Result<(), FetchError> {
        let settings = FetchSettings {
            redirects: 0,
            deadline: DEADLINE,
            connect_timeout: CONNECT.min(settings.connect_timeout),
            host_gap: Duration::ZERO,
            ..settings
        };
        let clock: Arc<dyn Clock> = self.0.clock.clone();
        let client = Client::new(settings, clock, Arc::new(Open))?;
        round::run(self, client, stop).await;
        Ok(())
    }
}

/// Lets everybody through: how much goes on at once is up to the lanes, and a callback that wants
/// a pause speaks for itself alone.
#[derive(Debug)]
struct Open;

impl HostGate for Open {
    fn acquire<'a>(&'a self, _: &'a str, _: Pace) -> BoxFuture<'a, Result<Permit, GateError>> {
        Box::pin(async { Ok(Permit::new(|_| {})) })
    }
}
