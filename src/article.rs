//! Page bytes to article: metadata, body, site template. Pure.
//!
//! One parse gives one DOM. [`tree`] divides its visible part into blocks (a
//! paragraph, a heading, a run between two line breaks); [`features`] describes
//! each block in numbers that know no language; two small learnt models
//! ([`score`]) say which blocks are the article; [`render`] writes those as plain
//! text and as HTML. A source's own selectors ([`Rules`]) override the models; what
//! was learnt from other pages of the same site ([`SiteTemplate`]) corrects them.
//!
//! Errors: only bytes that hold no page at all are an error. A page without an
//! article is an [`Extraction`] whose method is `none`; a wall (consent, login,
//! paywall, robot check) is named in `article.wall` and must not be stored.

mod author;
mod body;
mod boost;
mod context;
mod data;
mod date;
mod facts;
mod features;
mod junk;
mod media;
mod paging;
mod render;
mod rules;
mod score;
mod template;
mod text_stats;
mod title;
pub mod training;
mod tree;
mod walls;
mod words;

use chrono::{DateTime, FixedOffset};
use scraper::Html;
use thiserror::Error;
use url::Url;

use crate::html;
use crate::model::{Article, Method, Time};
use crate::text::{charset, language};
use facts::Facts;
use features::Claims;

pub use rules::Rules;
pub use template::{PageBlocks, SiteTemplate};

/// Bytes of a page that are read; the rest is cut off.
pub const MAX_BYTES: usize = 4 << 20;
/// Elements nested deeper than this lose their tags before parsing.
const MAX_DEPTH: usize = 200;
/// Attributes of one element beyond this are dropped before parsing.
const MAX_ATTRIBUTES: usize = 60;

/// A page as it was fetched, with what is known about it from outside.
#[derive(Debug, Clone, Default)]
pub struct Page<'a> {
    /// The body of the response.
    pub bytes: &'a [u8],
    /// Address after redirects: the base of its links.
    pub url: Option<&'a Url>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// Language of the source, BCP 47.
    pub lang: Option<&'a str>,
    /// Title of the entry in the feed, where there is one.
    pub title: Option<&'a str>,
    /// Date of the entry in the feed, where there is one.
    pub published: Option<Time>,
    /// The present: bounds dates, nothing is published in the future.
    pub now: Option<Time>,
}

/// Why a page could not be read at all.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ArticleError {
    /// No bytes, or white space only.
    #[error("The page is empty.")]
    Empty,
    /// The bytes are a file of another kind.
    #[error("The page is not HTML: it looks like {0}.")]
    NotHtml(&'static str),
}

impl ArticleError {
    /// A stable word for logs, metrics and the store.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotHtml(_) => "not_html",
        }
    }
}

/// What was found in a page.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// The article; its `method` is `none` where the page holds none.
    pub article: Article,
    /// The page's blocks, for [`SiteTemplate::learn`].
    pub blocks: PageBlocks,
    /// The next page of an article that is split over several.
    pub next_page: Option<Url>,
    /// The article's date on the publisher's clock, where the page states an offset.
    pub date_as_stated: Option<DateTime<FixedOffset>>,
    /// How sure the choice of blocks is, 0 to 1: mean distance from a coin's toss.
    pub confidence: f32,
    /// The page has left the learnt template: the site's layout has changed.
    pub layout_changed: bool,
}

/// Finds the article in a page.
pub fn extract(
    page: &Page<'_>,
    rules: Option<&Rules>,
    template: Option<&SiteTemplate>,
) -> Result<Extraction, ArticleError> {
    let source = text_of(page)?;
    let capped = html::cap(&source, MAX_DEPTH, MAX_ATTRIBUTES);
    let doc = Html::parse_document(&capped);
    let facts = Facts::collect(&doc);
    let base = base(&facts, page.url);
    let title = title::find(&doc, &facts, page.url);
    let ld_body = facts.ld_body();
    let tree = tree::build(&doc);
    let claims = Claims {
        title: title.as_deref().or(page.title).unwrap_or_default(),
        descriptions: facts.descriptions(),
        body: ld_body.as_deref().unwrap_or_default(),
    };
    let found = body::find(&doc, &tree, &claims, rules, template);
    let kept = &found.kept;
    let mut text = render::text(&tree, kept);
    let mut markup = render::html(&tree, kept, base.as_ref());
    let mut method = if text.is_empty() { Method::None } else { found.method };
    if method != Method::Select
        && let Some(paragraphs) = data::body(&doc, &text, ld_body.as_deref())
    {
        text = paragraphs.join("\n\n");
        markup = paragraphs.iter().map(|p| format!("<p>{}</p>\n", html::escape(p))).collect();
        method = Method::Data;
    }
    let wall = walls::find(&capped, &facts, &tree, &found.rows, kept, &text);
    let date = rules
        .and_then(|r| date::read(&r.date(&doc)?, page.now))
        .or_else(|| date::find(&capped, &doc, &facts, &tree, &found.rows, kept, page.url, page.now))
        .or(page.published.map(Into::into));
    let names = title::site_names(&facts, page.url);
    let seen = title::seen(&tree, kept, title.as_deref(), &names);
    let declared = facts.lang.or(page.lang);
    let article = Article {
        url: page.url.map(Url::to_string),
        canonical_url: media::canonical(&facts, base.as_ref()),
        title: rules
            .and_then(|r| r.title(&doc))
            .or_else(|| title::choose(&facts, &names, title.clone(), seen))
            .or(page.title.map(str::to_owned)),
        html: html::sanitize(&markup, base.as_ref()),
        author: rules.and_then(|r| r.author(&doc)).or_else(|| {
            author::find(&doc, &facts, &names)
        }),
        date: date.map(|d| d.to_utc()),
        lang: language::detect(&text, declared),
        image: media::image(&facts, base.as_ref()),
        site_name: media::site_name(&facts),
        method,
        wall,
        text,
    };
    Ok(Extraction {
        article,
        next_page: paging::next(&doc, &facts, page.url, base.as_ref()),
        date_as_stated: date,
        confidence: found.confidence,
        layout_changed: found.layout_changed,
        blocks: found.blocks,
    })
}

/// Decodes the bytes; bytes that are no text at all are an error.
fn text_of<'a>(page: &Page<'a>) -> Result<std::borrow::Cow<'a, str>, ArticleError> {
    let bytes = &page.bytes[..page.bytes.len().min(MAX_BYTES)];
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ArticleError::Empty);
    }
    let kinds: [(&[u8], &'static str); 6] = [
        (b"%PDF-", "a PDF file"),
        (b"\x89PNG", "an image"),
        (b"\xff\xd8\xff", "an image"),
        (b"GIF8", "an image"),
        (b"PK\x03\x04", "an archive or an office document"),
        (b"\x1f\x8b", "compressed data"),
    ];
    if let Some((_, name)) = kinds.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(ArticleError::NotHtml(name));
    }
    let hints = charset::Hints {
        content_type: page.content_type,
        lang: page.lang,
        host: page.url.and_then(Url::host_str),
    };
    Ok(charset::decode(bytes, &hints).text)
}

fn base(facts: &Facts<'_>, url: Option<&Url>) -> Option<Url> {
    facts.base.and_then(|b| html::resolve_web(b, url)).or_else(|| url.cloned())
}

#[cfg(test)]
mod tests;
