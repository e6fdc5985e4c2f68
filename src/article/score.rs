//! Which blocks are the article: two learnt models, one after the other.

use std::sync::LazyLock;

use super::boost::Boost;
use super::features::{Rows, WIDTH};
use super::page::Claims;
use super::tree::Tree;
use super::{context, features};

/// The first model: a block by itself and in its page.
static FIRST: LazyLock<Option<Boost>> =
    LazyLock::new(|| Boost::read(include_bytes!("first.table")).filter(|b| b.width() == WIDTH));
/// The second model: a block among blocks that the first has judged.
static SECOND: LazyLock<Option<Boost>> = LazyLock::new(|| {
    Boost::read(include_bytes!("second.table")).filter(|b| b.width() == context::FULL)
});

/// Blocks that the first model scores lower are not shown to the second: most of a page is
/// furniture, and time is spent where there is doubt.
const HOPELESS: f32 = 0.01;

/// The blocks' probabilities to belong to the article.
pub(crate) fn score(tree: &Tree<'_>, claims: &Claims<'_>) -> (Rows, Vec<f32>) {
    let rows = features::rows(tree, claims);
    let first = match &*FIRST {
        Some(model) => model.score(&rows.values),
        None => vec![0.0; tree.blocks.len()],
    };
    let mut scores = first;
    if let Some(model) = &*SECOND {
        let wanted: Vec<usize> = (0..scores.len()).filter(|at| scores[*at] >= HOPELESS).collect();
        let second = model.score(&context::rows(tree, &rows, &scores, &wanted));
        wanted.iter().zip(second).for_each(|(at, score)| scores[*at] = score);
    }
    (rows, scores)
}

/// True when both tables fit the rows.
#[cfg(test)]
pub(crate) fn ready() -> bool {
    FIRST.is_some() && SECOND.is_some()
}
