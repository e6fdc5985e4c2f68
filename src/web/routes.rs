//! Addresses and their handlers: read the address, ask the store, fill the page.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Response, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::time::Instant;

use super::card::EXCERPT;
use super::catalog::Catalog;
use super::errors::Problem;
use super::http::Document;
use super::lists::SourceHealth;
use super::marks::snippet;
use super::page::Visit;
use super::query::{self, Asked};
use super::state::Web;
use super::wanted::Wanted;
use super::{assets, guard, hub, websub};
use crate::model::{ContentPolicy, Filter, PublishedEntry};
use crate::publish::{self, ListedFeed, Tongue, shorten};
use crate::store::{Depth, Shelf};
use crate::text::question::Question;

const HTML: &str = "text/html; charset=utf-8";
const OPML: &str = "text/x-opml; charset=utf-8";
/// Pages say how long ago things were: they may be a minute old.
const PAGE_CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=60, stale-while-revalidate=300");

/// Characters of the text about what a search found.
const SNIPPET: usize = 220;

type Answer = Response<Body>;

impl Web {
    /// Everything that readers can ask for.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(home))
            .route("/entry/{id}", get(entry))
            .route("/story/{id}", get(story))
            .route("/topics", get(topics))
            .route("/sources", get(sources))
            .route("/sources.opml", get(sources_opml))
            .route("/feeds", get(feeds))
            .route("/feeds.opml", get(feeds_opml))
            .route("/feeds/{file}", get(feed))
            .route("/feeds/{feed}/archive/{file}", get(archive))
            .route("/search.xml", get(search_description))
            .route("/assets/{file}", get(assets::asset))
            .route("/favicon.ico", get(assets::favicon))
            .route("/robots.txt", get(assets::robots))
            .route("/websub/{token}", get(websub::verify).post(websub::receive))
            .layer(DefaultBodyLimit::max(websub::MOST_BYTES))
            .route("/hub", post(hub::ask).layer(DefaultBodyLimit::max(hub::MOST_BYTES)))
            .merge(self.admin_routes())
            .fallback(nothing)
            .layer(from_fn_with_state(self.clone(), guard::around))
            .with_state(self.clone())
    }
}

/// Who asks, before the address is read: enough to answer in the right language.
pub(super) struct Asker {
    pub tongue: Tongue,
    path: String,
    pub catalog: Arc<Catalog>,
}

impl Asker {
    pub fn of(web: &Web, headers: &HeaderMap, uri: &Uri) -> Self {
        let chosen = uri.query().and_then(|query| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == "ui").and_then(|(_, value)| Tongue::parse(&value))
        });
        Self {
            tongue: chosen.unwrap_or_else(|| preferred(headers, web.0.settings.lang)),
            path: uri.path().to_owned(),
            catalog: web.catalog(),
        }
    }

    /// A problem as a page.
    pub fn problem(&self, web: &Web, problem: &Problem) -> Answer {
        problem.log(&self.path);
        let visit = Visit {
            catalog: &self.catalog,
            tongue: self.tongue,
            ui: None,
            now: web.0.clock.now(),
            base_url: &web.0.base_url,
            root: &web.0.root,
            path: "",
            filter: Filter::default(),
        };
        let (sentence, detail) = problem.sentences(self.tongue);
        let html = visit.error(sentence, &detail).render().unwrap_or_else(|_| sentence.to_owned());
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = problem.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = problem.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response
    }
}

/// The language of ours that a browser likes best.
fn preferred(headers: &HeaderMap, fallback: Tongue) -> Tongue {
    let listed = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut best = (fallback, 0.0);
    for item in listed.split(',').take(50) {
        let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight: f32 =
            weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        if let Some(tongue) = Tongue::parse(tag).filter(|_| weight > best.1) {
            best = (tongue, weight);
        }
    }
    best.0
}

/// A request for a page, its address read.
struct Ask<'a> {
    web: &'a Web,
    catalog: Arc<Catalog>,
    asked: Asked,
    tongue: Tongue,
}

impl<'a> Ask<'a> {
    fn read(web: &'a Web, headers: &HeaderMap, uri: &Uri) -> Result<Self, Problem> {
        let catalog = web.catalog();
        let asked = query::read(uri.query(), &catalog)?;
        let tongue = asked.ui.unwrap_or_else(|| preferred(headers, web.0.settings.lang));
        Ok(Self { web, catalog, asked, tongue })
    }

