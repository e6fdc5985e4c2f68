//! The feed around its entries.

use super::names::Ns;
use super::tree::{Element, Id, Tree};
use super::value::{Form, Values};
use crate::html;
use crate::model::{ParsedFeed, UpdateHints};

/// Hubs of one feed beyond this many are left out.
const MOST_HUBS: usize = 8;
/// The longest period that is believed, in minutes: a year.
const LONGEST_PERIOD: u32 = 366 * 24 * 60;

/// Reads the feed's own elements from its root into `feed`.
pub(super) fn read(tree: &Tree<'_>, root: Id, values: Values, feed: &mut ParsedFeed) {
    let Some(element) = tree.element(root) else { return };
    feed.language = element.lang.map(str::to_owned);
    let mut head = Head { tree, values, feed, period: Period::default(), other_link: None, root };
    head.opening(element);
    head.children(root);
    let channels = tree.children(root).filter(|(_, e)| e.name == "channel");
    for (channel, element) in channels {
        head.opening(element);
        head.children(channel);
    }
    head.finish();
}

struct Head<'t, 'a, 'f> {
    tree: &'t Tree<'a>,
    values: Values,
    feed: &'f mut ParsedFeed,
    period: Period,
    other_link: Option<String>,
    root: Id,
}

/// `sy:updatePeriod` and `sy:updateFrequency`.
#[derive(Default)]
struct Period {
    minutes: Option<u32>,
    times: Option<u32>,
}

impl<'a> Head<'_, 'a, '_> {
    /// CDF's `href`.
    fn opening(&mut self, element: &Element<'a>) {
        if let Some(href) = self.tree.attribute(element, "href") {
            self.feed.link = self.values.absolute(&href, element);
        }
    }

    fn children(&mut self, id: Id) {
        let tree = self.tree;
        for (child, element) in tree.children(id) {
            match element.ns {
                Ns::Core => self.core(child, element),
                Ns::Dc => self.dublin_core(child, &element.name),
                Ns::Itunes if element.name == "image" => self.image(child, element),
                Ns::Itunes if matches!(&*element.name, "summary" | "subtitle") => {
                    self.description(child, Form::Guess);
                }
                Ns::Syndication => self.syndication(child, &element.name),
                _ => {}
            }
        }
    }

    fn core(&mut self, id: Id, element: &Element<'a>) {
        match &*element.name {
            "title" => self.title(id),
            "link" => self.link(id, element),
            "id" => self.feed.id = self.values.text(self.tree, id),
            "description" => self.description(id, Form::Html),
            "subtitle" | "tagline" | "abstract" => self.description(id, Form::Guess),
            "language" => self.language(id),
            "copyright" | "rights" => self.feed.rights = self.values.line(self.tree, id),
            "image" | "logo" | "icon" => self.image(id, element),
            "ttl" => {
                let minutes = self.values.text(self.tree, id).and_then(|t| t.parse().ok());
                self.feed.hints.ttl_minutes = minutes.filter(|&n| n > 0 && n <= LONGEST_PERIOD);
            }
            "skiphours" => self.feed.hints.skip_hours = self.hours(id),
            "skipdays" => self.feed.hints.skip_days = self.days(id),
            _ => {}
        }
    }

    fn dublin_core(&mut self, id: Id, name: &str) {
        match name {
            "title" => self.title(id),
            "description" => self.description(id, Form::Html),
            "language" => self.language(id),
            "rights" => self.feed.rights = self.values.line(self.tree, id),
            _ => {}
        }
    }

    fn title(&mut self, id: Id) {
        if self.feed.title.is_none() {
            self.feed.title = self.values.html(self.tree, id, Form::Guess);
        }
    }

    fn description(&mut self, id: Id, form: Form) {
        if self.feed.description.is_none() {
            self.feed.description = self.values.html(self.tree, id, form);
        }
    }

    fn language(&mut self, id: Id) {
        if let Some(language) = self.values.text(self.tree, id) {
            self.feed.language = Some(language);
        }
    }

    fn link(&mut self, id: Id, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name);
        let written = attribute("href").or_else(|| attribute("url"));
        let Some(href) = written.or_else(|| self.values.text(self.tree, id)) else { return };
        let Some(address) = self.values.absolute(&href, element) else { return };
        let kind = attribute("type").unwrap_or_default().to_ascii_lowercase();
        let is_page = kind.is_empty() || kind.contains("html");
        match &*attribute("rel").unwrap_or_default().to_ascii_lowercase() {
            "" | "alternate" if is_page => self.feed.link = Some(address),
            "self" => self.feed.self_link = Some(address),
            "hub" if self.feed.hubs.len() < MOST_HUBS => self.feed.hubs.push(address),
            "alternate" | "via" => self.other_link = Some(address),
            _ => {}
        }
    }

    fn image(&mut self, id: Id, element: &Element<'a>) {
        let attribute = |name| self.tree.attribute(element, name);
        let inner = || {
            let (url, _) = self.tree.children(id).find(|(_, e)| e.is(Ns::Core, "url"))?;
            self.values.text(self.tree, url)
        };
        let own = || (!self.tree.has_elements(id)).then(|| self.values.text(self.tree, id))?;
        let url = attribute("href").or_else(inner).or_else(own);
        let url = url.and_then(|url| self.values.absolute(&url, element));
        if self.feed.image.is_none() || element.name == "logo" {
            self.feed.image = url.or(self.feed.image.take());
        }
    }

    fn syndication(&mut self, id: Id, name: &str) {
        let Some(text) = self.values.text(self.tree, id) else { return };
        match name {
            "updateperiod" => {
                self.period.minutes = match &*text.to_ascii_lowercase() {
                    "hourly" => Some(60),
                    "daily" => Some(24 * 60),
                    "weekly" => Some(7 * 24 * 60),
                    "monthly" => Some(30 * 24 * 60),
                    "yearly" => Some(365 * 24 * 60),
                    _ => None,
                }
            }
            "updatefrequency" => self.period.times = text.parse().ok().filter(|&n| n > 0),
            _ => {}
        }
    }

    fn hours(&self, id: Id) -> Vec<u8> {
        let hours = self.tree.children(id).filter_map(|(hour, _)| {
            let hour: u8 = self.values.text(self.tree, hour)?.parse().ok()?;
            (hour <= 24).then_some(hour % 24)
        });
        distinct(hours)
    }

    fn days(&self, id: Id) -> Vec<u8> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let days = self.tree.children(id).filter_map(|(day, _)| {
            let name = self.values.text(self.tree, day)?.to_ascii_lowercase();
            let day = DAYS.iter().position(|d| name.starts_with(d))?;
            u8::try_from(day).ok()
        });
        distinct(days)
    }

    fn finish(self) {
        let feed = self.feed;
        if feed.link.is_none() {
            let base = self.tree.element(self.root).and_then(|e| e.base.as_deref());
            let id = feed.id.as_deref().filter(|id| id.contains("://"));
            feed.link = id.and_then(|id| html::absolute(id, base)).or(self.other_link);
        }
        let period = self.period.minutes.map(|m| (m / self.period.times.unwrap_or(1)).max(1));
        let hints: &mut UpdateHints = &mut feed.hints;
        hints.ttl_minutes = hints.ttl_minutes.or(period);
    }
}

fn distinct(values: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut values: Vec<u8> = values.take(64).collect();
    values.sort_unstable();
    values.dedup();
    values
}
