//! The rows that the models are trained on: see `tools/blocks/README.md`.

use scraper::Html;
use url::Url;

use super::facts::Facts;
use super::features::Claims;
use super::{context, features, title, tree};

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
pub fn sample(html: &str, url: Option<&Url>, scores: Option<&[f32]>) -> Sample {
    let doc = Html::parse_document(html);
    let facts = Facts::collect(&doc);
    let title = title::find(&doc, &facts, url).unwrap_or_default();
    let body = facts.ld_body().unwrap_or_default();
    let claims = Claims { title: &title, descriptions: facts.descriptions(), body: &body };
    let tree = tree::build(&doc);
    let rows = features::rows(&tree, &claims);
    let texts = tree.blocks.iter().map(|b| b.text.clone()).collect();
    match scores.filter(|s| s.len() == tree.blocks.len()) {
        Some(scores) => {
            let rows = context::rows(&tree, &rows, scores);
            Sample { texts, rows, width: context::FULL }
        }
        None => Sample { texts, rows: rows.values, width: features::WIDTH },
    }
}
