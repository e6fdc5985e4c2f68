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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoryVector {
    /// Hashed features with weights, sorted by hash.
    pub features: Vec<(u32, f32)>,
    /// Language-neutral features (concepts, places, organisations, numbers), sorted by hash.
    pub neutral: Vec<(u32, f32)>,
}
