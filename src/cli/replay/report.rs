//! What `rasad replay` prints.

use std::fmt::Write;

use serde_json::json;

use super::Moved;
use crate::cli::difference::{by_rule, said};
use crate::cli::show::{line, table};
use crate::model::Verdict;
use crate::pipeline::Settled;

/// Articles listed of each kind; `--json` lists all.
const MOST: usize = 100;
/// Rules listed by how many articles they moved.
const MOST_RULES: usize = 20;
/// Characters of a title.
const TITLE_CHARS: usize = 60;

/// All that was found out.
#[derive(Default)]
pub struct Report {
    /// Articles judged.
    pub judged: usize,
    /// Articles whose text was forgotten: their verdicts stay.
    pub forgotten: usize,
    /// Verdicts that are other than before, be it in a score.
    pub other: usize,
    /// Verdicts by which a person should look, before and now.
    pub review: (usize, usize),
    /// Articles that are in now, or out.
    pub moved: Vec<Moved>,
    /// What came of it; none where nothing was to be stored.
    pub applied: Option<Settled>,
}

impl Report {
    /// Counts a verdict that is other than before.
    pub fn note(&mut self, before: &Verdict, after: &Verdict, moved: Option<Box<Moved>>) {
        self.other += 1;
        self.review.0 += usize::from(before.review);
        self.review.1 += usize::from(after.review);
        self.moved.extend(moved.map(|moved| *moved));
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (newly_in, title) in [(true, "newly in"), (false, "newly out")] {
            let moved: Vec<&Moved> =
                self.moved.iter().filter(|moved| moved.newly_in == newly_in).collect();
            out += &list(title, &moved);
        }
        out += &self.counts();
        out += &self.consequences();
        out
    }

    fn counts(&self) -> String {
        let newly_in = self.moved.iter().filter(|moved| moved.newly_in).count();
        let newly_out = self.moved.len() - newly_in;
        let mut out = format!(
            "{} articles judged: {newly_in} newly in, {newly_out} newly out, {} with another score or evidence.\n",
            self.judged,
            self.other - self.moved.len()
        );
        let (before, after) = self.review;
        if before != after {
            writeln!(out, "Among those that change, {after} are to be looked at by a person; before, {before}.").ok();
        }
        if self.forgotten > 0 {
            writeln!(
                out,
                "{} irrelevant articles were not judged: their texts are forgotten after `worker.keep_rejected`.",
                self.forgotten
            )
            .ok();
        }
        out
    }

    fn consequences(&self) -> String {
        let Some(applied) = &self.applied else {
            return match self.other {
                0 => "Nothing would change.\n".to_owned(),
                _ => "Nothing is stored: `rasad replay --apply` does it.\n".to_owned(),
            };
        };
        let mut out = format!(
            "Stored: {} verdicts. {} texts entered the feeds, {} left them.\n",
            applied.verdicts, applied.published, applied.removed
        );
        if applied.decided > 0 {
            writeln!(out, "{} texts stay as an admin decided.", applied.decided).ok();
        }
        if applied.overtaken > 0 {
            writeln!(
                out,
                "{} articles changed meanwhile and were judged by the worker.",
                applied.overtaken
            )
            .ok();
        }
        out
    }

    /// For machines.
    pub fn json(&self) -> String {
        let rules: Vec<_> = self
            .by_rule(|_| true)
            .into_iter()
            .map(|(rule, count)| json!({"rule": rule, "articles": count}))
            .collect();
        let applied = self.applied.map(|applied| {
            json!({
                "verdicts": applied.verdicts,
                "published": applied.published,
                "removed": applied.removed,
                "decided": applied.decided,
                "overtaken": applied.overtaken,
            })
        });
        json!({
            "judged": self.judged,
            "forgotten": self.forgotten,
            "changed": self.other,
            "moved": self.moved,
            "rules": rules,
            "applied": applied,
        })
        .to_string()
    }

    fn by_rule(&self, which: impl Fn(&Moved) -> bool) -> Vec<(String, usize)> {
        by_rule(self.moved.iter().filter(|moved| which(moved)).map(|moved| &moved.evidence[..]))
    }
}

fn list(title: &str, moved: &[&Moved]) -> String {
    let mut out = String::new();
    if moved.is_empty() {
        return out;
    }
    let mut table = table(&[title, "source", "before", "after", "evidence"], &[2, 3]);
    for moved in moved.iter().take(MOST) {
        table.add_row([
            format!("{} {}", moved.id, line(&moved.title, TITLE_CHARS)),
            moved.source.clone(),
            format!("{:.2}", moved.before),
            format!("{:.2}", moved.after),
            said(&moved.evidence),
        ]);
    }
    writeln!(out, "{table}").ok();
    if moved.len() > MOST {
        writeln!(out, "… and {} more; `--json` lists all.", moved.len() - MOST).ok();
    }
    writeln!(out, "By rule ({title}):").ok();
    for (rule, count) in
        by_rule(moved.iter().map(|moved| &moved.evidence[..])).iter().take(MOST_RULES)
    {
        writeln!(out, "{count:>6}  {rule}").ok();
    }
    out.push('\n');
    out
}
