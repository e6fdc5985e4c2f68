//! What is watched already, and names for what is not yet.

use std::collections::{HashMap, HashSet};

use psl::Psl;
use url::{Host, Url};

use crate::model::Source;

/// Longest id that is made; the configuration allows a little more.
const ID_CHARS: usize = 48;
/// First labels of a host that say nothing about whose it is.
const IDLE_LABELS: [&str; 6] = ["www", "m", "feeds", "feed", "rss", "amp"];

/// The addresses and ids of the sources.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_address: HashMap<String, String>,
    ids: HashSet<String>,
    /// Where the search for a free number goes on, so that a long list of one host stays quick.
    numbers: HashMap<String, u32>,
}

impl Known {
    /// Those of `sources`, the disabled ones too.
    pub(super) fn of(sources: &[Source]) -> Self {
        let mut known = Self::default();
        for source in sources {
            known.add(&source.id, &source.url);
        }
        known
    }

    /// Remembers one more.
    pub(super) fn add(&mut self, id: &str, url: &str) {
        self.ids.insert(id.to_owned());
        self.by_address.entry(key(url)).or_insert_with(|| id.to_owned());
    }

    /// The source that watches this address, in whatever form it is written.
    pub(super) fn owner(&self, url: &str) -> Option<&str> {
        self.by_address.get(&key(url)).map(String::as_str)
    }

    /// Whether there is a source of this id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// An id that nobody has, made of a site's host and a language: `hespress-ar`.
    pub(super) fn new_id(&mut self, site: &Url, lang: Option<&str>) -> String {
        let mut base = host_words(site);
        if let Some(lang) = lang {
            base = format!("{base}-{lang}");
        }
        let number = self.numbers.entry(base.clone()).or_insert(1);
        let mut id = base.clone();
        while self.ids.contains(&id) {
            *number += 1;
            id = format!("{base}-{number}");
        }
        id
    }
}

/// One key for all ways to write an address: with or without `www.`, `https` and a last `/`.
fn key(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().filter(|q| !q.is_empty()).map(|q| format!("?{q}")).unwrap_or_default();
    format!("{host}{port}{}{query}", url.path().trim_end_matches('/'))
}

/// A host without what every host has: `news-un` of `www.news.un.org`.
fn host_words(site: &Url) -> String {
    let name = match site.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').to_ascii_lowercase(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let suffix = match site.host() {
        Some(Host::Domain(_)) => {
            psl::List.suffix(name.as_bytes()).map_or(0, |s| s.as_bytes().len())
        }
        _ => 0,
    };
    let own = name[..name.len() - suffix].trim_end_matches('.');
    let mut labels: Vec<&str> = own.split('.').filter(|label| !label.is_empty()).collect();
    while labels.len() > 1 && IDLE_LABELS.contains(&labels[0]) {
        labels.remove(0);
    }
    let words = labels.join("-");
    let plain: String = words
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .take(ID_CHARS)
        .collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "source".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(known: &mut Known, url: &str, lang: Option<&str>) -> String {
        known.new_id(&Url::parse(url).unwrap(), lang)
    }

    #[test]
    fn ids_are_made_of_host_and_language() {
        let mut none = Known::default();
        for (url, lang, expected) in [
            ("https://www.gazette.co.uk/rss", Some("en"), "gazette-en"),
            ("https://feeds.gazette.com/x", Some("ar"), "gazette-ar"),
            ("https://news.un.org/feed", Some("ar"), "news-un-ar"),
            ("http://127.0.3.1:8080/feed", None, "127-0-3-1"),
            ("http://[::1]/feed", None, "1"),
            ("https://أخبار.example/f", Some("ar"), "xn--ngbcg6g-ar"),
            ("https://com/f", None, "source"),
        ] {
            let made = id(&mut none, url, lang);
            assert!(crate::config::is_source_id(&made).is_ok(), "{url}: {made}");
            if !url.contains("أخبار") {
                assert_eq!(made, expected, "{url}");
            }
        }
        let long = format!("https://{0}.{0}.{0}.org/", "a".repeat(60));
        assert!(crate::config::is_source_id(&id(&mut none, &long, Some("ar"))).is_ok());
    }

    #[test]
    fn ids_are_unique() {
        let mut known = Known::default();
        for expected in ["gazette-ar", "gazette-ar-2", "gazette-ar-3"] {
            let id = id(&mut known, "https://gazette.example/", Some("ar"));
            assert_eq!(id, expected);
            known.add(&id, &format!("https://{id}.example/"));
        }
    }

    #[test]
    fn one_address_in_all_its_forms() {
        let mut known = Known::default();
        known.add("a", "https://www.a.example/feed/");
        known.add("b", "http://b.example:8080/f?x=1");
        for form in
            ["http://a.example/feed", "HTTPS://A.example/feed#x", "https://a.example/feed/?"]
        {
            assert_eq!(known.owner(form), Some("a"), "{form}");
        }
        assert_eq!(known.owner("http://b.example:8080/f?x=1"), Some("b"));
        for other in
            ["http://b.example:8080/f", "http://b.example/f?x=1", "https://a.example/", "x"]
        {
            assert_eq!(known.owner(other), None, "{other}");
        }
    }
}
