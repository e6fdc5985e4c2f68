//! Precision, recall and F1 of verdicts against labels.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Labelled;
use crate::model::Verdict;
use crate::topics::{Rates, Topic};

/// How well a set of rules did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    /// Relevance of all texts.
    pub all: Rates,
    /// Relevance by language as labelled; `?` where none is.
    pub langs: BTreeMap<String, Rates>,
    /// Roots and leaves in the order of the tree, on texts whose topics are labelled.
    pub topics: Vec<(String, Rates)>,
    /// All leaves together.
    pub leaves: Rates,
    /// Texts that a person should look at.
    pub review: usize,
    /// Relevant texts among them.
    pub review_relevant: usize,
    /// Irrelevant texts that look relevant, by kind: taken, and all.
    pub hard: BTreeMap<String, (usize, usize)>,
    /// Texts that the learnt model decided.
    pub by_model: usize,
}

impl Scores {
    /// Counts verdicts against labels.
    pub fn of<'a>(
        tree: &[Topic],
        judged: impl Iterator<Item = (&'a Labelled, &'a Verdict)>,
    ) -> Self {
        let mut scores = Self {
            topics: tree.iter().map(|topic| (topic.id.clone(), Rates::default())).collect(),
            ..Self::default()
        };
        for (text, verdict) in judged {
            scores.note(text, verdict);
        }
        scores
    }

    fn note(&mut self, text: &Labelled, verdict: &Verdict) {
        self.all.note(text.relevant, verdict.relevant);
        let lang = text.lang.clone().unwrap_or_else(|| "?".to_owned());
        self.langs.entry(lang).or_default().note(text.relevant, verdict.relevant);
        self.review += usize::from(verdict.review);
        self.review_relevant += usize::from(verdict.review && text.relevant);
        self.by_model += usize::from(verdict.decided_by.is_some());
        if let Some(kind) = text.hard.as_ref().filter(|_| !text.relevant) {
            let (taken, all) = self.hard.entry(kind.clone()).or_default();
            *taken += usize::from(verdict.relevant);
            *all += 1;
        }
        if let Some(labels) = &text.topics {
            self.note_topics(labels, verdict);
        }
    }

    fn note_topics(&mut self, labels: &[String], verdict: &Verdict) {
        let named: Vec<&str> = match verdict.relevant {
            true => verdict.topics.iter().map(|topic| topic.id.as_str()).collect(),
            false => Vec::new(),
        };
        for (id, rates) in &mut self.topics {
            // A root is meant wherever one of its leaves is.
            let of_root = |topic: &str| topic.split_once('.').is_some_and(|(root, _)| root == id);
            let wanted = labels.iter().any(|label| label == id || of_root(label));
            let got = named.iter().any(|topic| topic == id || of_root(topic));
            rates.note(wanted, got);
            if id.contains('.') {
                self.leaves.note(wanted, got);
            }
        }
    }

    /// Recall where what a person should look at counts as found.
    pub fn recall_with_review(&self) -> f64 {
        let found = self.all.found + self.review_relevant;
        Rates { found, missed: self.all.missed - self.review_relevant, ..self.all }.recall()
    }

    /// Share of all texts that a person should look at.
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    pub fn review_share(&self) -> f64 {
        self.review as f64 / self.all.count().max(1) as f64
    }

    /// Irrelevant texts that look relevant: taken, and all.
    pub fn hard_in_all(&self) -> (usize, usize) {
        self.hard.values().fold((0, 0), |sum, kind| (sum.0 + kind.0, sum.1 + kind.1))
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let named = |rates: &BTreeMap<String, Rates>| -> Value {
            rates
                .iter()
                .map(|(name, rates)| (name.clone(), of_rates(rates)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let topics: serde_json::Map<String, Value> =
            self.topics.iter().map(|(id, rates)| (id.clone(), of_rates(rates))).collect();
        let hard: serde_json::Map<String, Value> = self
            .hard
            .iter()
            .map(|(kind, (taken, all))| (kind.clone(), json!({"taken": taken, "all": all})))
            .collect();
        json!({
            "relevance": of_rates(&self.all),
            "languages": named(&self.langs),
            "topics": topics,
            "leaves": of_rates(&self.leaves),
            "review": {
                "texts": self.review,
                "relevant": self.review_relevant,
                "share": self.review_share(),
                "recall_with_review": self.recall_with_review(),
            },
            "hard": hard,
            "decided_by_model": self.by_model,
        })
    }
}

fn of_rates(rates: &Rates) -> Value {
    json!({
        "precision": rates.precision(),
        "recall": rates.recall(),
        "f1": rates.f1(),
        "found": rates.found,
        "wrong": rates.wrong,
        "missed": rates.missed,
        "left_out": rates.left_out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TopicScore;

    fn text(relevant: bool, topics: &[&str], hard: Option<&str>) -> Labelled {
        Labelled {
            id: "x".into(),
            lang: Some("ar".into()),
            title: "t".into(),
            text: String::new(),
            url: None,
            relevant,
            topics: Some(topics.iter().map(|t| (*t).into()).collect()),
            hard: hard.map(Into::into),
        }
    }

    fn verdict(relevant: bool, review: bool, topics: &[&str]) -> Verdict {
        let score = |id: &&str| TopicScore { id: (*id).into(), score: 3.0, evidence: Vec::new() };
        Verdict {
            relevant,
            review,
            topics: topics.iter().map(score).collect(),
            ..Verdict::default()
        }
    }

    fn tree() -> Vec<Topic> {
        let topic = |id: &str| Topic {
            id: id.into(),
            parent: None,
            labels: BTreeMap::new(),
            covers: BTreeMap::new(),
            iptc: Vec::new(),
            wikidata: Vec::new(),
        };
        ["ht", "ht.child", "mig", "mig.sea"].map(topic).into()
    }

    #[test]
    fn texts_topics_and_the_band_are_counted() {
        let texts = [
            (text(true, &["mig.sea"], None), verdict(true, false, &["mig.sea", "mig"])),
            (text(true, &["ht.child"], None), verdict(true, false, &["mig.sea", "mig"])),
            (text(true, &["ht.child"], None), verdict(false, true, &["ht.child"])),
            (text(false, &[], Some("birds")), verdict(true, false, &["mig"])),
            (text(false, &[], Some("birds")), verdict(false, true, &[])),
        ];
        let scores = Scores::of(&tree(), texts.iter().map(|(text, verdict)| (text, verdict)));
        assert_eq!((scores.all.found, scores.all.missed, scores.all.wrong), (2, 1, 1));
        assert_eq!(scores.langs["ar"], scores.all);
        assert_eq!((scores.review, scores.review_relevant), (2, 1));
        assert!((scores.recall_with_review() - 1.0).abs() < 1e-9);
        assert!((scores.review_share() - 0.4).abs() < 1e-9);
        assert_eq!(scores.hard_in_all(), (1, 2));
        let of = |id: &str| scores.topics.iter().find(|(known, _)| known == id).unwrap().1;
        // What is only to be looked at names no topic.
        assert_eq!((of("ht.child").found, of("ht.child").missed), (0, 2));
        assert_eq!((of("mig").found, of("mig").wrong, of("ht").missed), (1, 2, 2));
        assert_eq!((scores.leaves.found, scores.leaves.wrong, scores.leaves.missed), (1, 1, 2));
    }
}
