//! What subscribers get: an output feed read from the running program.

use std::collections::{BTreeMap, BTreeSet};

use atom_syndication::{Entry, Feed};

use super::program::Program;

/// An entry of an output feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its id, for ever.
    pub id: String,
    /// The lead's headline.
    pub title: String,
    /// The lead's publisher.
    pub publisher: String,
    /// The further copies: address, and what the link is called.
    pub copies: BTreeMap<String, String>,
    /// Its categories.
    pub topics: BTreeSet<String>,
    /// Its content, HTML.
    pub content: String,
    /// RFC 3339.
    pub published: String,
    /// RFC 3339.
    pub updated: String,
}

impl Published {
    /// The addresses of all copies, the lead at `url` too.
    pub fn addresses(&self, url: &str) -> BTreeSet<String> {
        self.copies.keys().cloned().chain([url.to_owned()]).collect()
    }
}

/// The entries of the Atom form of a feed by the address of their lead. No address may come twice,
/// neither of leads nor of copies, and no id.
#[track_caller]
pub fn published(program: &Program, feed: &str) -> BTreeMap<String, Published> {
    let answer = program.get(&format!("/feeds/{feed}.atom"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let document = Feed::read_from(answer.body.as_bytes()).expect("Atom");
    let (mut entries, mut ids, mut addresses) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for entry in document.entries() {
        let (url, entry) = read(entry);
        assert!(ids.insert(entry.id.clone()), "{} comes twice", entry.id);
        for address in entry.addresses(&url) {
            assert!(addresses.insert(address.clone()), "{address} comes twice");
        }
        entries.insert(url, entry);
    }
    entries
}

fn read(entry: &Entry) -> (String, Published) {
    let links = |rel: &'static str| entry.links().iter().filter(move |link| link.rel == rel);
    let mut leads = links("alternate").map(|link| link.href.clone());
    let url = leads.next().expect("a link to the article");
    assert_eq!(leads.next(), None, "{url} has a second lead");
    let copies = links("related");
    let published = Published {
        id: entry.id.clone(),
        title: entry.title.value.clone(),
        publisher: entry.source.as_ref().map(|s| s.title.value.clone()).unwrap_or_default(),
        copies: copies
            .map(|link| (link.href.clone(), link.title.clone().unwrap_or_default()))
            .collect(),
        topics: entry.categories().iter().map(|category| category.term.clone()).collect(),
        content: entry.content().and_then(|content| content.value.clone()).unwrap_or_default(),
        published: entry.published.expect("a date").to_rfc3339(),
        updated: entry.updated.to_rfc3339(),
    };
    (url, published)
}
