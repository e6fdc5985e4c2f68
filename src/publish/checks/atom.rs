//! Atom 1.0: RFC 4287, with RFC 5005 and RFC 6721.

use std::collections::HashSet;

use super::values::{
    absolute_uri, atom_link, feed_html, language, media_content, moment, plain, web_address,
};
use super::xml::{Element, parsed};
use crate::publish::canonical::canonical;
use crate::publish::schemas;

/// Panics where `document` is not what an Atom reader expects.
pub(crate) fn atom(document: &str) {
    assert_eq!(schemas::atom(document), Vec::<String>::new());
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
    let (mut ids, mut moments) = (HashSet::new(), HashSet::new());
    // Checkers warn of namespaces that they do not know.
    let graves = document.contains("<at:deleted-entry ");
    assert_eq!(graves, document.contains("xmlns:at=\""), "tombstones without need or name");
    for entry in feed.last("entry") {
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

fn text_construct(element: &Element) {
    match element.attribute("type") {
        None | Some("text") => plain(element),
        Some("html") => feed_html(&element.text),
        Some(other) => panic!("type {other}"),
    }
    element.attribute("xml:lang").into_iter().for_each(language);
}

fn person(person: &Element) {
    person.known(&["name", "uri", "email"]);
    plain(person.one("name"));
    assert!(!person.one("name").text.is_empty());
    assert!(!person.one("name").text.contains(['<', '>']), "looks like an address of mail");
    person.all("uri").for_each(|uri| web_address(&uri.text));
}
