//! What a verdict needs of `topics.toml`.

use super::condition::{ConceptId, Condition};
use super::file::Scoring;
use super::lexicon::Lexicon;
use super::scan::Reach;
use crate::model::Zone;

/// A number that stands for a topic of the file.
pub type TopicId = usize;

/// A root or a leaf.
#[derive(Debug, Clone)]
pub struct Node {
    /// `mig` or `mig.sea`.
    pub id: String,
    /// The root of a leaf.
    pub parent: Option<TopicId>,
    /// Of a root: the leaf that stands in when none is named.
    pub fallback: Option<TopicId>,
}

/// A phrase that says it alone.
#[derive(Debug)]
pub struct Phrase {
    /// As written.
    pub text: String,
    /// The topic it speaks for.
    pub topic: TopicId,
    /// What it adds in the lead.
    pub weight: f64,
}

/// What concepts together say.
#[derive(Debug)]
pub struct Rule {
    /// As written.
    pub text: String,
    /// The topic it speaks for; `None` where it speaks against all.
    pub topic: Option<TopicId>,
    /// When it applies.
    pub condition: Condition,
    /// The links of all clauses: without one of each the rule cannot apply.
    pub needs: Vec<Vec<ConceptId>>,
    /// What it adds in the lead (or takes off); nothing where it only names its topic.
    pub weight: f64,
    /// Words within which the concepts must stand.
    pub within: u32,
    /// Its place in the file, in bytes.
    pub at: usize,
}

/// A term as it stands in the file.
#[derive(Debug)]
pub struct Written {
    /// As written.
    pub text: String,
    /// Its list: `concept.boat`, `phrases.mig.sea`, `masks`.
    pub list: String,
    /// Its language, by number.
    pub lang: u8,
    /// Its place in the file, in bytes.
    pub at: usize,
}

/// The compiled file.
pub struct Compiled {
    /// Weights and thresholds.
    pub scoring: Scoring,
    /// All terms.
    pub lexicon: Lexicon,
    /// Roots and leaves.
    pub topics: Vec<Node>,
    /// Names of the concepts.
    pub concepts: Vec<String>,
    /// The concept that every country is.
    pub country: ConceptId,
    /// Phrases by number.
    pub phrases: Vec<Phrase>,
    /// Rules, for and against.
    pub rules: Vec<Rule>,
    /// Countries by number.
    pub countries: Vec<String>,
    /// Terms by number.
    pub terms: Vec<Written>,
}

impl Rule {
    /// True where the rule names its topic and adds nothing.
    pub fn only_names(&self) -> bool {
        self.weight <= 0.0
    }
}

impl Compiled {
    /// The roots.
    pub fn roots(&self) -> impl Iterator<Item = TopicId> + '_ {
        (0..self.topics.len()).filter(|id| self.topics[*id].parent.is_none())
    }

    /// The leaves of a root.
    pub fn leaves(&self, root: TopicId) -> impl Iterator<Item = TopicId> + Clone + '_ {
        (0..self.topics.len()).filter(move |id| self.topics[*id].parent == Some(root))
    }
}

impl Scoring {
    /// The factor of a zone.
    pub fn factor(&self, zone: Zone) -> f64 {
        match zone {
            Zone::Title => self.title,
            Zone::Lead => self.lead,
            Zone::Body => self.body,
        }
    }

    /// How much of a text is read.
    pub fn reach(&self) -> Reach {
        Reach { lead_chars: self.lead_chars, body_chars: self.body_chars }
    }
}
