//! Which terms and rules of the file ever fire.

use std::collections::BTreeMap;

use super::compiled::Compiled;

/// How often each term stood in a text, and each rule applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    terms: Vec<u64>,
    rules: Vec<u64>,
    texts: BTreeMap<Option<String>, u64>,
}

/// A term or a rule that never fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// Line of the file, from 1.
    pub line: usize,
    /// Where it stands: `concept.boat`, `phrases.mig.sea`, `rules.mig.sea`, `against`, `masks`.
    pub list: String,
    /// The language of a term.
    pub lang: Option<String>,
    /// As written.
    pub text: String,
}

impl Usage {
    /// Texts seen by language; those of unknown language under none.
    pub fn texts(&self) -> &BTreeMap<Option<String>, u64> {
        &self.texts
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        add(&mut self.terms, &other.terms);
        add(&mut self.rules, &other.rules);
        for (lang, count) in other.texts {
            *self.texts.entry(lang).or_default() += count;
        }
        self
    }

    pub(super) fn term(&mut self, number: u32) {
        bump(&mut self.terms, number as usize, true);
    }

    pub(super) fn rule(&mut self, number: usize, applies: bool) {
        bump(&mut self.rules, number, applies);
    }

    pub(super) fn text(&mut self, lang: Option<String>) {
        *self.texts.entry(lang).or_default() += 1;
    }
}

fn bump(counts: &mut Vec<u64>, number: usize, by_one: bool) {
    if counts.len() <= number {
        counts.resize(number + 1, 0);
    }
    counts[number] += u64::from(by_one);
}

fn add(counts: &mut Vec<u64>, others: &[u64]) {
    counts.resize(counts.len().max(others.len()), 0);
    for (count, other) in counts.iter_mut().zip(others) {
        *count += other;
    }
}

/// What `usage` has not seen, in the order of the file.
pub fn unused(compiled: &Compiled, file: &str, usage: &Usage) -> Vec<Unused> {
    let never = |counts: &[u64], number: usize| counts.get(number).is_none_or(|n| *n == 0);
    let languages = compiled.lexicon.languages();
    let terms = compiled.terms.iter().enumerate().filter_map(|(number, term)| {
        let lang = languages.get(usize::from(term.lang))?;
        let seen = usage.texts.contains_key(&Some(lang.clone()));
        let unused = Unused {
            line: 0,
            list: term.list.clone(),
            lang: Some(lang.clone()),
            text: term.text.clone(),
        };
        (seen && never(&usage.terms, number)).then_some((term.at, unused))
    });
    let rules = compiled.rules.iter().enumerate().filter_map(|(number, rule)| {
        let topic = rule.topic.and_then(|id| compiled.topics.get(id));
        let table = if rule.only_names() { "names" } else { "rules" };
        let list = topic.map_or("against".to_owned(), |topic| format!("{table}.{}", topic.id));
        let unused = Unused { line: 0, list, lang: None, text: rule.text.clone() };
        (!usage.texts.is_empty() && never(&usage.rules, number)).then_some((rule.at, unused))
    });
    let mut all: Vec<(usize, Unused)> = terms.chain(rules).collect();
    all.sort_by_key(|(at, _)| *at);
    let (mut line, mut read) = (1, 0);
    let placed = all.into_iter().map(|(at, unused)| {
        line += file.get(read..at).map_or(0, |passed| passed.matches('\n').count());
        read = at;
        Unused { line, ..unused }
    });
    placed.collect()
}
