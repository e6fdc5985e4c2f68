//! What would have changed a verdict, for people who ask why.

use std::fmt;

use super::judge::{Case, round};
use crate::model::{Evidence, Zone};

/// Rules shown that almost applied.
const MOST_RULES: usize = 5;
/// Excerpts are cut after this many characters.
const EXCERPT_CHARS: usize = 80;

/// A verdict's score, the score it is held against, and what would have changed the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The score.
    pub score: f64,
    /// Relevant from this score up.
    pub threshold: f64,
    /// All that was found, the strongest first, also where it was not enough.
    pub grounds: Vec<Ground>,
    /// Each of these alone would have changed the outcome; the smallest change first.
    pub changes: Vec<Change>,
}

/// What was found, and what it speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// The topic; none where it speaks against all.
    pub topic: Option<String>,
    /// What was found.
    pub evidence: Evidence,
}

/// One thing that would have changed the outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Without this evidence, with the score that would be left.
    Without {
        /// What to leave out.
        evidence: Vec<Evidence>,
        /// The score then.
        score: f64,
    },
    /// With one of these concepts near, by a rule that lacks nothing else.
    With {
        /// The rule as written.
        rule: String,
        /// The topic that it speaks for.
        topic: String,
        /// Concepts, any of which would do.
        any: Vec<String>,
        /// The score then.
        score: f64,
    },
    /// With another weight of the source.
    Weight(f64),
    /// Without the learnt model, which decided.
    Unlearnt(String),
}

/// What would have changed the outcome of a case.
pub fn whatif(case: &Case<'_>) -> WhatIf {
    let (score, threshold) = (case.score(&|_| true), case.threshold());
    let relevant = score >= threshold;
    let flips = |score: f64| (score >= threshold) != relevant;
    let mut changes = if relevant { leaving_out(case, &flips) } else { Vec::new() };
    if !relevant {
        let kept = case.score(&|e| e.weight > 0.0);
        if flips(kept) {
            changes.push(Change::Without { evidence: case.against.clone(), score: kept });
        }
        changes.extend(adding(case, score, threshold));
        changes.extend(case.weight_that_would_do().map(Change::Weight));
    }
    WhatIf { score, threshold, grounds: grounds(case), changes }
}

fn grounds(case: &Case<'_>) -> Vec<Ground> {
    let topic = |id: usize| case.compiled.topics.get(id).map(|node| node.id.clone());
    let points = case
        .points
        .iter()
        .map(|point| Ground { topic: topic(point.topic), evidence: point.evidence.clone() });
    let against =
        case.against.iter().map(|evidence| Ground { topic: None, evidence: evidence.clone() });
    let mut grounds: Vec<Ground> = points.chain(against).collect();
    grounds.sort_by(|a, b| b.evidence.weight.abs().total_cmp(&a.evidence.weight.abs()));
    grounds
}

/// Evidence whose absence makes the text irrelevant: each alone, or the strongest together.
fn leaving_out(case: &Case<'_>, flips: &dyn Fn(f64) -> bool) -> Vec<Change> {
    let mut strongest: Vec<&Evidence> = case.points.iter().map(|p| &p.evidence).collect();
    strongest.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let without = |evidence: &[&Evidence]| Change::Without {
        evidence: evidence.iter().map(|e| (*e).clone()).collect(),
        score: case.score(&|e| !evidence.contains(&e)),
    };
    let alone: Vec<Change> = strongest
        .iter()
        .map(|evidence| without(&[evidence]))
        .filter(|change| matches!(change, Change::Without { score, .. } if flips(*score)))
        .collect();
    if !alone.is_empty() {
        return alone;
    }
    let first = (2..=strongest.len()).map(|n| without(&strongest[..n]));
    let enough = |change: &Change| matches!(change, Change::Without { score, .. } if flips(*score));
    first.into_iter().find(enough).into_iter().collect()
}

/// Rules that lack one concept and would make the text relevant in its lead.
fn adding(case: &Case<'_>, score: f64, threshold: f64) -> Vec<Change> {
    let compiled = case.compiled;
    let lead = compiled.scoring.factor(Zone::Lead);
    let mut found: Vec<(f64, Change)> = Vec::new();
    for rule in &compiled.rules {
        let Some(topic) = rule.topic else { continue };
        let then = round(score + rule.weight * lead);
        let lacks = |any: &&Vec<u16>| !any.iter().any(|concept| case.concepts.has(*concept));
        let mut lacking = rule.needs.iter().filter(lacks);
        let (Some(any), None) = (lacking.next(), lacking.next()) else { continue };
        let forbidden = rule.condition.without.iter().flatten();
        // A rule of a single concept lacks everything: it tells nothing about this text.
        if rule.needs.len() < 2
            || then < threshold
            || forbidden.into_iter().any(|c| case.concepts.has(*c))
        {
            continue;
        }
        let name = |id: &u16| compiled.concepts.get(usize::from(*id)).cloned();
        let change = Change::With {
            rule: rule.text.clone(),
            topic: compiled.topics[topic].id.clone(),
            any: any.iter().filter_map(name).collect(),
            score: then,
        };
        found.push((rule.weight, change));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(MOST_RULES).map(|(_, change)| change).collect()
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Without { evidence, score } => {
                let terms: Vec<String> =
                    evidence.iter().map(|e| format!("\u{201c}{}\u{201d}", e.term)).collect();
                write!(f, "Without {} the score would be {score}.", terms.join(" and "))
            }
            Self::With { rule, topic, any, score } => write!(
                f,
                "With {} as well, the rule \u{201c}{rule}\u{201d} for {topic} would make it {score}.",
                any.join(" or ")
            ),
            Self::Weight(weight) => write!(f, "A source of weight {weight} would pass."),
            Self::Unlearnt(model) => {
                write!(f, "Without the learnt model ({model}) it would be left to a person.")
            }
        }
    }
}

/// Evidence as a sentence: the words as written, where they stand, by which rule, with what weight.
pub fn sentence(evidence: &Evidence, title: &str, text: &str) -> String {
    let field = if evidence.field == Zone::Title { title } else { text };
    let words = evidence
        .span
        .and_then(|(start, end)| field.get(start as usize..end as usize))
        .map_or_else(|| evidence.term.clone(), excerpt);
    let side = if evidence.weight < 0.0 {
        format!("speaks against it (\u{2212}{})", -evidence.weight)
    } else if evidence.weight > 0.0 {
        format!("speaks for it (+{})", evidence.weight)
    } else {
        "names it".to_owned()
    };
    format!(
        "\u{201c}{words}\u{201d} in the {} {side}, by \u{201c}{}\u{201d}.",
        evidence.field.as_str(),
        evidence.term
    )
}

fn excerpt(words: &str) -> String {
    let mut excerpt: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = excerpt.char_indices().nth(EXCERPT_CHARS) {
        excerpt.truncate(at);
        excerpt.push('\u{2026}');
    }
    excerpt
}
