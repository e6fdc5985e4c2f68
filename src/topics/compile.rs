//! `topics.toml` to its compiled form, or to the list of its mistakes.

use std::ops::Range;

use rustc_hash::FxHashMap;
use serde_spanned::Spanned;

use super::compiled::{Compiled, Node, Phrase, Rule, TopicId, Written};
use super::condition::{self, ConceptId};
use super::countries;
use super::file::{Conditions, File, Lists, Weight};
use super::form;
use super::lexicon::{Builder, Target};
use super::pattern::{self, Term};
use crate::model::Problem;
use crate::text::fold::fold_str;

/// The version of the form that this program reads.
const VERSION: u32 = 1;
/// The concept that needs no words in the file: any country.
const COUNTRY: &str = "country";
/// Languages that one file may name: sets of them are bits.
const MOST_LANGUAGES: usize = 16;

/// What a name in a rule stands for: a concept, or the concepts of a set.
type Names = FxHashMap<String, Vec<ConceptId>>;

/// Reads and compiles the text of a file.
pub fn compile(text: &str) -> Result<(Compiled, File), Vec<Problem>> {
    let form = form::check(text);
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        // What is missing is most often what is misspelt.
        Err(_) if !form.is_empty() => return Err(form),
        Err(error) => {
            let problem = Problem::new(error.span().unwrap_or(0..0), sentence(error.message()));
            return Err(vec![problem.help("See docs/topics.md for the form of this file.")]);
        }
    };
    let mut compiler = Compiler::new(text, &file);
    compiler.problems = form;
    compiler.version(&file);
    compiler.scoring(&file);
    let topics = compiler.topics(&file);
    let (concepts, mut names, country) = compiler.concepts(&file);
    compiler.sets(&file, &mut names);
    let phrases = compiler.phrases(&file, &topics);
    compiler.lists("masks", &file.masks, |_| Target::Mask);
    let mut rules = Vec::new();
    for (id, conditions) in &file.rules {
        let topic = compiler.topic(&topics, id);
        rules.extend(compiler.rules(&names, conditions, topic, file.scoring.near_words));
    }
    for (id, conditions) in &file.names {
        let topic = compiler.topic(&topics, id);
        let near = file.scoring.near_words;
        rules.extend(conditions.iter().map(|when| compiler.naming(&names, when, topic, near)));
    }
    rules.extend(compiler.rules(&names, &file.against, None, file.scoring.near_words));
    compiler.examples(&file, &topics);
    let countries = countries::add(&mut compiler.builder);
    let Compiler { builder, mut problems, terms, .. } = compiler;
    let Some(lexicon) = builder.build().filter(|_| problems.is_empty()) else {
        problems.sort_by_key(|p| p.span.start);
        return Err(problems);
    };
    let scoring = file.scoring.clone();
    let compiled =
        Compiled { scoring, lexicon, topics, concepts, country, phrases, rules, countries, terms };
    Ok((compiled, file))
}

/// A message as a sentence: a capital at its start, a full stop at its end.
pub fn sentence(message: &str) -> String {
    let message = message.trim().replace('\n', " ");
    let mut chars = message.chars();
    let first: String = chars.next().map(char::to_uppercase).into_iter().flatten().collect();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

struct Compiler<'a> {
    text: &'a str,
    builder: Builder,
    problems: Vec<Problem>,
    terms: Vec<Written>,
}

impl<'a> Compiler<'a> {
    fn new(text: &'a str, file: &File) -> Self {
        let languages = file.small_words.keys().map(|l| l.get_ref().clone()).collect();
        let builder = Builder::new(languages);
        let mut compiler = Self { text, builder, problems: Vec::new(), terms: Vec::new() };
        if let Some(extra) = file.small_words.keys().nth(MOST_LANGUAGES) {
            let message = format!("A file names at most {MOST_LANGUAGES} languages.");
            compiler.problem(extra.span(), message, "Take a language out of small_words.");
        }
        for (lang, list) in file.small_words.iter().take(MOST_LANGUAGES) {
            if let Some(lang) = compiler.builder.language(lang.get_ref()) {
                for word in fold_str(list.get_ref()).split_whitespace() {
                    compiler.builder.small_word(lang, word);
                }
            }
        }
        compiler
    }

