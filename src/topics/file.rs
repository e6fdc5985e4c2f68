//! The form of `topics.toml`, as serde reads it. `form` reports the keys that are none of it;
//! `schema` tells editors of it, in the words that stand here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_spanned::Spanned;

/// Lists of terms by language.
pub type Lists = BTreeMap<Spanned<String>, Spanned<String>>;

/// Weights by condition.
pub type Conditions = BTreeMap<Spanned<String>, Spanned<Weight>>;

/// The whole file.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct File {
    /// Version of this form: 1.
    #[schemars(with = "u32")]
    pub version: Spanned<u32>,
    /// Weights and thresholds.
    pub scoring: Scoring,
    /// The languages that lists may name, with their small words.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub small_words: Lists,
    /// The tree: roots and leaves.
    pub topic: Vec<Topic>,
    /// Language-neutral notions with their words.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, String>>")]
    pub concept: BTreeMap<Spanned<String>, Lists>,
    /// Concepts under one name, as alternatives: what many rules ask for or forbid.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub sets: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What concepts together say, by topic.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Weight>>")]
    pub rules: BTreeMap<Spanned<String>, Conditions>,
    /// What names a leaf of a text that is relevant anyway, by topic; it adds nothing to a score.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub names: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    /// What speaks against: its weight is taken off.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Weight>")]
    pub against: Conditions,
    /// Phrases that say it alone, by topic.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, String>>")]
    pub phrases: BTreeMap<Spanned<String>, Lists>,
    /// Phrases that are erased before anything is counted.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub masks: Lists,
    /// Texts whose verdict is known.
    #[serde(default)]
    pub example: Vec<Example>,
}

/// Weights and thresholds, all in one place.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scoring {
    /// Factor on what stands in the title.
    pub title: f64,
    /// Factor on what stands in the lead.
    pub lead: f64,
    /// Factor on what stands further down.
    pub body: f64,
    /// Most that the body may add in all.
    pub body_cap: f64,
    /// Characters that make the lead, which goes on to the end of its sentence.
    pub lead_chars: usize,
    /// Characters that are read at all.
    pub body_chars: usize,
    /// Words within which concepts of a rule are near each other.
    pub near_words: u32,
    /// Weight of a phrase without a weight of its own.
    pub phrase: f64,
    /// Relevant from this score up.
    pub accept: f64,
    /// To be looked at from this score up.
    pub review: f64,
    /// A leaf is named from this score up …
    pub topic_accept: f64,
    /// … and from this share of the best leaf up.
    pub topic_share: f64,
    /// Most that speaks against may take off.
    pub against_cap: f64,
}

/// A root or a leaf.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Topic {
    /// `mig` or `mig.sea`.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// Of a root: the leaf that stands in when none is named.
    #[schemars(with = "Option<String>")]
    pub fallback: Option<Spanned<String>>,
    /// Names for people, by language.
    pub label: BTreeMap<String, String>,
    /// What it covers, in a sentence for people, by language.
    #[serde(default)]
    pub covers: BTreeMap<String, String>,
    /// IPTC media topic codes.
    #[serde(default)]
    pub iptc: Vec<String>,
    /// Wikidata items.
    #[serde(default)]
    pub wikidata: Vec<String>,
}

/// What a condition adds or takes off.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a weight is a number, or { weight = 2.0, within = 5 }")]
pub enum Weight {
    /// Only the weight.
    Plain(f64),
    /// With the number of words within which the concepts must stand.
    Within {
        /// The weight.
        weight: f64,
        /// Words, instead of `near_words`.
        within: u32,
    },
}

/// A text whose verdict is known.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Example {
    /// Its language.
    pub lang: String,
    /// Its title.
    #[schemars(with = "String")]
    pub title: Spanned<String>,
    /// Its text.
    #[serde(default)]
    pub text: String,
    /// Topics that the verdict must name; none means irrelevant.
    #[schemars(with = "Vec<String>")]
    pub expect: Vec<Spanned<String>>,
}
