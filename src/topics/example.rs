//! Test cases that stand in `topics.toml` beside what they test.

use super::file::Example;
use super::{Document, Hint, Topics};
use crate::model::Problem;

/// Judges every example; a verdict that is not what the example expects is a problem.
pub fn check(topics: &Topics, examples: &[Example]) -> Vec<Problem> {
    examples.iter().filter_map(|example| one(topics, example)).collect()
}

/// An example as a text to judge.
pub fn document(example: &Example) -> Document<'_> {
    Document {
        title: example.title.get_ref(),
        text: &example.text,
        lang: Some(&example.lang),
        url: None,
    }
}

fn one(topics: &Topics, example: &Example) -> Option<Problem> {
    let verdict = topics.classify(&document(example), &Hint::default());
    let named: Vec<&str> = if verdict.relevant {
        verdict.topics.iter().map(|t| t.id.as_str()).filter(|id| id.contains('.')).collect()
    } else {
        Vec::new()
    };
    let missing = example.expect.iter().find(|e| !named.contains(&e.get_ref().as_str()));
    let message = match missing {
        Some(topic) => format!(
            "This example should be {}, but it is {} with a score of {}.",
            topic.get_ref(),
            if named.is_empty() { "irrelevant".to_owned() } else { named.join(", ") },
            verdict.score
        ),
        None if example.expect.is_empty() && verdict.relevant => format!(
            "This example should be irrelevant, but it is {} with a score of {}.",
            named.join(", "),
            verdict.score
        ),
        None => return None,
    };
    let span = missing.map_or(example.title.span(), |topic| topic.span());
    let terms: Vec<String> = verdict
        .topics
        .iter()
        .flat_map(|t| &t.evidence)
        .map(|e| format!("{} ({} in the {})", e.term, e.weight, e.field.as_str()))
        .collect();
    let found = if terms.is_empty() { "nothing".to_owned() } else { terms.join("; ") };
    Some(Problem::new(span, message).help(format!("What was found: {found}.")))
}
