//! What two sets of rules find in one text, side by side.

use std::collections::BTreeMap;

use crate::model::Verdict;
use crate::topics::{Ground, WhatIf};

/// Evidence shown for one text.
const MOST: usize = 4;

/// Evidence that only one side has, or that weighs otherwise.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    /// The term or rule as written.
    pub term: String,
    /// The topic that it speaks for; none where it speaks against all.
    pub topic: Option<String>,
    /// What it weighed before.
    pub before: Option<f64>,
    /// What it weighs now.
    pub after: Option<f64>,
}

/// The differences between what was found before and what is found now, the weightiest first.
pub fn differences(before: &[Ground], after: &[Ground]) -> Vec<Difference> {
    type Key<'a> = (&'a str, Option<&'a str>);
    let mut sides: BTreeMap<Key<'_>, (Option<f64>, Option<f64>)> = BTreeMap::new();
    fn key(ground: &Ground) -> Key<'_> {
        (&ground.evidence.term, ground.topic.as_deref())
    }
    for ground in before {
        sides.entry(key(ground)).or_default().0 = Some(ground.evidence.weight);
    }
    for ground in after {
        sides.entry(key(ground)).or_default().1 = Some(ground.evidence.weight);
    }
    let mut differences: Vec<Difference> = sides
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|((term, topic), (before, after))| Difference {
            term: term.to_owned(),
            topic: topic.map(str::to_owned),
            before,
            after,
        })
        .collect();
    differences.sort_by(|a, b| b.size().total_cmp(&a.size()));
    differences
}

/// What brought a text in of which it is not known what was found before: all that speaks for it.
pub fn brought_in(now: &WhatIf) -> Vec<Difference> {
    let for_it = now.grounds.iter().filter(|ground| ground.evidence.weight > 0.0);
    differences(&[], &for_it.cloned().collect::<Vec<_>>())
}

/// The evidence that a stored verdict carries.
pub fn grounds_of(verdict: &Verdict) -> Vec<Ground> {
    let of_topic = verdict.topics.iter().flat_map(|topic| {
        topic.evidence.iter().map(|evidence| Ground {
            topic: (evidence.weight > 0.0).then(|| topic.id.clone()),
            evidence: evidence.clone(),
        })
    });
    of_topic.collect()
}

impl Difference {
    fn size(&self) -> f64 {
        (self.after.unwrap_or(0.0) - self.before.unwrap_or(0.0)).abs()
    }

    /// On one line: `+3 boat ~ people`, `−3 …` where it is gone, `1 → 2` where it weighs otherwise.
    pub fn said(&self) -> String {
        let change = match (self.before, self.after) {
            (None, Some(after)) => format!("{after:+}"),
            (Some(before), None) => format!("without {before:+}"),
            (before, after) => {
                format!("{:+} → {:+}", before.unwrap_or(0.0), after.unwrap_or(0.0))
            }
        };
        format!("{change} {}", self.term)
    }
}

/// The weightiest differences, one a line; where there is none, the scores alone did it.
pub fn said(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "the same evidence; a threshold or the model".to_owned();
    }
    let mut lines: Vec<String> = differences.iter().take(MOST).map(Difference::said).collect();
    if differences.len() > MOST {
        lines.push(format!("… and {} more", differences.len() - MOST));
    }
    lines.join("\n")
}

/// How often each term or rule stands among the differences of many texts, the commonest first.
pub fn by_rule<'a>(texts: impl Iterator<Item = &'a [Difference]>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for difference in texts.flatten() {
        *counts.entry(&difference.term).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> =
        counts.into_iter().map(|(term, count)| (term.to_owned(), count)).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Evidence, Zone};

    fn ground(term: &str, weight: f64) -> Ground {
        let evidence = Evidence { term: term.into(), field: Zone::Lead, weight, span: None };
        Ground { topic: (weight > 0.0).then(|| "mig".into()), evidence }
    }

    #[test]
    fn only_what_differs_is_said_the_weightiest_first() {
        let before = [ground("same", 2.0), ground("gone", 1.0), ground("more", 1.0)];
        let after = [ground("same", 2.0), ground("new", 3.0), ground("more", 1.5)];
        let said: Vec<String> = differences(&before, &after).iter().map(Difference::said).collect();
        assert_eq!(said, ["+3 new", "without +1 gone", "+1 → +1.5 more"]);
        assert!(differences(&before, &before).is_empty());
    }

    #[test]
    fn rules_are_counted_over_texts() {
        let one = differences(&[], &[ground("a", 1.0), ground("b", 1.0)]);
        let two = differences(&[], &[ground("b", 1.0)]);
        let counts = by_rule([one.as_slice(), two.as_slice()].into_iter());
        assert_eq!(counts, [("b".into(), 2), ("a".into(), 1)]);
    }
}
