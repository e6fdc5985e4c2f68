//! Syntax and keys of `topics.toml`: all mistakes at once, where serde would stop at the first.

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::compile::suggest;
use super::schema::keys as known;
use crate::model::Problem;

const WEIGHT: &[&str] = &["weight", "within"];

/// The mistakes in syntax, or the keys that nothing reads. Nothing where the form is right.
pub fn check(text: &str) -> Vec<Problem> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut problems = Vec::new();
    if errors.is_empty() {
        file(document.get_ref(), &mut problems);
    }
    problems.extend(errors.iter().map(|error| {
        let message = super::compile::sentence(error.message());
        Problem::new(error.span().unwrap_or(0..0), message)
            .help("Correct the TOML here; https://toml.io shows its form.")
    }));
    problems
}

fn file(file: &DeTable<'_>, problems: &mut Vec<Problem>) {
    keys("this file", file, &known("File"), problems);
    for (name, value) in file {
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("scoring", DeValue::Table(table)) => {
                keys("[scoring]", table, &known("Scoring"), problems);
            }
            ("topic", value) => each("[[topic]]", value, &known("Topic"), problems),
            ("example", value) => each("[[example]]", value, &known("Example"), problems),
            ("against", DeValue::Table(table)) => weights(table, problems),
            ("rules", DeValue::Table(topics)) => {
                for conditions in topics.values() {
                    if let DeValue::Table(table) = conditions.get_ref() {
                        weights(table, problems);
                    }
                }
            }
            _ => {}
        }
    }
}

fn each(place: &str, value: &DeValue<'_>, known: &[&str], problems: &mut Vec<Problem>) {
    if let DeValue::Array(items) = value {
        for item in items.iter() {
            if let DeValue::Table(table) = item.get_ref() {
                keys(place, table, known, problems);
            }
        }
    }
}

fn weights(conditions: &DeTable<'_>, problems: &mut Vec<Problem>) {
    for weight in conditions.values() {
        if let DeValue::Table(table) = weight.get_ref() {
            keys("a weight", table, WEIGHT, problems);
        }
    }
}

fn keys(place: &str, table: &DeTable<'_>, known: &[&str], problems: &mut Vec<Problem>) {
    let unknown = |key: &&Spanned<_>| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        !known.contains(&key.as_ref())
    };
    problems.extend(table.keys().filter(unknown).map(|key| {
        let name: &str = key.get_ref();
        Problem::new(key.span(), format!("There is no \"{name}\" in {place}."))
            .help(suggest(name, known.iter().copied()))
    }));
}
