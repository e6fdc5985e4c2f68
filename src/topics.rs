//! Text to verdict: is it about human trafficking or migration, which leaf, and why.
//!
//! `topics.toml` has two layers. *Concepts* are language-neutral notions
//! (migrants, boat, sell, newborn) with their words in each language; *rules*
//! say once, for all languages, what concepts near each other mean. *Phrases*
//! stand beside them for what only one language says, *masks* erase what only
//! looks alike. A verdict names its evidence: which term or rule, where, with
//! what weight.
//!
//! ```text
//! file ─ compile (pattern, condition, countries) ─▶ compiled (lexicon: one automaton)
//! document ─ scan (words, terms) ─▶ judge (rules, scores) ─▶ verdict
//! decisions ─ train (ngrams) ─▶ model (learnt), asked only where a person should look
//! ```

mod compile;
mod compiled;
mod condition;
mod countries;
mod example;
mod file;
mod form;
mod judge;
mod learnt;
mod lexicon;
mod naming;
mod ngrams;
mod pattern;
mod scan;
mod schema;
#[cfg(test)]
mod tests;
mod train;
mod usage;
mod whatif;

use std::collections::BTreeMap;

use crate::model::{Problem, Verdict};
use crate::text::language;
use compiled::Compiled;
use judge::{Case, Lean};
use lexicon::LangSet;
use scan::Scan;

pub use learnt::{Figures, MODEL_FILE, Model};
pub use schema::schema;
pub use train::{Band, Rates, Sample, TrainError, Trained, train};
pub use usage::{Unused, Usage};
pub use whatif::{Change, Ground, WhatIf, sentence};

/// Bytes of the text that help to tell its language when the title is short.
const LANGUAGE_SAMPLE: usize = 900;

/// The compiled rules of one `topics.toml`.
pub struct Topics {
    compiled: Compiled,
    tree: Vec<Topic>,
    examples: Vec<file::Example>,
    text: String,
    model: Option<Model>,
}

/// A text to judge.
#[derive(Debug, Clone, Copy, Default)]
pub struct Document<'a> {
    /// Title, plain text.
    pub title: &'a str,
    /// Body, plain text; paragraphs parted by a blank line.
    pub text: &'a str,
    /// Declared language; the text may overrule it.
    pub lang: Option<&'a str>,
    /// Address.
    pub url: Option<&'a str>,
}

/// What the source adds to the judgement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hint {
    /// Factor on scores, 0.1 to 3.
    pub weight: f64,
    /// The source is on topic: relevant at the review threshold.
    pub trusted: bool,
}

impl Default for Hint {
    fn default() -> Self {
        Self { weight: 1.0, trusted: false }
    }
}

/// A root or leaf of the tree, for people and other vocabularies.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// `mig` or `mig.sea`.
    pub id: String,
    /// The root of a leaf.
    pub parent: Option<String>,
    /// Names for people, by language (BCP 47 primary subtag).
    pub labels: BTreeMap<String, String>,
    /// What it covers, in a sentence for people, by language.
    pub covers: BTreeMap<String, String>,
    /// IPTC media topic codes, e.g. `medtop:20000771`.
    pub iptc: Vec<String>,
    /// Wikidata items, e.g. `Q131288`.
    pub wikidata: Vec<String>,
}

impl Topic {
    /// The name in `lang`, else in English, else the id.
    pub fn label(&self, lang: &str) -> &str {
        let label = self.labels.get(lang).or_else(|| self.labels.get("en"));
        label.map_or(&self.id, String::as_str)
    }
}

impl Topics {
    /// Reads and compiles a `topics.toml`.
    ///
    /// # Errors
    ///
    /// Every mistake with its byte range in `text`, in order.
    pub fn from_toml(text: &str) -> Result<Self, Vec<Problem>> {
        let (compiled, file) = compile::compile(text)?;
        let tree = tree(&file);
        Ok(Self { compiled, tree, examples: file.example, text: text.to_owned(), model: None })
    }

    /// The same with what was learnt from an admin's decisions, which decides where the rules
    /// leave a text to a person.
    #[must_use]
    pub fn with_model(mut self, model: Model) -> Self {
        self.model = Some(model);
        self
    }

