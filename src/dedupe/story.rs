//! Same event: which story a group belongs to. A story hides nothing; it links.
//!
//! In one language, texts are compared by pieces of their words (four letters, so
//! that endings and compounds need no grammar), rare pieces weighing most, and each
//! headline is looked for in the other's text: a headline names the event. Across
//! languages, by what they name: people and places by their consonants,
//! organisations, numbers, and the countries and concepts that the verdict found.
//!
//! The caller keeps the [`Frequencies`] and looks up candidates by [`story_keys`].

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::names::{neutral, strip_clitics};
use crate::model::StoryVector;
use crate::text::fold::fold_str;

/// Features are numbers below this; what shares one by chance shares little else.
pub const FEATURES: usize = 1 << 18;
/// Words that are read: the event is told at the beginning.
const MAX_WORDS: usize = 200;
/// Letters of a piece of a word, its ends marked.
const PIECE: usize = 4;
/// A word of the title counts as so many of the text.
const TITLE_WEIGHT: u32 = 2;
/// Neutral features that are kept, the rarest: the others are everybody's.
const MAX_NEUTRAL: usize = 48;
/// Share of the likeness that the whole texts make; the rest is the headlines'.
const TEXT_SHARE: f32 = 0.6;
/// Likeness from which two texts of one language tell of one event.
const SAME_LANGUAGE: f32 = 0.25;
/// Likeness from which what two texts of different languages name is one event.
const ACROSS: f32 = 0.24;
/// Names, numbers and so on that both must have: two may meet by chance.
const SHARED_NEUTRAL: usize = 3;
/// Groups worth a comparison with a new one.
pub const MAX_KIN: usize = 24;

/// A text as stories see it.
#[derive(Debug, Clone, Copy)]
pub struct StoryText<'a> {
    /// Title, plain text.
    pub title: &'a str,
    /// Body, plain text.
    pub text: &'a str,
    /// Language, BCP 47 primary subtag.
    pub lang: Option<&'a str>,
    /// Countries that the text is about, ISO 3166-1 alpha-2.
    pub countries: &'a [String],
    /// Concepts found in it (ids).
    pub concepts: &'a [String],
}

/// What a text is made of, before it is known what is rare.
#[derive(Debug, Clone, Default)]
pub struct StoryFeatures {
    lang: Option<String>,
    text: Vec<Counted>,
    title: Vec<Counted>,
    neutral: Vec<Counted>,
}

/// A feature (upper 24 bits) and how often it occurs (lower 8 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Counted(u32);

impl Counted {
    fn new(feature: u32, count: u32) -> Self {
        Self(feature << 8 | count.min(255))
    }

    fn feature(self) -> u32 {
        self.0 >> 8
    }

    fn count(self) -> u32 {
        self.0 & 255
    }
}

/// In how many texts each feature occurs. A megabyte, whatever the number of texts.
#[derive(Debug, Clone)]
pub struct Frequencies {
    texts: u32,
    of: Vec<u32>,
}

impl Default for Frequencies {
    fn default() -> Self {
        Self { texts: 0, of: vec![0; FEATURES] }
    }
}

impl Frequencies {
    /// Counts a text.
    pub fn add(&mut self, features: &StoryFeatures) {
        self.texts = self.texts.saturating_add(1);
        for counted in features.text.iter().chain(&features.neutral) {
            if let Some(n) = self.of.get_mut(counted.feature() as usize) {
                *n = n.saturating_add(1);
            }
        }
    }

    /// Inverse document frequency: high for what is rare.
    fn rarity(&self, feature: u32) -> f32 {
        let n = self.of.get(feature as usize).copied().unwrap_or_default();
        ((self.texts as f32 + 1.0) / (n as f32 + 0.5)).ln().max(0.0)
    }
}

/// Takes a text apart. Linear in its length.
pub fn story_features(text: &StoryText<'_>) -> StoryFeatures {
    let title = fold_str(text.title);
    let body = fold_str(text.text);
    // Many pages begin with their title.
    let body = body.strip_prefix(title.as_str()).unwrap_or(&body);
    let mut in_title = FxHashMap::default();
    pieces(&title, 1, &mut in_title);
    let mut in_text = FxHashMap::default();
    pieces(&title, TITLE_WEIGHT, &mut in_text);
    pieces(body, 1, &mut in_text);
    let mut named = neutral(text.title, text.text);
    named.extend(text.countries.iter().map(|country| format!("country {country}")));
    named.extend(text.concepts.iter().map(|concept| format!("concept {concept}")));
    StoryFeatures {
        lang: text.lang.map(str::to_owned),
        text: sorted(in_text),
        title: sorted(in_title),
        neutral: sorted(named.iter().map(|name| (slot(xxh3_64_with_seed(name.as_bytes(), 1)), 1)).collect()),
    }
}

