//! Which entries a feed's address asks for: a feed of the catalog, narrowed, or one made up.

use super::catalog::{Catalog, OutputFeed};
use super::errors::Problem;
use super::page::FORMS;
use super::query::{self, Asked};
use crate::model::{ContentPolicy, Cursor, Filter, PublishedEntry, TopicLabel};
use crate::publish::Tongue;
use crate::store::Selection;

/// Entries of a feed made up by query parameters.
const CUSTOM_LIMIT: usize = 50;
/// A query longer than this is not repeated.
const MAX_SPELLED: usize = 1_000;

/// A feed that was asked for.
pub(super) struct Wanted {
    pub form: &'static str,
    pub feed: Option<OutputFeed>,
    pub filter: Filter,
    /// Whether the two filters leave nothing over.
    pub nothing: bool,
    pub before: Option<Cursor>,
    pub tongue: Tongue,
    /// The tongue that the address names.
    pub ui: Option<Tongue>,
    /// The query as it was asked, where our own address of the same would be another.
    spelled: Option<String>,
}

impl Wanted {
    /// Reads `all.atom` with its query: a feed of the catalog, narrowed, or one made up.
    pub fn read(
        file: &str,
        asked: Asked,
        catalog: &Catalog,
        lang: Tongue,
    ) -> Result<Self, Problem> {
        let (id, ending) = file.rsplit_once('.').ok_or(Problem::NotFound)?;
        let form = FORMS.iter().find(|form| form.0 == ending).ok_or(Problem::NotFound)?.0;
        let feed = match id {
            "custom" => None,
            _ => Some(catalog.feed(id).ok_or(Problem::NotFound)?.clone()),
        };
        let tongue = asked.ui.or(feed.as_ref().map(|feed| feed.lang)).unwrap_or(lang);
        let narrowed = match &feed {
            Some(feed) => narrowed(&feed.filter, &asked.filter, catalog),
            None => Some(asked.filter),
        };
        Ok(Self {
            form,
            feed,
            nothing: narrowed.is_none(),
            filter: narrowed.unwrap_or_default(),
            before: asked.before,
            tongue,
            ui: asked.ui,
            spelled: None,
        })
    }

    /// The same, called in its document by the address that was asked for: checkers of feeds want
    /// it so, and readers that compare. What only counts visitors is left away.
    pub fn asked_as(self, query: Option<&str>) -> Self {
        let own = self.address("", self.before);
        let known = |query: &&str| {
            let mut names = query.split('&').filter_map(|part| part.split('=').next());
            query.len() <= MAX_SPELLED && names.all(|name| query::CRITERIA.contains(&name))
        };
        let other = |query: &&str| own.split_once('?').map(|(_, own)| own) != Some(*query);
        let spelled = query.filter(known).filter(other).filter(|_| !self.is_plain());
        Self { spelled: spelled.map(str::to_owned), ..self }
    }

    /// The address that the document itself gives, under `base_url`.
    pub fn self_address(&self, base_url: &str) -> String {
        match &self.spelled {
            Some(query) => format!("{base_url}feeds/{}.{}?{query}", self.id(), self.form),
            None => self.address(base_url, self.before),
        }
    }

    /// Whether the document has the one address that the hub knows it by.
    pub fn has_hub(&self) -> bool {
        self.before.is_none() && self.spelled.is_none()
    }

    /// Whether it is a feed of the catalog, as it stands there.
    pub fn is_plain(&self) -> bool {
        self.is_own() && self.before.is_none()
    }

