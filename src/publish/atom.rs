//! Atom 1.0 (RFC 4287), with paging and archives (RFC 5005) and tombstones (RFC 6721).

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, Feed, Generator, Link, Person, Text, TextType};

use super::clean::{address, escape_html, identifier, label, line};
pub(super) use super::prepared::distinct as stamp;
use super::prepared::{Origin, Prepared, guess_mime};
use crate::model::{FeedMeta, PublishedEntry, Time};

const MEDIA: &str = "http://search.yahoo.com/mrss/";
const HISTORY: &str = "http://purl.org/syndication/history/1.0";
pub(super) const TOMBSTONES: &str = "http://purl.org/atompub/tombstones/1.0";

/// How the document begins: checkers want the encoding said, though XML has it as its default.
const XML: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// An output feed as an Atom 1.0 document. Withdrawn entries become tombstones.
pub fn atom(meta: &FeedMeta, entries: &[PublishedEntry]) -> String {
    let prepared = Prepared::all(meta, entries);
    let graves: Vec<Extension> = entries.iter().filter_map(tombstone).collect();
    let feed = Feed {
        title: construct(&meta.title),
        id: identifier(&meta.id).unwrap_or_else(|| meta.self_url.clone()),
        updated: meta.updated.fixed_offset(),
        authors: vec![Person {
            name: label(&meta.site),
            uri: address(&meta.base_url),
            ..Person::default()
        }],
        generator: Some(Generator {
            value: "Rasad".to_owned(),
            uri: None,
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        icon: meta.icon_url.as_deref().and_then(address),
        links: feed_links(meta),
        subtitle: Some(construct(&meta.description)).filter(|text| !text.value.is_empty()),
        namespaces: namespaces(meta, &prepared, &graves),
        extensions: feed_extensions(meta, graves),
        lang: Some(meta.lang.clone()),
        ..Feed::default()
    };
    let entries = prepared.into_iter().map(entry).collect();
    document(&feed, &Feed { entries, ..Feed::default() })
}

/// The head of one feed and the entries of another as one document: the library writes extensions
/// after the entries, where RFC 4287 has none.
pub(super) fn document(head: &Feed, body: &Feed) -> String {
    const END: &str = "</feed>";
    let (mut document, entries) = (write(head), write(body));
    document = document.replacen("<?xml version=\"1.0\"?>", XML, 1);
    document.truncate(document.len() - END.len());
    let start = entries.find("<entry>").unwrap_or(entries.len() - END.len());
    document.push_str(&entries[start..]);
    document
}

fn write(feed: &Feed) -> String {
    let bytes = feed.write_to(Vec::new()).expect("a vector takes every byte");
    String::from_utf8(bytes).expect("written from strings")
}

/// Plain text where that is what readers will see; escaped HTML where it could be taken for markup.
pub(super) fn construct(text: &str) -> Text {
    let text = line(text);
    if label(&text) != text {
        return Text { value: escape_html(&text), r#type: TextType::Html, ..Text::default() };
    }
    Text::plain(text)
}

fn in_language(mut text: Text, lang: Option<&str>) -> Text {
    text.lang = lang.map(str::to_owned);
    text
}

pub(super) fn feed_links(meta: &FeedMeta) -> Vec<Link> {
    let atom_type = "application/atom+xml";
    let link = |rel: &str, href: Option<&str>, mime: Option<&str>| {
        Some(Link {
            href: address(href?)?,
            rel: rel.to_owned(),
            mime_type: mime.map(str::to_owned),
            ..Link::default()
        })
    };
    let links = [
        link("self", Some(&meta.self_url), Some(atom_type)),
        link("alternate", Some(&meta.page_url), Some("text/html")),
        link("hub", meta.hub_url.as_deref(), None),
        link("first", meta.first_url.as_deref(), Some(atom_type)),
        link("previous", meta.prev_url.as_deref(), Some(atom_type)),
        link("next", meta.next_url.as_deref(), Some(atom_type)),
        link("last", meta.last_url.as_deref(), Some(atom_type)),
        link("prev-archive", meta.prev_archive_url.as_deref(), Some(atom_type)),
        link("next-archive", meta.next_archive_url.as_deref(), Some(atom_type)),
        link("current", meta.current_url.as_deref(), Some(atom_type)),
    ];
    links.into_iter().flatten().collect()
}

fn namespaces(
    meta: &FeedMeta,
    entries: &[Prepared],
    graves: &[Extension],
) -> BTreeMap<String, String> {
    let used = [
        ("media", MEDIA, entries.iter().any(|entry| entry.image.is_some())),
        ("fh", HISTORY, meta.archive),
        ("at", TOMBSTONES, !graves.is_empty()),
    ];
    let used = used.into_iter().filter(|(_, _, used)| *used);
    used.map(|(prefix, uri, _)| (prefix.to_owned(), uri.to_owned())).collect()
}

fn feed_extensions(meta: &FeedMeta, graves: Vec<Extension>) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    if meta.archive {
        add(&mut map, element("fh:archive", &[], None));
    }
    for grave in graves {
        add(&mut map, grave);
    }
    map
}

fn tombstone(entry: &PublishedEntry) -> Option<Extension> {
    let (when, reason) = entry.withdrawn.as_ref()?;
    let attrs = [("ref", identifier(&entry.id)?), ("when", when.to_rfc3339())];
    let mut grave = element("at:deleted-entry", &attrs, None);
    let comment = line(reason);
    if !comment.is_empty() {
        let comment = element("at:comment", &[], Some(comment));
        grave.children.insert("comment".to_owned(), vec![comment]);
    }
    Some(grave)
}

fn entry(entry: Prepared) -> Entry {
    let lang = entry.lang.as_deref();
    Entry {
        title: in_language(construct(&entry.title), lang),
        id: entry.id.clone(),
        updated: entry.updated.fixed_offset(),
        published: Some(entry.published.fixed_offset()),
        authors: vec![Person { name: entry.author.clone(), ..Person::default() }],
        categories: categories(&entry),
        links: entry_links(&entry),
        rights: entry.rights.as_deref().map(construct),
        summary: entry.summary.as_deref().map(|text| in_language(construct(text), lang)),
        extensions: entry_extensions(&entry),
        content: Some(Content {
            lang: entry.lang,
            value: Some(entry.content),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn categories(entry: &Prepared) -> Vec<Category> {
    let categories = entry.categories.iter().map(|tag| Category {
        term: tag.term.clone(),
        scheme: Some(tag.scheme.clone()),
        label: Some(tag.label.clone()),
    });
    categories.collect()
}

fn entry_links(entry: &Prepared) -> Vec<Link> {
    let html = || Some("text/html".to_owned());
    let mut links = vec![Link {
        href: entry.url.clone(),
        rel: "alternate".to_owned(),
        hreflang: entry.lang.clone(),
        mime_type: html(),
        ..Link::default()
    }];
    links.extend(entry.copies.iter().map(|copy| Link {
        href: copy.url.clone(),
        rel: "related".to_owned(),
        hreflang: copy.lang.clone(),
        mime_type: html(),
        title: Some(label(&format!("{}: {}", copy.publisher, copy.title))),
        length: None,
    }));
    links.push(Link {
        href: entry.page.clone(),
        rel: "via".to_owned(),
        mime_type: html(),
        ..Link::default()
    });
    links.extend(entry.media.iter().map(|medium| Link {
        href: medium.url.clone(),
        rel: "enclosure".to_owned(),
        mime_type: Some(medium.mime.clone()),
        length: medium.length.map(|length| length.to_string()),
        ..Link::default()
    }));
    links
}

fn entry_extensions(entry: &Prepared) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    if let Some(origin) = &entry.source {
        add(&mut map, source(origin, entry.updated));
    }
    if let Some(image) = &entry.image {
        let mut attrs = vec![("url", image.clone()), ("medium", "image".to_owned())];
        let mime = guess_mime(image);
        if mime.starts_with("image/") {
            attrs.push(("type", mime.to_owned()));
        }
        add(&mut map, element("media:content", &attrs, None));
    }
    map
}

/// `atom:source` as an extension, because the library writes its own without links.
fn source(origin: &Origin, updated: Time) -> Extension {
    let mut source = element("source", &[], None);
    let mut child = |name: &str, attrs: &[(&str, String)], value: Option<String>| {
        source.children.insert(name.to_owned(), vec![element(name, attrs, value)]);
    };
    child("id", &[], Some(origin.id.clone()));
    child("title", &[], Some(origin.title.clone()));
    child("updated", &[], Some(updated.to_rfc3339()));
    if let Some(link) = &origin.link {
        child("link", &[("rel", "self".to_owned()), ("href", link.clone())], None);
    }
    source
}

/// An extension. The library escapes its text and not its attributes.
fn element(name: &str, attrs: &[(&str, String)], value: Option<String>) -> Extension {
    Extension {
        name: name.to_owned(),
        value,
        attrs: attrs.iter().map(|(name, value)| ((*name).to_owned(), escape_html(value))).collect(),
        children: BTreeMap::new(),
    }
}

fn add(map: &mut ExtensionMap, element: Extension) {
    let (prefix, name) = element.name.split_once(':').unwrap_or(("", &element.name));
    let (prefix, name) = (prefix.to_owned(), name.to_owned());
    map.entry(prefix).or_default().entry(name).or_default().push(element);
}
