//! A text as the learnt model sees it: hashed words, pairs of words and pieces of words.
//!
//! Pieces of words carry what a list cannot: endings, clitics, compounds, misspellings. Hashing
//! needs no dictionary that would have to be stored (Weinberger et al., "Feature Hashing for Large
//! Scale Multitask Learning", 2009).

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Document;
use crate::text::fold::fold_str;
use crate::text::words::words;

/// Places that features are hashed to.
pub const PLACES: usize = 1 << 16;
/// Bytes of the text that are read: what an article is about stands in its beginning.
const TEXT_BYTES: usize = 2400;
/// Lengths of pieces of words, in letters, the marks of the word's edges counted.
const PIECES: [usize; 2] = [4, 5];

/// Seeds, so that one string in two roles takes two places.
const WORD: u64 = 1;
const PAIR: u64 = 2;
const PIECE: u64 = 3;
const TITLE: u64 = 4;

/// The places of a document's features, each once, in order.
pub fn features(document: &Document<'_>) -> Vec<u32> {
    let mut places = Vec::with_capacity(2048);
    collect(document.title, &mut places);
    let title = fold_str(document.title);
    places.extend(words(&title).map(|word| place(word.of(&title), TITLE)));
    collect(&document.text[..document.text.floor_char_boundary(TEXT_BYTES)], &mut places);
    places.sort_unstable();
    places.dedup();
    places
}

fn collect(text: &str, places: &mut Vec<u32>) {
    let folded = fold_str(text);
    let mut before = "";
    let mut marked = String::new();
    for word in words(&folded) {
        let word = word.of(&folded);
        places.push(place(word, WORD));
        marked.clear();
        marked.push_str(before);
        marked.push(' ');
        marked.push_str(word);
        places.push(place(&marked, PAIR));
        marked.clear();
        marked.push(' ');
        marked.push_str(word);
        marked.push(' ');
        pieces(&marked, places);
        before = word;
    }
}

fn pieces(word: &str, places: &mut Vec<u32>) {
    let ends: Vec<usize> =
        word.char_indices().map(|(at, _)| at).chain(std::iter::once(word.len())).collect();
    for length in PIECES {
        for window in ends.windows(length + 1) {
            places.push(place(&word[window[0]..window[length]], PIECE));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "PLACES fits in 32 bits")]
fn place(text: &str, seed: u64) -> u32 {
    (xxh3_64_with_seed(text.as_bytes(), seed) % PLACES as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str, text: &str) -> Vec<u32> {
        features(&Document { title, text, ..Document::default() })
    }

    #[test]
    fn spelling_and_case_make_no_difference() {
        assert_eq!(of("الهِجْرَةُ", ""), of("الهجره", ""));
        assert_eq!(of("", "ÉMIGRÉS"), of("", "emigres"));
    }

    #[test]
    fn a_word_in_the_title_says_more_than_in_the_text() {
        let (title, text) = (of("refugees", ""), of("", "refugees"));
        assert_eq!(title.len(), text.len() + 1);
        assert!(text.iter().all(|place| title.contains(place)));
    }

    #[test]
    fn places_are_the_same_on_every_machine_and_in_every_version() {
        // Stored models depend on it.
        assert_eq!([place("boat", WORD), place("قارب", PIECE)], [14_692, 14_992]);
    }

    #[test]
    fn only_the_beginning_is_read() {
        let long = "كلمة ".repeat(4000);
        assert_eq!(of("", &long), of("", &format!("{long} آخر")));
        assert!(of("", "").is_empty());
    }
}
