//! Where an entry's article comes from: its page, or the feed's own content.

use std::time::Duration;

use url::Url;

use super::Pipeline;
use super::catalog::Watched;
use crate::article::{self, ArticleError, Extraction, PageBlocks, SiteTemplate};
use crate::fetch::{FetchError, Fetched, Reason, Request, Validators};
use crate::html;
use crate::model::{Article, Method, ScrapePolicy, Time};
use crate::store::{ClaimedEntry, Known, StoreError};
use crate::text::language;

/// A page's text shorter than this share of the feed's own is no better than that.
const WORSE_THAN_FEED: f64 = 0.6;

/// What an entry's body is made of.
pub(super) enum Body {
    /// Its page.
    Page(Page),
    /// What the feed carries.
    Feed,
    /// The page is the same as before; only what the feed says may have changed.
    Unchanged(Known),
    /// The page cannot be had now; it may later.
    Later(Later),
}

/// Why an entry is put off.
pub(super) struct Later {
    pub kind: &'static str,
    pub error: String,
    /// How long the other side, or its host's queue, asks to wait.
    pub wait: Option<Duration>,
    /// It was never asked: no attempt is counted.
    pub ours: bool,
}

/// A downloaded article page.
pub(super) struct Page {
    pub bytes: bytes::Bytes,
    pub final_url: Url,
    pub content_type: Option<String>,
    pub validators: Validators,
}

/// An article read from its page or feed, and what is to be learnt from the page.
pub(super) struct Read {
    pub article: Article,
    pub blocks: Option<PageBlocks>,
    /// Where the article goes on.
    pub next_page: Option<Url>,
    /// Where it may stand in full, if this page is poor.
    pub plainer: Option<Url>,
}

impl From<Article> for Read {
    fn from(article: Article) -> Self {
        Self { article, blocks: None, next_page: None, plainer: None }
    }
}

impl Pipeline {
    /// Gets an entry's body, from the network where that is needed.
    pub(super) async fn get_body(
        &self,
        entry: &ClaimedEntry,
        watched: &Watched,
    ) -> Result<Body, StoreError> {
        let Some(link) = entry.link.as_deref().filter(|_| wants_page(entry, watched)) else {
            return Ok(Body::Feed);
        };
        let known = match entry.recorded {
            true => self.store.known_article(entry.id).await?,
            false => None,
        };
        let validators = known.as_ref().map(|known| Validators {
            etag: known.etag.clone(),
            last_modified: known.last_modified.clone(),
            url: Some(known.url.clone()),
        });
        let request =
            Request { validators: validators.filter(|v| !v.is_empty()), ..Request::page(link) };
        let result = self.client.get(request).await;
        self.metrics.page(match &result {
            Ok(fetched) if fetched.not_modified => "not_modified",
            Ok(_) => "ok",
            Err(error) => error.kind(),
        });
        Ok(match (result, known) {
            (Ok(fetched), Some(known)) if fetched.not_modified => Body::Unchanged(known),
            (Ok(fetched), _) => Body::Page(page(fetched)),
            (Err(error), _) => self.without_page(entry, &error),
        })
    }

    /// A page that cannot be had: later where that may help, else the feed's own text, so that
    /// nothing is lost.
    fn without_page(&self, entry: &ClaimedEntry, error: &FetchError) -> Body {
        let last = entry.attempts + 1 >= self.catalog().settings.attempts;
        if for_good(error) || (last && !error.is_ours()) {
            tracing::warn!(entry = entry.id, source = entry.source, url = error.url,
                kind = error.kind(), %error, "page not to be had; the feed's own text is taken");
            return Body::Feed;
        }
        Body::Later(Later {
            kind: error.kind(),
            error: error.to_string(),
            wait: error.retry_after,
            ours: error.is_ours(),
        })
    }
}

/// What will not be different tomorrow.
fn for_good(error: &FetchError) -> bool {
    match &error.reason {
        Reason::Status(status) => (400..500).contains(status) && !matches!(status, 408 | 425 | 429),
        Reason::Robots
        | Reason::BadUrl(..)
        | Reason::SchemeDenied(_)
        | Reason::AddressDenied(_)
        | Reason::NameDenied(..)
        | Reason::LocalName(_)
        | Reason::TooLarge(_)
        | Reason::RedirectLoop
        | Reason::TooManyRedirects(_) => true,
        _ => false,
    }
}