    fn visit<'b>(&'b self, path: &'b str) -> Visit<'b> {
        Visit {
            catalog: &self.catalog,
            tongue: self.tongue,
            ui: self.asked.ui,
            now: self.web.0.clock.now(),
            base_url: &self.web.0.base_url,
            root: &self.web.0.root,
            path,
            filter: self.asked.filter.clone(),
        }
    }

    /// In what a search found, the part of the text that answers stands for a summary that does
    /// not.
    async fn show_answers(&self, entries: &mut [PublishedEntry]) -> Result<(), Problem> {
        let words = &self.asked.filter.words;
        let questions: Vec<Question> = words.iter().map(|words| Question::parse(words)).collect();
        if questions.is_empty() {
            return Ok(());
        }
        let answers = |text: &str| questions.iter().any(|asked| !asked.answers(text).is_empty());
        let silent = |entry: &&mut PublishedEntry| {
            entry.policy != ContentPolicy::Link && !answers(&shorten(&entry.summary, EXCERPT))
        };
        let mut silent: Vec<&mut PublishedEntry> = entries.iter_mut().filter(silent).collect();
        let groups: Vec<i64> = silent.iter().map(|entry| entry.group).collect();
        let texts = self.web.0.store.lead_texts(&groups).await?;
        for entry in &mut silent {
            let text = texts.get(&entry.group);
            if let Some(snippet) = text.and_then(|text| snippet(text, &questions, SNIPPET)) {
                entry.summary = snippet;
            }
        }
        Ok(())
    }

    fn complete(&self, entries: &mut [PublishedEntry]) {
        for entry in entries {
            self.catalog.complete(entry, self.tongue, ContentPolicy::Full);
        }
    }
}

/// Runs a handler's body and turns its problem into a page.
macro_rules! answer {
    ($web:expr, $headers:expr, $uri:expr, $body:expr) => {{
        let result: Result<Answer, Problem> = async { $body }.await;
        match result {
            Ok(answer) => answer,
            Err(problem) => Asker::of(&$web, &$headers, &$uri).problem(&$web, &problem),
        }
    }};
}

async fn page(template: impl Template, headers: &HeaderMap) -> Result<Answer, Problem> {
    let document = Document::once(HTML, template.render()?, headers).await;
    let mut response = document.answer(headers, &PAGE_CACHE);
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"));
    Ok(response)
}

/// Takes one of the client's turns.
fn turn(
    web: &Web,
    headers: &HeaderMap,
    extensions: &axum::http::Extensions,
) -> Result<(), Problem> {
    let client = guard::client(&web.0.settings, headers, extensions);
    if web.0.rates.take(client, Instant::now()) { Ok(()) } else { Err(Problem::TooMany) }
}

async fn home(State(web): State<Web>, request: axum::extract::Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (headers, uri) = (parts.headers, parts.uri);
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        if !ask.asked.filter.words.is_empty() {
            turn(&web, &headers, &parts.extensions)?;
        }
        let selection = ask.catalog.selection(&ask.asked.filter);
        let size = web.0.settings.page_size;
        let store = &web.0.store;
        let before = ask.asked.before;
        let mut entries =
            store.published(&selection, Shelf::Published, before, size + 1, Depth::List).await?;
        let more = entries.len() > size;
        entries.truncate(size);
        ask.complete(&mut entries);
        ask.show_answers(&mut entries).await?;
        let facets = web.0.facets().await?;
        page(ask.visit("").home(&entries, more, before.is_some(), &facets), &headers).await
    })
}

async fn entry(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let group: i64 = id.parse().map_err(|_| Problem::NotFound)?;
        let store = &web.0.store;
        let mut entry = store.published_entry(group).await?.ok_or(Problem::NotFound)?;
        if entry.withdrawn.is_some() {
            return Err(Problem::Gone);
        }
        ask.catalog.complete(&mut entry, ask.tongue, ContentPolicy::Full);
        let mut others = match entry.story {
            Some(story) => store.story(story).await?,
            None => Vec::new(),
        };
        others.retain(|other| other.group != group);
        ask.complete(&mut others);
        let revisions = store.revisions(group).await?;
        let lead = store.lead_text(group).await?;
        let path = format!("entry/{group}");
        page(ask.visit(&path).entry(&entry, &others, &revisions, lead.as_ref()), &headers).await
    })
}

async fn story(
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let story: i64 = id.parse().map_err(|_| Problem::NotFound)?;
        let mut entries = web.0.store.story(story).await?;
        if entries.is_empty() {
            return Err(Problem::NotFound);
        }
        ask.complete(&mut entries);
        let path = format!("story/{story}");
        page(ask.visit(&path).story(&entries), &headers).await
    })
}

