//! `/topics`, `/sources`, `/feeds`: what is watched, who is read, what can be followed.

use askama::Template;

use super::card::Chip;
use super::catalog::OutputFeed;
use super::home::{ReaderLink, readers};
use super::page::{FORMS, FeedLink, Page, Section, Visit};
use super::{plot, say};
use crate::model::{DayCount, Facets, Filter, Source, Time};
use crate::publish::{country_name, language_name};

/// Days in a plot.
pub(super) const DAYS: usize = 90;
/// Without a new entry for this long, a source that answers counts as silent.
const SILENT_DAYS: i64 = 30;
/// Languages and countries named beside a plot.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "topics.html")]
pub(super) struct Topics {
    pub page: Page,
    pub roots: Vec<TopicRow>,
    /// The days at the ends of a plot.
    pub ends: [String; 2],
    pub languages: Vec<Share>,
    pub countries: Vec<Share>,
}

pub(super) struct TopicRow {
    pub chip: Chip,
    pub description: String,
    pub count: String,
    pub bars: String,
    pub feed: String,
    pub leaves: Vec<TopicRow>,
}

/// A value with its part of the whole, in percent of the greatest.
pub(super) struct Share {
    pub chip: Chip,
    pub count: String,
    pub percent: u64,
}

#[derive(Template)]
#[template(path = "sources.html")]
pub(super) struct Sources {
    pub page: Page,
    pub rows: Vec<SourceRow>,
    pub count: String,
    pub list: String,
}

pub(super) struct SourceRow {
    pub chip: Chip,
    pub country: String,
    pub language: String,
    pub kind: &'static str,
    pub schedule: String,
    pub state: &'static str,
    pub mood: &'static str,
    pub error: String,
    pub last_read: String,
    pub count: String,
    pub bars: String,
}

/// What the pages need to know of a source beside its configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceHealth {
    /// Source id.
    pub id: String,
    /// Last successful poll.
    pub last_success: Option<Time>,
    /// Last poll that brought something new.
    pub last_new: Option<Time>,
    /// Why the last poll failed, where it did.
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "feeds.html")]
pub(super) struct Feeds {
    pub page: Page,
    pub rows: Vec<FeedRow>,
    pub list: String,
}

pub(super) struct FeedRow {
    pub title: String,
    pub description: String,
    pub view: String,
    pub forms: Vec<FeedLink>,
    pub readers: Vec<ReaderLink>,
}

