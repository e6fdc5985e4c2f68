//! The callback of our subscriptions: a hub's question whether we meant it, and its content.
//!
//! Nothing is believed that does not come to a callback of ours, and no content without its
//! signature. What is good is kept in the store, for a worker to record.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::errors::Problem;
use super::state::Web;
use crate::store::{StoreError, SubscriptionRow};
use crate::websub::{Intent, Rejected, Subscription, Verified};

/// Largest content that a hub may bring: as large as a feed.
pub(super) const MOST_BYTES: usize = 10 << 20;

/// Answers a hub's question (WebSub 5.3).
pub(super) async fn verify(
    State(web): State<Web>,
    Path(token): Path<String>,
    uri: Uri,
) -> Response {
    answer(&uri, try_verify(&web, &token, uri.query().unwrap_or_default()).await)
}

/// Takes a hub's content (WebSub 7).
pub(super) async fn receive(
    State(web): State<Web>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&uri, try_receive(&web, &token, &headers, &body).await)
}

fn answer(uri: &Uri, result: Result<Response, StoreError>) -> Response {
    result.unwrap_or_else(|error| {
        let problem = Problem::Store(error);
        problem.log(uri.path());
        problem.status().into_response()
    })
}

async fn known(
    web: &Web,
    token: &str,
) -> Result<Option<(SubscriptionRow, Subscription)>, StoreError> {
    let row = web.0.store.subscription_of(token).await?;
    Ok(row.and_then(|row| Some((serde_json::from_str(&row.state).ok()?, row))).map(|(s, r)| (r, s)))
}

async fn try_verify(web: &Web, token: &str, query: &str) -> Result<Response, StoreError> {
    let Some((row, mut sub)) = known(web, token).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let now = web.0.clock.now();
    let verified = sub.verify(&intent(query), now);
    if verified == Verified::Refused {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    keep(web, &row, &sub).await?;
    tracing::info!(
        source = row.source,
        until = sub.until.map(|at| at.to_rfc3339()),
        denied = sub.denied,
        "the hub answered about the subscription"
    );
    Ok(match verified {
        Verified::Echo(challenge) => ([(CONTENT_TYPE, "text/plain")], challenge).into_response(),
        Verified::Denied | Verified::Refused => StatusCode::OK.into_response(),
    })
}

async fn try_receive(
    web: &Web,
    token: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, StoreError> {
    let Some((row, mut sub)) = known(web, token).await? else {
        return Ok(StatusCode::GONE.into_response());
    };
    let now = web.0.clock.now();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own = own_link(headers);
    match sub.accept(body, text("x-hub-signature"), own.as_deref(), now) {
        Ok(()) => {}
        Err(Rejected::NotSubscribed) => return Ok(StatusCode::GONE.into_response()),
        Err(Rejected::OtherTopic) => return Ok(StatusCode::NOT_FOUND.into_response()),
        Err(Rejected::Signature(error)) => {
            // The standard wants a success, so that nobody can try signatures out.
            tracing::warn!(source = row.source, kind = error.kind(), %error,
                "content of a hub is not believed");
            return Ok(StatusCode::ACCEPTED.into_response());
        }
    }
    let (address, kind) = (&sub.offer.hub_topic, text("content-type"));
    if !web.0.store.deliver(&row.source, address, kind, body, now).await? {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    sub.delivered = Some(now);
    keep(web, &row, &sub).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

async fn keep(web: &Web, row: &SubscriptionRow, sub: &Subscription) -> Result<(), StoreError> {
    let due = sub.next_look(web.0.clock.now(), 0.5);
    let row = SubscriptionRow { state: serde_json::to_string(sub)?, ..row.clone() };
    web.0.store.keep_subscription(&row, due).await
}

fn intent(query: &str) -> Intent {
    let mut intent = Intent::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let field = match name.as_ref() {
            "hub.mode" => &mut intent.mode,
            "hub.topic" => &mut intent.topic,
            "hub.challenge" => &mut intent.challenge,
            "hub.lease_seconds" => &mut intent.lease_seconds,
            "hub.reason" => &mut intent.reason,
            _ => continue,
        };
        *field = Some(value.into_owned());
    }
    intent
}

/// The `self` link of the header.
fn own_link(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).find_map(|link| {
        let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let own = rest.split(';').any(|param| {
            let (name, value) = param.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("rel")
                && value.trim().trim_matches('"').split(' ').any(|rel| rel == "self")
        });
        own.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_link_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(LINK, "<https://hub.example/>; rel=\"hub\"".parse().unwrap());
        assert_eq!(own_link(&headers), None);
        headers.append(
            LINK,
            "<https://a.example/x>; rel=next, <https://a.example/f>; rel=self".parse().unwrap(),
        );
        assert_eq!(own_link(&headers).as_deref(), Some("https://a.example/f"));
    }

    #[test]
    fn a_question_is_read_decoded() {
        let intent = intent(
            "hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2Ff%3Fx%3D1&hub.challenge=a+b&y=",
        );
        assert_eq!(intent.topic.as_deref(), Some("https://a.example/f?x=1"));
        assert_eq!(
            (intent.mode.as_deref(), intent.challenge.as_deref()),
            (Some("subscribe"), Some("a b"))
        );
        assert_eq!(intent.reason, None);
    }
}