    /// The examples of the file.
    pub fn examples(&self) -> impl Iterator<Item = Document<'_>> {
        self.examples.iter().map(example::document)
    }

    /// Judges the examples of the file; each wrong verdict is a problem at its place.
    pub fn check_examples(&self) -> Vec<Problem> {
        example::check(self, &self.examples)
    }

    /// Judges one text.
    pub fn classify(&self, document: &Document<'_>, hint: &Hint) -> Verdict {
        let verdict = self.by_rules(document, hint);
        match &self.model {
            Some(model) => model.decide(document, verdict),
            None => verdict,
        }
    }

    /// The verdict of the rules alone, whatever was learnt.
    pub fn by_rules(&self, document: &Document<'_>, hint: &Hint) -> Verdict {
        self.case(document, hint, |case, lang| case.verdict(lang))
    }

    /// What was found in this text, and what would have changed the verdict on it.
    pub fn whatif(&self, document: &Document<'_>, hint: &Hint) -> WhatIf {
        let mut found = self.case(document, hint, |case, _| whatif::whatif(&case));
        if let Some(model) = self.classify(document, hint).decided_by {
            found.changes = vec![Change::Unlearnt(model)];
        }
        found
    }

    /// Counts in `usage` which terms stand in a text and which rules apply to it.
    pub fn count(&self, document: &Document<'_>, usage: &mut Usage) {
        let lang = self.language(document);
        let (langs, _) = self.lang_set(lang.as_deref());
        let (lexicon, reach) = (&self.compiled.lexicon, self.compiled.scoring.reach());
        let fields = (document.title, document.text);
        Scan::terms(lexicon, langs, fields, reach, |term| usage.term(term));
        self.case(document, &Hint::default(), |case, lang| {
            for (number, rule) in self.compiled.rules.iter().enumerate() {
                usage.rule(number, case.applies(rule));
            }
            usage.text(lang);
        });
    }

    /// The terms and rules that `usage` has not seen, in the order of the file; of languages in
    /// which it has seen no text, none.
    pub fn unused(&self, usage: &Usage) -> Vec<Unused> {
        usage::unused(&self.compiled, &self.text, usage)
    }

    fn case<T>(
        &self,
        document: &Document<'_>,
        hint: &Hint,
        then: impl FnOnce(Case<'_>, Option<String>) -> T,
    ) -> T {
        let lang = self.language(document);
        let (langs, known) = self.lang_set(lang.as_deref());
        let reach = self.compiled.scoring.reach();
        let scan = Scan::new(&self.compiled.lexicon, langs, document.title, document.text, reach);
        let lean = Lean { weight: hint.weight, trusted: hint.trusted, phrases_only: !known };
        then(Case::new(&self.compiled, &scan, lean), lang)
    }

    /// The languages that the file knows, BCP 47 primary subtags.
    pub fn languages(&self) -> &[String] {
        self.compiled.lexicon.languages()
    }

    /// Roots and leaves in the order of the file.
    pub fn tree(&self) -> &[Topic] {
        &self.tree
    }

    fn language(&self, document: &Document<'_>) -> Option<String> {
        let mut sample = String::with_capacity(LANGUAGE_SAMPLE + document.title.len() + 1);
        sample.push_str(document.title);
        sample.push('\n');
        let mut end = document.text.len().min(LANGUAGE_SAMPLE);
        while !document.text.is_char_boundary(end) {
            end -= 1;
        }
        sample.push_str(&document.text[..end]);
        language::detect(&sample, document.lang)
    }

    /// The languages whose terms count, and whether the text's own is among them.
    fn lang_set(&self, lang: Option<&str>) -> (LangSet, bool) {
        let languages = self.compiled.lexicon.languages();
        match lang.and_then(|lang| languages.iter().position(|l| l == lang)) {
            Some(n) => (1 << n, true),
            None => (LangSet::MAX, lang.is_none()),
        }
    }
}

fn tree(file: &file::File) -> Vec<Topic> {
    let topic = |topic: &file::Topic| Topic {
        id: topic.id.get_ref().clone(),
        parent: topic.id.get_ref().split_once('.').map(|(root, _)| root.to_owned()),
        labels: topic.label.clone(),
        covers: topic.covers.clone(),
        iptc: topic.iptc.clone(),
        wikidata: topic.wikidata.clone(),
    };
    file.topic.iter().map(topic).collect()
}
