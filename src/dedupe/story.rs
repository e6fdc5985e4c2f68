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
use xxhash_rust::xxh3::xxh3_64;

use super::names::{Named, neutral, strip_clitics};
use super::token::is_letter;
use crate::model::StoryVector;
use crate::text::fold::fold_str;

/// Features are numbers below this; what shares one by chance shares little else.
pub const FEATURES: usize = 1 << 18;
/// Words that are read: the event is told at the beginning.
const MAX_WORDS: usize = 200;
/// Bytes that hold so many words of any script, and a title before them.
const MAX_BYTES: usize = 6000;
/// Letters of a piece of a word, its ends marked.
const PIECE: usize = 4;
/// Letters of a word that are read.
const MAX_LETTERS: usize = 40;
/// A word of the title counts as so many of the text.
const TITLE_WEIGHT: u32 = 2;
/// A figure, country, organisation or concept counts as so many words that may be names.
const SURE: u32 = 4;
/// Neutral features that are kept, the rarest: the others are everybody's.
const MAX_NEUTRAL: usize = 48;
/// What the likeness of the whole texts counts, and what the headlines'.
const BY_TEXT: f32 = 0.5;
const BY_HEADLINES: f32 = 0.5;
/// What shared figures and names add.
const BY_NEUTRAL: f32 = 0.05;
/// Likeness from which two texts of one language tell of one event.
const SAME_LANGUAGE: f32 = 0.27;
/// Likeness from which what two texts of different languages name is one event.
const ACROSS: f32 = 0.2;
/// Names, numbers and so on that both must have: two may meet by chance.
const SHARED_NEUTRAL: usize = 3;
/// Of these, so many must be names or figures: what both are about is no proof of one event, for
/// many texts tell of boats and borders.
const SHARED_NAMED: usize = 2;
/// How the name of a concept's feature begins.
const CONCEPT: &str = "concept ";
/// Groups worth a comparison with a new one.
pub const MAX_KIN: usize = 16;
/// Keys that they must share at least: one is shared by chance.
pub const SHARED_KEYS: u32 = 2;

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

    /// Whether so many texts have a feature that it leads to no story: more than an eighth of
    /// them, and than any event has.
    fn is_common(&self, feature: u32) -> bool {
        const OF_ONE_EVENT: u32 = 64;
        let n = self.of.get(feature as usize).copied().unwrap_or_default();
        n > OF_ONE_EVENT.max(self.texts / 8)
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
    let beginning = beginning(text.text);
    let folded = fold_str(beginning);
    // Many pages begin with their title.
    let body = folded.strip_prefix(title.as_str()).unwrap_or(&folded);
    let mut in_title = FxHashMap::default();
    pieces(&title, 1, &mut in_title);
    let mut in_text = FxHashMap::default();
    pieces(&title, TITLE_WEIGHT, &mut in_text);
    pieces(body, 1, &mut in_text);
    let mut named = neutral([(text.title, &title), (beginning, &folded)]);
    named.extend(text.countries.iter().map(|code| Named::sure(format!("country {code}"))));
    named.extend(text.concepts.iter().map(|id| Named::sure(format!("{CONCEPT}{id}"))));
    StoryFeatures {
        lang: text.lang.map(str::to_owned),
        text: sorted(in_text),
        title: sorted(in_title),
        neutral: sorted(named.iter().map(weighed).collect()),
    }
}

/// As much of a text as is read.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A neutral feature and its count: what surely is one counts more than what may be.
fn weighed(named: &Named) -> (u32, u32) {
    let feature = slot(xxh3_64(named.name.as_bytes()));
    // Concepts have the odd numbers, names and figures the even ones: see `kinship`.
    let feature = if named.name.starts_with(CONCEPT) { feature | 1 } else { feature & !1 };
    (feature, if named.sure { SURE } else { 1 })
}

/// Whether a neutral feature is a name, place, organisation or figure.
fn is_named(feature: u32) -> bool {
    feature.is_multiple_of(2)
}

/// Counts the pieces of the words of a folded text.
fn pieces(folded: &str, weight: u32, counts: &mut FxHashMap<u32, u32>) {
    let mut marked: Vec<char> = Vec::with_capacity(MAX_LETTERS + 2);
    let words = folded.split(|c| !is_letter(c)).filter(|word| !word.is_empty());
    for word in words.take(MAX_WORDS) {
        marked.clear();
        marked.push('^');
        marked.extend(strip_clitics(word).chars().take(MAX_LETTERS));
        marked.push('$');
        for piece in marked.windows(PIECE.min(marked.len())) {
            *counts.entry(slot(mixed(piece))).or_default() += weight;
        }
    }
}

