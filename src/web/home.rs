//! `/`: the newest entries, filtered by links, searched, paged.

use askama::Template;

use super::card::{Card, Day};
use super::catalog::Catalog;
use super::page::{Page, Section, Visit};
use super::query::{pairs, toggled};
use super::say;
use super::texts::texts;
use crate::model::{Cursor, Facets, Filter, PublishedEntry};
use crate::publish::{Tongue, country_name, language_name};

/// Values offered of a criterion that has no end.
const OFFERED: usize = 12;

#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct Home {
    pub page: Page,
    pub heading: String,
    pub days: Vec<Day>,
    pub active: Vec<Active>,
    pub clear: String,
    pub facets: Vec<FacetList>,
    pub older: Option<String>,
    pub newest: Option<String>,
    pub searching: bool,
    pub readers: Vec<ReaderLink>,
}

/// A criterion in force, with the link that lifts it.
pub(super) struct Active {
    pub name: String,
    pub without: String,
}

/// The values of one criterion, as links.
pub(super) struct FacetList {
    pub title: &'static str,
    pub values: Vec<FacetValue>,
    /// Link to all of them, where these are not all.
    pub more: Option<(String, &'static str)>,
}

pub(super) struct FacetValue {
    pub name: String,
    pub href: String,
    pub count: Option<String>,
    pub active: bool,
    pub leaf: bool,
    pub tone: Option<usize>,
}

/// A feed reader on the web that can be handed an address.
pub(super) struct ReaderLink {
    pub name: &'static str,
    pub href: String,
}

/// Readers that take a feed's address in their own.
const READERS: [(&str, &str); 4] = [
    ("Feedly", "https://feedly.com/i/subscription/feed/"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
];

/// Links that hand a feed to well-known readers.
pub(super) fn readers(feed_url: &str) -> Vec<ReaderLink> {
    let address: String = url::form_urlencoded::byte_serialize(feed_url.as_bytes()).collect();
    let link = |(name, before): (&'static str, &str)| ReaderLink {
        name,
        href: format!("{before}{address}"),
    };
    READERS.into_iter().map(link).collect()
}

impl Visit<'_> {
    /// The front page: `entries` of the filter; `more` when older ones follow.
    pub fn home(
        &self,
        entries: &[PublishedEntry],
        more: bool,
        paged: bool,
        facets: &Facets,
    ) -> Home {
        let active = self.active();
        let heading = if active.is_empty() {
            self.t().newest.to_owned()
        } else {
            let names: Vec<&str> = active.iter().map(|one| one.name.as_str()).collect();
            names.join(" · ")
        };
        let page = self.page(Section::Newest, if active.is_empty() { "" } else { &heading });
        let last = entries.last().filter(|_| more);
        Home {
            readers: page.feeds.first().map(|feed| readers(&feed.url)).unwrap_or_default(),
            days: self.days(entries),
            clear: self.filtered(&Filter::default()),
            facets: self.facet_lists(facets),
            older: last.map(|entry| self.older(entry)),
            newest: paged.then(|| self.filtered(&self.filter)),
            searching: !self.filter.is_empty(),
            page,
            heading,
            active,
        }
    }

    fn older(&self, last: &PublishedEntry) -> String {
        let cursor = Cursor { published: last.published, group: last.group };
        let mut query = super::query::write(&self.filter);
        if !query.is_empty() {
            query.push('&');
        }
        self.link("", &format!("{query}before={cursor}"))
    }

    fn active(&self) -> Vec<Active> {
        let one = |(name, value): (&'static str, String)| Active {
            name: self.value_name(name, &value),
            without: self.filtered(&toggled(&self.filter, name, &value)),
        };
        pairs(&self.filter).into_iter().map(one).collect()
    }

    fn value_name(&self, name: &str, value: &str) -> String {
        value_name(self.catalog, self.tongue, name, value)
    }

    /// A kind of source in words.
    pub fn kind_name(&self, kind: &str) -> &'static str {
        kind_name(self.tongue, kind)
    }

