//! One form for the many spellings of a word, with the way back to the original.
//!
//! Folding is NFKC's compatibility (presentation forms, ligatures, full width)
//! and on top of it what readers do not tell apart:
//!
//! * Arabic vowel marks, tatweel, bidi and zero-width marks, soft hyphens go;
//! * `أإآٱ` are `ا`, `ى ی ئ ے` are `ي`, `ة ہ ھ ە` are `ه`, `ک گ` are `ك`, `ؤ` is `و`, `ء` goes;
//! * Arabic-Indic and Persian digits are ASCII digits;
//! * Latin, Greek and Cyrillic letters lose accents and case, `ß` is `ss`, `ı` is `i`.
//!
//! One table lookup per character; only what becomes several characters takes
//! the slow way. No allocation per character.

use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// A folded text and the way back to the bytes it came from.
///
/// Offsets are bytes and are kept as 32 bits: texts are far below 4 GiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    runs: Vec<Run>,
    original_len: u32,
}

/// From `folded` on, until the next run, bytes stand for the bytes from `original` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    folded: u32,
    original: u32,
    /// Byte for byte; else the whole run stands for one character of another length.
    same: bool,
}

impl Folded {
    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folded text, without the way back.
    pub fn into_string(self) -> String {
        self.text
    }

    /// The bytes of the original that a byte range of the folded text came from.
    ///
    /// Marks that folding removed after the last character belong to the range.
    /// The result is always in bounds and on character boundaries of the original
    /// when `range` is on character boundaries of the folded text.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let start = self.back(range.start, false);
        start..self.back(range.end, true).max(start)
    }

    fn back(&self, at: usize, end: bool) -> usize {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let next = self.runs.partition_point(|run| run.folded <= at);
        let Some(run) = next.checked_sub(1).and_then(|i| self.runs.get(i)) else {
            return at.min(self.original_len) as usize;
        };
        let limit = self.runs.get(next).map_or(self.original_len, |run| run.original);
        let inside = at - run.folded;
        let back = match (run.same, inside, end) {
            (true, ..) => run.original.saturating_add(inside).min(limit),
            (false, 0, _) | (false, _, false) => run.original,
            (false, _, true) => limit,
        };
        back as usize
    }
}

impl AsRef<str> for Folded {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Folds a text and remembers where each byte came from.
pub fn fold(text: &str) -> Folded {
    let mut runs: Vec<Run> = Vec::new();
    let text_out = walk(text, |change| change.note(&mut runs));
    Folded { text: text_out, runs, original_len: to_u32(text.len()) }
}

/// Folds a text where the way back is not needed.
pub fn fold_str(text: &str) -> String {
    walk(text, |_| ())
}

/// A character whose folded form is not one character of the same length.
struct Change {
    folded: usize,
    original: usize,
    folded_len: usize,
    original_len: usize,
}

impl Change {
    fn note(&self, runs: &mut Vec<Run>) {
        let mut push = |run: Run| {
            // A run without bytes is replaced by the next.
            if runs.last().is_some_and(|last| last.folded == run.folded) {
                runs.pop();
            }
            runs.push(run);
        };
        let (folded, original) = (to_u32(self.folded), to_u32(self.original));
        if self.folded_len > 0 {
            push(Run { folded, original, same: false });
        }
        let (folded, original) = (self.folded + self.folded_len, self.original + self.original_len);
        push(Run { folded: to_u32(folded), original: to_u32(original), same: true });
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn walk(text: &str, mut changed: impl FnMut(Change)) -> String {
    let table: &[u16] = &TABLE;
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let ascii = ascii_run(&bytes[at..]);
        if ascii > 0 {
            let start = out.len();
            out.push_str(&text[at..at + ascii]);
            out[start..].make_ascii_lowercase();
            at += ascii;
        }
        for c in text[at..].chars() {
            if c.is_ascii() {
                break;
            }
            let (start, len) = (out.len(), c.len_utf8());
            let entry = table.get(c as usize).copied().unwrap_or(SLOW);
            match entry {
                GONE => (),
                SLOW => expand(c, &mut out),
                folded => out.extend(char::from_u32(u32::from(folded))),
            }
            let folded_len = out.len() - start;
            // `ß` and `ss` are both two bytes, yet not byte for byte the same.
            if folded_len != len || entry == SLOW {
                changed(Change { folded: start, original: at, folded_len, original_len: len });
            }
            at += len;
        }
    }
    out
}

fn ascii_run(bytes: &[u8]) -> usize {
    const CHUNK: usize = 32;
    let mut n = 0;
    while bytes.get(n..n + CHUNK).is_some_and(<[u8]>::is_ascii) {
        n += CHUNK;
    }
    n + bytes[n..].iter().take_while(|b| b.is_ascii()).count()
}

/// Table entry of a character that goes without trace.
const GONE: u16 = 0;
/// Table entry of a character that [`expand`] must fold.
const SLOW: u16 = 0xFFFF;

/// What each character of the basic plane becomes, where that is one such character.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut buffer = String::new();
    (0..=0xFFFFu32)
        .map(|code| {
            let Some(c) = char::from_u32(code) else { return SLOW };
            buffer.clear();
            expand(c, &mut buffer);
            let mut chars = buffer.chars();
            match (chars.next(), chars.next()) {
                (None, _) => GONE,
                (Some(one), None) => u16::try_from(one as u32).unwrap_or(SLOW),
                _ => SLOW,
            }
        })
        .collect()
});

/// The slow way, for any character.
fn expand(c: char, out: &mut String) {
    // Hangul syllables would fall apart into letters.
    if ('\u{AC00}'..='\u{D7A3}').contains(&c) {
        out.push(c);
        return;
    }
    for part in std::iter::once(c).nfkd() {
        for lower in part.to_lowercase() {
            match base(lower) {
                Base::Gone => (),
                Base::One(c) => out.push(c),
                Base::Two(s) => out.push_str(s),
            }
        }
    }
}

