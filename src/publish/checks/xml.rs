//! A document as a tree, for those who look at it.

use quick_xml::events::{BytesStart, Event};

/// One element of a document.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn one(&self, name: &str) -> &Element {
        assert_eq!(self.all(name).count(), 1, "one {name} in {}", self.name);
        self.children.iter().find(|child| child.name == name).expect("counted")
    }

    pub(super) fn few(&self, names: &[&str]) {
        for name in names {
            assert!(self.all(name).count() <= 1, "several {name} in {}", self.name);
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The children of this name, after which nothing else may stand.
    pub(super) fn last(&self, name: &str) -> &[Element] {
        let first = self.children.iter().position(|child| child.name == name);
        let last = &self.children[first.unwrap_or(self.children.len())..];
        assert!(last.iter().all(|child| child.name == name), "{name} is last in {}", self.name);
        last
    }

    pub(super) fn known(&self, names: &[&str]) {
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

pub(super) fn parsed(document: &str) -> Element {
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