pub(super) fn page(fetched: Fetched) -> Page {
    Page {
        bytes: fetched.body,
        final_url: fetched.final_url,
        content_type: fetched.content_type_header,
        validators: fetched.validators,
    }
}

/// Whether the page is needed: not where the feed carries the whole article.
pub(super) fn wants_page(entry: &ClaimedEntry, watched: &Watched) -> bool {
    entry.link.is_some() && wants_pages(watched, entry.detail.whole)
}

/// Whether the pages of a source's entries are wanted; `whole` where the feed carries the article.
pub(super) fn wants_pages(watched: &Watched, whole: bool) -> bool {
    match watched.source.scrape {
        ScrapePolicy::Never => false,
        ScrapePolicy::Always => true,
        ScrapePolicy::Auto => chooses_body(watched) || !whole,
    }
}

/// The source says where the body stands in its pages.
fn chooses_body(watched: &Watched) -> bool {
    watched.source.select.as_ref().is_some_and(|select| select.body.is_some())
}

/// Reads the article from its page; from the feed where there is no page or it holds less.
pub(super) fn read(
    entry: &ClaimedEntry,
    body: &Body,
    watched: &Watched,
    template: &SiteTemplate,
    now: Time,
) -> Read {
    let from_feed = from_feed(entry, watched);
    let page = match body {
        Body::Page(page) => page,
        Body::Unchanged(known) => return as_known(known, from_feed).into(),
        Body::Feed | Body::Later(_) => return from_feed.into(),
    };
    match extract(entry, page, watched, template, now, None) {
        Ok(found) => Read {
            article: better(found.article, from_feed),
            blocks: Some(found.blocks),
            next_page: found.next_page,
            plainer: found.plainer,
        },
        Err(error) => {
            tracing::warn!(entry = entry.id, source = entry.source, url = %page.final_url,
                kind = error.kind(), %error, "no article in the page; the feed's own text is taken");
            from_feed.into()
        }
    }
}

/// What stands in a downloaded page; `before` is the text of the article's earlier pages.
pub(super) fn extract(
    entry: &ClaimedEntry,
    page: &Page,
    watched: &Watched,
    template: &SiteTemplate,
    now: Time,
    before: Option<&str>,
) -> Result<Extraction, ArticleError> {
    let title = html::plain_text(&entry.title);
    let input = article::Page {
        bytes: &page.bytes,
        url: Some(&page.final_url),
        content_type: page.content_type.as_deref(),
        lang: entry.detail.lang.as_deref().or(watched.source.lang.as_deref()),
        title: Some(&title),
        published: entry.published,
        now: Some(now),
        before,
    };
    article::extract(&input, watched.rules.as_ref(), Some(template))
}

/// The article as it was read last time.
fn as_known(known: &Known, from_feed: Article) -> Article {
    Article {
        url: Some(known.url.clone()),
        text: known.text.clone(),
        html: known.html.clone(),
        author: known.author.clone(),
        lang: known.lang.clone(),
        image: known.image.clone(),
        method: Method::parse(&known.method).unwrap_or(Method::Blocks),
        ..from_feed
    }
}

/// The page's article with the feed's text in it where the page holds a wall or less text.
fn better(from_page: Article, from_feed: Article) -> Article {
    // What the source's selectors say counts, however short.
    if from_page.method == Method::Select {
        return from_page;
    }
    let (page_chars, feed_chars) = (from_page.text.len() as f64, from_feed.text.len() as f64);
    if from_page.wall.is_none() && page_chars > 0.0 && page_chars >= WORSE_THAN_FEED * feed_chars {
        return from_page;
    }
    Article {
        text: from_feed.text,
        html: from_feed.html,
        lang: from_feed.lang,
        method: Method::Feed,
        ..from_page
    }
}

/// The article that the feed itself carries.
fn from_feed(entry: &ClaimedEntry, watched: &Watched) -> Article {
    let detail = &entry.detail;
    let html = detail.content.as_deref().or(detail.summary.as_deref()).unwrap_or_default();
    let text = html::plain_text(html);
    let declared = detail.lang.as_deref().or(watched.source.lang.as_deref());
    let lang = language::detect(&text, declared);
    Article {
        url: entry.link.clone(),
        canonical_url: None,
        title: None,
        text,
        html: html.to_owned(),
        author: None,
        date: None,
        lang,
        image: None,
        site_name: None,
        method: Method::Feed,
        wall: None,
    }
}
