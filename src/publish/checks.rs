//! What a document of ours must hold: the rules of RFC 4287, RSS 2.0 with its best practices and
//! JSON Feed 1.1, and whatever checkers of feeds warn about. For tests.

use std::collections::HashSet;

use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::canonical::canonical;
use super::clean::is_plain_host;
use crate::html::scan::{self, Token};
use crate::html::{decode_entities, sanitize};

/// One element of a document.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn one(&self, name: &str) -> &Element {
        assert_eq!(self.all(name).count(), 1, "one {name} in {}", self.name);
        self.children.iter().find(|child| child.name == name).expect("counted")
    }

    fn few(&self, names: &[&str]) {
        for name in names {
            assert!(self.all(name).count() <= 1, "several {name} in {}", self.name);
        }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn known(&self, names: &[&str]) {
        for child in &self.children {
            assert!(names.contains(&child.name.as_str()), "{} in {}", child.name, self.name);
        }
    }
}

fn opened(tag: &BytesStart<'_>) -> Element {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.expect("well-formed attributes");
        let value = quick_xml::escape::unescape(&attribute.value).expect("references of XML");
        (attribute.key.as_ref().to_owned(), value.into_owned())
    });
    Element {
        name: tag.name().as_ref().to_owned(),
        attributes: attributes.collect(),
        ..Element::default()
    }
}

fn parsed(document: &str) -> Element {
    assert!(document.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "no encoding");
    let forbidden = |char: char| {
        let control = char.is_control() && !matches!(char, '\n' | '\t');
        control || char == '\u{fffd}' || u32::from(char) & 0xfffe == 0xfffe
    };
    assert_eq!(document.find(forbidden), None, "a character that has no place in XML");
    let mut reader = quick_xml::Reader::from_str(document);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().expect("well formed");
        let top = open.last_mut().expect("the root is never closed");
        match event {
            Event::Start(tag) => open.push(opened(&tag)),
            Event::Empty(tag) => top.children.push(opened(&tag)),
            Event::End(_) => {
                let done = open.pop().expect("well formed");
                open.last_mut().expect("well formed").children.push(done);
            }
            Event::Text(text) => top.text.push_str(&text.xml10_content()),
            Event::CData(text) => top.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let named = reference.xml10_content();
                let char = reference.resolve_char_ref().expect("a character that XML allows");
                let char = char.or_else(|| match named.as_ref() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                });
                top.text.push(char.expect("a reference that XML knows"));
            }
            Event::Eof => break,
            Event::Decl(_) => {}
            other => panic!("no place for {other:?}"),
        }
    }
    assert_eq!(open.len(), 1);
    open.remove(0).children.remove(0)
}

fn web_address(text: &str) {
    let url = url::Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(matches!(url.scheme(), "http" | "https"), "{text}");
    let strict =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    assert!(text.bytes().all(strict), "{text} is no RFC 3986 address");
}

fn absolute_uri(text: &str) {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    assert!(matches!(scheme, Some("tag" | "urn" | "http" | "https")), "{text}");
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
}

fn language(tag: &str) {
    let mut parts = tag.split('-');
    assert!(parts.next().is_some_and(|primary| (2..=3).contains(&primary.len())), "{tag}");
    assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{tag}");
    assert_eq!(super::tongues::tag(tag).as_deref(), Some(tag), "no tag that checkers know");
}

fn media_type(text: &str) {
    let (kind, name) = text.split_once('/').unwrap_or_else(|| panic!("{text} is no media type"));
    assert!(!kind.is_empty() && !name.is_empty() && !text.contains([' ', '"', '<']), "{text}");
}

fn moment(text: &str) {
    assert!(text.contains('T') && !text.contains(' '), "{text}");
    chrono::DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(text >= "1990", "{text} is not plausible");
}

/// Text that some readers take for HTML must say the same in either reading.
fn plain(element: &Element) {
    let text = &element.text;
    assert!(element.children.is_empty(), "markup in {}", element.name);
    assert_eq!(text.trim(), text, "white space around {}", element.name);
    assert!(!text.contains(['\n', '\t']), "{} is one line", element.name);
    assert!(!text.contains(OVERRIDES), "{} turns round what follows", element.name);
    let marks = scan::tokens(text).any(|token| !matches!(token, Token::Text(_)));
    assert!(!marks, "{} looks like markup: {text}", element.name);
    assert_eq!(decode_entities(text), text.as_str(), "{} holds a reference", element.name);
}