    fn problem(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::new(span, message).help(help));
    }

    fn version(&mut self, file: &File) {
        if *file.version.get_ref() != VERSION {
            let message = format!("This program reads version {VERSION} of this file.");
            self.problem(
                file.version.span(),
                message,
                "Write version = 1, or use another release.",
            );
        }
    }

    fn scoring(&mut self, file: &File) {
        let s = &file.scoring;
        let positive = [s.title, s.lead, s.body, s.phrase, s.accept, s.review, s.topic_accept];
        let at = self.text.find("[scoring]").unwrap_or(0);
        let span = at..(at + "[scoring]".len()).min(self.text.len());
        if positive.iter().any(|n| !n.is_finite() || *n < 0.0 || *n > 100.0) {
            self.problem(span, "A number of [scoring] is not between 0 and 100.", "Correct it.");
        } else if s.review > s.accept {
            let help = "What is looked at must be below what is accepted.";
            self.problem(span, "In [scoring], review is above accept.", help);
        } else if !(0.0..=1.0).contains(&s.topic_share) {
            self.problem(span, "In [scoring], topic_share is not between 0 and 1.", "Correct it.");
        }
    }

    fn topics(&mut self, file: &File) -> Vec<Node> {
        let ids: Vec<&str> = file.topic.iter().map(|t| t.id.get_ref().as_str()).collect();
        let place = |id: &str| ids.iter().position(|i| *i == id);
        let mut nodes = Vec::new();
        for (n, topic) in file.topic.iter().enumerate() {
            let id = topic.id.get_ref();
            if place(id) != Some(n) {
                let message = format!("The topic \"{id}\" stands here a second time.");
                self.problem(topic.id.span(), message, "Give every topic once.");
            }
            let parent = id.split_once('.').map(|(root, _)| root);
            let parent_id = parent.and_then(place);
            if let (Some(root), None) = (parent, parent_id) {
                let message =
                    format!("The leaf \"{id}\" has no root: there is no topic \"{root}\".");
                self.problem(
                    topic.id.span(),
                    message,
                    format!("Add [[topic]] with id = \"{root}\"."),
                );
            }
            let fallback = topic.fallback.as_ref().and_then(|f| {
                let found = place(f.get_ref());
                if found.is_none() {
                    let message = format!("There is no topic \"{}\".", f.get_ref());
                    self.problem(f.span(), message, suggest(f.get_ref(), ids.iter().copied()));
                }
                found
            });
            nodes.push(Node { id: id.clone(), parent: parent_id, fallback });
        }
        nodes
    }

    fn topic(&mut self, topics: &[Node], id: &Spanned<String>) -> Option<TopicId> {
        let found = topics.iter().position(|t| t.id == *id.get_ref());
        if found.is_none() {
            let message = format!("There is no topic \"{}\".", id.get_ref());
            let help = suggest(id.get_ref(), topics.iter().map(|t| t.id.as_str()));
            self.problem(id.span(), message, help);
        }
        found
    }

    /// Names by number, numbers by name, and the number of [`COUNTRY`].
    fn concepts(&mut self, file: &File) -> (Vec<String>, Names, ConceptId) {
        let mut names = Vec::new();
        let mut ids = Names::default();
        for (name, lists) in &file.concept {
            let Ok(id) = ConceptId::try_from(names.len()) else { break };
            let list = format!("concept.{}", name.get_ref());
            self.lists(&list, lists, |_| Target::Concept(id));
            names.push(name.get_ref().clone());
            ids.insert(name.get_ref().clone(), vec![id]);
        }
        let country = ConceptId::try_from(names.len()).unwrap_or(ConceptId::MAX);
        names.push(COUNTRY.to_owned());
        if ids.insert(COUNTRY.to_owned(), vec![country]).is_some() {
            let message = format!("The concept \"{COUNTRY}\" is built in: any country.");
            self.problem(0..0, message, "Give your concept another name.");
        }
        (names, ids, country)
    }

    /// Adds the sets to the names. A set holds concepts, no other sets.
    fn sets(&mut self, file: &File, names: &mut Names) {
        let mut sets = Names::default();
        for (name, list) in &file.sets {
            let at = content_start(self.text, list);
            let mut problems = Vec::new();
            let resolve = |name: &str| names.get(name).map(Vec::as_slice);
            let ids = condition::concepts(list.get_ref(), at, &resolve, &mut problems);
            self.unknown(problems, names);
            if names.contains_key(name.get_ref()) {
                let message = format!("The concept \"{}\" has this name too.", name.get_ref());
                self.problem(name.span(), message, "Give the set another name.");
            }
            sets.insert(name.get_ref().clone(), ids);
        }
        names.extend(sets);
    }

    /// Reports names that nothing has, with the nearest that there is.
    fn unknown(&mut self, problems: Vec<Problem>, names: &Names) {
        for problem in problems {
            let name = self.text.get(problem.span.clone()).unwrap_or("").to_owned();
            let advice = || suggest(&name, names.keys().map(String::as_str));
            let help = problem.help.clone().unwrap_or_else(advice);
            self.problems.push(problem.help(help));
        }
    }

    fn phrases(&mut self, file: &File, topics: &[Node]) -> Vec<Phrase> {
        let mut phrases = Vec::new();
        for (id, lists) in &file.phrases {
            let Some(topic) = self.topic(topics, id) else { continue };
            let list = format!("phrases.{}", id.get_ref());
            self.lists(&list, lists, |term| {
                let weight = term.weight.unwrap_or(file.scoring.phrase);
                phrases.push(Phrase { text: term.text.clone(), topic, weight });
                Target::Phrase(u32::try_from(phrases.len() - 1).unwrap_or(u32::MAX))
            });
        }
        phrases
    }

    /// Adds the terms of all languages of a list.
    fn lists(&mut self, name: &str, lists: &Lists, mut target: impl FnMut(&Term) -> Target) {
        for (lang, list) in lists {
            let Some(id) = self.builder.language(lang.get_ref()) else {
                let message = format!("The language \"{}\" is not known.", lang.get_ref());
                let help = "Add its small words to [small_words] first.";
                self.problem(lang.span(), message, help);
                continue;
            };
            let at = content_start(self.text, list);
            let mut problems = Vec::new();
            let small = |word: &str| self.builder.is_small(id, word);
            let terms = pattern::terms(list.get_ref(), at, &small, &mut problems);
            self.problems.append(&mut problems);
            for term in terms {
                self.builder.add(&term, id, target(&term));
                self.terms.push(Written {
                    at: term.span.start,
                    text: term.text,
                    list: name.to_owned(),
                    lang: id,
                });
            }
        }
    }

    /// The rules of a table, in the order of the file.
    fn rules(
        &mut self,
        names: &Names,
        conditions: &Conditions,
        topic: Option<TopicId>,
        near: u32,
    ) -> Vec<Rule> {
        let mut rules: Vec<(usize, Rule)> = conditions
            .iter()
            .map(|(when, weight)| (when.span().start, self.rule(names, when, weight, topic, near)))
            .collect();
        rules.sort_by_key(|(at, _)| *at);
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    fn rule(
        &mut self,
        names: &Names,
        when: &Spanned<String>,
        weight: &Spanned<Weight>,
        topic: Option<TopicId>,
        near: u32,
    ) -> Rule {
        let (number, within) = match *weight.get_ref() {
            Weight::Plain(number) => (number, near),
            Weight::Within { weight, within } => (weight, within),
        };
        if !(0.1..=10.0).contains(&number) {
            let help = "A rule that is enough alone in the lead weighs as much as accept.";
            self.problem(weight.span(), "A weight is a number from 0.1 to 10.", help);
        }
        Rule { weight: number, ..self.naming(names, when, topic, within) }
    }

    /// A rule without a weight, which names a topic and adds nothing.
    fn naming(
        &mut self,
        names: &Names,
        when: &Spanned<String>,
        topic: Option<TopicId>,
        within: u32,
    ) -> Rule {
        let mut problems = Vec::new();
        let resolve = |name: &str| names.get(name).map(Vec::as_slice);
        let at = content_start(self.text, when);
        let condition = condition::parse(when.get_ref(), at, &resolve, &mut problems);
        self.unknown(problems, names);
        let links = condition.clauses.iter().flat_map(|c| &c.links);
        let needs = links.map(|l| l.any.clone()).collect();
        let (text, at) = (when.get_ref().clone(), when.span().start);
        Rule { text, topic, condition, needs, weight: 0.0, within, at }
    }

    fn examples(&mut self, file: &File, topics: &[Node]) {
        for example in &file.example {
            for expected in &example.expect {
                self.topic(topics, expected);
            }
        }
    }
}