    fn facet_lists(&self, facets: &Facets) -> Vec<FacetList> {
        let t = self.t();
        let listed = |name: &'static str, found: &[(String, u64)], chosen: &[String]| {
            let offered = found.iter().take(OFFERED).map(|(value, count)| (value.as_str(), *count));
            let missing = chosen
                .iter()
                .filter(|value| !found.iter().take(OFFERED).any(|(known, _)| known == *value))
                .map(|value| (value.as_str(), 0));
            let values = offered.chain(missing);
            values.map(|(value, count)| self.facet(name, value, count)).collect::<Vec<_>>()
        };
        let lists = [
            FacetList { title: t.topics, values: self.topic_facets(facets), more: None },
            FacetList {
                title: t.languages,
                values: listed("lang", &facets.langs, &self.filter.langs),
                more: None,
            },
            FacetList {
                title: t.countries,
                values: listed("country", &facets.countries, &self.filter.countries),
                more: None,
            },
            FacetList {
                title: t.sources,
                values: listed("source", &facets.sources, &self.filter.sources),
                more: Some((self.link("sources", ""), t.all_sources)),
            },
        ];
        lists.into_iter().filter(|list| !list.values.is_empty()).collect()
    }

    fn topic_facets(&self, facets: &Facets) -> Vec<FacetValue> {
        let counted = |id: &str| {
            facets.topics.iter().find(|(known, _)| known == id).map_or(0, |(_, count)| *count)
        };
        let topics = self.catalog.topics.iter();
        topics.map(|topic| self.facet("topic", &topic.id, counted(&topic.id))).collect()
    }

    fn facet(&self, name: &'static str, value: &str, count: u64) -> FacetValue {
        let active = pairs(&self.filter).iter().any(|pair| pair.0 == name && pair.1 == value);
        let topic = name == "topic";
        FacetValue {
            name: self.value_name(name, value),
            href: self.filtered(&toggled(&self.filter, name, value)),
            count: (count > 0).then(|| say::number(self.tongue, count)),
            active,
            leaf: topic && value.contains('.'),
            tone: topic.then(|| self.catalog.tone(value)),
        }
    }
}

/// The criteria of a filter in words.
pub(super) fn names(catalog: &Catalog, tongue: Tongue, filter: &Filter) -> Vec<String> {
    let pairs = pairs(filter);
    pairs.iter().map(|(name, value)| value_name(catalog, tongue, name, value)).collect()
}

fn value_name(catalog: &Catalog, tongue: Tongue, name: &str, value: &str) -> String {
    match name {
        "topic" => catalog.topic_label(value, tongue).to_owned(),
        "lang" => language_name(value, tongue).to_owned(),
        "country" => country_name(value, tongue).to_owned(),
        "source" => catalog.source_name(value, tongue).to_owned(),
        "kind" => kind_name(tongue, value).to_owned(),
        "q" if tongue == Tongue::En => format!("“{value}”"),
        "q" => format!("«{value}»"),
        _ => format!("{} ≥ {value}", texts(tongue).score),
    }
}

fn kind_name(tongue: Tongue, kind: &str) -> &'static str {
    let t = texts(tongue);
    match kind {
        "agency" => t.kind_agency,
        "igo" => t.kind_igo,
        "government" => t.kind_government,
        "ngo" => t.kind_ngo,
        "research" => t.kind_research,
        "specialist" => t.kind_specialist,
        _ => t.kind_media,
    }
}

#[derive(Template)]
#[template(path = "story.html")]
pub(super) struct Story {
    pub page: Page,
    pub heading: String,
    pub dir: &'static str,
    pub lang: String,
    pub count: String,
    pub languages: Vec<String>,
    pub days: Vec<Day>,
}

impl Visit<'_> {
    /// An event over time: its entries, newest first.
    pub fn story(&self, entries: &[PublishedEntry]) -> Story {
        // The first to tell it gives it its name.
        let first: Option<Card> = entries.last().map(|entry| self.card(entry));
        let heading = first.as_ref().map_or_else(String::new, |card| card.title.clone());
        let mut languages: Vec<String> = Vec::new();
        for lang in entries.iter().filter_map(|entry| entry.lang.as_deref()) {
            let name = language_name(lang, self.tongue).to_owned();
            if !languages.contains(&name) {
                languages.push(name);
            }
        }
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        Story {
            page: self.page(Section::Other, &heading),
            dir: first.as_ref().map_or("auto", |card| card.dir),
            lang: first.map(|card| card.lang).unwrap_or_default(),
            count: say::counted(self.tongue, count, &say::ARTICLES),
            days: self.days(entries),
            heading,
            languages,
        }
    }
}
