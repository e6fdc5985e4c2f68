//! JSON Feed 1.0 and 1.1.

use serde::Deserialize;
use url::Url;

use super::lenient;
use super::tolerant::{All, List, Person, Text};
use super::value::{Values, looks_like_html};
use crate::html;
use crate::model::{Category, Enclosure, FeedFormat, ParsedEntry, ParsedFeed, Time};

/// Items of one feed beyond this many are not looked at.
const MOST_ITEMS: usize = 20_000;

/// The feed as its format has it, each value of whatever type it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Top {
    version: Text,
    title: Text,
    home_page_url: Text,
    feed_url: Text,
    description: Text,
    language: Text,
    icon: Text,
    favicon: Text,
    hubs: List<Hub, 8>,
    items: Option<List<Item, MOST_ITEMS>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Hub {
    url: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    id: Text,
    url: Text,
    external_url: Text,
    title: Text,
    content_html: Text,
    content_text: Text,
    summary: Text,
    image: Text,
    banner_image: Text,
    date_published: Text,
    date_modified: Text,
    author: Person,
    authors: All<Person, 64>,
    tags: All<Text, 128>,
    language: Text,
    attachments: List<Attachment, 64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attachment {
    url: Text,
    mime_type: Text,
    size_in_bytes: Text,
}

/// Reads a JSON Feed; `None` when the text is JSON of something else. Items beyond `max` are cut.
pub(super) fn read(
    text: &str,
    base: Option<&Url>,
    values: Values,
    max: usize,
) -> Option<ParsedFeed> {
    let mut feed = ParsedFeed::empty(FeedFormat::Json);
    let top: Top = match serde_json::from_str(text) {
        Ok(top) => top,
        Err(_) => {
            feed.repairs.push("read JSON that is not well-formed".to_owned());
            serde_json::from_value(lenient::read(text)?).ok()?
        }
    };
    // The version is the format's own address, in some spelling.
    if !top.version.get()?.contains("jsonfeed.org")
        || (top.items.is_none() && top.title.get().is_none())
    {
        return None;
    }
    let absolute = |text: &Text| text.get().and_then(|found| html::absolute(found, base));
    let items = top.items.unwrap_or_default();
    feed.id = top.feed_url.owned();
    feed.title = top.title.get().map(|t| text_or_html(t, base));
    feed.link = absolute(&top.home_page_url);
    feed.description = top.description.get().map(|t| text_or_html(t, base));
    feed.language = top.language.owned();
    feed.image = absolute(&top.icon).or_else(|| absolute(&top.favicon));
    feed.self_link = absolute(&top.feed_url);
    feed.hubs = top.hubs.items.iter().filter_map(|hub| absolute(&hub.url)).collect();
    feed.entries_cut = items.cut || items.items.len() > max;
    let reader = Reader { base, values };
    feed.entries = items.items.into_iter().take(max).map(|item| reader.entry(&item)).collect();
    Some(feed)
}

fn text_or_html(text: &str, base: Option<&Url>) -> String {
    if looks_like_html(text) { html::sanitize(text, base) } else { html::escape(text).into_owned() }
}

struct Reader<'b> {
    base: Option<&'b Url>,
    values: Values,
}

impl Reader<'_> {
    fn entry(&self, item: &Item) -> ParsedEntry {
        let mut problem = None;
        let absolute = |text: &Text| text.get().and_then(|found| html::absolute(found, self.base));
        let html = item.content_html.get().map(|h| html::sanitize(h, self.base));
        let plain = || item.content_text.get().map(|t| html::escape(t).into_owned());
        ParsedEntry {
            id: item.id.owned().unwrap_or_default(),
            title: item.title.get().map_or_else(String::new, |t| text_or_html(t, self.base)),
            link: absolute(&item.url).or_else(|| absolute(&item.external_url)),
            original: absolute(&item.external_url),
            published: self.date(&item.date_published, &mut problem),
            updated: self.date(&item.date_modified, &mut problem),
            date_problem: problem,
            authors: authors(item),
            summary: item.summary.get().map(|t| text_or_html(t, self.base)),
            content: html.filter(|h| !h.is_empty()).or_else(plain),
            enclosures: self.enclosures(item),
            categories: categories(item),
            language: item.language.owned(),
            image: absolute(&item.image).or_else(|| absolute(&item.banner_image)),
            ..ParsedEntry::default()
        }
    }

    fn date(&self, text: &Text, problem: &mut Option<String>) -> Option<Time> {
        match self.values.date(text.get()?) {
            Ok(time) => {
                *problem = self.values.oddity(time).or(problem.take());
                Some(time)
            }
            Err(sentence) => {
                problem.get_or_insert(sentence);
                None
            }
        }
    }

    fn enclosures(&self, item: &Item) -> Vec<Enclosure> {
        let enclosure = |attachment: &Attachment| {
            Some(Enclosure {
                url: html::absolute(attachment.url.get()?, self.base)?,
                mime: attachment.mime_type.owned(),
                length: attachment.size_in_bytes.get().and_then(|n| n.parse().ok()),
            })
        };
        item.attachments.items.iter().filter_map(enclosure).collect()
    }
}

/// `authors` of 1.1, else `author` of 1.0.
fn authors(item: &Item) -> Vec<String> {
    let many: Vec<String> = item.authors.0.iter().filter_map(|person| person.0.owned()).collect();
    if many.is_empty() { item.author.0.owned().into_iter().collect() } else { many }
}

fn categories(item: &Item) -> Vec<Category> {
    let terms = item.tags.0.iter().filter_map(Text::owned);
    terms.map(|term| Category { term, scheme: None, label: None }).collect()
}
