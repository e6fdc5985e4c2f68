//! An entry as it stands in a list.

use super::marks::answered;
use super::page::{Visit, dir};
use super::query::toggled;
use super::say;
use crate::model::{Filter, PublishedEntry};
use crate::publish::{address, country_name, language_name, line, shorten};
use crate::text::question::Question;

/// Characters of an excerpt in a list.
pub(super) const EXCERPT: usize = 260;
/// Countries and topics named on a card.
const CHIPS: usize = 4;

pub(super) struct Card {
    pub href: String,
    pub original: String,
    pub title: String,
    /// The title as HTML, with the words of a search marked.
    pub title_html: String,
    pub lang: String,
    pub dir: &'static str,
    /// Name of the text's language, where it is not the interface's.
    pub language: Option<String>,
    pub source: Chip,
    pub when: String,
    pub moment: String,
    pub datetime: String,
    /// HTML, with the words of a search marked.
    pub excerpt: String,
    pub topics: Vec<Chip>,
    pub countries: Vec<Chip>,
    pub copies: Option<String>,
    pub story: Option<String>,
    pub tone: usize,
}

/// A link that filters.
pub(super) struct Chip {
    pub name: String,
    pub href: String,
    pub tone: usize,
}

/// Cards of one day.
pub(super) struct Day {
    pub heading: String,
    pub datetime: String,
    pub cards: Vec<Card>,
}

impl Visit<'_> {
    /// A link that shows one value of one criterion alone.
    pub fn chip(&self, name: &str, value: &str, label: &str) -> Chip {
        let filter = toggled(&Filter::default(), name, value);
        let tone = if name == "topic" { self.catalog.tone(value) } else { 0 };
        Chip { name: label.to_owned(), href: self.filtered(&filter), tone }
    }

    /// Topics of an entry, leaves alone where a leaf says more than its root.
    pub fn topic_chips(&self, entry: &PublishedEntry) -> Vec<Chip> {
        let ids: Vec<&str> = entry.topics.iter().map(|topic| topic.id.as_str()).collect();
        let said = |id: &str| ids.iter().any(|other| other.starts_with(&format!("{id}.")));
        let telling = ids.iter().filter(|id| !said(id)).take(CHIPS);
        telling
            .map(|id| self.chip("topic", id, self.catalog.topic_label(id, self.tongue)))
            .collect()
    }

    /// Countries of an entry.
    pub fn country_chips(&self, entry: &PublishedEntry) -> Vec<Chip> {
        let codes = entry.countries.iter().take(CHIPS);
        codes.map(|code| self.chip("country", code, country_name(code, self.tongue))).collect()
    }

    /// An entry as it stands in a list.
    pub fn card(&self, entry: &PublishedEntry) -> Card {
        let lang = entry.lang.as_deref();
        let questions: Vec<Question> =
            self.filter.words.iter().map(|words| Question::parse(words)).collect();
        let own_page = self.link(&format!("entry/{}", entry.group), "");
        let copies = u64::try_from(entry.copies.len()).unwrap_or(0);
        let source = self.catalog.source_name(&entry.source_id, self.tongue);
        let source = if source == entry.source_id { &entry.source_name } else { source };
        Card {
            original: address(&entry.url).unwrap_or_else(|| own_page.clone()),
            href: own_page,
            title_html: answered(&title(entry), &questions),
            title: title(entry),
            lang: lang.unwrap_or_default().to_owned(),
            dir: dir(lang),
            language: lang
                .filter(|lang| *lang != self.tongue.tag())
                .map(|lang| language_name(lang, self.tongue).to_owned()),
            source: self.chip("source", &entry.source_id, source),
            when: say::ago(self.tongue, self.now, entry.published),
            moment: say::moment(self.tongue, entry.published),
            datetime: entry.published.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            excerpt: answered(&shorten(&line(&entry.summary), EXCERPT), &questions),
            topics: self.topic_chips(entry),
            countries: self.country_chips(entry),
            copies: (copies > 0).then(|| say::counted(self.tongue, copies, &say::OTHER_SITES)),
            story: entry.story.map(|story| self.link(&format!("story/{story}"), "")),
            tone: entry.topics.first().map_or(0, |topic| self.catalog.tone(&topic.id)),
        }
    }

    /// Entries, newest first, as cards under the days on which they were published.
    pub fn days(&self, entries: &[PublishedEntry]) -> Vec<Day> {
        let mut days: Vec<Day> = Vec::new();
        let mut last = None;
        for entry in entries {
            let day = say::day(entry.published);
            if last != Some(day) {
                last = Some(day);
                days.push(Day {
                    heading: self.day_name(entry),
                    datetime: entry.published.format("%Y-%m-%d").to_string(),
                    cards: Vec::new(),
                });
            }
            if let Some(open) = days.last_mut() {
                open.cards.push(self.card(entry));
            }
        }
        days
    }

    fn day_name(&self, entry: &PublishedEntry) -> String {
        match say::day(self.now) - say::day(entry.published) {
            0 => self.t().today.to_owned(),
            1 => self.t().yesterday.to_owned(),
            _ => say::date(self.tongue, entry.published),
        }
    }
}

/// The title as one line; the beginning of the summary, else the address, where it has none.
pub(super) fn title(entry: &PublishedEntry) -> String {
    [line(&entry.title), shorten(&line(&entry.summary), 90), entry.url.clone()]
        .into_iter()
        .find(|text| !text.trim().is_empty())
        .unwrap_or_else(|| "…".to_owned())
}
