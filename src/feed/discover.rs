//! The feeds that a page names, best first.

use url::Url;

use crate::html::scan::{self, Token};
use crate::html::{self};

/// Candidates of one page beyond this many are left out.
const MOST: usize = 32;

/// A feed that a page or server names, or that may stand at a usual path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its absolute address.
    pub url: String,
    /// Its title, where one is given.
    pub title: Option<String>,
    /// Where it was found.
    pub found: Found,
}

/// Where a candidate was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// `link rel=alternate` of the page's head.
    Alternate,
    /// The HTTP header `Link`.
    Header,
    /// A link of the page that looks like a feed's.
    Anchor,
    /// `link rel=alternate` of comments or of another language.
    Minor,
    /// A usual path, nowhere named.
    Guess,
}

/// Finds the feeds that a page (`html`, fetched from `base`) names, best first, among those that
/// its server named (`headers`, [`Found::Header`]). Where there is none, [`usual_paths`] are worth
/// a try.
pub fn discover(html: &str, base: &Url, headers: Vec<Candidate>) -> Vec<Candidate> {
    let mut finder = Finder { base: base.clone(), found: headers };
    let mut anchor: Option<(String, String)> = None;
    for token in scan::tokens(html) {
        match token {
            Token::Start(tag) if tag.is("base") => {
                let href = tag.attribute("href");
                finder.base =
                    href.and_then(|h| html::resolve_web(&h, Some(base))).unwrap_or(finder.base);
            }
            Token::Start(tag) if tag.is("link") => finder.link(&tag),
            Token::Start(tag) if tag.is("a") => {
                anchor = tag.attribute("href").map(|href| (href, String::new()));
            }
            Token::Text(text) => {
                if let Some((_, label)) = &mut anchor
                    && label.len() < 200
                {
                    label.push_str(text);
                }
            }
            Token::End(name) if name.eq_ignore_ascii_case("a") => {
                if let Some((href, label)) = anchor.take() {
                    finder.anchor(&href, &label);
                }
            }
            _ => {}
        }
    }
    finder.sorted()
}

/// Where sites keep feeds that they do not name, as absolute addresses, likeliest first.
pub fn usual_paths(base: &Url) -> Vec<Candidate> {
    const PATHS: [&str; 12] = [
        "/feed",
        "/rss",
        "/feed/",
        "/rss.xml",
        "/feed.xml",
        "/atom.xml",
        "/index.xml",
        "/feeds",
        "/rss/",
        "/ar/rss",
        "/feed.json",
        "/?feed=rss2",
    ];
    PATHS
        .iter()
        .filter_map(|path| {
            let url = base.join(path).ok()?;
            Some(Candidate { url: url.into(), title: None, found: Found::Guess })
        })
        .collect()
}

struct Finder {
    base: Url,
    found: Vec<Candidate>,
}

impl Finder {
    fn add(&mut self, href: &str, title: Option<String>, found: Found) {
        let Some(url) = html::absolute(href, Some(&self.base)) else { return };
        if let Some(known) = self.found.iter_mut().find(|c| c.url == url) {
            known.found = known.found.min(found);
            known.title = known.title.take().or(title);
        } else if self.found.len() < MOST {
            self.found.push(Candidate { url, title, found });
        }
    }

    fn link(&mut self, tag: &scan::Tag<'_>) {
        let attribute = |name| tag.attribute(name).unwrap_or_default();
        let rel = attribute("rel").to_ascii_lowercase();
        let mut rels = rel.split_ascii_whitespace();
        if !rels.any(|r| matches!(r, "alternate" | "feed")) || !is_feed_type(&attribute("type")) {
            return;
        }
        let (href, title) = (attribute("href"), plain(&attribute("title")));
        let found = if is_minor(&href, title.as_deref()) { Found::Minor } else { Found::Alternate };
        self.add(&href, title, found);
    }

    /// A link in the text: its address or its label says that it is a feed.
    fn anchor(&mut self, href: &str, label: &str) {
        let lower = href.to_ascii_lowercase();
        let path = lower.split(['?', '#']).next().unwrap_or_default();
        let by_path = [".rss", ".atom", "/rss", "/feed", "/atom", "/feed.xml", "/rss.xml"]
            .iter()
            .any(|end| path.trim_end_matches('/').ends_with(end))
            || lower.contains("feeds.feedburner.com/");
        let label = html::plain_text(label);
        let by_label =
            matches!(&*label.to_lowercase(), "rss" | "atom" | "rss feed" | "خلاصات" | "خدمة rss");
        if by_path || by_label {
            self.add(href, plain(&label), Found::Anchor);
        }
    }

    fn sorted(mut self) -> Vec<Candidate> {
        self.found.sort_by_key(|candidate| candidate.found);
        self.found
    }
}

/// Whether a media type, with or without parameters, is one that feeds are served as.
pub fn is_feed_type(written: &str) -> bool {
    let lower = written.to_ascii_lowercase();
    let kind = lower.split(';').next().unwrap_or_default().trim();
    matches!(
        kind,
        "application/rss+xml"
            | "application/atom+xml"
            | "application/feed+json"
            | "application/rdf+xml"
            | "application/xml"
            | "text/xml"
            | "application/x.atom+xml"
            | "application/x-atom+xml"
            | "text/rss+xml"
    )
}

/// Feeds of comments, and of other languages, that nobody means first.
fn is_minor(href: &str, title: Option<&str>) -> bool {
    let title = title.unwrap_or_default().to_lowercase();
    href.contains("/comments/")
        || ["comment", "commentaire", "comentario", "تعليق"].iter().any(|word| title.contains(word))
}

fn plain(text: &str) -> Option<String> {
    let text = html::plain_text(text);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(html: &str, headers: &[&str]) -> Vec<(String, Found)> {
        let base = Url::parse("https://a.example/ar/").unwrap();
        let headers = headers
            .iter()
            .map(|url| Candidate { url: (*url).to_owned(), title: None, found: Found::Header })
            .collect();
        discover(html, &base, headers).into_iter().map(|c| (c.url, c.found)).collect()
    }

    #[test]
    fn alternates_come_first_comments_last() {
        let html = "<head><link rel='alternate' type='application/rss+xml' title='تعليقات' href=/c>\
            <LINK REL=alternate TYPE=\"application/atom+xml\" HREF='feed?a=1&amp;b=2'>\
            <link rel=alternate hreflang=en href=/en><link rel=stylesheet type=text/css href=x>\
            <body><a href='/rss'>RSS</a>";
        assert_eq!(
            find(html, &["https://a.example/h"]),
            [
                ("https://a.example/ar/feed?a=1&b=2".to_owned(), Found::Alternate),
                ("https://a.example/h".to_owned(), Found::Header),
                ("https://a.example/rss".to_owned(), Found::Anchor),
                ("https://a.example/c".to_owned(), Found::Minor),
            ]
        );
    }

    #[test]
    fn the_base_element_counts_and_doubles_do_not() {
        let html = "<base href='https://b.example/'><link rel=alternate type=text/xml href=f>\
            <link rel=alternate type=text/xml href=f>";
        assert_eq!(find(html, &[]), [("https://b.example/f".to_owned(), Found::Alternate)]);
    }

    #[test]
    fn usual_paths_are_of_the_same_host() {
        let base = Url::parse("https://a.example/ar/page").unwrap();
        let paths = usual_paths(&base);
        assert_eq!(paths[0].url, "https://a.example/feed");
        assert!(paths.iter().all(|c| c.url.starts_with("https://a.example/")));
    }
}
