//! All terms of all languages in one automaton over folded text.
//!
//! A stem found in a word is accepted when what is left over of the word, before
//! and after, is what the term allows. Accepted words are *atoms*; a phrase is a
//! chain of atoms with bounded gaps.

use daachorse::CharwiseDoubleArrayAhoCorasick;
use rustc_hash::FxHashMap;

use super::pattern::{Beside, Edge, Part, Term};
use crate::text::forms::{Endings, endings, is_arabic_clitic, is_arabic_enclitic};

/// A set of languages, one bit each, in the order of [`Lexicon::languages`].
pub type LangSet = u16;

/// What a term stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A concept, by its number.
    Concept(u16),
    /// A phrase that says it alone, by its number.
    Phrase(u32),
    /// Erased before anything is counted.
    Mask,
    /// A country, by its number.
    Country(u16),
}

/// A chain of atoms.
#[derive(Debug)]
pub struct Chain {
    /// Atoms after the first, each with the words that may stand before it.
    pub rest: Vec<(u32, u8)>,
    /// Small words before its only atom, by number; empty where anything may stand there.
    before: Vec<u16>,
    /// Small words after its only atom.
    after: Vec<u16>,
    /// What it stands for.
    pub target: Target,
    /// The number of the term, counted as they were added.
    pub term: u32,
}

impl Chain {
    /// True when what stands beside the first word is what the chain asks for.
    pub fn stands(&self, before: u16, after: u16) -> bool {
        let asks = |wanted: &[u16], got| wanted.is_empty() || wanted.contains(&got);
        asks(&self.before, before) && asks(&self.after, after)
    }
}

/// One way a stem may stand in a word.
#[derive(Debug)]
struct Form {
    before: Edge,
    after: Edge,
    lang: u8,
    arabic: bool,
    endings: Endings,
    atoms: Vec<u32>,
}

/// A small word: the languages in which it is one, and its number (0 is none).
#[derive(Debug, Clone, Copy, Default)]
pub struct Small {
    /// Languages in which it is a small word.
    pub langs: LangSet,
    /// Its number.
    pub id: u16,
}

/// The compiled terms.
pub struct Lexicon {
    languages: Vec<String>,
    small: FxHashMap<Box<str>, Small>,
    /// The stems of all languages.
    all: CharwiseDoubleArrayAhoCorasick<u32>,
    /// By language: its own stems. A text in a known language meets no others, and the smaller
    /// automaton stays in the processor's cache.
    own: Vec<Option<CharwiseDoubleArrayAhoCorasick<u32>>>,
    /// By pattern number of the automaton.
    forms: Vec<Vec<Form>>,
    /// By atom: the chains that begin with it.
    starting: Vec<Vec<Chain>>,
}

impl Lexicon {
    /// The languages that the file knows, BCP 47 primary subtags.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// What `word` is as a small word.
    pub fn small(&self, word: &str) -> Small {
        // Longer words than these are no small words; most words are longer.
        const LONGEST: usize = 12;
        if word.len() > LONGEST {
            Small::default()
        } else {
            self.small.get(word).copied().unwrap_or_default()
        }
    }

    /// The stems of `langs` (and perhaps of others) found in a folded text: start, end, number of
    /// the stem.
    pub fn stems<'a>(
        &'a self,
        folded: &'a str,
        langs: LangSet,
    ) -> impl Iterator<Item = (usize, usize, u32)> + 'a {
        let own = self.own.get(langs.trailing_zeros() as usize).and_then(Option::as_ref);
        let automaton = own.filter(|_| langs.is_power_of_two()).unwrap_or(&self.all);
        automaton.find_overlapping_iter(folded).map(|m| (m.start(), m.end(), m.value()))
    }

    /// The atoms that a stem stands for with this before and after it in its word.
    pub fn atoms<'a>(
        &'a self,
        stem: u32,
        stem_bytes: usize,
        before: &'a str,
        after: &'a str,
        langs: LangSet,
    ) -> impl Iterator<Item = u32> + 'a {
        let forms = self.forms.get(stem as usize).map_or(&[][..], Vec::as_slice);
        forms
            .iter()
            .filter(move |form| langs & (1 << form.lang) != 0)
            .filter(move |form| form.fits(stem_bytes, before, after))
            .flat_map(|form| form.atoms.iter().copied())
    }

    /// The chains that begin with an atom.
    pub fn chains(&self, atom: u32) -> &[Chain] {
        self.starting.get(atom as usize).map_or(&[], Vec::as_slice)
    }
}