    /// Whether its entries are those of a feed of the catalog.
    pub fn is_own(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| feed.filter == self.filter)
    }

    /// How much of a text the feed may hold.
    pub fn most(&self) -> ContentPolicy {
        self.feed.as_ref().map_or(ContentPolicy::Full, |feed| feed.content)
    }

    /// The feed's name in addresses.
    pub fn id(&self) -> &str {
        self.feed.as_ref().map_or("custom", |feed| &feed.id)
    }

    /// Its address under `base_url`, or that of another page of it; always the same for the same.
    pub fn address(&self, base_url: &str, before: Option<Cursor>) -> String {
        let query = if self.is_own() { String::new() } else { query::write(&self.filter) };
        let ui = self.ui.map(|ui| format!("ui={}", ui.tag()));
        let before = before.map(|cursor| format!("before={cursor}"));
        let parts = [Some(query), ui, before].into_iter().flatten().filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.collect();
        let mark = if parts.is_empty() { "" } else { "?" };
        format!("{base_url}feeds/{}.{}{mark}{}", self.id(), self.form, parts.join("&"))
    }

    /// The same for the same document.
    pub fn key(&self) -> String {
        let before = self.before.map(|cursor| cursor.to_string()).unwrap_or_default();
        let (id, form, ui) = (self.id(), self.form, self.ui.map_or("", Tongue::tag));
        let tongue = self.tongue.tag();
        let spelled = self.spelled.as_deref().unwrap_or_default();
        format!(
            "{id}.{form} {} {before} {ui} {tongue} {} {spelled}",
            query::write(&self.filter),
            self.nothing
        )
    }

    pub fn limit(&self) -> usize {
        self.feed.as_ref().map_or(CUSTOM_LIMIT, |feed| feed.limit)
    }
}

/// What both filters let through; none where a criterion leaves nothing over.
fn narrowed(own: &Filter, asked: &Filter, catalog: &Catalog) -> Option<Filter> {
    let both = |own: &[String], asked: &[String]| -> Option<Vec<String>> {
        match (own.is_empty(), asked.is_empty()) {
            (true, _) => Some(asked.to_vec()),
            (_, true) => Some(own.to_vec()),
            _ => {
                let common: Vec<String> =
                    asked.iter().filter(|value| own.contains(value)).cloned().collect();
                (!common.is_empty()).then_some(common)
            }
        }
    };
    let topics = match own.topics.is_empty() || asked.topics.is_empty() {
        true => both(&own.topics, &asked.topics)?,
        false => both(&catalog.with_leaves(&own.topics), &catalog.with_leaves(&asked.topics))?,
    };
    let kinds = match (own.kinds.is_empty(), asked.kinds.is_empty()) {
        (true, _) => asked.kinds.clone(),
        (_, true) => own.kinds.clone(),
        _ => {
            let kinds = asked.kinds.iter().filter(|kind| own.kinds.contains(kind));
            Some(kinds.copied().collect::<Vec<_>>()).filter(|kinds| !kinds.is_empty())?
        }
    };
    let words = match (own.words.is_empty(), asked.words.is_empty()) {
        (true, _) => asked.words.clone(),
        (_, true) => own.words.clone(),
        _ => {
            let pairs =
                own.words.iter().flat_map(|one| asked.words.iter().map(move |two| (one, two)));
            pairs.map(|(one, two)| format!("{one} {two}")).collect()
        }
    };
    Some(Filter {
        topics,
        langs: both(&own.langs, &asked.langs)?,
        countries: both(&own.countries, &asked.countries)?,
        sources: both(&own.sources, &asked.sources)?,
        kinds,
        words,
        min_score: match (own.min_score, asked.min_score) {
            (Some(own), Some(asked)) => Some(own.max(asked)),
            (own, asked) => own.or(asked),
        },
    })
}

impl Catalog {
    /// Topics with all their leaves.
    pub(super) fn with_leaves(&self, topics: &[String]) -> Vec<String> {
        let mut all = topics.to_vec();
        for topic in &self.topics {
            let under = topic.parent.as_ref().is_some_and(|parent| topics.contains(parent));
            if under && !all.contains(&topic.id) {
                all.push(topic.id.clone());
            }
        }
        all
    }

    /// A filter as the store takes it: roots with their leaves, countries and kinds with the
    /// sources that have them.
    pub(super) fn selection(&self, filter: &Filter) -> Selection {
        let ids = |has: &dyn Fn(&crate::model::Source) -> bool| {
            self.sources
                .iter()
                .filter(|source| has(source))
                .map(|source| source.id.clone())
                .collect()
        };
        Selection {
            country_sources: ids(&|source| {
                source.country.as_ref().is_some_and(|country| filter.countries.contains(country))
            }),
            kind_sources: ids(&|source| filter.kinds.contains(&source.kind)),
            filter: Filter { topics: self.with_leaves(&filter.topics), ..filter.clone() },
        }
    }

