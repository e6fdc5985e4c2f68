//! One article of a source that is tried: its page or the feed's own text, extracted and judged.

use super::super::summary::{self, is_whole, link};
use super::super::{Waiting, suggest};
use super::Trial;
use crate::article::{self, Extraction, Page, Rules, SiteTemplate};
use crate::fetch::{Fetched, Request};
use crate::html;
use crate::model::{Article, Method, ParsedEntry, ScrapePolicy, Select, Verdict};
use crate::publish;
use crate::text::{charset, language};
use crate::topics::Document;

/// A text shorter than this is a teaser, or a body that was not found.
const POOR_CHARS: usize = 400;
/// Below this the choice of blocks is often wrong; nearly all pages are above it.
const POOR_CONFIDENCE: f32 = 0.8;
/// A selector is worth its trouble where it finds so many times the text.
const WORTH_IT: f64 = 1.2;
/// A page's text shorter than this share of the feed's own is no better than that.
const WORSE_THAN_FEED: f64 = 0.6;

/// What came of one article.
pub(super) struct Tried {
    /// Title in the feed, one line.
    pub title: String,
    /// Address in the feed.
    pub url: String,
    /// The article; else why there is none, a whole sentence.
    pub outcome: Result<Read, String>,
}

/// An article that was read.
pub(super) struct Read {
    /// What was extracted.
    pub article: Article,
    /// How sure the choice of blocks is; none where nothing was chosen.
    pub confidence: Option<f32>,
    /// What the topics say of it.
    pub verdict: Verdict,
    /// Why the extraction is poor, whole sentences.
    pub poor: Vec<String>,
    /// Where the article goes on.
    pub next_page: Option<String>,
    /// A selector that finds more text in this page, and how many characters.
    pub suggestion: Option<(String, usize)>,
}

impl Tried {
    /// Whether it gave a text.
    pub(super) fn has_text(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|read| !read.article.text.trim().is_empty())
    }
}

impl Trial {
    /// Reads an article as the worker would; the template learns from its page.
    pub(super) async fn try_article(
        &self,
        entry: &ParsedEntry,
        template: &mut SiteTemplate,
    ) -> Tried {
        let url = link(entry).unwrap_or_default().to_owned();
        let title = publish::line(&html::plain_text(&entry.title));
        let needs_page = match self.source.scrape {
            ScrapePolicy::Never => false,
            ScrapePolicy::Always => true,
            ScrapePolicy::Auto => !is_whole(entry),
        };
        let outcome = if needs_page {
            let waiting = Waiting::new(format!("fetching {url}"));
            let fetched = self.tools.client.get(Request::page(&url)).await;
            drop(waiting);
            match fetched {
                Ok(fetched) => self.read_page(entry, &title, &fetched, template),
                Err(error) => Err(format!("Its page cannot be fetched. {error}")),
            }
        } else {
            Ok(self.read_feed(entry, &title))
        };
        Tried { title, url, outcome }
    }

    fn read_page(
        &self,
        entry: &ParsedEntry,
        title: &str,
        fetched: &Fetched,
        template: &mut SiteTemplate,
    ) -> Result<Read, String> {
        let now = self.tools.clock.now();
        let page = Page {
            bytes: &fetched.body,
            url: Some(&fetched.final_url),
            content_type: fetched.content_type_header.as_deref(),
            lang: entry.language.as_deref().or(self.source.lang.as_deref()),
            title: Some(title),
            published: summary::date(entry),
            now: Some(now),
            before: None,
        };
        let found = article::extract(&page, self.rules.as_ref(), Some(template))
            .map_err(|error| format!("There is no article in its page. {error}"))?;
        template.learn(&found.blocks, Some(now));
        let poor = shortcomings(&found, entry);
        let suggestion = if poor.is_empty() {
            None
        } else {
            suggestion(&page, found.article.text.chars().count())
        };
        let verdict = self.verdict(title, &found.article);
        Ok(Read {
            article: found.article,
            confidence: Some(found.confidence),
            verdict,
            poor,
            next_page: found.next_page.map(String::from),
            suggestion,
        })
    }

