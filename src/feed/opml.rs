//! Lists of feeds: the outlines of an OPML file.

use std::borrow::Cow;

use super::xml::{self, Entities, Event, Reader};
use crate::text::charset;

/// Outlines of one file beyond this many are left out.
const MOST: usize = 10_000;
/// Folders nested deeper than this are not told apart.
const MAX_DEPTH: usize = 64;

/// One feed of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Address of the feed, as written.
    pub xml_url: String,
    /// Its title.
    pub title: Option<String>,
    /// Address of its site.
    pub html_url: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// The folders around it, outermost first.
    pub folders: Vec<String>,
}

/// Reads the feeds of an OPML document, whatever its condition; empty where there are none.
pub fn read_opml(bytes: &[u8]) -> Vec<Outline> {
    let decoded = charset::decode(bytes, &charset::Hints::default());
    let (text, _) = xml::without_forbidden(decoded.text);
    let none = Entities::default();
    let mut found = Vec::new();
    // What each open outline is called, where it is a folder.
    let mut open: Vec<Option<String>> = Vec::new();
    for event in Reader::new(&text) {
        match event {
            Event::Start { tag, empty } if tag.is("outline") => {
                let attribute = |name: &str| {
                    let value = tag.attributes().find(|a| a.name.eq_ignore_ascii_case(name))?;
                    let value: Cow<'_, str> = xml::decode(value.value, &none);
                    Some(value.trim().to_owned()).filter(|v| !v.is_empty())
                };
                let title = attribute("title").or_else(|| attribute("text"));
                let url = attribute("xmlurl").or_else(|| attribute("url"));
                let is_feed = url.is_some();
                if let Some(xml_url) = url
                    && found.len() < MOST
                {
                    found.push(Outline {
                        xml_url,
                        title: title.clone(),
                        html_url: attribute("htmlurl"),
                        language: attribute("language").filter(|l| l != "unknown"),
                        folders: open.iter().flatten().cloned().collect(),
                    });
                }
                if !empty && open.len() < MAX_DEPTH {
                    open.push(title.filter(|_| !is_feed));
                }
            }
            Event::End(name) if name.eq_ignore_ascii_case("outline") => {
                open.pop();
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_keep_their_folders() {
        let opml = "<?xml version='1.0'?><opml version='2.0'><body><outline text='هجرة'>\
            <outline type='rss' text='A &amp; B' xmlUrl='https://a.example/f?x=1&y=2' htmlUrl='https://a.example/'/>\
            </outline><outline text='C' xmlUrl='https://c.example/f'></outline></body></opml>";
        let found = read_opml(opml.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].title.as_deref(), Some("A & B"));
        assert_eq!(found[0].xml_url, "https://a.example/f?x=1&y=2");
        assert_eq!(found[0].folders, ["هجرة"]);
        assert!(found[1].folders.is_empty());
    }

    #[test]
    fn deep_nesting_and_rubbish_are_survived() {
        assert!(read_opml("<outline text='a'>".repeat(20_000).as_bytes()).is_empty());
        assert!(read_opml(b"\xff\xfe\x00").is_empty());
    }
}
