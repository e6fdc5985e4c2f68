//! Chooses the reader for a document and runs it.

use std::borrow::Cow;

use super::build::{Builder, Listener, Root};
use super::names::Ns;
use super::tree::{Element, Id, Tree};
use super::value::Values;
use super::xml::{self, Reader};
use super::{Context, FeedError, MAX_BYTES, channel, entry, json, page, sitemap, unpack};
use crate::html;
use crate::model::{FeedFormat, ParsedEntry, ParsedFeed, SourceFormat};
use crate::text::charset;

/// Reads a document as its context says.
pub(super) fn read(bytes: &[u8], context: &Context<'_>) -> Result<ParsedFeed, FeedError> {
    let mut repairs = Vec::new();
    let (bytes, wrap) = unpack::unpack(bytes, MAX_BYTES);
    repairs.extend(wrap.map(|name| format!("unpacked {name} that the server did not declare")));
    let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
    let bytes = without_padding(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FeedError::Empty);
    }
    let hints = charset::Hints {
        content_type: context.content_type,
        lang: context.lang,
        host: context.base.and_then(|url| url.host_str()),
    };
    let decoded = charset::decode(bytes, &hints);
    if let Some(said) = &decoded.contradicts {
        repairs.push(format!("read as {}, not as {said}", decoded.encoding));
    }
    if decoded.lossy {
        repairs.push("replaced bytes that have no character".to_owned());
    }
    if context.format == SourceFormat::Page {
        let mut feed = page::read(&decoded.text, context)?;
        feed.repairs.splice(0..0, repairs);
        return Ok(feed);
    }
    let (text, forbidden) = xml::without_forbidden(decoded.text);
    if forbidden {
        repairs.push("dropped control characters".to_owned());
    }
    let mut feed = from_text(&text, context)?;
    feed.repairs.splice(0..0, repairs);
    Ok(feed)
}

/// Zero bytes around a document that are not part of a wide encoding.
fn without_padding(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&c| c == 0).count();
    let text = &bytes[zeros..];
    // In UTF-16 and UTF-32 zeros stand between the letters too.
    let wide = text.get(1) == Some(&0);
    if wide {
        return bytes;
    }
    let end = text.iter().rposition(|&c| c != 0).map_or(0, |n| n + 1);
    &text[..end]
}

fn from_text(text: &str, context: &Context<'_>) -> Result<ParsedFeed, FeedError> {
    let values = Values { zone: context.time_zone, now: context.now };
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if context.format == SourceFormat::Feed && start.starts_with(['{', '[']) {
        return json::read(start, context.base, values, context.max_entries)
            .ok_or(FeedError::NotAFeed("JSON of something else"));
    }
    match from_xml(start, context, values) {
        Err(FeedError::NotAFeed("an HTML page")) if embedded(start).is_some() => {
            let mut feed = from_xml(embedded(start).unwrap_or(start), context, values)?;
            feed.repairs.push("took a feed out of an HTML page".to_owned());
            Ok(feed)
        }
        Err(error) => {
            let Some(open) = escaped_whole(start) else { return Err(error) };
            let mut feed = from_xml(&open, context, values)?;
            feed.repairs.push("unescaped a feed that was escaped as a whole".to_owned());
            Ok(feed)
        }
        found => found,
    }
}

/// A feed that stands in an HTML page as it is, from its root on.
fn embedded(text: &str) -> Option<&str> {
    ["<rss ", "<feed ", "<rdf:RDF "].iter().find_map(|root| {
        let rest = &text[text.find(root)?..];
        let tag = &rest[..rest.find('>')?];
        (tag.contains("xmlns") || tag.contains("version")).then_some(rest)
    })
}

/// A whole feed that was escaped once too often (`&lt;rss …`), as it was meant.
fn escaped_whole(text: &str) -> Option<Cow<'_, str>> {
    let head: String = text.chars().take(1000).collect();
    let escaped = ["&lt;?xml", "&lt;rss", "&lt;feed", "&lt;rdf:"].iter().any(|t| head.contains(t));
    escaped.then(|| html::decode_entities(text))
}

