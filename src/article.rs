//! Page bytes to article: metadata, body, site template. Pure.
//!
//! One parse gives one DOM. [`tree`] divides its visible part into blocks (a
//! paragraph, a heading, a run between two line breaks); [`features`] describes
//! each block in numbers that know no language; two small learnt models
//! ([`score`]) say which blocks are the article; [`trim`] takes out what no reader would call
//! that (the next articles of an endless page, a body held twice); [`render`] writes those as plain
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
mod headline;
mod join;
mod junk;
mod likeness;
mod media;
mod page;
mod paging;
mod render;
mod rules;
mod score;
mod sums;
mod tables;
mod tags;
mod template;
mod text_stats;
mod title;
pub mod training;
mod tree;
mod trim;
mod walls;
mod whole;
mod words;

use chrono::{DateTime, FixedOffset};
use scraper::Html;
use thiserror::Error;
use url::Url;

use crate::html;
use crate::model::{Article, Method, Time, Wall};
use crate::text::{charset, language};
use facts::Facts;
use page::Claims;

pub use join::{append, replace_poor};
pub use rules::Rules;
pub use template::{PageBlocks, SiteTemplate};
pub use whole::is_whole;

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
    /// Text of the same article's earlier pages: its paragraphs are not repeated.
    pub before: Option<&'a str>,
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
    /// AMP or the print version, where this page is poor. Not where a publisher asks for payment
    /// or a login.
    pub plainer: Option<Url>,
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
    let marks = rules.map(|rules| rules.marks(&doc)).unwrap_or_default();
    let tree = tree::build(&doc, &marks);
    let claimed = title.as_deref().or(page.title).unwrap_or_default();
    let claims = Claims::new(&facts, claimed, ld_body.as_deref());
    let mut found = body::find(&tree, &claims, &marks, template);
    if let Some(before) = page.before {
        join::drop_repeated(&tree, &mut found.kept, before);
    }
    let kept = &found.kept;
    let byline = found.byline.as_deref();
    let seen = Seen {
        html: &capped,
        doc: &doc,
        facts: &facts,
        marks: &marks,
        tree: &tree,
        rows: &found.rows,
        kept,
        byline,
    };
    let content = seen.content(found.method, ld_body.as_deref(), base.as_ref());
    let date = rules
        .and_then(|r| date::read(&r.date(&doc)?, page.now))
        .or_else(|| date::find(&seen, page.url, page.now))
        .or(page.published.map(Into::into));
    let article = seen.article(page, rules, base.as_ref(), title, content, date);
    let poor = found.method != Method::Select
        && article.text.chars().count() < join::POOR
        && !matches!(article.wall, Some(Wall::Paywall | Wall::Login));
    let plainer = || paging::plainer(&doc, &facts, page.url, base.as_ref());
    Ok(Extraction {
        article,
        next_page: paging::next(&doc, &facts, page.url, base.as_ref(), page.before.is_some()),
        plainer: poor.then(plainer).flatten(),
        date_as_stated: date,
        confidence: found.confidence,
        layout_changed: found.layout_changed,
        blocks: found.blocks,
    })
}

/// Text and HTML of a body, and where it was found.
struct Content {
    text: String,
    html: String,
    method: Method,
}

impl Default for Content {
    fn default() -> Self {
        Self { text: String::new(), html: String::new(), method: Method::None }
    }
}

/// A page after its body was chosen: what metadata is looked for in.
struct Seen<'p> {
    html: &'p str,
    doc: &'p Html,
    facts: &'p Facts<'p>,
    marks: &'p rules::Marks,
    tree: &'p tree::Tree<'p>,
    rows: &'p features::Rows,
    kept: &'p [bool],
    byline: Option<&'p str>,
}

impl Seen<'_> {
    /// The kept blocks; what stands in data where the page itself is poor.
    fn content(&self, method: Method, ld_body: Option<&str>, base: Option<&Url>) -> Content {
        let text = render::text(self.tree, self.kept);
        let found = (method != Method::Select).then(|| data::body(self.doc, &text, ld_body));
        if let Some(mut paragraphs) = found.flatten() {
            if !self.marks.removed.is_empty() {
                let removed = self.marks.removed_text(self.doc);
                paragraphs.retain(|p| !removed.contains(&facts::squeeze(p)));
            }
            let markup = paragraphs.iter().map(|p| format!("<p>{}</p>\n", html::escape(p)));
            let html = html::sanitize(&markup.collect::<String>(), base);
            return Content { text: paragraphs.join("\n\n"), html, method: Method::Data };
        }
        let html = html::sanitize(&render::html(self.tree, self.kept, base), base);
        Content { method: if text.is_empty() { Method::None } else { method }, text, html }
    }

    fn article(
        &self,
        page: &Page<'_>,
        rules: Option<&Rules>,
        base: Option<&Url>,
        claim: Option<String>,
        content: Content,
        date: Option<date::Stated>,
    ) -> Article {
        let names = title::site_names(self.facts, page.url);
        let shown = title::seen(self.tree, self.kept, claim.as_deref(), &names);
        let title = || headline::choose(self.facts, &names, page.url, claim, shown);
        let author = || {
            author::find(self.doc, self.facts, &names).or_else(|| self.byline.map(str::to_owned))
        };
        let wall = walls::find(self, &content);
        // What a wall says is no article; what a paywall leaves of one is.
        let content = match wall {
            None | Some(Wall::Paywall) => content,
            Some(_) => Content::default(),
        };
        Article {
            url: page.url.map(Url::to_string),
            canonical_url: media::canonical(self.facts, base),
            title: rules
                .and_then(|r| r.title(self.doc))
                .or_else(title)
                .or(page.title.map(str::to_owned)),
            author: rules.and_then(|r| r.author(self.doc)).or_else(author),
            date: date.map(|d| d.to_utc()),
            lang: language::detect(&content.text, self.facts.lang.or(page.lang)),
            image: media::image(self.facts, base),
            site_name: media::site_name(self.facts),
            wall,
            method: content.method,
            html: content.html,
            text: content.text,
        }
    }
}

/// Decodes the bytes; bytes that are no text at all are an error.
pub(crate) fn text_of<'a>(page: &Page<'a>) -> Result<std::borrow::Cow<'a, str>, ArticleError> {
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
