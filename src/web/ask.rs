//! Who asks for a page, in which language, and what of; and how a page is answered.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, Uri};
use tokio::time::Instant;

use super::card::EXCERPT;
use super::catalog::Catalog;
use super::errors::Problem;
use super::guard;
use super::http::Document;
use super::marks::snippet;
use super::page::Visit;
use super::query::{self, Asked};
use super::state::Web;
use crate::model::{ContentPolicy, Filter, PublishedEntry};
use crate::publish::{Tongue, shorten};
use crate::text::question::Question;

const HTML: &str = "text/html; charset=utf-8";
/// Pages say how long ago things were: they may be a minute old.
pub(super) const PAGE_CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=60, stale-while-revalidate=300");

/// Characters of the text about what a search found.
const SNIPPET: usize = 220;

pub(super) type Answer = Response<Body>;

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
        let mut response = no_store(html);
        *response.status_mut() = problem.status();
        if let Some(seconds) = problem.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(seconds));
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
pub(super) struct Ask<'a> {
    pub web: &'a Web,
    pub catalog: Arc<Catalog>,
    pub asked: Asked,
    pub tongue: Tongue,
}

impl<'a> Ask<'a> {
    /// Reads the address.
    pub fn read(web: &'a Web, headers: &HeaderMap, uri: &Uri) -> Result<Self, Problem> {
        let catalog = web.catalog();
        let asked = query::read(uri.query(), &catalog)?;
        let tongue = asked.ui.unwrap_or_else(|| preferred(headers, web.0.settings.lang));
        Ok(Self { web, catalog, asked, tongue })
    }

    /// What a page needs to know of the visit.
    pub fn visit<'b>(&'b self, path: &'b str) -> Visit<'b> {
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
    pub async fn show_answers(&self, entries: &mut [PublishedEntry]) -> Result<(), Problem> {
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

    /// Fills in what the configuration knows of entries.
    pub fn complete(&self, entries: &mut [PublishedEntry]) {
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
pub(super) use answer;

/// A page that may be kept for a minute.
pub(super) async fn page(template: impl Template, headers: &HeaderMap) -> Result<Answer, Problem> {
    let document = Document::once(HTML, template.render()?, headers).await;
    let mut response = document.answer(headers, &PAGE_CACHE);
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"));
    Ok(response)
}

/// A page that nobody may keep.
pub(super) fn no_store(html: String) -> Answer {
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Takes one of the client's turns.
pub(super) fn turn(
    web: &Web,
    headers: &HeaderMap,
    extensions: &axum::http::Extensions,
) -> Result<(), Problem> {
    let client = guard::client(&web.0.settings, headers, extensions);
    if web.0.rates.take(client, Instant::now()) { Ok(()) } else { Err(Problem::TooMany) }
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
