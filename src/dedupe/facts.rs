//! Words that state a fact: numbers, weekdays, months.
//!
//! A reprint keeps them and the next dispatch of the same kind changes them:
//! "87 migrants, Tuesday" and "116 migrants, Friday" are two events in one form.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::token::Token;
use crate::text::fold::fold_str;

/// Letters that Arabic writes onto the next word: and, so, in, like, to, and the article.
const CLITICS: [&str; 10] = ["", "و", "ف", "ب", "ك", "ل", "ال", "وال", "بال", "لل"];

static FACTS: LazyLock<FxHashMap<String, Token>> =
    LazyLock::new(|| read(include_str!("facts.txt")));

/// The fact that a folded word states, if it is one of the list.
pub(super) fn fact(word: &str) -> Option<Token> {
    FACTS.get(word).copied()
}

fn read(list: &str) -> FxHashMap<String, Token> {
    let mut facts = FxHashMap::default();
    for line in list.lines() {
        let Some((head, words)) = line.split_once(':') else { continue };
        let token = match head.split_once(' ') {
            Some(("number", value)) => Token::number(value),
            Some(("weekday", value)) => Token::weekday(value),
            Some(("month", value)) => Token::month(value),
            _ => continue,
        };
        for word in words.split_whitespace().map(fold_str) {
            let arabic = word.starts_with(|c| ('\u{600}'..'\u{700}').contains(&c));
            for clitic in &CLITICS[..if arabic { CLITICS.len() } else { 1 }] {
                facts.entry(format!("{clitic}{word}")).or_insert(token);
            }
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_the_same_in_all_languages() {
        assert_eq!(fact("five"), Some(Token::number("5")));
        assert_eq!(fact(&fold_str("وخمسة")), fact("cinq"));
        assert_eq!(fact(&fold_str("يوليوز")), fact("juillet"));
        assert_eq!(fact(&fold_str("الإثنين")), fact("lundi"));
        assert_eq!(fact("may"), None);
        assert_ne!(fact("monday"), fact("tuesday"));
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = include_str!("facts.txt").lines();
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (_, words) = line.split_once(':').expect("kind and value before a colon");
            let word = words.split_whitespace().next().expect("a word after the colon");
            assert!(fact(&fold_str(word)).is_some(), "{line}");
        }
    }
}