fn from_xml(text: &str, context: &Context<'_>, values: Values) -> Result<ParsedFeed, FeedError> {
    let mut mapper = Mapper::new(context, values);
    let mut events = Reader::new(text);
    let mut builder = Builder::new(context.base.cloned());
    if !builder.read(&mut events, &mut mapper) {
        return Err(FeedError::NotAFeed(mapper.foreign.unwrap_or("plain text or unknown markup")));
    }
    let (seen, mended) = (events.mended, builder.mended);
    let mut feed = mapper.feed;
    if feed.format == FeedFormat::Cdf && feed.entries.is_empty() {
        return Err(FeedError::NotAFeed("a channel without a single item"));
    }
    for (happened, repair) in [
        (seen.stray_angle, "read a stray < as text"),
        (seen.cut_off, "closed a tag that was cut off"),
        (seen.open_cdata, "closed a CDATA section"),
        (mended.misnested, "put misnested tags in order"),
        (mended.left_open, "closed elements that were left open"),
        (mended.undeclared_prefix, "read prefixes that are not declared"),
        (mended.too_deep, "flattened elements nested too deep or too many"),
    ] {
        if happened {
            feed.repairs.push(repair.to_owned());
        }
    }
    Ok(feed)
}

/// Maps trees to a feed while they are built.
struct Mapper {
    values: Values,
    max_entries: usize,
    wanted: SourceFormat,
    feed: ParsedFeed,
    foreign: Option<&'static str>,
}

impl Mapper {
    fn new(context: &Context<'_>, values: Values) -> Self {
        Self {
            values,
            max_entries: context.max_entries,
            wanted: context.format,
            feed: ParsedFeed::empty(FeedFormat::Rss20),
            foreign: None,
        }
    }

    fn accept(&mut self, format: FeedFormat) -> Root {
        self.feed.format = format;
        Root::Ours
    }

    fn refuse(&mut self, what: &'static str) -> Root {
        self.foreign = Some(what);
        Root::Foreign
    }
}

impl<'a> Listener<'a> for Mapper {
    fn root(&mut self, tree: &Tree<'a>, element: &Element<'a>) -> Root {
        if self.wanted == SourceFormat::Sitemap {
            return match &*element.name {
                "urlset" | "sitemapindex" => self.accept(FeedFormat::Sitemap),
                _ => self.refuse("something other than a sitemap"),
            };
        }
        let version = tree.attribute(element, "version").unwrap_or_default();
        match &*element.name {
            "rss" if version.starts_with("0.9") => self.accept(FeedFormat::Rss09),
            "rss" | "rss2" => self.accept(FeedFormat::Rss20),
            "rdf" => self.accept(FeedFormat::Rdf),
            "feed" if version.starts_with("0.") => self.accept(FeedFormat::Atom03),
            "feed" => self.accept(FeedFormat::Atom10),
            "channel" if element.ns == Ns::Core => self.accept(FeedFormat::Cdf),
            "entry" if element.ns == Ns::Core && element.tag.rest.contains("Atom") => {
                self.accept(FeedFormat::Atom10)
            }
            "html" | "head" | "body" => self.refuse("an HTML page"),
            "urlset" | "sitemapindex" => self.refuse("a sitemap"),
            "opml" => self.refuse("a list of feeds (OPML)"),
            "svg" => self.refuse("an image"),
            name if is_wrapping(name) => Root::Wrapping,
            _ => self.refuse("another kind of XML"),
        }
    }

    fn is_entry(&self, element: &Element<'a>) -> bool {
        let names: &[&str] = match self.feed.format {
            FeedFormat::Sitemap => &["url"],
            _ => &["item", "entry"],
        };
        element.ns == Ns::Core && names.contains(&&*element.name)
    }

    fn entry(&mut self, tree: &Tree<'a>, id: Id) -> bool {
        if self.feed.entries.len() >= self.max_entries {
            self.feed.entries_cut = true;
            return false;
        }
        let entry: Option<ParsedEntry> = match self.feed.format {
            FeedFormat::Sitemap => sitemap::read(tree, id, self.values),
            _ => Some(entry::read(tree, id, self.values)),
        };
        self.feed.entries.extend(entry);
        true
    }

    fn feed(&mut self, tree: &Tree<'a>, root: Id) {
        if tree.element(root).is_some_and(|e| e.name == "entry") {
            self.entry(tree, root); // an entry document (RFC 4287 section 2)
            return;
        }
        if self.feed.format != FeedFormat::Sitemap {
            channel::read(tree, root, self.values, &mut self.feed);
        }
    }
}

/// Tags that a broken server writes before a feed, and envelopes around one.
fn is_wrapping(name: &str) -> bool {
    matches!(
        name,
        "br" | "b"
            | "p"
            | "pre"
            | "i"
            | "hr"
            | "font"
            | "div"
            | "span"
            | "script"
            | "style"
            | "table"
            | "tr"
            | "td"
            | "xml"
            | "envelope"
            | "h1"
            | "h2"
            | "h3"
            | "a"
            | "strong"
            | "code"
            | "header"
    )
}
