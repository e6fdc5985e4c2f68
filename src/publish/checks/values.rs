//! Values that occur in several kinds of document.

use super::xml::Element;
use crate::html::scan::{self, Token};
use crate::html::{decode_entities, sanitize};
use crate::publish::tongues;

pub(super) fn web_address(text: &str) {
    let url = url::Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(matches!(url.scheme(), "http" | "https"), "{text}");
    let strict =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    assert!(text.bytes().all(strict), "{text} is no RFC 3986 address");
}

pub(super) fn absolute_uri(text: &str) {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    assert!(matches!(scheme, Some("tag" | "urn" | "http" | "https")), "{text}");
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
}

pub(super) fn language(tag: &str) {
    let mut parts = tag.split('-');
    assert!(parts.next().is_some_and(|primary| (2..=3).contains(&primary.len())), "{tag}");
    assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{tag}");
    assert_eq!(tongues::tag(tag).as_deref(), Some(tag), "no tag that checkers know");
}

pub(super) fn media_type(text: &str) {
    let (kind, name) = text.split_once('/').unwrap_or_else(|| panic!("{text} is no media type"));
    assert!(!kind.is_empty() && !name.is_empty() && !text.contains([' ', '"', '<']), "{text}");
}

pub(super) fn moment(text: &str) {
    assert!(text.contains('T') && !text.contains(' '), "{text}");
    chrono::DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(text >= "1990", "{text} is not plausible");
}

/// Text that some readers take for HTML must say the same in either reading.
pub(super) fn plain(element: &Element) {
    let text = &element.text;
    assert!(element.children.is_empty(), "markup in {}", element.name);
    assert_eq!(text.trim(), text, "white space around {}", element.name);
    assert!(!text.contains(['\n', '\t']), "{} is one line", element.name);
    assert!(!text.contains(OVERRIDES), "{} turns round what follows", element.name);
    let marks = scan::tokens(text).any(|token| !matches!(token, Token::Text(_)));
    assert!(!marks, "{} looks like markup: {text}", element.name);
    assert_eq!(decode_entities(text), text.as_str(), "{} holds a reference", element.name);
}

pub(super) const OVERRIDES: [char; 9] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];

/// HTML as readers and checkers of feeds know it.
pub(super) fn feed_html(html: &str) {
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

pub(super) fn atom_link(link: &Element) {
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

pub(super) fn media_content(content: &Element) {
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
