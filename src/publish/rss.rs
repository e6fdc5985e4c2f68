//! RSS 2.0 with the modules that readers know: content, Dublin Core, Media RSS, Atom links.

use std::collections::BTreeMap;

use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Enclosure, Guid, Image, Item, Source};

use super::clean::{address, escape_html, is_plain_host, label, line};
use super::prepared::{Medium, Prepared, guess_mime};
use crate::model::{FeedMeta, PublishedEntry};

/// An output feed as an RSS 2.0 document. Withdrawn entries are left out.
pub fn rss(meta: &FeedMeta, entries: &[PublishedEntry]) -> String {
    let title = label(&meta.title);
    let link = address(&meta.page_url).unwrap_or_else(|| meta.base_url.clone());
    let prepared = Prepared::all(meta, entries);
    let channel = Channel {
        image: meta.icon_url.as_deref().and_then(address).map(|url| Image {
            url,
            title: title.clone(),
            link: link.clone(),
            ..Image::default()
        }),
        description: Some(label(&meta.description))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| title.clone()),
        title,
        link,
        language: Some(meta.lang.clone()),
        last_build_date: Some(meta.updated.to_rfc2822()),
        generator: Some(concat!("Rasad ", env!("CARGO_PKG_VERSION")).to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        namespaces: namespaces(meta, &prepared),
        extensions: channel_extensions(meta),
        items: prepared.into_iter().map(item).collect(),
        ..Channel::default()
    };
    let bytes = channel.write_to(Vec::new()).expect("a vector takes every byte");
    hexadecimal(&String::from_utf8(bytes).expect("written from strings"))
}

/// The document with `&`, `<` and `>` as hexadecimal references: to XML they are the same, but
/// readers that take a title for HTML show them as they are (RSS profile, "Character Data").
fn hexadecimal(document: &str) -> String {
    let mut written = String::with_capacity(document.len());
    for (at, part) in document.split("<![CDATA[").enumerate() {
        let (data, markup) = match part.split_once("]]>") {
            Some((data, markup)) if at > 0 => (data, markup),
            _ => ("", part),
        };
        if at > 0 {
            written.push_str("<![CDATA[");
            written.push_str(data);
            written.push_str("]]>");
        }
        let markup = markup.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;");
        written.push_str(&markup.replace("&gt;", "&#x3E;"));
    }
    written
}

fn namespaces(meta: &FeedMeta, entries: &[Prepared]) -> BTreeMap<String, String> {
    let media = |entry: &Prepared| entry.image.is_some() || !entry.media.is_empty();
    let used = [
        ("atom", "http://www.w3.org/2005/Atom", true),
        ("media", "http://search.yahoo.com/mrss/", entries.iter().any(media)),
        ("fh", "http://purl.org/syndication/history/1.0", meta.archive),
    ];
    let used = used.into_iter().filter(|(_, _, used)| *used);
    used.map(|(prefix, uri, _)| (prefix.to_owned(), uri.to_owned())).collect()
}

fn channel_extensions(meta: &FeedMeta) -> ExtensionMap {
    let links = [
        ("self", Some(meta.self_url.as_str())),
        ("hub", meta.hub_url.as_deref()),
        ("first", meta.first_url.as_deref()),
        ("previous", meta.prev_url.as_deref()),
        ("next", meta.next_url.as_deref()),
        ("last", meta.last_url.as_deref()),
        ("prev-archive", meta.prev_archive_url.as_deref()),
        ("next-archive", meta.next_archive_url.as_deref()),
        ("current", meta.current_url.as_deref()),
    ];
    let mut map = ExtensionMap::new();
    for (rel, href) in links {
        let Some(href) = href.and_then(address) else { continue };
        let mut attrs = vec![("rel", rel.to_owned()), ("href", href)];
        if rel != "hub" {
            attrs.push(("type", "application/rss+xml".to_owned()));
        }
        add(&mut map, "atom:link", &attrs);
    }
    if meta.archive {
        add(&mut map, "fh:archive", &[]);
    }
    map
}

/// The medium that the enclosure names; an item has one, and it wants a plain host.
fn enclosed(media: &[Medium]) -> Option<&Medium> {
    media.iter().find(|medium| is_plain_host(&medium.url))
}

fn item(entry: Prepared) -> Item {
    Item {
        title: Some(label(&entry.title)),
        link: Some(entry.url.clone()),
        // Readers want a description before the content, be it the title once more.
        description: Some(escape_html(entry.summary.as_deref().unwrap_or(&entry.title))),
        categories: entry
            .categories
            .iter()
            .map(|tag| Category { name: tag.label.clone(), domain: Some(tag.scheme.clone()) })
            .collect(),
        enclosure: enclosed(&entry.media).map(|medium| Enclosure {
            url: medium.url.clone(),
            length: medium.length.unwrap_or(0).to_string(),
            mime_type: medium.mime.clone(),
        }),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(entry.published.to_rfc2822()),
        source: source(&entry),
        extensions: item_extensions(&entry),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: vec![entry.author],
            languages: entry.lang.into_iter().collect(),
            rights: entry.rights.iter().map(|rights| label(rights)).collect(),
            ..DublinCoreExtension::default()
        }),
        content: Some(entry.content),
        ..Item::default()
    }
}

/// RSS names the feed by its address; one that is known by another id alone is not named.
fn source(entry: &Prepared) -> Option<Source> {
    let origin = entry.source.as_ref()?;
    Some(Source { url: origin.link.clone()?, title: Some(origin.title.clone()) })
}

fn item_extensions(entry: &Prepared) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    let html = || ("type", "text/html".to_owned());
    for copy in &entry.copies {
        let title = line(&label(&format!("{}: {}", copy.publisher, copy.title)));
        let mut attrs = vec![
            ("rel", "related".to_owned()),
            ("href", copy.url.clone()),
            html(),
            ("title", title),
        ];
        attrs.extend(copy.lang.iter().map(|lang| ("hreflang", lang.clone())));
        add(&mut map, "atom:link", &attrs);
    }
    add(&mut map, "atom:link", &[("rel", "via".to_owned()), ("href", entry.page.clone()), html()]);
    if let Some(image) = &entry.image {
        let mime = guess_mime(image);
        let mut attrs = vec![("url", image.clone()), ("medium", "image".to_owned())];
        if mime.starts_with("image/") {
            attrs.push(("type", mime.to_owned()));
        }
        add(&mut map, "media:content", &attrs);
    }
    let enclosed = enclosed(&entry.media).map(|medium| &medium.url);
    for medium in entry.media.iter().filter(|medium| Some(&medium.url) != enclosed) {
        let mut attrs = vec![("url", medium.url.clone()), ("type", medium.mime.clone())];
        let length = medium.length.filter(|length| *length > 0);
        attrs.extend(length.map(|length| ("fileSize", length.to_string())));
        add(&mut map, "media:content", &attrs);
    }
    map
}

fn add(map: &mut ExtensionMap, name: &str, attrs: &[(&str, String)]) {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let attrs = attrs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let element = Extension { name: name.to_owned(), attrs, ..Extension::default() };
    map.entry(prefix.to_owned()).or_default().entry(local.to_owned()).or_default().push(element);
}
