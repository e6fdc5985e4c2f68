//! Counts per day as a small drawing, with a text that says the same.

use std::fmt::Write as _;

use super::say;
use crate::publish::{Tongue, escape_html};

/// Height of the drawing in its own units; a day is one unit wide.
const HEIGHT: f64 = 24.0;
/// Width of a bar; the rest is the gap to the next.
const BAR: f64 = 0.8;

/// Bars for `counts`, oldest first, drawn in the colour of the text. `last` is the day of the last
/// count, since the epoch.
pub(super) fn bars(tongue: Tongue, counts: &[u64], last: i64, unit: &str) -> String {
    let width = counts.len().max(1);
    let most = counts.iter().copied().max().unwrap_or(0);
    let mut path = String::new();
    for (day, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        // Every article is seen: the least bar is a tenth of the height.
        let share = ratio(*count, most).max(0.1);
        let _ = write!(path, "M{day} {HEIGHT}v-{:.1}h{BAR}V{HEIGHT}z", share * HEIGHT);
    }
    let label = escape_html(&said(tongue, counts, last, unit));
    format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{label}\"><title>{label}</title><path d=\"{path}\"/></svg>"
    )
}

#[allow(clippy::cast_precision_loss, reason = "a drawing needs no more than its pixels")]
fn ratio(count: u64, most: u64) -> f64 {
    count as f64 / most.max(1) as f64
}

/// The counts in words: how many in all, and the busiest day.
fn said(tongue: Tongue, counts: &[u64], last: i64, unit: &str) -> String {
    let total = say::number(tongue, counts.iter().sum());
    let span = i64::try_from(counts.len()).unwrap_or(0);
    let busiest = counts.iter().enumerate().max_by_key(|(_, count)| **count);
    let (Some((at, most)), Ok(offset)) =
        (busiest, busiest.map_or(Ok(0), |(at, _)| i64::try_from(at)))
    else {
        return format!("{total} ({unit})");
    };
    if *most == 0 || at >= counts.len() {
        return format!("{unit}: 0");
    }
    let day = (last - span + 1 + offset).saturating_mul(86_400);
    let date = crate::model::Time::from_timestamp(day, 0).unwrap_or_default();
    format!("{unit}: {total}. {}: {}", say::date(tongue, date), say::number(tongue, *most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_drawn_and_said() {
        let svg = bars(Tongue::En, &[0, 1, 4, 0], 20_000, "articles per day");
        assert!(svg.contains("d=\"M1 24v-6.0h0.8V24zM2 24v-24.0h0.8V24z\""), "{svg}");
        assert!(svg.contains("articles per day: 5. 3 October 2024: 4"), "{svg}");
    }

    #[test]
    fn nothing_is_said_as_nothing() {
        assert!(bars(Tongue::En, &[0; 90], 20_000, "articles").contains("articles: 0"));
        assert!(bars(Tongue::En, &[], 20_000, "a<b").contains("a&lt;b"));
    }
}
