//! What a text names, in a form that does not depend on its language: people and
//! places by their consonants, organisations, numbers.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::token::{Kind, Token, is_letter, tokens};
use crate::text::fold::fold_str;

/// Words of a text that are read for names: the event is told at the beginning.
const MAX_WORDS: usize = 300;
/// Consonants that make a name one name.
const MIN_CONSONANTS: usize = 3;

/// Something that a text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    /// What it is and its name.
    pub name: String,
    /// False for a word that may be a name or may not.
    pub sure: bool,
}

impl Named {
    pub(super) fn sure(name: String) -> Self {
        Self { name, sure: true }
    }
}

/// Language-neutral features of a text, each once, sorted.
///
/// Each part is given as written and folded.
pub(super) fn neutral(parts: [(&str, &str); 2]) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for (written, folded) in parts {
        names(written, &mut found);
        organisations(folded, &mut found);
        numbers(folded, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Words that may be names. Scripts with capitals mark them; in Arabic any word may
/// be one, and common words weigh next to nothing.
fn names(text: &str, found: &mut Vec<Named>) {
    let words = text.split(|c: char| !is_letter(c) && c != '\u{640}');
    for word in words.filter(|word| !word.is_empty()).take(MAX_WORDS) {
        let Some(first) = word.chars().next() else { continue };
        if first.is_uppercase() || is_arabic(first) {
            let word = fold_str(word);
            // `لامبيدوزا` is a name; `لليونان` is another with `ل` written onto it.
            for word in [word.as_str(), strip_clitics(&word)] {
                let consonants = consonants(word);
                if consonants.chars().count() >= MIN_CONSONANTS {
                    found.push(Named { name: format!("name {consonants}"), sure: false });
                }
            }
        }
    }
}

fn is_arabic(letter: char) -> bool {
    ('\u{620}'..='\u{6FF}').contains(&letter)
}

/// The consonants of a folded name, in classes that transliterations keep:
/// `trump` and `ترامب`, `lampedusa` and `لامبيدوزا` give the same.
fn consonants(word: &str) -> String {
    let hissed =
        word.contains('h').then(|| word.replace("sch", "š").replace("sh", "š").replace("ch", "š"));
    let mut out = String::with_capacity(12);
    for class in hissed.as_deref().unwrap_or(word).chars().filter_map(class) {
        if !out.ends_with(class) {
            out.push(class);
        }
    }
    if out.contains('x') { out.replace('x', "ks") } else { out }
}

fn class(letter: char) -> Option<char> {
    Some(match letter {
        'b' | 'p' | 'ب' | 'پ' => 'b',
        't' | 'ت' | 'ط' | 'ث' => 't',
        'd' | 'د' | 'ض' | 'ذ' => 'd',
        'k' | 'c' | 'q' | 'ك' | 'ق' | 'خ' => 'k',
        'g' | 'j' | 'ج' | 'غ' => 'g',
        's' | 'z' | 'س' | 'ص' | 'ز' | 'ظ' => 's',
        'š' | 'ش' | 'چ' => 'š',
        'f' | 'v' | 'ف' => 'f',
        'l' | 'ل' => 'l',
        'm' | 'م' => 'm',
        'n' | 'ن' => 'n',
        'r' | 'ر' => 'r',
        'x' => 'x',
        _ => return None, // vowels, and h, w, y and ayn, which transliterations leave out
    })
}

/// A word without the Arabic letters that are written onto it: and, so, with, to, the.
pub(super) fn strip_clitics(word: &str) -> &str {
    const CLITICS: [&str; 9] = ["وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل"];
    CLITICS
        .iter()
        .filter_map(|clitic| word.strip_prefix(clitic))
        .find(|rest| rest.chars().nth(2).is_some())
        .unwrap_or(word)
}

/// Aliases of all organisations, and the number of the organisation of each.
static ORGANISATIONS: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| {
    let lines = include_str!("organisations.txt").lines();
    let listed = lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let (aliases, numbers): (Vec<String>, Vec<usize>) = listed
        .enumerate()
        .flat_map(|(number, line)| line.split('|').map(move |name| (fold_str(name.trim()), number)))
        .unzip();
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(aliases)
        .expect("a short list of plain words is within all limits");
    (automaton, numbers)
});

fn organisations(folded: &str, found: &mut Vec<Named>) {
    let (automaton, numbers) = &*ORGANISATIONS;
    for hit in automaton.find_iter(folded) {
        let before = folded[..hit.start()].chars().next_back();
        let after = folded[hit.end()..].chars().next();
        let clitic = before.is_some_and(|c| "وبلف".contains(c));
        let starts = clitic || !before.is_some_and(is_letter);
        if starts && !after.is_some_and(is_letter) {
            let number = numbers[hit.pattern().as_usize()];
            found.push(Named::sure(format!("organisation {number}")));
        }
    }
}

fn numbers(folded: &str, found: &mut Vec<Named>) {
    let words = tokens(folded, MAX_WORDS);
    let figures = words.iter().filter(|word| word.kind() == Some(Kind::Number) && !word.is_year());
    // One to ten are everywhere.
    let small = |word: &&Token| (0..=10).any(|n: u8| **word == Token::number(&n.to_string()));
    let named = |word: &Token| Named::sure(format!("number {}", word.0));
    found.extend(figures.filter(|word| !small(word)).map(named));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_across_scripts() {
        for (latin, arabic) in [
            ("Trump", "ترامب"),
            ("Lampedusa", "لامبيدوزا"),
            ("Johnson", "جونسون"),
            ("Frontex", "وفرونتكس"),
        ] {
            let of = |name: &str| {
                let mut found = Vec::new();
                names(name, &mut found);
                found
            };
            let latin = of(latin);
            assert!(of(arabic).iter().any(|name| latin.contains(name)), "{latin:?} {arabic}");
        }
    }

    #[test]
    fn organisations_meet_across_languages() {
        let of = |text: &str| {
            let mut found = Vec::new();
            organisations(&fold_str(text), &mut found);
            found
        };
        assert_eq!(of("قالت المنظمة الدولية للهجرة إن"), of("selon l'OIM, au moins"));
        assert_eq!(of("وفرونتكس"), of("Frontex"));
        assert!(of("idioms, hcrx").is_empty());
    }
}
