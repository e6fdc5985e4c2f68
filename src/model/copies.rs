//! What is kept of a text to recognise its copies and its story.

use super::Time;
use serde::{Deserialize, Serialize};

/// The fingerprint of one text. Compact: it is kept for every article of the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hash of the whole folded text: equal for equal texts.
    pub exact: u64,
    /// Winnowed hashes of word 4-grams over folded text, sorted, distinct.
    pub grams: Vec<u64>,
    /// Numbers of the text (digits folded), hashed, sorted, distinct.
    pub numbers: Vec<u32>,
    /// Length of the folded text in words.
    pub words: u32,
    /// Length of the folded text in characters.
    pub chars: u32,
    /// When the text was published (else first seen).
    pub time: Time,
    /// The source it came from.
    pub source: String,
    /// Language, BCP 47 primary subtag.
    pub lang: Option<String>,
}

/// Weighted features of an article for story clustering, in one language and across.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoryVector {
    /// Hashed features with weights, sorted by hash.
    pub features: Vec<(u32, f32)>,
    /// Language-neutral features (concepts, places, organisations, numbers), sorted by hash.
    pub neutral: Vec<(u32, f32)>,
}
