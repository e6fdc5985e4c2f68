//! JSON Feed 1.0 and 1.1.

use serde_json::{Map, Value};
use url::Url;

use super::lenient;
use super::value::{Values, looks_like_html};
use crate::html;
use crate::model::{
    AtomSource, Category, Enclosure, FeedFormat, ParsedEntry, ParsedFeed, Time, UpdateHints,
};

/// Reads a JSON Feed; `None` when the text is JSON of something else. Items beyond `max` are cut.
pub(super) fn read(
    text: &str,
    base: Option<&Url>,
    values: Values,
    max: usize,
) -> Option<ParsedFeed> {
    let mut repairs = Vec::new();
    let whole = match serde_json::from_str::<Value>(text) {
        Ok(whole) => whole,
        Err(_) => {
            repairs.push("read JSON that is not well-formed".to_owned());
            lenient::read(text)?
        }
    };
    let Value::Object(top) = whole else { return None };
    if !is_feed(&top) {
        return None;
    }
    let items = top.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let reader = Item { base, values };
    Some(ParsedFeed {
        format: FeedFormat::Json,
        id: string(&top, "feed_url"),
        title: string(&top, "title").map(|t| text_or_html(&t, base)),
        link: string(&top, "home_page_url").and_then(|u| html::absolute(&u, base)),
        description: string(&top, "description").map(|t| text_or_html(&t, base)),
        language: string(&top, "language"),
        rights: None,
        image: string(&top, "icon")
            .or_else(|| string(&top, "favicon"))
            .and_then(|u| html::absolute(&u, base)),
        self_link: string(&top, "feed_url").and_then(|u| html::absolute(&u, base)),
        hubs: hubs(&top, base),
        hints: UpdateHints::default(),
        entries: items
            .iter()
            .filter_map(Value::as_object)
            .take(max)
            .map(|item| reader.read(item))
            .collect(),
        entries_cut: items.len() > max,
        repairs,
    })
}

/// The version is the format's own address, in some spelling.
fn is_feed(top: &Map<String, Value>) -> bool {
    top.get("version").and_then(Value::as_str).is_some_and(|v| v.contains("jsonfeed.org"))
        && (top.contains_key("items") || top.contains_key("title"))
}

fn hubs(top: &Map<String, Value>, base: Option<&Url>) -> Vec<String> {
    let hubs = top.get("hubs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    hubs.iter()
        .filter_map(|hub| html::absolute(&string(hub.as_object()?, "url")?, base))
        .take(8)
        .collect()
}

/// A string, or a number as a string; `None` where empty.
fn string(object: &Map<String, Value>, key: &str) -> Option<String> {
    let text = match object.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn text_or_html(text: &str, base: Option<&Url>) -> String {
    if looks_like_html(text) { html::sanitize(text, base) } else { html::escape(text).into_owned() }
}

struct Item<'b> {
    base: Option<&'b Url>,
    values: Values,
}

impl Item<'_> {
    fn read(&self, item: &Map<String, Value>) -> ParsedEntry {
        let mut problem = None;
        let address = |key| string(item, key).and_then(|u| html::absolute(&u, self.base));
        let html = string(item, "content_html").map(|h| html::sanitize(&h, self.base));
        let plain = || string(item, "content_text").map(|t| html::escape(&t).into_owned());
        let summary = string(item, "summary").map(|t| text_or_html(&t, self.base));
        ParsedEntry {
            id: string(item, "id").unwrap_or_default(),
            title: string(item, "title").map_or_else(String::new, |t| text_or_html(&t, self.base)),
            link: address("url").or_else(|| address("external_url")),
            original: address("external_url"),
            published: self.date(item, "date_published", &mut problem),
            updated: self.date(item, "date_modified", &mut problem),
            date_problem: problem,
            authors: authors(item),
            summary,
            content: html.filter(|h| !h.is_empty()).or_else(plain),
            enclosures: self.attachments(item),
            categories: tags(item),
            language: string(item, "language"),
            image: address("image").or_else(|| address("banner_image")),
            rights: None,
            comments: None,
            atom_source: None::<AtomSource>,
        }
    }

    fn date(
        &self,
        item: &Map<String, Value>,
        key: &str,
        problem: &mut Option<String>,
    ) -> Option<Time> {
        match self.values.date(&string(item, key)?) {
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

    fn attachments(&self, item: &Map<String, Value>) -> Vec<Enclosure> {
        let list = item.get("attachments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        list.iter()
            .filter_map(Value::as_object)
            .filter_map(|attachment| {
                Some(Enclosure {
                    url: html::absolute(&string(attachment, "url")?, self.base)?,
                    mime: string(attachment, "mime_type"),
                    length: attachment.get("size_in_bytes").and_then(Value::as_u64),
                })
            })
            .take(64)
            .collect()
    }
}

/// `authors` of 1.1, else `author` of 1.0 (an object, or against the rules a plain name).
fn authors(item: &Map<String, Value>) -> Vec<String> {
    let name = |value: &Value| match value {
        Value::Object(author) => string(author, "name"),
        Value::String(name) => Some(name.trim().to_owned()).filter(|n| !n.is_empty()),
        _ => None,
    };
    match item.get("authors") {
        Some(Value::Array(list)) if !list.is_empty() => {
            list.iter().filter_map(name).take(64).collect()
        }
        _ => item.get("author").and_then(name).into_iter().collect(),
    }
}

fn tags(item: &Map<String, Value>) -> Vec<Category> {
    let list = item.get("tags").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter()
        .filter_map(Value::as_str)
        .map(|term| Category { term: term.to_owned(), scheme: None, label: None })
        .take(128)
        .collect()
}
