//! `/admin`: sources and their troubles, the queue of close calls, recent verdicts, withdrawal.
//!
//! [`pass`] says who may enter, [`pages`] fills the pages, [`feeds`] writes the two feeds for
//! admins. Nothing here edits the configuration: that is files under the admin's own eyes.

mod cases;
mod feeds;
mod forms;
mod pages;
mod pass;

pub(super) use pass::Door;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, RawForm, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, LOCATION, ORIGIN, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::{get, post};

use self::forms::Sent;
use self::pages::Desk;
use self::pass::{Denied, SESSION, SESSION_COOKIE, Seal, Way};
use super::ask::{Ask, Asker, no_store};
use super::errors::Problem;
use super::guard;
use super::routes::unpublished;
use super::state::Web;

/// Longest body of a form, in bytes.
const MAX_FORM: usize = 16 << 10;
/// A form may be sent for so many seconds after it was shown.
const FORM: i64 = 12 * 3600;

type Answer = Response<Body>;

impl Web {
    /// Whether an admin asks for a page outside `/admin`.
    pub(super) fn is_admin(&self, parts: &Parts) -> bool {
        // Nobody is counted as a guesser who names no token.
        let named = parts.headers.contains_key(AUTHORIZATION);
        (named || self.0.settings.admin_header.is_some()) && admitted(self, parts).is_ok()
    }

    pub(super) fn admin_routes(&self) -> Router<Web> {
        Router::new()
            .route("/admin", get(sources))
            .route("/admin/review", get(review))
            .route("/admin/verdicts", get(verdicts))
            .route("/admin/entry/{id}", get(entry))
            .route("/admin/review.atom", get(review_feed))
            .route("/admin/health.atom", get(health_feed))
            .route("/admin/enter", post(enter))
            .route("/admin/leave", post(leave))
            .route("/admin/try", post(try_now))
            .route("/admin/decide", post(decide))
            .route("/admin/withdraw", post(withdraw))
            .layer(DefaultBodyLimit::max(MAX_FORM))
    }
}

/// Lets a request for a page in, or answers it.
fn admitted(web: &Web, parts: &Parts) -> Result<Way, Box<Answer>> {
    let now = web.0.clock.now();
    let entered = web.0.door.enter(&web.0.settings, &parts.headers, &parts.extensions, now);
    entered.map_err(|denied| Box::new(refuse(web, parts, denied)))
}

fn refuse(web: &Web, parts: &Parts, denied: Denied) -> Answer {
    match denied {
        Denied::Closed => problem(web, parts, &Problem::NotFound),
        Denied::TooMany => problem(web, parts, &Problem::TooMany),
        Denied::Unknown => {
            let desk = Desk::new(web, parts);
            let mut response = shown(web, parts, desk.entrance());
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            response
        }
    }
}

fn problem(web: &Web, parts: &Parts, problem: &Problem) -> Answer {
    Asker::of(web, &parts.headers, &parts.uri).problem(web, problem)
}

fn shown(web: &Web, parts: &Parts, template: impl Template) -> Answer {
    match template.render() {
        Ok(html) => no_store(html),
        Err(error) => problem(web, parts, &Problem::Page(error)),
    }
}

/// Runs a page's body for those who are let in.
macro_rules! for_admins {
    ($web:expr, $request:expr, |$desk:ident| $body:expr) => {{
        let (parts, _) = $request.into_parts();
        if let Err(answer) = admitted(&$web, &parts) {
            return *answer;
        }
        let $desk = Desk::new(&$web, &parts);
        let made: Result<_, Problem> = async { $body }.await;
        match made {
            Ok(template) => shown(&$web, &parts, template),
            Err(failed) => problem(&$web, &parts, &failed),
        }
    }};
}

async fn sources(State(web): State<Web>, request: Request) -> Answer {
    for_admins!(web, request, |desk| desk.sources().await)
}

async fn review(State(web): State<Web>, request: Request) -> Answer {
    for_admins!(web, request, |desk| desk.review().await)
}

async fn verdicts(State(web): State<Web>, request: Request) -> Answer {
    for_admins!(web, request, |desk| desk.verdicts().await)
}

/// An entry as readers would see it, published or not: the admin's cookie does not go elsewhere.
async fn entry(State(web): State<Web>, Path(id): Path<String>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    if let Err(answer) = admitted(&web, &parts) {
        return *answer;
    }
    let made = async {
        let group = id.parse().map_err(|_| Problem::NotFound)?;
        unpublished(&Ask::read(&web, &parts.headers, &parts.uri)?, group).await
    };
    made.await.unwrap_or_else(|failed| problem(&web, &parts, &failed))
}

/// A feed for those who are let in, or who have its address with the key.
macro_rules! feed_for_admins {
    ($web:expr, $request:expr, |$desk:ident| $body:expr) => {{
        let (parts, _) = $request.into_parts();
        let key = query_value(&parts, "key").unwrap_or_default();
        let known = $web.0.door.holds(Seal::Feeds, &key, $web.0.clock.now());
        let open = $web.0.settings.admin_token.is_some() || $web.0.settings.admin_header.is_some();
        if !(known && open) {
            if let Err(answer) = admitted(&$web, &parts) {
                let mut answer = *answer;
                if answer.status() == StatusCode::UNAUTHORIZED {
                    // Feed readers ask their users for it.
                    let basic =
                        HeaderValue::from_static("Basic realm=\"Rasad\", charset=\"UTF-8\"");
                    answer.headers_mut().insert(WWW_AUTHENTICATE, basic);
                }
                return answer;
            }
        }
        let $desk = Desk::new(&$web, &parts);
        let made: Result<String, Problem> = async { $body }.await;
        match made {
            Ok(document) => {
                let kind = "application/atom+xml; charset=utf-8";
                let document = super::http::Document::once(kind, document, &parts.headers).await;
                document.answer(&parts.headers, &HeaderValue::from_static("private, no-cache"))
            }
            Err(failed) => problem(&$web, &parts, &failed),
        }
    }};
}

