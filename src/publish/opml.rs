//! OPML 2.0: lists of feeds, of ours for subscribers and of the sources watched.

use std::collections::BTreeMap;

use opml::{Body, Head, OPML, Outline};

use super::clean::{address, line};
use crate::model::Time;

/// One feed of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFeed {
    /// Its title.
    pub title: String,
    /// Its address.
    pub xml_url: String,
    /// The site or page beside it.
    pub html_url: Option<String>,
    /// What it holds.
    pub description: Option<String>,
    /// Its language, BCP 47.
    pub lang: Option<String>,
    /// The folder that it belongs in.
    pub folder: Option<String>,
}

/// A list of feeds as OPML 2.0, those in folders after those in none. Feeds whose address is not
/// one are left out.
pub fn opml(title: &str, feeds: &[ListedFeed], now: Time) -> String {
    let mut loose = Vec::new();
    let mut folders: BTreeMap<String, Vec<Outline>> = BTreeMap::new();
    for feed in feeds {
        let Some(outline) = outline(feed) else { continue };
        match &feed.folder {
            Some(folder) => folders.entry(line(folder)).or_default().push(outline),
            None => loose.push(outline),
        }
    }
    loose.extend(folders.into_iter().map(|(text, outlines)| Outline {
        title: Some(text.clone()),
        text,
        outlines,
        ..Outline::default()
    }));
    let document = OPML {
        head: Some(Head {
            title: Some(line(title)),
            date_created: Some(now.to_rfc2822()),
            ..Head::default()
        }),
        body: Body { outlines: loose },
        ..OPML::default()
    };
    let xml = document.to_string().expect("a string takes every character");
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}")
}

fn outline(feed: &ListedFeed) -> Option<Outline> {
    let text = line(&feed.title);
    Some(Outline {
        title: Some(text.clone()),
        text,
        r#type: Some("rss".to_owned()),
        xml_url: Some(address(&feed.xml_url)?),
        html_url: feed.html_url.as_deref().and_then(address),
        description: feed.description.as_deref().map(line).filter(|text| !text.is_empty()),
        language: feed.lang.clone(),
        ..Outline::default()
    })
}