impl Visit<'_> {
    /// The page of topics, from counts per day and topic.
    pub fn topics(&self, days: &[DayCount], facets: &Facets) -> Topics {
        let roots = self.catalog.topics.iter().filter(|topic| topic.parent.is_none());
        let rows = roots.map(|root| {
            let leaves = self.catalog.topics.iter();
            let leaves = leaves.filter(|leaf| leaf.parent.as_deref() == Some(root.id.as_str()));
            let leaves = leaves.map(|leaf| self.topic_row(&leaf.id, days)).collect();
            TopicRow { leaves, ..self.topic_row(&root.id, days) }
        });
        Topics {
            page: self.page(Section::Topics, self.t().topics),
            roots: rows.collect(),
            ends: [DAYS as i64 - 1, 0]
                .map(|back| say::date(self.tongue, self.now - chrono::Duration::days(back))),
            languages: self.shares("lang", &facets.langs),
            countries: self.shares("country", &facets.countries),
        }
    }

    fn topic_row(&self, id: &str, days: &[DayCount]) -> TopicRow {
        let (count, bars) = self.bars(id, days);
        let topic = self.catalog.topic(id);
        let filter = Filter { topics: vec![id.to_owned()], ..Filter::default() };
        let named = self.catalog.feeds.iter().find(|feed| feed.filter == filter);
        TopicRow {
            chip: self.chip("topic", id, self.catalog.topic_label(id, self.tongue)),
            description: topic.map_or("", |topic| topic.description.get(self.tongue)).to_owned(),
            feed: match named {
                Some(feed) => format!("{}feeds/{}.atom", self.root, feed.id),
                None => format!("{}feeds/custom.atom?topic={id}", self.root),
            },
            leaves: Vec::new(),
            count,
            bars,
        }
    }

    /// How many in all, and the plot.
    fn bars(&self, of: &str, days: &[DayCount]) -> (String, String) {
        let today = say::day(self.now);
        let mut counts = [0; DAYS];
        for found in days.iter().filter(|found| found.of == of) {
            let back = usize::try_from(today - found.day).ok().filter(|back| *back < DAYS);
            if let Some(back) = back {
                counts[DAYS - 1 - back] += found.count;
            }
        }
        let total = say::counted(self.tongue, counts.iter().sum(), &say::ARTICLES);
        (total, plot::bars(self.tongue, &counts, today, self.t().per_day))
    }

    fn shares(&self, name: &'static str, found: &[(String, u64)]) -> Vec<Share> {
        let most = found.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let shares = found.iter().take(NAMED).map(|(value, count)| {
            let label = match name {
                "lang" => language_name(value, self.tongue),
                _ => country_name(value, self.tongue),
            };
            Share {
                chip: self.chip(name, value, label),
                count: say::number(self.tongue, *count),
                percent: count.saturating_mul(100) / most,
            }
        });
        shares.collect()
    }

    /// The page of sources.
    pub fn sources(&self, health: &[SourceHealth], days: &[DayCount]) -> Sources {
        let rows: Vec<SourceRow> = self
            .catalog
            .sources
            .iter()
            .map(|source| self.source_row(source, health, days))
            .collect();
        Sources {
            page: self.page(Section::Sources, self.t().sources),
            count: say::number(self.tongue, u64::try_from(rows.len()).unwrap_or(0)),
            list: format!("{}sources.opml", self.root),
            rows,
        }
    }

    fn source_row(&self, source: &Source, health: &[SourceHealth], days: &[DayCount]) -> SourceRow {
        let t = self.t();
        let known = health.iter().find(|known| known.id == source.id);
        let silent = |last: Time| (self.now - last).num_days() >= SILENT_DAYS;
        let (mood, state) = match known {
            Some(known) if known.error.is_some() => ("bad", t.state_failing),
            Some(known) if known.last_success.is_none() => ("idle", t.state_waiting),
            Some(known) if known.last_new.is_some_and(silent) => ("idle", t.state_silent),
            Some(_) => ("good", t.state_ok),
            None => ("idle", t.state_waiting),
        };
        let (count, bars) = self.bars(&source.id, days);
        let last = known.and_then(|known| known.last_success);
        SourceRow {
            chip: self.chip(
                "source",
                &source.id,
                self.catalog.source_name(&source.id, self.tongue),
            ),
            country: source
                .country
                .as_deref()
                .map_or("", |code| country_name(code, self.tongue))
                .to_owned(),
            language: source
                .lang
                .as_deref()
                .map_or("", |lang| language_name(lang, self.tongue))
                .to_owned(),
            kind: self.kind_name(source.kind.as_str()),
            schedule: match source.schedule.as_str() {
                "adaptive" => t.adaptive.to_owned(),
                other => other.to_owned(),
            },
            last_read: last
                .map_or(t.never.to_owned(), |last| say::ago(self.tongue, self.now, last)),
            error: known.and_then(|known| known.error.clone()).unwrap_or_default(),
            mood,
            state,
            count,
            bars,
        }
    }

    /// The page of feeds.
    pub fn feeds(&self) -> Feeds {
        Feeds {
            page: self.page(Section::Feeds, self.t().feeds),
            rows: self.catalog.feeds.iter().map(|feed| self.feed_row(feed)).collect(),
            list: format!("{}feeds.opml", self.root),
        }
    }

    fn feed_row(&self, feed: &OutputFeed) -> FeedRow {
        let forms: Vec<FeedLink> = FORMS
            .into_iter()
            .map(|(ending, mime, form)| FeedLink {
                form,
                mime,
                href: format!("{}feeds/{}.{ending}", self.root, feed.id),
                url: format!("{}feeds/{}.{ending}", self.base_url, feed.id),
            })
            .collect();
        FeedRow {
            title: feed.title.get(self.tongue).to_owned(),
            description: feed.description.get(self.tongue).to_owned(),
            view: self.filtered(&feed.filter),
            readers: forms.first().map(|form| readers(&form.url)).unwrap_or_default(),
            forms,
        }
    }
}

/// An error as a page.
#[derive(Template)]
#[template(path = "error.html")]
pub(super) struct ErrorPage {
    pub page: Page,
    pub sentence: String,
    pub detail: String,
}

impl Visit<'_> {
    /// An error, said in whole sentences.
    pub fn error(&self, sentence: &str, detail: &str) -> ErrorPage {
        let mut page = self.page(Section::Other, self.t().error_title);
        page.noindex = true;
        ErrorPage { page, sentence: sentence.to_owned(), detail: detail.to_owned() }
    }
}