async fn review_feed(State(web): State<Web>, request: Request) -> Answer {
    feed_for_admins!(web, request, |desk| desk.review_feed().await)
}

async fn health_feed(State(web): State<Web>, request: Request) -> Answer {
    feed_for_admins!(web, request, |desk| desk.health_feed().await)
}

/// The value of a parameter of the address.
pub(super) fn query_value(parts: &Parts, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    pairs.take(50).find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

/// Whether a request that changes something comes from a page of ours, as far as the browser says.
fn is_ours(web: &Web, parts: &Parts) -> bool {
    if pass::is_foreign(&parts.headers) {
        return false;
    }
    let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else { return true };
    let named = origin.split_once("://").map(|(_, named)| named);
    let own = web.0.settings.base_url.authority();
    named.is_some_and(|named| named == own || Some(named) == text(HOST))
}

/// Reads a form of somebody who is let in and does what it says.
macro_rules! change {
    ($web:expr, $request:expr, |$sent:ident| $body:expr) => {{
        let (parts, body) = $request.into_parts();
        let way = match admitted(&$web, &parts) {
            Ok(way) => way,
            Err(answer) => return *answer,
        };
        let $sent = match read_form(&parts, body).await {
            Some(sent) => sent,
            None => return problem(&$web, &parts, &Problem::BadForm),
        };
        let own = $web.0.door.holds(Seal::Form, &$sent.form, $web.0.clock.now());
        if way == Way::Ambient && !(own && is_ours(&$web, &parts)) {
            return problem(&$web, &parts, &Problem::BadForm);
        }
        let done: Result<bool, Problem> = async { $body }.await;
        match done {
            Ok(true) => back(&$web, &$sent.back),
            Ok(false) => problem(&$web, &parts, &Problem::NotFound),
            Err(failed) => problem(&$web, &parts, &failed),
        }
    }};
}

async fn read_form(parts: &Parts, body: Body) -> Option<Sent> {
    let request = Request::from_parts(parts.clone(), body);
    let form = RawForm::from_request(request, &()).await;
    form.ok().map(|RawForm(body)| Sent::read(&body))
}

/// Goes to a page of ours.
fn back(web: &Web, name: &str) -> Answer {
    let path = match name {
        "review" => "admin/review",
        "verdicts" => "admin/verdicts",
        _ => "admin",
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(place) = HeaderValue::from_str(&format!("{}{path}", web.0.root)) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

async fn enter(State(web): State<Web>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let settings = &web.0.settings;
    if settings.admin_token.is_none() {
        return problem(&web, &parts, &Problem::NotFound);
    }
    let Some(sent) = read_form(&parts, body).await.filter(|_| is_ours(&web, &parts)) else {
        return problem(&web, &parts, &Problem::BadForm);
    };
    let client = guard::client(settings, &parts.headers, &parts.extensions);
    if let Err(denied) = web.0.door.knows(settings, client, sent.token.trim()) {
        return refuse(&web, &parts, denied);
    }
    let session = web.0.door.seal(Seal::Session, web.0.clock.now(), SESSION);
    with_cookie(&web, back(&web, ""), &session, SESSION)
}

fn with_cookie(web: &Web, mut response: Answer, value: &str, seconds: i64) -> Answer {
    let secure = if web.0.settings.base_url.scheme() == "https" { "; Secure" } else { "" };
    let path = format!("{}admin", web.0.root);
    let cookie = format!(
        "{SESSION_COOKIE}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

async fn leave(State(web): State<Web>, request: Request) -> Answer {
    let answer = change!(web, request, |sent| {
        let _nothing_of_it = &sent;
        Ok(true)
    });
    match answer.status() {
        StatusCode::SEE_OTHER => with_cookie(&web, answer, "", 0),
        _ => answer,
    }
}

async fn try_now(State(web): State<Web>, request: Request) -> Answer {
    change!(web, request, |sent| {
        let known = web.0.store.make_due(&sent.source, web.0.clock.now()).await?;
        tracing::info!(source = sent.source, known, "an admin asks for a source now");
        Ok(known)
    })
}

async fn decide(State(web): State<Web>, request: Request) -> Answer {
    change!(web, request, |sent| {
        let decision = sent.decision(&web.catalog()).ok_or(Problem::BadForm)?;
        let known = (web.0.settings.decide)(decision.clone()).await?;
        tracing::info!(group = decision.group, word = sent.word, topics = ?decision.topics, known,
            "an admin decides");
        Ok(known)
    })
}

async fn withdraw(State(web): State<Web>, request: Request) -> Answer {
    change!(web, request, |sent| {
        let reason = sent.reason.trim();
        if sent.group.parse::<i64>().is_err() || reason.is_empty() {
            return Err(Problem::BadForm);
        }
        let known = web.0.store.withdraw(&sent.group, reason, web.0.clock.now()).await?;
        tracing::info!(group = sent.group, reason, known, "an admin withdraws");
        Ok(known)
    })
}
