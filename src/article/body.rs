//! The body: which blocks are kept, and who decided.

use scraper::Html;

use super::Rules;
use super::features::Rows;
use super::page::Claims;
use super::template::{PageBlocks, SiteTemplate};
use super::tree::Tree;
use super::{junk, score};
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
    /// Mean certainty, 0 to 1, weighted by length.
    pub confidence: f32,
    /// What a template learns from.
    pub blocks: PageBlocks,
    /// The page has left the learnt template.
    pub layout_changed: bool,
}

/// Chooses the blocks: the source's selectors, else the models corrected by the template.
pub(crate) fn find(
    doc: &Html,
    tree: &Tree<'_>,
    claims: &Claims<'_>,
    rules: Option<&Rules>,
    template: Option<&SiteTemplate>,
) -> Body {
    let (rows, mut scores) = score::score(tree, claims);
    let blocks = PageBlocks::new(tree, &rows, &scores);
    let fits = template.and_then(|t| t.correct(&blocks, &mut scores));
    let mut kept: Vec<bool> = scores.iter().map(|p| *p >= KEEP).collect();
    sweep(tree, &rows, &mut kept);
    let mut method = if fits == Some(true) { Method::Template } else { Method::Blocks };
    if let Some(rules) = rules
        && let Some(chosen) = rules.blocks(doc, tree)
    {
        if rules.chooses_body() {
            kept = chosen;
            method = Method::Select;
        } else {
            kept.iter_mut().zip(chosen).for_each(|(keep, chosen)| *keep &= chosen);
        }
    }
    let confidence = confidence(&rows, &scores);
    Body { kept, rows, method, confidence, blocks, layout_changed: fits == Some(false) }
}

/// Drops what announces other articles ("Read also …") and the links that follow it.
fn sweep(tree: &Tree<'_>, rows: &Rows, kept: &mut [bool]) {
    let linked = |at: usize| {
        let block = &tree.blocks[at];
        block.link_bytes as f32 / block.text.len().max(1) as f32
    };
    let mut announced = false;
    for at in 0..kept.len() {
        let short = rows.counts[at].chars;
        let text = &tree.blocks[at].text;
        let announces = junk::label(text) == 2
            && short < 250
            && (linked(at) > 0.4
                || junk::only_announces(text) && at + 1 < kept.len() && linked(at + 1) > 0.5);
        announced = announces || announced && linked(at) > 0.8 && short < 250;
        kept[at] &= !announced;
    }
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