/// A hash of a few letters: 21 bits hold any, and multiplication spreads them.
fn mixed(piece: &[char]) -> u64 {
    let joined = piece.iter().fold(0u64, |all, c| all.rotate_left(21) ^ u64::from(*c));
    let mixed = (joined ^ joined >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
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
            .map(|c| {
                (c.feature(), (1.0 + (c.count() as f32).ln()) * frequencies.rarity(c.feature()))
            })
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

/// The features by which groups of the same story find each other: the heaviest ones, but none
/// that everybody has: who looks for it finds everybody.
pub fn story_keys(vector: &StoryVector, frequencies: &Frequencies) -> Vec<u32> {
    const OF_TEXT: usize = 24;
    const OF_NEUTRAL: usize = 12;
    let mut keys: Vec<u32> = Vec::with_capacity(OF_TEXT + OF_NEUTRAL);
    keys.extend(rarest(vector.text.clone(), OF_TEXT).iter().map(|(feature, _)| feature));
    keys.extend(rarest(vector.neutral.clone(), OF_NEUTRAL).iter().map(|(feature, _)| feature));
    keys.retain(|feature| !frequencies.is_common(*feature));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// How far two texts tell of one event: from 1 on they do.
pub fn kinship(a: &StoryVector, b: &StoryVector) -> f32 {
    let neutral = cosine(&a.neutral, &b.neutral);
    if a.lang == b.lang {
        let headlines = (cosine(&a.title, &b.text).sum + cosine(&b.title, &a.text).sum) / 2.0;
        let texts = cosine(&a.text, &b.text).sum;
        let likeness = BY_TEXT * texts + BY_HEADLINES * headlines + BY_NEUTRAL * neutral.sum;
        return likeness / SAME_LANGUAGE;
    }
    let enough = neutral.shared >= SHARED_NEUTRAL && neutral.named >= SHARED_NAMED;
    if enough { neutral.sum / ACROSS } else { 0.0 }
}

/// How far two vectors point the same way.
#[derive(Default)]
struct Cosine {
    sum: f32,
    /// Features that both have.
    shared: usize,
    /// Of these, names and figures (among neutral features).
    named: usize,
}

/// The cosine of two vectors.
fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> Cosine {
    let (mut i, mut j, mut cosine) = (0, 0, Cosine::default());
    while let (Some((x, wx)), Some((y, wy))) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                cosine.sum += wx * wy;
                cosine.shared += 1;
                cosine.named += usize::from(is_named(*x));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    cosine
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

#[cfg(test)]
mod tests {
    use super::*;

    const NEWS: [(&str, &str, &str); 6] = [
        (
            "en",
            "Dozens drown as boat sinks off Zuwara",
            "At least 61 migrants drowned when a boat sank off Zuwara on the Libyan coast, IOM said on Saturday, quoting survivors. The boat had left with 86 people on board.",
        ),
        (
            "en",
            "Libya: 61 migrants feared dead after boat capsizes off Zuwara",
            "Some 86 people were on board when the boat left Zuwara, survivors told IOM. Women and children were among the dead off the Libyan coast.",
        ),
        (
            "ar",
            "غرق 61 مهاجرا قبالة زوارة",
            "قالت المنظمة الدولية للهجرة إن 61 مهاجرا غرقوا بعد انقلاب قارب غادر مدينة زوارة وعلى متنه 86 شخصا، وفق ناجين.",
        ),
        (
            "en",
            "Central bank keeps rates unchanged",
            "The central bank kept its benchmark rate at 2.5 percent on Tuesday and said inflation would slow next year.",
        ),
        (
            "ar",
            "المنتخب يفوز بثلاثية",
            "فاز المنتخب الوطني بثلاثة أهداف لهدف في المباراة التي جمعته بضيفه على ملعب العاصمة.",
        ),
        (
            "fr",
            "Le parlement adopte la loi de finances",
            "Les députés ont adopté mardi la loi de finances en première lecture, par 178 voix contre 47.",
        ),
    ];

    fn vectors() -> Vec<StoryVector> {
        let (all, frequencies) = news();
        all.iter().map(|features| story_vector(features, &frequencies)).collect()
    }

    fn news() -> (Vec<StoryFeatures>, Frequencies) {
        let features: Vec<StoryFeatures> = NEWS
            .iter()
            .map(|(lang, title, text)| {
                let countries =
                    if text.contains("61") { vec!["LY".to_owned()] } else { Vec::new() };
                let lang = Some(*lang);
                story_features(&StoryText {
                    title,
                    text,
                    lang,
                    countries: &countries,
                    concepts: &[],
                })
            })
            .collect();
        let mut frequencies = Frequencies::default();
        features.iter().for_each(|f| frequencies.add(f));
        (features, frequencies)
    }

    #[test]
    fn one_event_is_one_story_in_one_language_and_across() {
        let all = vectors();
        assert!(kinship(&all[0], &all[1]) >= 1.0);
        assert!(kinship(&all[0], &all[2]) >= 1.0);
        for (i, j) in [(0, 3), (1, 3), (2, 4), (2, 3), (0, 5), (3, 5), (4, 5)] {
            assert!(kinship(&all[i], &all[j]) < 1.0, "{i} {j}");
        }
        let kin = [(7, &all[1]), (8, &all[3])];
        assert_eq!(story_of(&all[0], kin), Some(7));
        assert_eq!(story_of(&all[4], kin), None);
    }

    #[test]
    fn groups_of_one_story_share_keys() {
        let (all, frequencies) = news();
        let keys = |features: &StoryFeatures| {
            story_keys(&story_vector(features, &frequencies), &frequencies)
        };
        let common = |a: &StoryFeatures, b: &StoryFeatures| {
            let of_b = keys(b);
            keys(a).iter().filter(|key| of_b.contains(key)).count()
        };
        assert!(common(&all[0], &all[1]) >= 2);
        assert!(common(&all[0], &all[2]) >= 2);
    }

    #[test]
    fn what_everybody_has_is_no_key() {
        let (all, mut frequencies) = news();
        let keys = |frequencies: &Frequencies| {
            story_keys(&story_vector(&all[0], frequencies), frequencies)
        };
        let before = keys(&frequencies);
        // More texts like this one than tell of any event.
        (0..200).for_each(|_| frequencies.add(&all[1]));
        assert!(keys(&frequencies).iter().all(|key| !frequencies.is_common(*key)));
        assert!(before.iter().any(|key| frequencies.is_common(*key)), "nothing became common");
    }

    #[test]
    fn odd_texts_break_nothing() {
        let empty = StoryFeatures::default();
        let vector = story_vector(&empty, &Frequencies::default());
        assert_eq!(kinship(&vector, &vector), 0.0);
        assert!(story_keys(&vector, &Frequencies::default()).is_empty());
    }
}