/// Counts the pieces of the words of a folded text.
fn pieces(folded: &str, weight: u32, counts: &mut FxHashMap<u32, u32>) {
    let mut marked = Vec::with_capacity(32);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for word in words.take(MAX_WORDS) {
        marked.clear();
        marked.push('^');
        marked.extend(strip_clitics(word).chars().take(40));
        marked.push('$');
        for piece in marked.windows(PIECE.min(marked.len())) {
            let bytes: Vec<u8> = piece.iter().flat_map(|c| (*c as u32).to_le_bytes()).collect();
            *counts.entry(slot(xxh3_64(&bytes))).or_default() += weight;
        }
    }
}

fn slot(hash: u64) -> u32 {
    (hash % FEATURES as u64) as u32
}

fn sorted(counts: FxHashMap<u32, u32>) -> Vec<Counted> {
    let mut list: Vec<Counted> = counts.into_iter().map(|(f, n)| Counted::new(f, n)).collect();
    list.sort_unstable();
    list.shrink_to_fit();
    list
}

/// Weighs the features of a text by what is rare.
pub fn story_vector(features: &StoryFeatures, frequencies: &Frequencies) -> StoryVector {
    let weigh = |list: &[Counted]| -> Vec<(u32, f32)> {
        list.iter()
            .map(|c| (c.feature(), (1.0 + (c.count() as f32).ln()) * frequencies.rarity(c.feature())))
            .collect()
    };
    StoryVector {
        lang: features.lang.clone(),
        text: unit(weigh(&features.text)),
        title: unit(weigh(&features.title)),
        neutral: unit(rarest(weigh(&features.neutral), MAX_NEUTRAL)),
    }
}

/// The heaviest features, in order of features.
fn rarest(mut list: Vec<(u32, f32)>, most: usize) -> Vec<(u32, f32)> {
    list.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    list.truncate(most);
    list.sort_unstable_by_key(|(feature, _)| *feature);
    list
}

fn unit(mut list: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let length = list.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
    if length > 0.0 {
        list.iter_mut().for_each(|(_, weight)| *weight /= length);
    }
    list
}

/// The features by which groups of the same story find each other: the heaviest ones.
pub fn story_keys(vector: &StoryVector) -> Vec<u32> {
    const OF_TEXT: usize = 24;
    const OF_NEUTRAL: usize = 12;
    let mut keys: Vec<u32> = Vec::with_capacity(OF_TEXT + OF_NEUTRAL);
    keys.extend(rarest(vector.text.clone(), OF_TEXT).iter().map(|(feature, _)| feature));
    keys.extend(rarest(vector.neutral.clone(), OF_NEUTRAL).iter().map(|(feature, _)| feature));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// How far two texts tell of one event: from 1 on they do.
pub fn kinship(a: &StoryVector, b: &StoryVector) -> f32 {
    if a.lang == b.lang {
        let headlines = (cosine(&a.title, &b.text).0 + cosine(&b.title, &a.text).0) / 2.0;
        let texts = cosine(&a.text, &b.text).0;
        return (TEXT_SHARE * texts + (1.0 - TEXT_SHARE) * headlines) / SAME_LANGUAGE;
    }
    let (likeness, shared) = cosine(&a.neutral, &b.neutral);
    if shared < SHARED_NEUTRAL { 0.0 } else { likeness / ACROSS }
}

/// The cosine of two vectors and the number of features that both have.
fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> (f32, usize) {
    let (mut i, mut j, mut sum, mut shared) = (0, 0, 0.0, 0);
    while let (Some((x, wx)), Some((y, wy))) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += wx * wy;
                shared += 1;
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    (sum, shared)
}

/// The story that a new group belongs to, if any: among the stories of `kin`
/// (story and vector of each group compared), the nearest. Both its nearest group and
/// its groups on the whole must be near, lest a chain of neighbours become a story.
pub fn story_of<'a>(
    vector: &StoryVector,
    kin: impl IntoIterator<Item = (i64, &'a StoryVector)>,
) -> Option<i64> {
    let mut stories: FxHashMap<i64, (f32, f32, u32)> = FxHashMap::default();
    for (story, other) in kin {
        let near = kinship(vector, other);
        let (best, sum, n) = stories.entry(story).or_default();
        *best = best.max(near);
        *sum += near;
        *n += 1;
    }
    stories
        .into_iter()
        .map(|(story, (best, sum, n))| (story, 0.5 * best + 0.5 * sum / n as f32))
        .filter(|(_, near)| *near >= 1.0)
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|(story, _)| story)
}
