//! One request and its answer.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};
use tokio_util::io::StreamReader;
use url::Url;

use super::body::{self, Body, BodyError, Limit};
use super::error::{Failed, Reason, Step};
use super::failure;
use super::fetched::Fetched;
use super::freshness::Freshness;
use super::gate::Permit;
use super::header as read;
use super::request::{Kind, Request, Validators};
use super::settings::Settings;
use crate::model::Time;

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Longest time for which a whole host is left alone because one of its addresses asked for it.
const HOLD_AT_MOST: Duration = Duration::from_secs(3600);

/// What an exchange ended with.
pub(super) enum Answer {
    /// Something to go on with.
    Redirect { status: u16, target: String },
    /// Something to use.
    Done(Box<Fetched>),
}

/// Sends one request and reads the answer, all before `end`.
pub(super) async fn exchange(
    http: &reqwest::Client,
    settings: &Settings,
    request: &Request,
    url: &Url,
    now: Time,
    end: Instant,
    permit: &mut Permit,
) -> Result<Answer, Failed> {
    let seconds = end.saturating_duration_since(Instant::now()).as_secs_f64().round() as u64;
    let slow = |step| Failed::from(Reason::Timeout(step, seconds));
    let connect_secs = settings.connect_timeout.as_secs();
    let failed = |error: &reqwest::Error| failure::reason(error, Step::Head, connect_secs);
    let question = question(http, request, url)?;
    let sent = timeout_at(end, http.execute(question)).await;
    permit.mark();
    let response = sent.map_err(|_| slow(Step::Head))?.map_err(|error| {
        let reason = failed(&error);
        Failed { unanswered: matches!(reason, Reason::Reset(_)), ..reason.into() }
    })?;
    if read::size(response.headers()) > settings.header_bytes {
        return Err(Reason::HeaderTooLarge.into());
    }
    let status = response.status().as_u16();
    let freshness = Freshness::read(response.headers(), now);
    let head = Head { status, headers: response.headers().clone(), freshness };
    match status {
        300..=399 if status != 304 => return redirect(request, &head),
        304 => return not_modified(request, url, &head),
        200..=299 => {}
        _ => {
            if let (429 | 503, Some(pause)) = (status, freshness.retry_after) {
                permit.hold(pause.min(HOLD_AT_MOST));
            }
            return Err(Failed {
                retry_after: freshness.retry_after,
                ..Reason::Status(status).into()
            });
        }
    }
    let limit = Limit { bytes: settings.most_bytes(request), cut: request.kind == Kind::Robots };
    if !limit.cut && response.content_length().is_some_and(|length| length > limit.bytes as u64) {
        return Err(Reason::TooLarge(limit.bytes).into());
    }
    let body = timeout_at(end, whole_body(response, &head.headers, limit, request.kind)).await;
    let body = body.map_err(|_| slow(Step::Body))?.map_err(|error| match error {
        BodyError::Reason(reason) => reason,
        BodyError::Io(error) => broken_body(&error, connect_secs),
    })?;
    if body.bytes.is_empty() && matches!(request.kind, Kind::Feed | Kind::Page | Kind::Other) {
        return Err(Reason::NoContent(status).into());
    }
    Ok(Answer::Done(Box::new(head.fetched(url, body))))
}

/// The head of an answer.
struct Head {
    status: u16,
    headers: HeaderMap,
    freshness: Freshness,
}

impl Head {
    fn fetched(self, url: &Url, body: Body) -> Fetched {
        let whole = read::text(&self.headers, header::CONTENT_TYPE).map(str::to_owned);
        let (content_type, charset) = read::content_type(whole.as_deref().unwrap_or(""));
        Fetched {
            status: self.status,
            final_url: url.clone(),
            redirects: Vec::new(),
            permanent: None,
            content_type,
            content_type_header: whole,
            charset,
            validators: read::validators(&self.headers, url),
            body_hash: xxhash_rust::xxh3::xxh3_64(&body.bytes),
            body: Bytes::from(body.bytes),
            not_modified: false,
            freshness: self.freshness,
            links: read::links(&self.headers, url),
            elapsed: Duration::ZERO,
            wire_bytes: body.wire,
        }
    }
}