const OVERRIDES: [char; 9] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];

/// HTML as readers and checkers of feeds know it.
fn feed_html(html: &str) {
    const ELEMENTS: &str = " a abbr acronym address b big blockquote br caption center cite code col \
        colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small \
        span strike strong sub sup table tbody td tfoot th thead tr tt u ul var ";
    const ATTRIBUTES: &str = " abbr align alt char charoff cite colspan datetime dir headers height href \
        hreflang lang rel rowspan scope size span src start summary title width ";
    for token in scan::tokens(html) {
        match token {
            Token::Start(tag) => {
                assert!(ELEMENTS.contains(&format!(" {} ", tag.name)), "<{}> in {html}", tag.name);
                for attribute in tag.attributes() {
                    let name = attribute.name;
                    assert!(ATTRIBUTES.contains(&format!(" {name} ")), "{name} in {html}");
                    if matches!(name, "href" | "src" | "cite") {
                        let value = decode_entities(attribute.value);
                        let ok =
                            ["http://", "https://", "mailto:"].iter().any(|s| value.starts_with(s));
                        assert!(ok, "{name}={value}");
                    }
                    assert!(name != "lang" || !attribute.value.is_empty(), "an empty lang");
                }
            }
            Token::End(name) => assert!(ELEMENTS.contains(&format!(" {name} ")), "</{name}>"),
            Token::Text(_) => {}
            other => panic!("{other:?} in {html}"),
        }
    }
    // What is harmless stays as it is when it is made harmless.
    assert_eq!(sanitize(&sanitize(html, None), None), sanitize(html, None));
}

fn text_construct(element: &Element) {
    match element.attribute("type") {
        None | Some("text") => plain(element),
        Some("html") => feed_html(&element.text),
        Some(other) => panic!("type {other}"),
    }
    element.attribute("xml:lang").into_iter().for_each(language);
}

fn atom_link(link: &Element) {
    assert!(link.text.is_empty() && link.children.is_empty());
    web_address(link.attribute("href").expect("href"));
    const REGISTERED: [&str; 13] = [
        "self",
        "alternate",
        "hub",
        "first",
        "previous",
        "next",
        "prev-archive",
        "next-archive",
        "current",
        "related",
        "via",
        "enclosure",
        "last",
    ];
    assert!(REGISTERED.contains(&link.attribute("rel").expect("rel")), "{link:?}");
    link.attribute("type").into_iter().for_each(media_type);
    link.attribute("hreflang").into_iter().for_each(language);
    if let Some(length) = link.attribute("length") {
        length.parse::<u64>().expect("a length in bytes");
    }
    if let Some(title) = link.attribute("title") {
        plain(&Element { name: "link title".into(), text: title.into(), ..Element::default() });
    }
}

fn person(person: &Element) {
    person.known(&["name", "uri", "email"]);
    plain(person.one("name"));
    assert!(!person.one("name").text.is_empty());
    assert!(!person.one("name").text.contains(['<', '>']), "looks like an address of mail");
    person.all("uri").for_each(|uri| web_address(&uri.text));
}

fn media_content(content: &Element) {
    web_address(content.attribute("url").expect("url"));
    content.attribute("type").into_iter().for_each(media_type);
    for (name, value) in &content.attributes {
        let known = match name.as_str() {
            "url" | "type" => true,
            "medium" => matches!(value.as_str(), "image" | "audio" | "video"),
            "fileSize" => value.parse::<u64>().is_ok_and(|size| size > 0),
            _ => false,
        };
        assert!(known, "{name}={value}");
    }
}

/// Panics where `document` is not what an Atom reader expects.
pub(crate) fn atom(document: &str) {
    let feed = parsed(document);
    assert_eq!(
        (feed.name.as_str(), feed.attribute("xmlns")),
        ("feed", Some("http://www.w3.org/2005/Atom"))
    );
    feed.attribute("xml:lang").into_iter().for_each(language);
    feed.known(&[
        "title",
        "id",
        "updated",
        "author",
        "generator",
        "icon",
        "link",
        "subtitle",
        "entry",
        "fh:archive",
        "at:deleted-entry",
        "fh:complete",
    ]);
    feed.few(&["generator", "icon", "subtitle", "fh:archive"]);
    text_construct(feed.one("title"));
    absolute_uri(&feed.one("id").text);
    moment(&feed.one("updated").text);
    person(feed.one("author"));
    feed.all("link").for_each(atom_link);
    for rel in ["self", "alternate"] {
        let found = feed.all("link").filter(|link| link.attribute("rel") == Some(rel));
        assert_eq!(found.count(), 1, "one {rel}");
    }
    let first = feed.children.iter().position(|child| child.name == "entry");
    let entries = &feed.children[first.unwrap_or(feed.children.len())..];
    assert!(entries.iter().all(|child| child.name == "entry"), "entries are last");
    let (mut ids, mut moments) = (HashSet::new(), HashSet::new());
    // Checkers warn of namespaces that they do not know.
    let graves = document.contains("<at:deleted-entry ");
    assert_eq!(graves, document.contains("xmlns:at=\""), "tombstones without need or name");
    for entry in entries {
        atom_entry(entry);
        assert!(ids.insert(&entry.one("id").text), "an id twice");
        assert!(moments.insert(&entry.one("updated").text), "a moment of change twice");
    }
}

