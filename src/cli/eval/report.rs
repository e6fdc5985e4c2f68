//! What `rasad eval` prints.

use std::fmt::Write;

use serde_json::json;

use super::labelled::Read;
use super::score::Scores;
use super::{Against, Changed};
use crate::cli::difference::{by_rule, said};
use crate::cli::show::{line, share, table};
use crate::topics::Rates;

/// Rules listed by how many texts they moved.
const MOST_RULES: usize = 20;
/// Characters of a title.
const TITLE_CHARS: usize = 50;

/// All that was found out.
pub struct Report {
    /// How the present rules do.
    pub scores: Scores,
    /// How other rules do, and what differs.
    pub against: Option<Against>,
    /// What was read.
    pub read: Read,
}

impl Report {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let before = self.against.as_ref().map(|against| &against.scores);
        out += &relevance(&self.scores, before);
        out += &topics(&self.scores, before);
        out += &band(&self.scores);
        for (topic, count) in &self.read.strangers {
            writeln!(
                out,
                "note: {count} labels name the topic \"{topic}\", which topics.toml does not have."
            )
            .ok();
        }
        if !self.read.mistakes.is_empty() {
            writeln!(out, "{} lines could not be read and are left out.", self.read.mistakes.len())
                .ok();
        }
        if let Some(against) = &self.against {
            out += &difference(against);
        }
        out
    }

    /// For machines.
    pub fn json(&self) -> String {
        let mut report = self.scores.json();
        report["texts"] = self.scores.all.count().into();
        report["mistakes"] = json!(self.read.mistakes);
        report["unknown_topics"] = json!(self.read.strangers);
        if let Some(against) = &self.against {
            let mut other = against.scores.json();
            other["accept"] = json!({"before": against.accept.0, "after": against.accept.1});
            other["changed"] = json!(against.changed);
            report["against"] = other;
        }
        report.to_string()
    }
}

fn relevance(scores: &Scores, before: Option<&Scores>) -> String {
    let mut header = vec!["relevance", "texts", "relevant", "precision", "recall", "F1"];
    header.extend(before.map(|_| "F1 before"));
    let mut table = table(&header, &[1, 2, 3, 4, 5, 6]);
    let mut add = |name: &str, rates: &Rates, before: Option<&Rates>| {
        let relevant = rates.found + rates.missed;
        let mut row = vec![name.to_owned(), rates.count().to_string(), relevant.to_string()];
        row.extend([share(rates.precision()), share(rates.recall()), share(rates.f1())]);
        row.extend(before.map(|before| share(before.f1())));
        table.add_row(row);
    };
    add("all", &scores.all, before.map(|before| &before.all));
    for (lang, rates) in &scores.langs {
        add(lang, rates, before.and_then(|before| before.langs.get(lang)));
    }
    format!("{table}\n")
}

fn topics(scores: &Scores, before: Option<&Scores>) -> String {
    if scores.leaves.count() == 0 {
        return String::new();
    }
    let mut header = vec!["topic", "labelled", "named", "precision", "recall", "F1"];
    header.extend(before.map(|_| "F1 before"));
    let mut table = table(&header, &[1, 2, 3, 4, 5, 6]);
    let mut add = |name: &str, rates: &Rates, before: Option<f64>| {
        let (labelled, named) = (rates.found + rates.missed, rates.found + rates.wrong);
        let mut row = vec![name.to_owned(), labelled.to_string(), named.to_string()];
        row.extend([share(rates.precision()), share(rates.recall()), share(rates.f1())]);
        row.extend(before.map(share));
        table.add_row(row);
    };
    let was = |id: &str| {
        let before = before?.topics.iter().find(|(known, _)| known == id);
        before.map(|(_, rates)| rates.f1())
    };
    for (id, rates) in &scores.topics {
        let indent = if id.contains('.') { "  " } else { "" };
        add(&format!("{indent}{id}"), rates, was(id));
    }
    add("all leaves", &scores.leaves, before.map(|before| before.leaves.f1()));
    format!("{table}\n")
}

fn band(scores: &Scores) -> String {
    let mut out = format!(
        "A person should look at {} of {} texts ({:.1} %), {} of them relevant. Recall with these: {}.\n",
        scores.review,
        scores.all.count(),
        100.0 * scores.review_share(),
        scores.review_relevant,
        share(scores.recall_with_review())
    );
    if scores.by_model > 0 {
        writeln!(out, "The learnt model decided {} texts.", scores.by_model).ok();
    }
    let (taken, all) = scores.hard_in_all();
    if all > 0 {
        let kinds = scores.hard.iter().filter(|(_, (taken, _))| *taken > 0);
        let kinds: Vec<String> =
            kinds.map(|(kind, (taken, all))| format!("{kind} {taken}/{all}")).collect();
        let kinds =
            if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
        writeln!(out, "Of {all} irrelevant texts that look relevant, {taken} are taken{kinds}.")
            .ok();
    }
    out
}

fn difference(against: &Against) -> String {
    let mut out = String::new();
    let (before, after) = against.accept;
    if before != after {
        writeln!(out, "Relevant from a score of {after} up, before from {before}.").ok();
    }
    for (newly_in, title) in [(true, "newly in"), (false, "newly out")] {
        let changed: Vec<&Changed> =
            against.changed.iter().filter(|changed| changed.newly_in == newly_in).collect();
        let right = changed.iter().filter(|changed| changed.right).count();
        writeln!(out, "\n{}: {title}, {right} of them rightly.", changed.len()).ok();
        if changed.is_empty() {
            continue;
        }
        let mut table =
            table(&[title, "lang", "right", "before", "after", "evidence that did it"], &[3, 4]);
        for changed in &changed {
            table.add_row([
                format!("{}\n{}", changed.id, line(&changed.title, TITLE_CHARS)),
                changed.lang.clone().unwrap_or_default(),
                if changed.right { "yes" } else { "no" }.to_owned(),
                format!("{:.2}", changed.before),
                format!("{:.2}", changed.after),
                said(&changed.evidence),
            ]);
        }
        writeln!(out, "{table}").ok();
        let rules = by_rule(changed.iter().map(|changed| changed.evidence.as_slice()));
        for (rule, count) in rules.iter().take(MOST_RULES) {
            writeln!(out, "{count:>6}  {rule}").ok();
        }
    }
    out
}
