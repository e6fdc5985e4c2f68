//! What the models keep and no reader would: the next articles of an endless page, a body that
//! the page holds twice, the line that names the author, announcements of other articles.

use rustc_hash::FxHashSet;

use super::features::Rows;
use super::sums::linked;
use super::tree::{Elem, Tree};
use super::{author, junk};

/// An article that is followed by another in the same page has this many characters.
const WHOLE: u32 = 400;
/// Levels above the title at which its article may end.
const LEVELS: usize = 8;
/// Headings of one page that are looked at.
const MAX_HEADINGS: usize = 300;
/// A text of fewer characters may well stand in an article twice.
const REFRAIN: u32 = 60;
/// Kept blocks among which the author's line stands, and blocks before them.
const BYLINE_AMONG: usize = 3;

/// Drops what announces other articles ("Read also …") and the links that follow it.
pub(super) fn announcements(tree: &Tree<'_>, rows: &Rows, kept: &mut [bool]) {
    let linked = |at: usize| linked(&tree.blocks[at]);
    let mut announced = false;
    for at in 0..kept.len() {
        let short = rows.counts[at].chars;
        let text = &tree.blocks[at].text;
        let announces = rows.labels[at] == 2
            && short < 250
            && (linked(at) > 0.4
                || junk::only_announces(text) && at + 1 < kept.len() && linked(at + 1) > 0.5);
        announced = announces || announced && linked(at) > 0.8 && short < 250;
        kept[at] &= !announced;
    }
}

/// Drops the articles that follow the page's own: an element like the one that holds title and
/// text, beside it, with a heading of the same rank or of the same class, or an `article` of the
/// same class with any heading; and whatever comes after it there.
pub(super) fn next_articles(tree: &Tree<'_>, rows: &Rows, kept: &mut [bool]) {
    let Some(title) = rows.title_at else { return };
    let ranked = |e: &u32| matches!(tree.elems[*e as usize].tag, "h1" | "h2");
    let Some(heading) = tree.upward(tree.blocks[title].elem).take(4).find(ranked) else { return };
    let later = (heading + 1..tree.elems.len() as u32)
        .filter(|e| matches!(tree.elems[*e as usize].tag, "h1" | "h2" | "h3" | "h4"))
        .filter(|e| tree.elems[*e as usize].last > tree.elems[*e as usize].first)
        .take(MAX_HEADINGS)
        .collect::<Vec<u32>>();
    if later.is_empty() {
        return;
    }
    for own in tree.upward(heading).skip(1).take(LEVELS) {
        let article = &tree.elems[own as usize];
        if chars(rows, kept, article) < WHOLE {
            continue;
        }
        let another = later.iter().find_map(|later| beside(tree, article, heading, *later));
        if let Some(another) = another {
            let end =
                tree.elems.get(article.parent as usize).map_or(kept.len(), |p| p.last as usize);
            let end = end.min(kept.len());
            let from = (tree.elems[another as usize].first as usize).min(end);
            kept[from..end].fill(false);
            return;
        }
    }
}

/// The element that holds the later heading and stands beside the article and is like it.
fn beside(tree: &Tree<'_>, article: &Elem<'_>, heading: u32, later: u32) -> Option<u32> {
    let depth = |e: &u32| tree.elems[*e as usize].depth == article.depth;
    let holder = tree.upward(later).find(depth)?;
    let other = &tree.elems[holder as usize];
    let articles = other.tag == "article" && article.tag == "article";
    let twins = other.sign == article.sign;
    let (title, head) = (&tree.elems[heading as usize], &tree.elems[later as usize]);
    let class = title.value.attr("class").filter(|class| !class.is_empty());
    // Subheadings of one article stand lower and are dressed otherwise.
    let like = if head.tag == title.tag || class.is_some() && head.value.attr("class") == class {
        twins || articles
    } else {
        twins && articles
    };
    (like && holder != later && other.parent == article.parent && other.first >= article.last)
        .then_some(holder)
}

fn chars(rows: &Rows, kept: &[bool], elem: &Elem<'_>) -> u32 {
    let range = elem.first as usize..(elem.last as usize).min(kept.len());
    range.filter(|at| kept[*at]).map(|at| rows.counts[at].chars).sum()
}

/// Drops blocks that were kept before, and what stands between them.
pub(super) fn repetitions(tree: &Tree<'_>, rows: &Rows, kept: &mut [bool]) {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut repeats = false;
    for (at, keep) in kept.iter_mut().enumerate().filter(|(_, keep)| **keep) {
        let is_new = seen.insert(tree.blocks[at].text.as_str());
        repeats = !is_new && (repeats || rows.counts[at].chars >= REFRAIN);
        *keep = !repeats;
    }
}

/// Drops the line that names the author above the text; who that is.
pub(super) fn byline(tree: &Tree<'_>, rows: &Rows, kept: &mut [bool]) -> Option<String> {
    let first = kept.iter().position(|keep| *keep)?;
    let from = rows.title_at.filter(|title| *title < first).map_or(first, |title| title + 1);
    let from = from.max(first.saturating_sub(BYLINE_AMONG * 2));
    let end = (first + BYLINE_AMONG).min(kept.len());
    let (at, name) = (from..end).find_map(|at| {
        let name = author::byline(&tree.blocks[at].text)?;
        Some((at, name))
    })?;
    kept[at] = false;
    Some(name)
}
