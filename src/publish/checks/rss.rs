//! RSS 2.0 with its best practices.

use std::collections::HashSet;

use super::values::{
    absolute_uri, atom_link, feed_html, language, media_content, media_type, plain, web_address,
};
use super::xml::{Element, parsed};
use crate::publish::clean::is_plain_host;

/// Panics where `document` is not what an RSS reader expects.
pub(crate) fn rss(document: &str) {
    let outside: String = document
        .split("<![CDATA[")
        .enumerate()
        .map(|(at, part)| part.split_once("]]>").filter(|_| at > 0).map_or(part, |(_, rest)| rest))
        .collect();
    for named in ["&amp;", "&lt;", "&gt;"] {
        assert!(!outside.contains(named), "{named}: hexadecimal references alone");
    }
    let feed = parsed(document);
    assert_eq!((feed.name.as_str(), feed.attribute("version")), ("rss", Some("2.0")));
    let channel = feed.one("channel");
    channel.known(&[
        "title",
        "link",
        "description",
        "language",
        "lastBuildDate",
        "generator",
        "docs",
        "image",
        "atom:link",
        "fh:archive",
        "item",
    ]);
    plain(channel.one("title"));
    plain(channel.one("description"));
    web_address(&channel.one("link").text);
    language(&channel.one("language").text);
    rfc822(&channel.one("lastBuildDate").text);
    channel.all("atom:link").for_each(atom_link);
    let own = channel.all("atom:link").filter(|link| link.attribute("rel") == Some("self"));
    assert_eq!(own.count(), 1);
    for image in channel.all("image") {
        assert_eq!(image.one("title").text, channel.one("title").text);
        assert_eq!(image.one("link").text, channel.one("link").text);
        web_address(&image.one("url").text);
    }
    let mut ids = HashSet::new();
    for item in channel.last("item") {
        rss_item(item);
        assert!(ids.insert(&item.one("guid").text), "a guid twice");
    }
}

fn rss_item(item: &Element) {
    item.known(&[
        "title",
        "link",
        "description",
        "category",
        "enclosure",
        "guid",
        "pubDate",
        "source",
        "content:encoded",
        "atom:link",
        "media:content",
        "dc:creator",
        "dc:language",
        "dc:rights",
    ]);
    item.few(&["enclosure", "source", "content:encoded", "dc:creator", "dc:language"]);
    plain(item.one("title"));
    assert!(!item.one("title").text.is_empty());
    web_address(&item.one("link").text);
    rfc822(&item.one("pubDate").text);
    let guid = item.one("guid");
    assert_eq!(guid.attribute("isPermaLink"), Some("false"));
    absolute_uri(&guid.text);
    let at = |name: &str| item.children.iter().position(|child| child.name == name);
    assert!(at("description") < at("content:encoded"), "the description stands first");
    feed_html(&item.one("description").text);
    feed_html(&item.one("content:encoded").text);
    for name in ["category", "source", "dc:creator", "dc:rights"] {
        item.all(name).for_each(plain);
    }
    item.all("source").for_each(|source| web_address(source.attribute("url").expect("url")));
    item.all("dc:language").for_each(|lang| language(&lang.text));
    item.all("atom:link").for_each(atom_link);
    item.all("media:content").for_each(media_content);
    for enclosure in item.all("enclosure") {
        web_address(enclosure.attribute("url").expect("url"));
        assert!(is_plain_host(enclosure.attribute("url").expect("url")), "{enclosure:?}");
        media_type(enclosure.attribute("type").expect("type"));
        enclosure.attribute("length").expect("length").parse::<u64>().expect("a number");
    }
}

fn rfc822(text: &str) {
    chrono::DateTime::parse_from_rfc2822(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(text.ends_with("+0000"), "{text}");
    let year: Option<u16> = text.split(' ').nth(3).and_then(|year| year.parse().ok());
    assert!(year.is_some_and(|year| year >= 1990), "{text} is not plausible");
}
