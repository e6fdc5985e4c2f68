//! JSON Feed 1.1, with what it has no words for under `_rasad`.

use serde::Serialize;

use super::clean::{address, line};
use super::prepared::Prepared;
use crate::model::{FeedMeta, PublishedEntry, Time};

#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: String,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    authors: [Author<'a>; 1],
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    authors: [Author<'a>; 1],
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    _rasad: Extra<'a>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

/// What JSON Feed has no words for.
#[derive(Serialize)]
struct Extra<'a> {
    about: String,
    page: &'a str,
    categories: Vec<Category<'a>>,
    copies: Vec<Copy<'a>>,
    why: Vec<Reason<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source<'a>>,
}

#[derive(Serialize)]
struct Category<'a> {
    term: &'a str,
    scheme: &'a str,
    label: &'a str,
}

#[derive(Serialize)]
struct Copy<'a> {
    url: &'a str,
    title: &'a str,
    publisher: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

#[derive(Serialize)]
struct Reason<'a> {
    topic: &'a str,
    label: &'a str,
    terms: &'a [String],
}

#[derive(Serialize)]
struct Source<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// An output feed as a JSON Feed 1.1 document. Withdrawn entries are left out.
pub fn json(meta: &FeedMeta, entries: &[PublishedEntry]) -> String {
    let prepared = Prepared::all(meta, entries);
    let site = line(&meta.site);
    let feed = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: line(&meta.title),
        home_page_url: &meta.page_url,
        feed_url: &meta.self_url,
        description: line(&meta.description),
        next_url: meta.next_url.as_deref(),
        icon: meta.icon_url.as_deref().and_then(address),
        authors: [Author { name: &site, url: Some(&meta.base_url) }],
        language: &meta.lang,
        hubs: meta.hub_url.iter().map(|url| Hub { r#type: "WebSub", url }).collect(),
        items: prepared.iter().map(|entry| item(meta, entry)).collect(),
    };
    serde_json::to_string(&feed).expect("strings, numbers and lists alone")
}

fn item<'a>(meta: &FeedMeta, entry: &'a Prepared) -> Item<'a> {
    let attachment = |medium: &'a super::prepared::Medium| Attachment {
        url: &medium.url,
        mime_type: &medium.mime,
        size_in_bytes: medium.length,
    };
    Item {
        id: &entry.id,
        url: &entry.url,
        title: &entry.title,
        content_html: &entry.content,
        summary: entry.summary.as_deref(),
        image: entry.image.as_deref(),
        date_published: rfc3339(entry.published),
        date_modified: rfc3339(entry.updated),
        authors: [Author { name: &entry.author, url: None }],
        tags: entry.categories.iter().map(|tag| tag.label.as_str()).collect(),
        language: entry.lang.as_deref(),
        attachments: entry.media.iter().map(attachment).collect(),
        _rasad: extra(meta, entry),
    }
}

fn extra<'a>(meta: &FeedMeta, entry: &'a Prepared) -> Extra<'a> {
    let category = |tag: &'a super::prepared::Tag| Category {
        term: &tag.term,
        scheme: &tag.scheme,
        label: &tag.label,
    };
    let copy = |copy: &'a super::prepared::Related| Copy {
        url: &copy.url,
        title: &copy.title,
        publisher: &copy.publisher,
        language: copy.lang.as_deref(),
    };
    let reason = |why: &'a super::content::Why| Reason {
        topic: &why.topic,
        label: &why.label,
        terms: &why.terms,
    };
    Extra {
        about: format!("{}feeds", meta.base_url),
        page: &entry.page,
        categories: entry.categories.iter().map(category).collect(),
        copies: entry.copies.iter().map(copy).collect(),
        why: entry.why.iter().map(reason).collect(),
        rights: entry.rights.as_deref(),
        source: entry.source.as_ref().map(|origin| Source {
            id: &origin.id,
            title: &origin.title,
            url: origin.link.as_deref(),
        }),
    }
}

fn rfc3339(time: Time) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