    /// The article that the feed itself carries.
    fn read_feed(&self, entry: &ParsedEntry, title: &str) -> Read {
        let text = summary::text(entry);
        let declared = entry.language.as_deref().or(self.source.lang.as_deref());
        let article = Article {
            url: link(entry).map(str::to_owned),
            canonical_url: None,
            title: Some(title.to_owned()).filter(|title| !title.is_empty()),
            lang: language::detect(&text, declared),
            html: String::new(),
            author: Some(entry.authors.join(", ")).filter(|names| !names.is_empty()),
            date: summary::date(entry),
            image: entry.image.clone(),
            site_name: None,
            method: Method::Feed,
            wall: None,
            text,
        };
        let verdict = self.verdict(title, &article);
        Read {
            article,
            confidence: None,
            verdict,
            poor: Vec::new(),
            next_page: None,
            suggestion: None,
        }
    }

    fn verdict(&self, title: &str, article: &Article) -> Verdict {
        let title =
            if title.is_empty() { article.title.as_deref().unwrap_or_default() } else { title };
        let document = Document {
            title,
            text: &article.text,
            lang: article.lang.as_deref().or(self.source.lang.as_deref()),
            url: article.url.as_deref(),
        };
        self.tools.topics.classify(&document, &self.hint())
    }
}

/// What makes an extraction doubtful.
fn shortcomings(found: &Extraction, entry: &ParsedEntry) -> Vec<String> {
    let article = &found.article;
    let chars = article.text.chars().count();
    let in_feed = summary::text(entry).chars().count();
    let mut poor = Vec::new();
    if let Some(wall) = article.wall {
        poor.push(format!("A wall stands before the article ({}).", wall.as_str()));
    }
    if article.method == Method::None {
        poor.push("No body was found in the page.".to_owned());
    } else if chars < POOR_CHARS {
        poor.push(format!("The text is short: {chars} characters."));
    } else if (chars as f64) < WORSE_THAN_FEED * in_feed as f64 {
        poor.push(format!("The feed itself holds more: {in_feed} characters."));
    }
    if article.method == Method::Blocks && found.confidence < POOR_CONFIDENCE {
        poor.push("The choice of what belongs to the article is not sure.".to_owned());
    }
    poor
}

/// A selector under which the same page gives clearly more than `chars` characters of text, and
/// how many.
fn suggestion(page: &Page<'_>, chars: usize) -> Option<(String, usize)> {
    let hints = charset::Hints {
        content_type: page.content_type,
        lang: page.lang,
        host: page.url.and_then(|url| url.host_str()),
    };
    let bytes = &page.bytes[..page.bytes.len().min(article::MAX_BYTES)];
    let css = suggest::body_selector(&charset::decode(bytes, &hints).text)?;
    let rules = Rules::compile(&Select { body: Some(css.clone()), ..Select::default() }).ok()?;
    let better = article::extract(page, Some(&rules), None).ok()?.article;
    let gained = better.text.chars().count();
    let worth_it = better.method == Method::Select && gained as f64 >= WORTH_IT * chars as f64;
    worth_it.then_some((css, gained))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<html><head><meta charset=utf-8></head><body><h1>عنوان</h1>\
        <div class=story-text><p>{}</p></div><p>حقوق النشر محفوظة</p></body></html>";

    #[test]
    fn a_selector_is_suggested_where_it_gains_text() {
        let html = PAGE.replace("{}", &"جملة من نص المقال الكامل. ".repeat(20));
        let page = Page { bytes: html.as_bytes(), ..Page::default() };
        let (css, gained) = suggestion(&page, 100).expect("a suggestion");
        assert_eq!(css, "div.story-text");
        assert!((480..540).contains(&gained), "{gained}");
        assert_eq!(suggestion(&page, gained), None, "nothing would be gained");
    }
}
