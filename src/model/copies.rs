//! What is kept of a text to recognise its copies and its story.

use super::Time;
use serde::{Deserialize, Serialize};

/// The fingerprint of one text. Compact: it is kept for every article of the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hash of all words of the folded text: equal for equal texts.
    pub exact: u64,
    /// The first words of the folded text as 16-bit tokens, in order (at most 2,000).
    pub tokens: Vec<u16>,
    /// Tokens of the folded title, in order (at most 40).
    pub title: Vec<u16>,
    /// When the text was published (else first seen).
    pub time: Time,
    /// Whether `time` is the text's own date.
    pub dated: bool,
    /// The source it came from.
    pub source: String,
}

/// Weighted features of an article for story clustering, in one language and across.
/// Each list is sorted by feature and has length 1 as a vector (or is empty).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoryVector {
    /// Language, BCP 47 primary subtag.
    pub lang: Option<String>,
    /// Pieces of words of title and beginning.
    pub text: Vec<(u32, f32)>,
    /// Pieces of words of the title alone.
    pub title: Vec<(u32, f32)>,
    /// Language-neutral features: names, numbers, organisations, countries, concepts.
    pub neutral: Vec<(u32, f32)>,
}
