//! The rows that the models are trained on: see `tools/blocks/README.md`.

use scraper::Html;

use super::facts::Facts;
use super::page::Claims;
use super::rules::Marks;
use super::{Page, body, context, data, features, render, title, tree};
use crate::html;

/// What training needs of one page.
#[derive(Debug)]
pub struct Sample {
    /// Text of each block.
    pub texts: Vec<String>,
    /// Rows of the first model, one after the other.
    pub rows: Vec<f32>,
    /// Numbers in a row.
    pub width: usize,
}

/// The rows of one page; with the first model's scores, the rows of the second model.
/// `None` for bytes that hold no page.
pub fn sample(page: &Page<'_>, scores: Option<&[f32]>) -> Option<Sample> {
    let source = super::text_of(page).ok()?;
    let capped = html::cap(&source, super::MAX_DEPTH, super::MAX_ATTRIBUTES);
    let doc = Html::parse_document(&capped);
    let facts = Facts::collect(&doc);
    let title = title::find(&doc, &facts, page.url).unwrap_or_default();
    let body = facts.ld_body();
    let marks = Marks::default();
    let tree = tree::build(&doc, &marks);
    let rows = features::rows(&tree, &Claims::new(&facts, &title, body.as_deref()));
    let texts = tree.blocks.iter().map(|b| b.text.clone()).collect();
    Some(match scores.filter(|s| s.len() == tree.blocks.len()) {
        Some(scores) => {
            let all: Vec<usize> = (0..scores.len()).collect();
            let rows = context::rows(&tree, &rows, scores, &all);
            Sample { texts, rows, width: context::FULL }
        }
        None => Sample { texts, rows: rows.values, width: features::WIDTH },
    })
}

/// The text of one page under given scores of its blocks, as extraction would give it: what a
/// model says of pages that it was not trained on is measured with this. `None` for bytes that
/// hold no page, or another number of blocks.
pub fn text(page: &Page<'_>, scores: &[f32]) -> Option<String> {
    let source = super::text_of(page).ok()?;
    let capped = html::cap(&source, super::MAX_DEPTH, super::MAX_ATTRIBUTES);
    let doc = Html::parse_document(&capped);
    let facts = Facts::collect(&doc);
    let title = title::find(&doc, &facts, page.url).unwrap_or_default();
    let ld_body = facts.ld_body();
    let marks = Marks::default();
    let tree = tree::build(&doc, &marks);
    let rows = features::rows(&tree, &Claims::new(&facts, &title, ld_body.as_deref()));
    (scores.len() == tree.blocks.len()).then_some(())?;
    let found = body::choose(&tree, rows, scores.to_vec(), &marks, None);
    let text = render::text(&tree, &found.kept);
    let paragraphs = data::body(&doc, &text, ld_body.as_deref());
    Some(paragraphs.map_or(text, |found| found.join("\n\n")))
}
