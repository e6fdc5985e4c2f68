//! Several pages of one article become one.

use rustc_hash::FxHashSet;

use super::headline;
use super::text_stats::letters;
use super::tree::Tree;
use crate::model::{Article, Method};

/// Letters of a text that may stand on several pages all the same ("He said:").
const SHORT: usize = 30;
/// A page with less text than this is poor: the article may stand elsewhere in full.
pub(crate) const POOR: usize = 500;

/// Drops the blocks that stand in `before`, the text of the article's earlier pages.
pub(crate) fn drop_repeated(tree: &Tree<'_>, kept: &mut [bool], before: &str) {
    let known: FxHashSet<String> = before.split("\n\n").map(letters).collect();
    for (keep, block) in kept.iter_mut().zip(&tree.blocks).filter(|(keep, _)| **keep) {
        let own = letters(&block.text);
        *keep = own.chars().count() < SHORT || !known.contains(&own);
    }
}

/// Appends a later page of the same article; false where it is another article or adds nothing.
pub fn append(article: &mut Article, further: Article) -> bool {
    let same = match (&article.title, &further.title) {
        (Some(first), Some(second)) => headline::related(first, second),
        _ => true,
    };
    // Where selectors say what the body is, they say it of every page.
    let chosen = article.method != Method::Select || further.method == Method::Select;
    if !same || !chosen || further.wall.is_some() || further.text.is_empty() {
        return false;
    }
    for (whole, part, gap) in
        [(&mut article.text, &further.text, "\n\n"), (&mut article.html, &further.html, "\n")]
    {
        if !whole.is_empty() {
            whole.push_str(gap);
        }
        whole.push_str(part);
    }
    true
}

/// Takes body and language from a plainer version of the page where that holds more; what the
/// page itself says about the article stays.
pub fn replace_poor(article: &mut Article, plainer: Article) -> bool {
    let chars = |article: &Article| article.text.chars().count();
    let better = plainer.wall.is_none()
        && plainer.method != Method::None
        && (article.wall.is_some() || chars(&plainer) > chars(article));
    if better {
        article.title = article.title.take().or(plainer.title);
        article.author = article.author.take().or(plainer.author);
        article.date = article.date.or(plainer.date);
        article.image = article.image.take().or(plainer.image);
        article.text = plainer.text;
        article.html = plainer.html;
        article.lang = plainer.lang;
        article.method = plainer.method;
        article.wall = None;
    }
    better
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Wall;

    fn article(title: &str, text: &str) -> Article {
        Article {
            title: Some(title.to_owned()),
            text: text.to_owned(),
            html: format!("<p>{text}</p>"),
            method: Method::Blocks,
            url: None,
            canonical_url: None,
            author: None,
            date: None,
            lang: None,
            image: None,
            site_name: None,
            wall: None,
        }
    }

    #[test]
    fn only_pages_of_the_same_article_are_appended() {
        let mut whole = article("غرق قارب قبالة الساحل", "أولا");
        assert!(append(&mut whole, article("غرق قارب قبالة الساحل - صفحة 2", "ثانيا")));
        assert_eq!(whole.text, "أولا\n\nثانيا");
        assert_eq!(whole.html, "<p>أولا</p>\n<p>ثانيا</p>");
        assert!(!append(&mut whole, article("نتائج مباريات الأمس", "ثالثا")));
        assert!(!append(
            &mut whole,
            Article { wall: Some(Wall::Login), ..article("غرق قارب", "رابعا") }
        ));
        assert_eq!(whole.text, "أولا\n\nثانيا");
    }

    #[test]
    fn a_plainer_version_gives_only_what_is_better() {
        let mut poor = article("عنوان", "قصير");
        assert!(!replace_poor(&mut poor, article("آخر", "")));
        assert!(replace_poor(&mut poor, article("آخر", "نص أطول بكثير")));
        assert_eq!((poor.title.as_deref(), poor.text.as_str()), (Some("عنوان"), "نص أطول بكثير"));
    }
}
