//! Words of a folded text, with their places and the ends of sentences.

/// A word of a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// First byte in the folded text.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// True when a sentence (or a line) begins with this word.
    pub opens: bool,
}

impl Word {
    /// The word itself, in the text that it was found in.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// The words of a folded text in order: runs of letters and digits.
///
/// Apostrophes and hyphens part words (`l'asile` is `l`, `asile`), so that
/// elision and compounds need no rules of their own.
pub fn words(folded: &str) -> Words<'_> {
    Words { text: folded, at: 0, opens: true }
}

/// Iterator of [`words`].
#[derive(Debug, Clone)]
pub struct Words<'a> {
    text: &'a str,
    at: usize,
    opens: bool,
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let bytes = self.text.as_bytes();
        let mut opens = std::mem::take(&mut self.opens);
        let mut previous = self.at;
        while let Some((c, len)) = char_at(self.text, bytes, self.at) {
            if is_letter(c) {
                let start = self.at;
                self.at = word_end(self.text, bytes, start + len);
                return Some(Word { start: offset(start), end: offset(self.at), opens });
            }
            opens |= ends_sentence(c, bytes, self.at, &mut previous);
            self.at += len;
        }
        None
    }
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn char_at(text: &str, bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let &byte = bytes.get(at)?;
    if byte.is_ascii() {
        return Some((char::from(byte), 1));
    }
    text.get(at..)?.chars().next().map(|c| (c, c.len_utf8()))
}

fn word_end(text: &str, bytes: &[u8], mut at: usize) -> usize {
    while let Some((c, len)) = char_at(text, bytes, at) {
        if !is_letter(c) {
            break;
        }
        at += len;
    }
    at
}

fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\x7F' => c.is_ascii_alphanumeric(),
        'ا'..='ي' => true,
        _ => c.is_alphanumeric() || ('\u{0900}'..='\u{0DFF}').contains(&c),
    }
}

/// A full stop ends a sentence before a space, unless it closes an initial ("U. S.", "د.").
fn ends_sentence(c: char, bytes: &[u8], at: usize, word_end: &mut usize) -> bool {
    match c {
        '\n' | '!' | '?' | '؟' | '۔' | '。' | '…' | '|' => true,
        '.' => {
            let stop = bytes.get(at + 1).is_none_or(|b| !b.is_ascii_alphanumeric());
            let initial = *word_end == at && is_initial(bytes, at);
            stop && !initial
        }
        _ => false,
    }
}

/// True when the word that ends at `end` is a single letter.
fn is_initial(bytes: &[u8], end: usize) -> bool {
    let letter = |i: usize| bytes.get(i).is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    let width = match end.checked_sub(1).and_then(|i| bytes.get(i)) {
        Some(b) if b.is_ascii_alphabetic() => 1,
        Some(b) if *b >= 0x80 => 2,
        _ => return false,
    };
    end.checked_sub(width + 1).is_none_or(|before| !letter(before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_str;

    fn split(text: &str) -> Vec<String> {
        let folded = fold_str(text);
        words(&folded)
            .map(|w| format!("{}{}", if w.opens { "^" } else { "" }, w.of(&folded)))
            .collect()
    }

    #[test]
    fn elision_and_hyphen_part_words() {
        assert_eq!(split("L’asile anti-traite"), ["^l", "asile", "anti", "traite"]);
    }

    #[test]
    fn arabic_stops_open_sentences() {
        assert_eq!(
            split("من أين؟ وصل، ٢٥ مهاجرًا. انتهى"),
            ["^من", "اين", "^وصل", "25", "مهاجرا", "^انتهي"]
        );
    }

    #[test]
    fn a_stop_inside_a_number_or_after_an_initial_ends_nothing() {
        assert_eq!(
            split("3.5 million in the U.S. by J. Smith. End"),
            ["^3", "5", "million", "in", "the", "u", "s", "by", "j", "smith", "^end"]
        );
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(split(" …!").is_empty());
    }
}
