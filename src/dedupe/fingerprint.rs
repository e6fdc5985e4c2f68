//! A text's fingerprint, and the sample of its phrases by which others find it.

use xxhash_rust::xxh3::xxh3_64;

use super::token::{Token, tokens};
use crate::model::{Fingerprint, Time};
use crate::text::fold::fold_str;

/// Words of a text that are kept: who reprints a longer one shows it long before.
pub const MAX_WORDS: usize = 2000;
/// Words of a title that are kept.
const MAX_TITLE: usize = 40;
/// Words in a phrase: shorter ones are everybody's, longer ones break at each edit.
pub(super) const PHRASE: usize = 4;
/// Words of the lead. A news text is cut from the end, so copies share their leads.
const LEAD: usize = 128;
/// One phrase in so many is sampled in the lead, by its hash: two texts sample the same ones.
const LEAD_RATE: u32 = 3;
/// One phrase in so many is sampled everywhere (a multiple of the lead's rate).
const BODY_RATE: u32 = 12;

/// A text as it arrives.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Title, plain text.
    pub title: &'a str,
    /// Body, plain text.
    pub text: &'a str,
    /// When it was published.
    pub published: Option<Time>,
    /// When it was first seen.
    pub seen: Time,
    /// The source it came from.
    pub source: &'a str,
}

/// Makes the fingerprint of a text. Linear in its length.
pub fn fingerprint(text: &Text<'_>) -> Fingerprint {
    let raw = |tokens: Vec<Token>| tokens.into_iter().map(|token| token.0).collect::<Vec<u16>>();
    let words = raw(tokens(&fold_str(text.text), usize::MAX));
    let mut title = raw(tokens(&fold_str(text.title), MAX_TITLE));
    title.shrink_to_fit();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    Fingerprint {
        exact: xxh3_64(&bytes),
        tokens: words[..words.len().min(MAX_WORDS)].to_vec(),
        title,
        time: text.published.unwrap_or(text.seen),
        dated: text.published.is_some(),
        source: text.source.to_owned(),
    }
}

/// The number that stands for a source in postings.
pub fn source_number(source: &str) -> u32 {
    xxh3_64(source.as_bytes()) as u32
}

/// A sampled phrase of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Hash of its words.
    pub gram: u32,
    /// Position of its first word.
    pub at: u32,
}

/// The sampled phrases of a text, in order, each once. At most some 210.
pub fn phrases(tokens: &[u16]) -> Vec<Phrase> {
    let mut seen = rustc_hash::FxHashSet::default();
    tokens
        .windows(PHRASE)
        .enumerate()
        .filter_map(|(at, words)| {
            let gram = gram(words);
            let rate = if at < LEAD { LEAD_RATE } else { BODY_RATE };
            let sampled = gram.is_multiple_of(rate) && !words.contains(&Token::STAMP.0);
            (sampled && seen.insert(gram)).then_some(Phrase { gram, at: at as u32 })
        })
        .collect()
}

fn gram(words: &[u16]) -> u32 {
    let joined = words.iter().fold(0u64, |all, word| all << 16 | u64::from(*word));
    // Multiplication by an odd constant and folding spread the words over all bits (Murmur's finaliser).
    let mixed = (joined ^ joined >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ mixed >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (mixed >> 32) as u32
}
