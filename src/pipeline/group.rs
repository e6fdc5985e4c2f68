//! A group: its published id, its lead, and what subscribers see of it.

use chrono::Datelike;

use super::catalog::Catalog;
use super::process::is_body;
use crate::dedupe::{self, CopyFacts};
use crate::model::{Method, SourceKind, Time, Verdict};
use crate::store::{GroupRow, GroupState, Kept, Recorded};

/// The phrases under which a text may have been entered.
pub(super) fn grams_of(kept: &Kept) -> Vec<u32> {
    dedupe::phrases(&kept.fingerprint.tokens).iter().map(|phrase| phrase.gram).collect()
}

/// A published id, made once (RFC 4151): authority, date, and a name that nobody else makes. Names
/// grow with time (RFC 9562, version 7), so that an index of them grows at its end.
pub(super) fn tag(authority: &str, now: Time) -> String {
    let name = uuid::Uuid::now_v7().simple();
    if authority.contains(',') {
        format!("tag:{authority}:{name}")
    } else {
        format!("tag:{authority},{}:{name}", now.year())
    }
}

/// What a group becomes whose copies changed; `touched` are the copies that are new or revised.
pub(super) fn state<'a>(
    row: &GroupRow,
    copies: &'a [Recorded],
    touched: &[i64],
    catalog: &Catalog,
    now: Time,
) -> GroupState<'a> {
    let lead = lead(copies, catalog);
    let relevant = match row.decision.as_deref() {
        Some("accept") => true,
        Some("reject") => false,
        _ => copies.iter().any(|copy| copy.verdict.relevant),
    };
    let verdict = verdict(lead, copies);
    let new_to_readers = relevant && !row.relevant;
    let published = if new_to_readers { lead.published.min(now) } else { row.published };
    let changed = lead.id != row.lead || (touched.contains(&lead.id) && row.relevant);
    let updated = match (new_to_readers, changed) {
        (true, _) => published,
        (false, true) => now,
        (false, false) => row.updated,
    };
    let review =
        !relevant && row.decision.is_none() && copies.iter().any(|copy| copy.verdict.review);
    GroupState { lead, published, updated, relevant, review, verdict }
}

/// The copy that is shown.
fn lead<'a>(copies: &'a [Recorded], catalog: &Catalog) -> &'a Recorded {
    let facts: Vec<CopyFacts> = copies.iter().map(|copy| facts(copy, catalog)).collect();
    &copies[dedupe::lead(&facts)]
}

fn facts(copy: &Recorded, catalog: &Catalog) -> CopyFacts {
    let kind = catalog.sources.get(&copy.source).map(|watched| watched.source.kind);
    CopyFacts {
        agency: kind == Some(SourceKind::Agency),
        credits: copy.credits,
        body: Method::parse(&copy.method).is_some_and(is_body),
        chars: copy.chars,
        published: copy.published,
    }
}

/// The lead's verdict where it is relevant, else that of the copy with the best score.
fn verdict<'a>(lead: &'a Recorded, copies: &'a [Recorded]) -> &'a Verdict {
    if lead.verdict.relevant {
        return &lead.verdict;
    }
    copies
        .iter()
        .map(|copy| &copy.verdict)
        .max_by(|a, b| {
            (a.relevant, a.score)
                .partial_cmp(&(b.relevant, b.score))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
        .unwrap_or(&lead.verdict)
}
