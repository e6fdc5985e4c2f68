//! Selectors of one source, which override everything that is found otherwise.

use ego_tree::NodeId;
use rustc_hash::FxHashSet;
use scraper::{ElementRef, Html, Selector};

use super::facts::squeeze;
use super::tree::Tree;
use crate::model::{Problem, Select};

/// Compiled selectors of one source.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    body: Option<Selector>,
    title: Option<Selector>,
    author: Option<Selector>,
    date: Option<Selector>,
    remove: Vec<Selector>,
}

impl Rules {
    /// Compiles selectors. Each mistake names the selector and what is wrong with it; its span
    /// is empty, since the text of the configuration is not known here.
    pub fn compile(select: &Select) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut one = |name: &str, css: &str| match Selector::parse(css) {
            Ok(selector) => Some(selector),
            Err(error) => {
                let message = format!("The selector `{css}` of `{name}` cannot be read: {error}.");
                problems.push(
                    Problem::new(0..0, message)
                        .help("Write a CSS selector, e.g. `article .content`."),
                );
                None
            }
        };
        let mut maybe =
            |name: &str, css: &Option<String>| css.as_deref().and_then(|css| one(name, css));
        let mut rules = Self {
            body: maybe("body", &select.body),
            title: maybe("title", &select.title),
            author: maybe("author", &select.author),
            date: maybe("date", &select.date),
            remove: Vec::new(),
        };
        rules.remove = select.remove.iter().filter_map(|css| one("remove", css)).collect();
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }

    /// True when the body is chosen by a selector.
    pub(crate) fn chooses_body(&self) -> bool {
        self.body.is_some()
    }

    /// For each block: true where the selectors keep it. `None` where the body's selector
    /// (if there is one) matches nothing.
    pub(crate) fn blocks(&self, doc: &Html, tree: &Tree<'_>) -> Option<Vec<bool>> {
        let mut kept = vec![self.body.is_none(); tree.blocks.len()];
        if let Some(body) = &self.body {
            paint(&mut kept, tree, &ids(doc, body), true);
            if !kept.contains(&true) {
                return None;
            }
        }
        for remove in &self.remove {
            paint(&mut kept, tree, &ids(doc, remove), false);
        }
        Some(kept)
    }

    /// Text of the title's selector.
    pub(crate) fn title(&self, doc: &Html) -> Option<String> {
        text(doc, self.title.as_ref()?)
    }

    /// Text of the author's selector.
    pub(crate) fn author(&self, doc: &Html) -> Option<String> {
        text(doc, self.author.as_ref()?)
    }

    /// What the date's selector gives: `datetime`, `content`, else text.
    pub(crate) fn date(&self, doc: &Html) -> Option<String> {
        let found = doc.select(self.date.as_ref()?).next()?;
        found
            .attr("datetime")
            .or(found.attr("content"))
            .map(str::to_owned)
            .or_else(|| own_text(found))
    }
}

fn ids(doc: &Html, selector: &Selector) -> FxHashSet<NodeId> {
    doc.select(selector).take(10_000).map(|e| e.id()).collect()
}

/// Sets all blocks of the matched elements.
fn paint(kept: &mut [bool], tree: &Tree<'_>, ids: &FxHashSet<NodeId>, value: bool) {
    for elem in tree.elems.iter().filter(|e| ids.contains(&e.node)) {
        let last = (elem.last as usize).min(kept.len());
        for keep in kept.iter_mut().take(last).skip(elem.first as usize) {
            *keep = value;
        }
    }
}

fn text(doc: &Html, selector: &Selector) -> Option<String> {
    doc.select(selector).find_map(own_text)
}

fn own_text(element: ElementRef<'_>) -> Option<String> {
    Some(squeeze(&element.text().collect::<Vec<_>>().join(" "))).filter(|t| !t.is_empty())
}