fn atom_entry(entry: &Element) {
    entry.known(&[
        "title",
        "id",
        "updated",
        "author",
        "category",
        "link",
        "published",
        "rights",
        "summary",
        "content",
        "source",
        "media:content",
    ]);
    entry.few(&["published", "rights", "summary", "content", "source"]);
    text_construct(entry.one("title"));
    assert!(!entry.one("title").text.is_empty(), "no title");
    absolute_uri(&entry.one("id").text);
    moment(&entry.one("updated").text);
    entry.all("published").for_each(|published| moment(&published.text));
    entry.all("rights").chain(entry.all("summary")).for_each(text_construct);
    person(entry.one("author"));
    entry.all("link").for_each(atom_link);
    entry.all("media:content").for_each(media_content);
    let mut alternates = HashSet::new();
    for link in entry.all("link").filter(|link| link.attribute("rel") == Some("alternate")) {
        assert!(alternates.insert((link.attribute("type"), link.attribute("hreflang"))));
    }
    assert!(!alternates.is_empty(), "no alternate");
    for category in entry.all("category") {
        assert!(category.attribute("term").is_some_and(|term| !term.trim().is_empty()));
        absolute_uri(category.attribute("scheme").expect("scheme"));
    }
    let content = entry.one("content");
    assert_eq!(content.attribute("type"), Some("html"));
    text_construct(content);
    for source in entry.all("source") {
        let id = &source.one("id").text;
        assert_eq!(canonical(id).as_ref(), Some(id), "not in canonical form");
        text_construct(source.one("title"));
        moment(&source.one("updated").text);
        source.all("link").for_each(atom_link);
    }
}

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
    let first = channel.children.iter().position(|child| child.name == "item");
    let items = &channel.children[first.unwrap_or(channel.children.len())..];
    assert!(items.iter().all(|child| child.name == "item"), "items are last");
    let mut ids = HashSet::new();
    for item in items {
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

/// Panics where `document` is not JSON Feed 1.1.
pub(crate) fn json(document: &str) {
    let feed: Value = serde_json::from_str(document).expect("JSON");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    let text =
        |value: &Value| value.as_str().map(str::to_owned).unwrap_or_else(|| panic!("{value}"));
    assert!(!text(&feed["title"]).is_empty());
    for name in ["home_page_url", "feed_url"] {
        web_address(&text(&feed[name]));
    }
    language(&text(&feed["language"]));
    const KNOWN: &str = " version title home_page_url feed_url description next_url icon authors \
        language hubs items expired ";
    let fields = feed.as_object().expect("an object");
    fields.keys().for_each(|name| assert!(KNOWN.contains(&format!(" {name} ")), "{name}"));
    let mut ids = HashSet::new();
    for item in feed["items"].as_array().expect("items") {
        assert!(ids.insert(text(&item["id"])), "an id twice");
        absolute_uri(&text(&item["id"]));
        web_address(&text(&item["url"]));
        feed_html(&text(&item["content_html"]));
        moment(&text(&item["date_published"]));
        moment(&text(&item["date_modified"]));
        assert!(
            item["authors"]
                .as_array()
                .is_some_and(|authors| authors.iter().all(|a| a["name"].is_string()))
        );
        item["image"].as_str().into_iter().for_each(web_address);
        item["language"].as_str().into_iter().for_each(language);
        for attachment in item["attachments"].as_array().into_iter().flatten() {
            web_address(&text(&attachment["url"]));
            media_type(&text(&attachment["mime_type"]));
        }
        assert!(!text(&item["title"]).contains(OVERRIDES));
    }
}