impl Form {
    fn fits(&self, stem_bytes: usize, before: &str, after: &str) -> bool {
        let front = match self.before {
            Edge::Open => true,
            Edge::Joined | Edge::Usual if self.arabic => is_arabic_clitic(before, stem_bytes),
            Edge::Joined | Edge::Usual | Edge::Closed => before.is_empty(),
        };
        front
            && match self.after {
                Edge::Open => true,
                Edge::Usual => self.endings.hold(after),
                Edge::Joined if self.arabic => is_arabic_enclitic(after),
                Edge::Joined | Edge::Closed => after.is_empty(),
            }
    }
}

/// Collects terms for a [`Lexicon`].
#[derive(Default)]
pub struct Builder {
    languages: Vec<String>,
    small: FxHashMap<Box<str>, Small>,
    stems: FxHashMap<String, u32>,
    forms: Vec<Vec<Form>>,
    atoms: FxHashMap<(u8, Vec<super::pattern::WordPattern>), u32>,
    starting: Vec<Vec<Chain>>,
    terms: u32,
}

impl Builder {
    /// A builder for these languages (at most 16).
    pub fn new(languages: Vec<String>) -> Self {
        Self { languages, ..Self::default() }
    }

    /// The number of a language.
    pub fn language(&self, id: &str) -> Option<u8> {
        self.languages.iter().position(|l| l == id).and_then(|n| u8::try_from(n).ok())
    }

    /// Makes a folded word a small word of a language.
    pub fn small_word(&mut self, lang: u8, word: &str) {
        let id = u16::try_from(self.small.len() + 1).unwrap_or(0);
        self.small.entry(word.into()).or_insert(Small { langs: 0, id }).langs |= 1 << lang;
    }

    /// True for a small word of the language.
    pub fn is_small(&self, lang: u8, word: &str) -> bool {
        self.small.get(word).is_some_and(|small| small.langs & (1 << lang) != 0)
    }

    /// Adds a term of a language.
    pub fn add(&mut self, term: &Term, lang: u8, target: Target) {
        let number = self.terms;
        self.terms += 1;
        let mut atoms: Vec<(u32, u8)> =
            term.parts.iter().map(|part| (self.atom(part, lang), part.gap)).collect();
        if atoms.is_empty() {
            return;
        }
        let (first, _) = atoms.remove(0);
        let Beside { before, after } = &term.beside;
        let (before, after) = (self.numbers(before), self.numbers(after));
        self.starting[first as usize].push(Chain {
            rest: atoms,
            before,
            after,
            target,
            term: number,
        });
    }

    fn numbers(&self, words: &[String]) -> Vec<u16> {
        words.iter().filter_map(|word| self.small.get(word.as_str()).map(|s| s.id)).collect()
    }

    fn atom(&mut self, part: &Part, lang: u8) -> u32 {
        let mut words = part.words.clone();
        words.sort();
        words.dedup();
        if let Some(&atom) = self.atoms.get(&(lang, words.clone())) {
            return atom;
        }
        let atom = u32::try_from(self.starting.len()).unwrap_or(u32::MAX);
        self.starting.push(Vec::new());
        for word in &words {
            let next = u32::try_from(self.stems.len()).unwrap_or(u32::MAX);
            let stem = *self.stems.entry(word.stem.clone()).or_insert(next);
            if stem as usize == self.forms.len() {
                self.forms.push(Vec::new());
            }
            let forms = &mut self.forms[stem as usize];
            let same =
                |f: &&mut Form| (f.before, f.after, f.lang) == (word.before, word.after, lang);
            match forms.iter_mut().find(same) {
                Some(form) => form.atoms.push(atom),
                None => forms.push(Form {
                    before: word.before,
                    after: word.after,
                    lang,
                    arabic: self.languages.get(usize::from(lang)).is_some_and(|id| id == "ar"),
                    endings: endings(self.languages.get(usize::from(lang)).map_or("", |id| id)),
                    atoms: vec![atom],
                }),
            }
        }
        self.atoms.insert((lang, words), atom);
        atom
    }

    /// Compiles the automata. `None` where there is no term at all.
    pub fn build(self) -> Option<Lexicon> {
        let of = |lang: usize| {
            let own = |stem: &u32| {
                self.forms[*stem as usize].iter().any(|form| usize::from(form.lang) == lang)
            };
            let stems = self.stems.iter().filter(|(_, stem)| own(stem));
            CharwiseDoubleArrayAhoCorasick::with_values(stems.map(|(text, stem)| (text, *stem)))
                .ok()
        };
        let own = (0..self.languages.len()).map(of).collect();
        let all = CharwiseDoubleArrayAhoCorasick::with_values(self.stems).ok()?;
        Some(Lexicon {
            languages: self.languages,
            small: self.small,
            all,
            own,
            forms: self.forms,
            starting: self.starting,
        })
    }
}
