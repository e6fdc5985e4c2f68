//! The body: which blocks are kept, and who decided.

use super::features::Rows;
use super::page::Claims;
use super::rules::Marks;
use super::template::{PageBlocks, SiteTemplate};
use super::tree::Tree;
use super::{score, trim};
use crate::model::Method;

/// Probability from which a block is kept.
const KEEP: f32 = 0.5;

/// The choice of blocks.
#[derive(Debug)]
pub(crate) struct Body {
    /// For each block whether it is the article.
    pub kept: Vec<bool>,
    /// What was computed for each block.
    pub rows: Rows,
    /// Who decided.
    pub method: Method,
    /// The author, as a line above the text names them.
    pub byline: Option<String>,
    /// Mean certainty, 0 to 1, weighted by length.
    pub confidence: f32,
    /// What a template learns from.
    pub blocks: PageBlocks,
    /// The page has left the learnt template.
    pub layout_changed: bool,
}

/// Chooses the blocks: the source's selectors, else the models corrected by the template.
pub(crate) fn find(
    tree: &Tree<'_>,
    claims: &Claims<'_>,
    marks: &Marks,
    template: Option<&SiteTemplate>,
) -> Body {
    let (rows, scores) = score::score(tree, claims);
    choose(tree, rows, scores, marks, template)
}

/// Chooses the blocks by their scores.
pub(crate) fn choose(
    tree: &Tree<'_>,
    rows: Rows,
    mut scores: Vec<f32>,
    marks: &Marks,
    template: Option<&SiteTemplate>,
) -> Body {
    let blocks = PageBlocks::new(tree, &rows, &scores);
    let fits = template.and_then(|t| t.correct(&blocks, &mut scores));
    let mut kept: Vec<bool> = scores.iter().map(|p| *p >= KEEP).collect();
    trim::announcements(tree, &rows, &mut kept);
    trim::next_articles(tree, &rows, &mut kept);
    trim::repetitions(tree, &rows, &mut kept);
    let byline = trim::byline(tree, &rows, &mut kept);
    let mut method = if fits == Some(true) { Method::Template } else { Method::Blocks };
    if let Some(chosen) = marks.chosen(tree) {
        (kept, method) = (chosen, Method::Select);
    }
    let confidence = confidence(&rows, &scores);
    Body { kept, rows, method, byline, confidence, blocks, layout_changed: fits == Some(false) }
}

fn confidence(rows: &Rows, scores: &[f32]) -> f32 {
    let (mut sure, mut all) = (0.0, 0.0);
    for (n, p) in rows.counts.iter().zip(scores) {
        let weight = n.chars as f32 * p.max(0.05);
        sure += weight * (2.0 * p - 1.0).abs();
        all += weight;
    }
    if all > 0.0 { sure / all } else { 0.0 }
}
