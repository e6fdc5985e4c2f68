//! What the topic filter says about a text, and why.

use super::source::words;
use serde::{Deserialize, Serialize};

/// Relevant, review or irrelevant, with a score per topic and the evidence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// To be published.
    pub relevant: bool,
    /// Not relevant by itself, but close: a person should look.
    pub review: bool,
    /// The whole score; relevant from the accept threshold up.
    pub score: f64,
    /// Language that the text was read as.
    pub lang: Option<String>,
    /// Leaves (and roots) that the text supports, best first.
    pub topics: Vec<TopicScore>,
    /// Countries that the article is about, ISO 3166-1 alpha-2, most mentioned first.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Concepts found (ids), for stories across languages.
    #[serde(default)]
    pub concepts: Vec<String>,
    /// What decided where it was not the plain score (a guard, the learnt model).
    #[serde(default)]
    pub decided_by: Option<String>,
}

/// One topic of a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicScore {
    /// Topic id, e.g. `ht.child`.
    pub id: String,
    /// Its score.
    pub score: f64,
    /// What spoke for it.
    pub evidence: Vec<Evidence>,
}

/// One term or rule that matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The term or rule as written in `topics.toml`.
    pub term: String,
    /// Where it matched.
    pub field: Zone,
    /// What it added to the score; negative for contra terms.
    pub weight: f64,
    /// Byte range of the match in the original field text (title or text), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(u32, u32)>,
}

words! {
    /// Part of an article.
    Zone {
        /// The title.
        Title = "title",
        /// The first sentences.
        Lead = "lead",
        /// The rest of the text.
        Body = "body",
    }
}
