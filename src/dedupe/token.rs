//! Words as 16-bit tokens.
//!
//! A token says what kind of word stands there and hashes the word itself. Two
//! different words share a token once in 32,768: alone that would be much, but
//! what is compared are sequences, and four words in order share theirs once in
//! 2⁶⁰. It makes a text of 300 words 600 bytes, small enough to keep for all
//! articles of the window.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::facts::fact;

/// One word of a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Token(pub u16);

/// Set for facts; then the next two bits say of which kind.
const FACT: u16 = 0x8000;
const KINDS: u16 = 0x6000;
const NUMBER: u16 = 0;
const WEEKDAY: u16 = 0x2000;
const MONTH: u16 = 0x4000;
const STAMP: u16 = 0x6000;

/// What a fact is about: facts of one kind can contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Weekday,
    Month,
}

impl Token {
    /// A clock time or a date in figures: page furniture ("published 24/07/2015 20:58").
    pub(super) const STAMP: Self = Self(FACT | STAMP);

    pub(super) fn word(word: &str) -> Self {
        fact(word).unwrap_or_else(|| Self(hash(word) & !FACT))
    }

    pub(super) fn number(digits: &str) -> Self {
        Self::fact(NUMBER, digits)
    }

    pub(super) fn weekday(name: &str) -> Self {
        Self::fact(WEEKDAY, name)
    }

    pub(super) fn month(name: &str) -> Self {
        Self::fact(MONTH, name)
    }

    fn fact(kind: u16, value: &str) -> Self {
        Self(FACT | kind | (hash(value) & !(FACT | KINDS)))
    }

    /// Whether the token is a year of our time, in either calendar.
    pub(super) fn is_year(self) -> bool {
        YEARS.contains(&self)
    }

    /// What the token is a fact about, where it is one.
    pub(super) fn kind(self) -> Option<Kind> {
        match (self.0 & FACT, self.0 & KINDS) {
            (FACT, NUMBER) => Some(Kind::Number),
            (FACT, WEEKDAY) => Some(Kind::Weekday),
            (FACT, MONTH) => Some(Kind::Month),
            _ => None,
        }
    }
}

static YEARS: LazyLock<FxHashSet<Token>> = LazyLock::new(|| {
    (1990..2060).chain(1410..1480).map(|year: u32| Token::number(&year.to_string())).collect()
});

fn hash(word: &str) -> u16 {
    let hash = xxh3_64(word.as_bytes());
    (hash ^ (hash >> 32)) as u16
}

/// The tokens of a folded text, at most `limit`.
pub(super) fn tokens(folded: &str, limit: usize) -> Vec<Token> {
    let mut tokens = Vec::with_capacity((folded.len() / 6).min(limit));
    let mut rest = folded;
    while tokens.len() < limit {
        let Some(start) = rest.find(is_letter) else { break };
        rest = &rest[start..];
        let (token, len) = match rest.as_bytes()[0] {
            b'0'..=b'9' => figures(rest),
            _ => letters(rest),
        };
        tokens.push(token);
        rest = &rest[len..];
    }
    tokens
}

/// Letters and digits; the letters of most news without a look at Unicode's tables.
pub(super) fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        '\u{620}'..='\u{64a}' => true,
        '\u{c0}'..='\u{24f}' => c != '×' && c != '÷',
        _ => c.is_alphanumeric(),
    }
}

fn letters(rest: &str) -> (Token, usize) {
    let len = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
    (Token::word(&rest[..len]), len)
}

/// A number as written: `65 000`, `65,000` and `65.000` are one number, `8.5` is
/// another, `24/07/2015` and `20:58` are stamps.
fn figures(rest: &str) -> (Token, usize) {
    let bytes = rest.as_bytes();
    let run = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut len = run(0);
    if let Some(stamp) = stamp(bytes, len, run) {
        return (Token::STAMP, stamp);
    }
    let mut digits = rest[..len].to_owned();
    let grouped = len <= 3 && bytes[0] != b'0';
    while let Some(separator) = rest[len..].chars().next() {
        let next = len + separator.len_utf8();
        let more = run(next);
        let part = &rest[next..next + more];
        match separator {
            '.' | ',' | '،' | ' ' | '\u{a0}' | '\u{202f}' | '٬' | '\'' if more == 3 && grouped => {
                digits.push_str(part);
            }
            // Arabic papers also write the comma of decimals as the letter ra.
            '.' | ',' | '،' | '٫' | 'ر' if more > 0 => {
                return (decimal(&digits, part), next + more);
            }
            _ => break,
        }
        len = next + more;
    }
    (Token::number(&digits), len)
}

/// A decimal, whichever way round: in right-to-left text its halves change places
/// when it is copied (`29ر4` becomes `4ر29`).
fn decimal(left: &str, right: &str) -> Token {
    Token::number(&if left <= right {
        format!("{left}.{right}")
    } else {
        format!("{right}.{left}")
    })
}

/// The length of a date in figures or of a clock time.
fn stamp(bytes: &[u8], len: usize, run: impl Fn(usize) -> usize) -> Option<usize> {
    let (separator, second) = (*bytes.get(len)?, run(len + 1));
    let end = len + 1 + second;
    match separator {
        // A score has no two digits after the colon.
        b':' if len <= 2 && second == 2 => Some(end),
        b'/' | b'-' | b'.' if second > 0 && bytes.get(end) == Some(&separator) => {
            let third = run(end + 1);
            (third > 0 && (len == 4 || third == 4 || third == 2) && second <= 2)
                .then_some(end + 1 + third)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_str;

    fn of(text: &str) -> Vec<Token> {
        tokens(&fold_str(text), 100)
    }

    #[test]
    fn letters_are_those_of_unicode() {
        let other = |c: &char| is_letter(*c) != c.is_alphanumeric();
        assert_eq!(('\0'..=char::MAX).find(other), None);
    }

    #[test]
    fn one_number_in_many_writings() {
        for other in ["65,000", "65.000", "65 000", "65\u{a0}000", "65٬000", "65،000", "٦٥٠٠٠"]
        {
            assert_eq!(of(other), [Token::number("65000")], "{other}");
        }
        assert_eq!(of("8.5"), of("8,5"));
        assert_eq!(of("8.5"), of("٨٫٥"));
        assert_eq!(of("29.4 مليون"), of("4ر29 مليون"));
        assert_ne!(of("8.5"), of("85"));
        assert_eq!(of("2015 300").len(), 2);
        assert_eq!(of("5 migrants"), of("five migrants"));
        assert_eq!(of("وخمسة"), of("٥"));
    }

    #[test]
    fn page_furniture_is_not_a_fact() {
        for stamp in ["24/07/2015", "2015-07-24", "20:58", "24.07.15"] {
            assert_eq!(of(stamp), [Token::STAMP], "{stamp}");
        }
        assert_eq!(Token::STAMP.kind(), None);
        assert!(of("2:1").iter().all(|token| token.kind() == Some(Kind::Number)));
    }

    #[test]
    fn stops_at_the_limit_and_never_panics() {
        assert_eq!(tokens("a b c", 2).len(), 2);
        for odd in ["", "٫", "1.", "1,,2", "12:", "1/2/", "133⁄4.", "9 999 999", "1'"] {
            of(odd);
        }
    }
}
