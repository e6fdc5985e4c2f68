//! What a text names, in a form that does not depend on its language: people and
//! places by their consonants, organisations, numbers.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::token::{Kind, Token, tokens};
use crate::text::fold::fold_str;

/// Words of a text that are read for names: the event is told at the beginning.
const MAX_WORDS: usize = 300;
/// Consonants that make a name one name.
const MIN_CONSONANTS: usize = 3;

/// Language-neutral features of a text, as strings, each once, sorted.
pub(super) fn neutral(title: &str, text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in [title, text] {
        names(part, &mut found);
        let folded = fold_str(part);
        organisations(&folded, &mut found);
        numbers(&folded, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Words that may be names. Scripts with capitals mark them; in Arabic any word may
/// be one, and common words weigh next to nothing.
fn names(text: &str, found: &mut Vec<String>) {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\u{640}');
    for word in words.filter(|word| !word.is_empty()).take(MAX_WORDS) {
        let Some(first) = word.chars().next() else { continue };
        if first.is_uppercase() || is_arabic(first) {
            let consonants = consonants(&fold_str(word));
            if consonants.len() >= MIN_CONSONANTS {
                found.push(format!("name {consonants}"));
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
    let word = strip_clitics(word).replace("sch", "š").replace("sh", "š").replace("ch", "š");
    let mut out = String::new();
    for class in word.chars().filter_map(class) {
        if !out.ends_with(class) {
            out.push(class);
        }
    }
    out.replace('x', "ks")
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

fn organisations(folded: &str, found: &mut Vec<String>) {
    let (automaton, numbers) = &*ORGANISATIONS;
    for hit in automaton.find_iter(folded) {
        let before = folded[..hit.start()].chars().next_back();
        let after = folded[hit.end()..].chars().next();
        let clitic = before.is_some_and(|c| "وبلف".contains(c));
        let starts = clitic || !before.is_some_and(char::is_alphanumeric);
        if starts && !after.is_some_and(char::is_alphanumeric) {
            found.push(format!("organisation {}", numbers[hit.pattern().as_usize()]));
        }
    }
}

fn numbers(folded: &str, found: &mut Vec<String>) {
    let words = tokens(folded, MAX_WORDS);
    let figures = words.iter().filter(|word| word.kind() == Some(Kind::Number) && !word.is_year());
    // One to ten are everywhere.
    let small = |word: &&Token| (0..=10).any(|n: u8| **word == Token::number(&n.to_string()));
    found.extend(figures.filter(|word| !small(word)).map(|word| format!("number {}", word.0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_across_scripts() {
        for (latin, arabic) in [
            ("trump", "ترامب"),
            ("lampedusa", "لامبيدوزا"),
            ("johnson", "جونسون"),
            ("frontex", "وفرونتكس"),
        ] {
            let plain = |name: &str| consonants(&fold_str(name));
            assert_eq!(plain(latin), plain(arabic), "{latin}");
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