/// Builds the request. Nothing is sent that identifies a reader: no cookies, no referer.
fn question(
    http: &reqwest::Client,
    request: &Request,
    url: &Url,
) -> Result<reqwest::Request, Reason> {
    let mut builder = match &request.post {
        Some(post) => http.post(url.clone()).body(post.body.clone()),
        None => http.get(url.clone()),
    };
    builder = builder
        .header(header::ACCEPT, request.kind.accept())
        .header(header::ACCEPT_ENCODING, "gzip, br, zstd, deflate");
    if let Some(post) = &request.post {
        builder = builder.header(header::CONTENT_TYPE, &post.content_type);
        for (name, value) in &post.headers {
            builder = builder.header(name, value);
        }
    }
    if let Some(validators) = sendable(request, url) {
        let pairs: [(HeaderName, &Option<String>); 2] = [
            (header::IF_NONE_MATCH, &validators.etag),
            (header::IF_MODIFIED_SINCE, &validators.last_modified),
        ];
        for (name, value) in pairs {
            // What cannot be sent verbatim is not sent.
            let value = value.as_deref().and_then(|v| HeaderValue::from_bytes(v.as_bytes()).ok());
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
    }
    builder
        .build()
        .map_err(|error| Reason::BadUrl(super::guard::shorten(url.as_str()), error.to_string()))
}

/// The validators that belong to this address.
fn sendable<'a>(request: &'a Request, url: &Url) -> Option<&'a Validators> {
    let validators = request.validators.as_ref()?;
    validators.url.as_ref().is_none_or(|owner| owner == url.as_str()).then_some(validators)
}

fn redirect(request: &Request, head: &Head) -> Result<Answer, Failed> {
    let status = head.status;
    let target = read::text(&head.headers, header::LOCATION);
    match (status, target) {
        // A POST is repeated only where the status says so (RFC 9110 15.4).
        (301..=303, Some(_)) if request.post.is_some() => Err(Reason::Status(status).into()),
        (301..=303 | 307 | 308, Some(target)) => {
            Ok(Answer::Redirect { status, target: target.to_owned() })
        }
        (301..=303 | 307 | 308, None) => {
            Err(Reason::BadRedirect(status, "it names no address".into()).into())
        }
        _ => Err(Reason::Status(status).into()),
    }
}

fn not_modified(request: &Request, url: &Url, head: &Head) -> Result<Answer, Failed> {
    let Some(old) = sendable(request, url).filter(|old| !old.is_empty()) else {
        return Err(Reason::UnexpectedNotModified.into());
    };
    let new = read::validators(&head.headers, url);
    let nothing = Body { bytes: Vec::new(), wire: 0 };
    let head = Head { status: 304, headers: head.headers.clone(), freshness: head.freshness };
    let mut fetched = head.fetched(url, nothing);
    fetched.validators = Validators {
        etag: new.etag.or_else(|| old.etag.clone()),
        last_modified: new.last_modified.or_else(|| old.last_modified.clone()),
        url: new.url,
    };
    (fetched.not_modified, fetched.body_hash) = (true, 0);
    Ok(Answer::Done(Box::new(fetched)))
}

async fn whole_body(
    response: reqwest::Response,
    headers: &HeaderMap,
    limit: Limit,
    kind: Kind,
) -> Result<Body, BodyError> {
    let encodings = read::all(headers, header::CONTENT_ENCODING);
    let wire = StreamReader::new(response.bytes_stream().map_err(io::Error::other));
    let mut body = body::read(wire, &encodings, limit).await?;
    // A feed may itself be a gzip file (sitemap.xml.gz), whatever its content type says.
    if kind == Kind::Feed && body.bytes.starts_with(&GZIP) {
        body.bytes = body::gunzip(body.bytes, limit).await?;
    }
    Ok(body)
}

/// A body that broke off: the connection's reason, else the decoder's.
fn broken_body(error: &io::Error, connect_secs: u64) -> Reason {
    let from_wire = error.get_ref().is_some_and(|inner| inner.is::<reqwest::Error>());
    if from_wire || error.kind() == io::ErrorKind::UnexpectedEof {
        return failure::reason(error, Step::Body, connect_secs);
    }
    Reason::BadEncoding(super::guard::shorten(&error.to_string()))
}
