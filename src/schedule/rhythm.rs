//! How often a source publishes, from the times of its entries.

use std::time::Duration;

use super::next::{Policy, words};
use crate::model::Time;

/// Spans over which the rhythm is measured, the shortest with the entries it takes at least: a
/// burst of news within hours counts at once, and a quiet night does not hide a busy week.
const SPANS: [(Duration, usize); 4] = [
    (Duration::from_secs(3 * 3600), 3),
    (Duration::from_secs(24 * 3600), 1),
    (Duration::from_secs(7 * 24 * 3600), 1),
    (Duration::from_secs(30 * 24 * 3600), 1),
];
/// Polls for each expected entry: half the mean gap between entries.
const POLLS_PER_ENTRY: f64 = 2.0;

/// The interval that suits the rhythm, within the policy's limits, and the reason.
pub(super) fn interval(entries: &[Time], policy: &Policy, now: Time) -> (Duration, String) {
    let (least, most) = (policy.min_interval, policy.max_interval.max(policy.min_interval));
    let ages: Vec<Duration> =
        entries.iter().map(|time| (now - *time).to_std().unwrap_or_default()).collect();
    let Some(oldest) = ages.iter().max() else {
        return (most, "no entries yet".into());
    };
    let mut best: Option<(f64, usize, Duration)> = None;
    for (span, enough) in SPANS {
        let count = ages.iter().filter(|age| **age <= span).count();
        // A feed that shows only its newest entries says nothing about the time before them.
        let seen = span.min(*oldest).max(least);
        let gap = seen.as_secs_f64() / count.max(1) as f64;
        if count >= enough && best.is_none_or(|(shortest, ..)| gap < shortest) {
            best = Some((gap, count, seen));
        }
    }
    let Some((gap, count, seen)) = best else {
        return (most, "no entries for a month".into());
    };
    let interval = Duration::from_secs_f64(gap / POLLS_PER_ENTRY).clamp(least, most);
    (interval, format!("{count} entries within {}", words(seen)))
}
