//! Which blocks are the article: two learnt models, one after the other.

use std::sync::LazyLock;

use super::boost::Boost;
use super::features::{Claims, Rows, WIDTH};
use super::tree::Tree;
use super::{context, features};

/// The first model: a block by itself and in its page.
static FIRST: LazyLock<Option<Boost>> =
    LazyLock::new(|| Boost::read(include_bytes!("first.table")).filter(|b| b.width() == WIDTH));
/// The second model: a block among blocks that the first has judged.
static SECOND: LazyLock<Option<Boost>> = LazyLock::new(|| {
    Boost::read(include_bytes!("second.table")).filter(|b| b.width() == context::FULL)
});

/// The blocks' probabilities to belong to the article.
pub(crate) fn score(tree: &Tree<'_>, claims: &Claims<'_>) -> (Rows, Vec<f32>) {
    let rows = features::rows(tree, claims);
    let first = match &*FIRST {
        Some(model) => model.score(&rows.values),
        None => vec![0.0; tree.blocks.len()],
    };
    let scores = match &*SECOND {
        Some(model) => model.score(&context::rows(tree, &rows, &first)),
        None => first,
    };
    (rows, scores)
}
