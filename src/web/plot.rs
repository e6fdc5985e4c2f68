//! Counts per day as a small drawing, with a text that says the same.

use plotters::prelude::*;

use super::say;
use crate::publish::{Tongue, escape_html};

/// Size of the drawing for the library, which counts in pixels; the page stretches it.
const SIZE: (u32, u32) = (720, 96);
/// Width of a bar of one day; the rest is the gap to the next.
const BAR: f64 = 0.8;

/// Bars for `counts`, oldest first, all in one element: the style sheet gives it the colour of the
/// text. `last` is the day of the last count, since the epoch.
pub(super) fn bars(tongue: Tongue, counts: &[u64], last: i64, unit: &str) -> String {
    let mut drawn = String::new();
    if draw(&mut drawn, counts).is_err() {
        // What cannot be drawn is said all the same.
        drawn.clear();
    }
    // The library's own root has a size in pixels and no text.
    let inside = drawn.split_once('>').map_or("", |(_, inside)| inside.trim());
    let inside = inside.strip_suffix("</svg>").unwrap_or_default().trim();
    let (width, height) = SIZE;
    let label = escape_html(&said(tongue, counts, last, unit));
    format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{label}\"><title>{label}</title>{inside}</svg>"
    )
}

type DrawError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(svg: &'a mut String, counts: &[u64]) -> Result<(), DrawError<'a>> {
    let most = number(counts.iter().copied().max().unwrap_or(0).max(1));
    let (days, area) = (number(counts.len() as u64), SVGBackend::with_string(svg, SIZE));
    let area = area.into_drawing_area();
    let mut chart = ChartBuilder::on(&area).build_cartesian_2d(0.0..days.max(1.0), 0.0..most)?;
    let mut outline = Vec::new();
    for (day, count) in (0..).zip(counts).filter(|(_, count)| **count > 0) {
        // Every article is seen: the least bar is a tenth of the height.
        let (from, high) = (number(day), number(*count).max(most / 10.0));
        outline.extend([(from, 0.0), (from, high), (from + BAR, high), (from + BAR, 0.0)]);
    }
    if !outline.is_empty() {
        chart.draw_series([Polygon::new(outline, BLACK)])?;
    }
    area.present()
}

#[allow(clippy::cast_precision_loss, reason = "a drawing needs no more than its pixels")]
fn number(count: u64) -> f64 {
    count as f64
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
        let points = "179,95 179,72 323,72 323,95 359,95 359,0 503,0 503,95";
        assert!(svg.contains(&format!("points=\"{points} \"")), "{svg}");
        assert_eq!(svg.matches("<svg").count() + svg.matches("</svg>").count(), 2, "{svg}");
        assert!(svg.contains("articles per day: 5. 3 October 2024: 4"), "{svg}");
    }

    #[test]
    fn nothing_is_said_as_nothing() {
        assert!(!bars(Tongue::En, &[0; 90], 20_000, "articles").contains("points"));
        assert!(bars(Tongue::En, &[0; 90], 20_000, "articles").contains("articles: 0"));
        assert!(bars(Tongue::En, &[], 20_000, "a<b").contains("a&lt;b"));
    }
}