async fn topics(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let (days, facets) = (web.0.topic_days().await?, web.0.facets().await?);
        page(ask.visit("topics").topics(&days, &facets), &headers).await
    })
}

async fn sources(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let states = web.0.store.source_states().await?;
        let health: Vec<SourceHealth> = states
            .into_iter()
            .map(|state| SourceHealth {
                id: state.id,
                last_success: state.last_success,
                last_new: state.last_new,
                error: state.error.or(state.error_kind),
            })
            .collect();
        let days = web.0.source_days().await?;
        page(ask.visit("sources").sources(&health, &days), &headers).await
    })
}

async fn feeds(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        page(ask.visit("feeds").feeds(), &headers).await
    })
}

async fn feed(
    State(web): State<Web>,
    Path(file): Path<String>,
    request: axum::extract::Request,
) -> Answer {
    let (parts, _) = request.into_parts();
    let (headers, uri) = (parts.headers, parts.uri);
    answer!(web, headers, uri, {
        let catalog = web.catalog();
        let asked = query::read(uri.query(), &catalog)?;
        let wanted = Wanted::read(&file, asked, &catalog, web.0.settings.lang)?;
        if !wanted.is_plain() {
            turn(&web, &headers, &parts.extensions)?;
        }
        let document = web.0.feed(&catalog, &wanted).await?;
        let mut response = document.answer(&headers, &web.0.feed_cache);
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        Ok(response)
    })
}

async fn archive(
    State(web): State<Web>,
    Path((feed, file)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    answer!(web, headers, uri, {
        let mut response = web.archive(&feed, &file, &headers).await?;
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        Ok(response)
    })
}

async fn feeds_opml(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let listed = ask.catalog.feeds.iter().map(|feed| ListedFeed {
            title: feed.title.get(ask.tongue).to_owned(),
            xml_url: format!("{}feeds/{}.atom", web.0.base_url, feed.id),
            html_url: Some(format!("{}?{}", web.0.base_url, query::write(&feed.filter))),
            description: Some(feed.description.get(ask.tongue).to_owned()),
            lang: Some(ask.tongue.tag().to_owned()),
            folder: None,
        });
        let listed: Vec<ListedFeed> = listed.collect();
        opml(&ask, &listed, &headers).await
    })
}

async fn sources_opml(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let visit = ask.visit("sources.opml");
        let listed = ask.catalog.sources.iter().map(|source| ListedFeed {
            title: ask.catalog.source_name(&source.id, ask.tongue).to_owned(),
            xml_url: source.url.clone(),
            html_url: None,
            description: source.note.clone(),
            lang: source.lang.clone(),
            folder: Some(visit.kind_name(source.kind.as_str()).to_owned()),
        });
        let listed: Vec<ListedFeed> = listed.collect();
        opml(&ask, &listed, &headers).await
    })
}

async fn opml(
    ask: &Ask<'_>,
    listed: &[ListedFeed],
    headers: &HeaderMap,
) -> Result<Answer, Problem> {
    let title = ask.catalog.title.get(ask.tongue);
    let body = publish::opml(title, listed, ask.web.0.clock.now());
    let document = Document::once(OPML, body, headers).await;
    let mut response = document.answer(headers, &PAGE_CACHE);
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "search.xml")]
struct SearchDescription<'a> {
    name: &'a str,
    tagline: &'a str,
    base_url: &'a str,
}

async fn search_description(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    answer!(web, headers, uri, {
        let ask = Ask::read(&web, &headers, &uri)?;
        let description = SearchDescription {
            name: ask.catalog.title.get(ask.tongue),
            tagline: ask.visit("").t().tagline,
            base_url: &web.0.base_url,
        };
        let kind = "application/opensearchdescription+xml; charset=utf-8";
        let document = Document::once(kind, description.render()?, &headers).await;
        Ok(document.answer(&headers, &PAGE_CACHE))
    })
}

async fn nothing(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Answer {
    Asker::of(&web, &headers, &uri).problem(&web, &Problem::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_languages_choose_the_tongue() {
        let chosen = |list: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(list).unwrap());
            preferred(&headers, Tongue::Ar)
        };
        assert_eq!(chosen("de, fr-CH;q=0.8, en;q=0.9"), Tongue::En);
        assert_eq!(chosen("es-419,es;q=0.9"), Tongue::Es);
        assert_eq!(chosen("de"), Tongue::Ar);
        assert_eq!(chosen("fr;q=0, en;q=x"), Tongue::En);
        assert_eq!(preferred(&HeaderMap::new(), Tongue::Fr), Tongue::Fr);
    }
}