enum Base {
    Gone,
    One(char),
    Two(&'static str),
}

/// The last step: letters that readers do not tell apart.
fn base(c: char) -> Base {
    Base::One(match c {
        'أ' | 'إ' | 'آ' | 'ٱ' | '\u{0672}' | '\u{0673}' | '\u{0675}' => 'ا',
        'ى' | 'ی' | 'ئ' | 'ے' | 'ې' | 'ۍ' | 'ێ' | '\u{0678}' | '\u{06D3}' => 'ي',
        'ة' | 'ہ' | 'ھ' | 'ە' | 'ۀ' | 'ۂ' | 'ۃ' | 'ۿ' => 'ه',
        'ک' | 'گ' | 'ڪ' | 'ګ' | 'ڭ' => 'ك',
        'ؤ' | '\u{0676}' => 'و',
        'ڤ' => 'ف',
        'ڨ' => 'ق',
        '\u{0660}'..='\u{0669}' => return digit(c, 0x0660),
        '\u{06F0}'..='\u{06F9}' => return digit(c, 0x06F0),
        'ı' => 'i',
        'ø' => 'o',
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ς' => 'σ',
        'ß' => return Base::Two("ss"),
        'æ' => return Base::Two("ae"),
        'œ' => return Base::Two("oe"),
        'þ' => return Base::Two("th"),
        '‘' | '’' | '‛' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '´' | '′' | '`' => '\'',
        '“' | '”' | '„' | '‟' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        '\u{2028}' | '\u{2029}' | '\u{0085}' => '\n',
        c if is_mark(c) => return Base::Gone,
        c => c,
    })
}

fn digit(c: char, zero: u32) -> Base {
    Base::One(char::from_digit(c as u32 - zero, 10).unwrap_or(c))
}

/// Marks that carry no difference for a reader of news: vowels, accents, direction, joining.
fn is_mark(c: char) -> bool {
    matches!(c,
        'ء' | 'ـ'
        | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{FEFF}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'
        // Combining marks of Latin, Greek, Cyrillic, Hebrew and Arabic; not of scripts
        // whose marks are vowels that readers do write.
        | '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}'..='\u{05C2}' | '\u{05C4}'..='\u{05C5}'
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0674}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{08CA}'..='\u{08FF}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_spellings_become_one() {
        for other in ["الهِجْرَةُ", "الهجـــرة", "الهجره", "ﺍﻟﻬﺠﺮﺓ", "الھجرة", "\u{200F}الهجرة\u{200E}"]
        {
            assert_eq!(fold_str(other), fold_str("الهجرة"), "{other}");
        }
        assert_eq!(fold_str("أإآٱا"), "ااااا");
        assert_eq!(fold_str("لاجئ على مؤتمر هؤلاء"), "لاجي علي موتمر هولا");
        assert_eq!(fold_str("ایران کی"), fold_str("ايران كي"));
        assert_eq!(fold_str("ﻻجئ"), fold_str("لاجئ"));
    }

    #[test]
    fn digits_of_three_scripts_become_ascii() {
        assert_eq!(fold_str("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ０１２"), "0123456789 0123456789 012");
    }

    #[test]
    fn latin_loses_accents_and_case() {
        assert_eq!(
            fold_str("ÉMIGRÉS Straße İstanbul ışık Flüchtling"),
            "emigres strasse istanbul isik fluchtling"
        );
        assert_eq!(fold_str("e\u{301}migre\u{301}"), "emigre");
        assert_eq!(fold_str("l’asile — Œuvre Ærø ŁÓDŹ"), "l'asile - oeuvre aero lodz");
        assert_eq!(fold_str("ﬁnal ½"), "final 1⁄2");
    }

    #[test]
    fn other_scripts_keep_their_letters() {
        assert_eq!(fold_str("हिन्दी"), "हिन्दी".nfkd().collect::<String>());
        assert_eq!(fold_str("한국어"), "한국어");
    }

    #[test]
    fn ranges_come_back_to_what_was_written() {
        let original = "«الْهِجْرَةُ» vers l’ÉTRANGER: ﷲ Straße!";
        let folded = fold(original);
        for (needle, written) in
            [("الهجره", "الْهِجْرَةُ"), ("etranger", "ÉTRANGER"), ("strasse", "Straße"), ("الله", "ﷲ")]
        {
            let at = folded.as_str().find(needle).expect(needle);
            assert_eq!(&original[folded.original(at..at + needle.len())], written);
        }
    }

    #[test]
    fn a_range_inside_a_ligature_is_the_whole_ligature() {
        let folded = fold("aßb");
        assert_eq!(folded.as_str(), "assb");
        assert_eq!(folded.original(2..3), 1..3);
        assert_eq!(folded.original(1..2), 1..3);
        assert_eq!(folded.original(3..4), 3..4);
    }

    proptest::proptest! {
        #[test]
        fn every_range_comes_back_in_bounds_and_on_boundaries(text in "[\\PC\u{64B}-\u{652}ßﷲéA-z ]{0,60}") {
            let folded = fold(&text);
            let marks: Vec<usize> = folded.as_str().char_indices().map(|(i, _)| i)
                .chain([folded.as_str().len()]).collect();
            for (n, &start) in marks.iter().enumerate() {
                for &end in &marks[n..] {
                    let range = folded.original(start..end);
                    proptest::prop_assert!(text.get(range).is_some());
                }
            }
            proptest::prop_assert_eq!(folded.into_string(), fold_str(&text));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold_str(&text);
            proptest::prop_assert_eq!(fold_str(&once), once);
        }
    }
}
