//! A feed of notices for admins: what is to be decided, which sources need a look.

use atom_syndication::{Content, Entry, Feed, Link, Person};

use super::atom::{construct, document, feed_links, stamp};
use super::clean::{address, identifier, label, line, text};
use crate::html::sanitize;
use crate::model::{FeedMeta, Time};

/// One thing that an admin should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `tag:` URI, the same for the same notice.
    pub id: String,
    /// One line.
    pub title: String,
    /// What there is to say, HTML.
    pub html: String,
    /// Where to look.
    pub url: String,
    /// When it came up.
    pub at: Time,
    /// BCP 47 tag of the title, where it is not the feed's.
    pub lang: Option<String>,
}

/// Notices as an Atom 1.0 document.
pub fn notices(meta: &FeedMeta, notices: &[Notice]) -> String {
    let head = Feed {
        title: construct(&meta.title),
        id: identifier(&meta.id).unwrap_or_else(|| meta.self_url.clone()),
        updated: meta.updated.fixed_offset(),
        authors: vec![author(meta)],
        links: feed_links(meta),
        subtitle: Some(construct(&meta.description)).filter(|text| !text.value.is_empty()),
        lang: Some(meta.lang.clone()),
        ..Feed::default()
    };
    let entries = (0..).zip(notices).map(|(number, notice)| entry(meta, notice, number)).collect();
    document(&head, &Feed { entries, ..Feed::default() })
}

fn author(meta: &FeedMeta) -> Person {
    Person { name: label(&meta.site), uri: address(&meta.base_url), ..Person::default() }
}

fn entry(meta: &FeedMeta, notice: &Notice, number: i64) -> Entry {
    let title = line(&notice.title);
    let url = address(&notice.url).unwrap_or_else(|| meta.page_url.clone());
    Entry {
        title: construct(if title.is_empty() { "…" } else { &title }),
        id: identifier(&notice.id).unwrap_or_else(|| url.clone()),
        updated: stamp(notice.at, number).fixed_offset(),
        authors: vec![author(meta)],
        links: vec![Link {
            href: url,
            rel: "alternate".to_owned(),
            mime_type: Some("text/html".to_owned()),
            ..Link::default()
        }],
        content: Some(Content {
            lang: notice.lang.clone(),
            value: Some(super::basic::basic(&text(&sanitize(&notice.html, None)))),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}