/// Where the content of a string begins in the file, quotes left out.
fn content_start(text: &str, string: &Spanned<String>) -> usize {
    let span = string.span();
    let raw = text.get(span.clone()).unwrap_or("");
    let content = string.get_ref();
    let quotes = ["\"\"\"\n", "\"\"\"\r\n", "\"\"\"", "'''\n", "'''\r\n", "'''", "\"", "'"];
    let quote = quotes.iter().find(|q| raw.starts_with(**q)).map_or(0, |q| q.len());
    // With escapes inside, places within the string cannot be told: show the whole string.
    let same = raw.get(quote..).is_some_and(|rest| rest.starts_with(content.as_str()));
    if same { span.start + quote } else { span.start }
}

/// "Did you mean …", or the list of what there is, or the nearest where that is long.
pub fn suggest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 24;
    const NEAREST: usize = 6;
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let mut near: Vec<(usize, &str)> =
        known.iter().map(|k| (strsim::damerau_levenshtein(name, k), *k)).collect();
    near.sort_unstable();
    match near.first() {
        Some((distance, best)) if *distance <= 3 => format!("Did you mean \"{best}\"?"),
        _ if known.len() <= MOST => format!("There are: {}.", known.join(", ")),
        _ => {
            let names: Vec<&str> = near.iter().take(NEAREST).map(|(_, name)| *name).collect();
            format!("The nearest of {} are: {}.", known.len(), names.join(", "))
        }
    }
}