    /// Fills in what the configuration knows of an entry: names, labels, countries, how much of
    /// the text may be shown.
    pub(super) fn complete(&self, entry: &mut PublishedEntry, tongue: Tongue, most: ContentPolicy) {
        entry.topics = entry
            .topics
            .iter()
            .map(|topic| TopicLabel {
                id: topic.id.clone(),
                label: self.topic_label(&topic.id, tongue).to_owned(),
            })
            .collect();
        let source = self.source(&entry.source_id);
        // A source that was taken off the list allows no more than an excerpt.
        let allowed = source.map_or(ContentPolicy::Excerpt, |source| source.content);
        entry.policy = allowed.max(most);
        if let Some(source) = source {
            entry.source_name.clone_from(&source.name);
            let country = source.country.iter().filter(|code| !entry.countries.contains(code));
            entry.countries.extend(country.cloned().collect::<Vec<_>>());
        }
        for copy in &mut entry.copies {
            if let Some(source) = self.source(&copy.source_id) {
                copy.source_name.clone_from(&source.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::catalog;

    fn filter(topics: &[&str], langs: &[&str], words: &[&str]) -> Filter {
        let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Filter { topics: list(topics), langs: list(langs), words: list(words), ..Filter::default() }
    }

    #[test]
    fn a_feed_can_only_be_narrowed() {
        let catalog = catalog();
        let narrow = |own, asked| narrowed(&own, &asked, &catalog);
        assert_eq!(
            narrow(filter(&["mig"], &[], &[]), filter(&["mig.sea"], &["ar"], &["x"])),
            Some(filter(&["mig.sea"], &["ar"], &["x"]))
        );
        assert_eq!(narrow(filter(&["mig"], &[], &[]), filter(&["ht"], &[], &[])), None);
        assert_eq!(narrow(filter(&[], &["ar"], &[]), filter(&[], &["fr"], &[])), None);
        let words = narrow(filter(&[], &[], &["a", "b"]), filter(&[], &[], &["c"]));
        assert_eq!(words, Some(filter(&[], &[], &["a c", "b c"])));
    }

    #[test]
    fn a_document_is_called_as_it_was_asked_for() {
        let catalog = catalog();
        let called = |file: &str, text: &str| {
            let asked = query::read(Some(text), &catalog).unwrap();
            let wanted = Wanted::read(file, asked, &catalog, Tongue::En).unwrap();
            let wanted = wanted.asked_as(Some(text));
            (wanted.self_address("/"), wanted.has_hub())
        };
        let own = "/feeds/custom.atom?topic=mig&lang=ar";
        assert_eq!(called("custom.atom", "topic=mig&lang=ar"), (own.to_owned(), true));
        let turned = "/feeds/custom.atom?lang=ar&topic=mig";
        assert_eq!(called("custom.atom", "lang=ar&topic=mig"), (turned.to_owned(), false));
        assert_eq!(called("custom.atom", "lang=ar&topic=mig&utm_source=x"), (own.to_owned(), true));
        assert_eq!(called("all.atom", "lang="), ("/feeds/all.atom".to_owned(), true));
    }

    #[test]
    fn policies_meet_at_the_stricter() {
        let catalog = catalog();
        let mut entry = crate::publish::samples::arabic();
        catalog.complete(&mut entry, Tongue::Fr, ContentPolicy::Link);
        assert_eq!(entry.policy, ContentPolicy::Link);
        assert_eq!(entry.topics[0].label, "Travail forcé");
        entry.source_id = "nobody".to_owned();
        catalog.complete(&mut entry, Tongue::Fr, ContentPolicy::Full);
        assert_eq!(entry.policy, ContentPolicy::Excerpt);
    }
}
