//! What can be counted in a text without knowing its language.

/// Counts over the characters of one text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Characters; those of scripts that write a word in one or two count double.
    pub chars: u32,
    /// Words: runs of letters and digits; each character of a script without spaces.
    pub words: u32,
    /// Digits of any script.
    pub digits: u32,
    /// Upper-case letters.
    pub upper: u32,
    /// Letters.
    pub letters: u32,
    /// Letters of scripts written from right to left.
    pub rtl: u32,
    /// Letters of Han, kana, hangul, Thai, …
    pub dense: u32,
    /// Marks that end a sentence.
    pub stops: u32,
    /// Marks inside a sentence (comma, semicolon).
    pub commas: u32,
    /// Quotation marks.
    pub quotes: u32,
    /// Marks of lists, paths and decoration (`|`, `/`, `»`, `•`, `#`, `@`).
    pub marks: u32,
}

/// Ends a sentence, in any script.
pub(crate) fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '؟' | '۔' | '।' | '…' | '．' | '։' | '።')
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | '،' | '؛' | '、' | '，' | '；' | '፣')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '‘' | '’' | '‹' | '›')
}

fn is_dense(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

fn is_rtl(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// The letters of Arabic text, all of them letters to Unicode too: the tables that say so for
/// any character are slow.
fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{064a}' | '\u{0671}'..='\u{06d3}')
}

/// Appends the letters (and digits, where asked for) of `text` in lower case, up to `most`
/// characters.
pub(crate) fn push_letters(out: &mut String, text: &str, digits: bool, most: usize) {
    let mut left = most;
    for c in text.chars() {
        if left == 0 {
            return;
        }
        if c.is_ascii() || is_arabic_letter(c) {
            if c.is_ascii_digit() && digits || c.is_ascii_alphabetic() || !c.is_ascii() {
                out.push(c.to_ascii_lowercase());
                left -= 1;
            }
        } else if c.is_alphabetic() || digits && c.is_numeric() {
            for lower in c.to_lowercase().take(left) {
                out.push(lower);
                left -= 1;
            }
        }
    }
}

/// The letters and digits of `text` in lower case.
pub(crate) fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_letters(&mut out, text, true, usize::MAX);
    out
}

/// A letter or a digit, Arabic letters first.
pub(crate) fn is_letter_or_digit(c: char) -> bool {
    is_arabic_letter(c) || c.is_alphanumeric()
}

impl Counts {
    /// Counts the characters of `text`.
    pub(crate) fn of(text: &str) -> Self {
        let mut n = Self::default();
        let mut in_word = false;
        for c in text.chars() {
            n.chars += 1;
            if c.is_ascii_lowercase() {
                n.letters += 1;
                n.words += u32::from(!in_word);
                in_word = true;
            } else if is_arabic_letter(c) {
                n.letters += 1;
                n.rtl += 1;
                n.words += u32::from(!in_word);
                in_word = true;
            } else if c.is_alphanumeric() {
                n.letter(c, in_word);
                in_word = true;
            } else {
                n.mark(c);
                in_word = false;
            }
        }
        n
    }

    fn letter(&mut self, c: char, in_word: bool) {
        let dense = is_dense(c);
        if c.is_numeric() {
            self.digits += 1;
        } else {
            self.letters += 1;
            self.upper += u32::from(c.is_uppercase());
            self.rtl += u32::from(is_rtl(c));
        }
        if dense {
            self.dense += 1;
            self.chars += 1;
            self.words += 1;
        } else {
            self.words += u32::from(!in_word);
        }
    }

    fn mark(&mut self, c: char) {
        self.stops += u32::from(is_stop(c));
        self.commas += u32::from(is_comma(c));
        self.quotes += u32::from(is_quote(c));
        self.marks += u32::from(matches!(
            c,
            '|' | '/' | '»' | '›' | '•' | '·' | '#' | '@' | '>' | '→' | '←' | '▶' | '©' | '_'
        ));
    }

    /// The script most letters belong to: 0 none, 1 left to right, 2 right to left, 3 dense.
    pub(crate) fn script(&self) -> u8 {
        let rest = self.letters.saturating_sub(self.rtl + self.dense);
        match self.rtl.max(self.dense).max(rest) {
            0 => 0,
            n if n == rest => 1,
            n if n == self.rtl => 2,
            _ => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_for_arabic_counts_the_same() {
        let letters = ('\u{0600}'..='\u{06ff}').filter(|c| is_arabic_letter(*c));
        assert!(
            letters
                .clone()
                .all(|c| c.is_alphabetic() && !c.is_uppercase() && is_rtl(c) && !is_dense(c))
        );
        assert!(letters.count() > 130);
    }

    #[test]
    fn letters_are_those_of_unicode() {
        for text in ["Straße İstanbul ٣ 12,ab", "قالت، «نعم» ٢٠٢٤ ﻻ ة", "東京 ½ x² É e\u{301}"]
        {
            let lower = |keep: fn(char) -> bool| -> String {
                text.chars().filter(|c| keep(*c)).flat_map(char::to_lowercase).collect()
            };
            assert_eq!(letters(text), lower(char::is_alphanumeric));
            let mut some = String::new();
            push_letters(&mut some, text, false, 5);
            assert_eq!(some, lower(char::is_alphabetic).chars().take(5).collect::<String>());
        }
    }

    #[test]
    fn marks_of_all_scripts_count() {
        let n = Counts::of("قال، «نعم»؛ هل تعود؟ ٢٠٢٤");
        assert_eq!((n.commas, n.stops, n.quotes, n.digits, n.words), (2, 1, 2, 4, 5));
        assert_eq!(n.script(), 2);
        let n = Counts::of("東京です。");
        assert_eq!((n.words, n.stops, n.script()), (4, 1, 3));
        assert_eq!(Counts::of("… | 12").script(), 0);
    }
}
