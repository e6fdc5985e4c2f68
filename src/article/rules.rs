//! Selectors of one source, which override everything that is found otherwise.

use ego_tree::NodeId;
use rustc_hash::FxHashSet;
use scraper::{ElementRef, Html, Selector};

use super::facts::squeeze;
use super::tree::Tree;
use crate::model::{Problem, Select};

/// Elements of one page that a selector may match; further ones are left as they are.
const MAX_MATCHES: usize = 10_000;
/// Texts of removed elements that are looked at.
const MAX_TEXTS: usize = 20_000;

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

    /// The elements of a page that the selectors of body and removal match.
    pub(crate) fn marks(&self, doc: &Html) -> Marks {
        Marks {
            body: self.body.iter().flat_map(|body| ids(doc, body)).collect(),
            removed: self.remove.iter().flat_map(|remove| ids(doc, remove)).collect(),
        }
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

/// The elements of one page that a source's selectors match.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// The body and nothing else; empty where no selector says so or none matches.
    pub body: FxHashSet<NodeId>,
    /// Not there for anything that reads the page.
    pub removed: FxHashSet<NodeId>,
}

impl Marks {
    /// For each block whether it stands in the body. `None` where nothing marks a body.
    pub(crate) fn chosen(&self, tree: &Tree<'_>) -> Option<Vec<bool>> {
        if self.body.is_empty() {
            return None;
        }
        let mut kept = vec![false; tree.blocks.len()];
        for elem in tree.elems.iter().filter(|e| self.body.contains(&e.node)) {
            let last = (elem.last as usize).min(kept.len());
            kept[(elem.first as usize).min(last)..last].fill(true);
        }
        Some(kept)
    }

    /// The text of what is removed, for comparison with texts that stand elsewhere in the page.
    pub(crate) fn removed_text(&self, doc: &Html) -> String {
        let elements = self.removed.iter().filter_map(|id| doc.tree.get(*id));
        let texts = elements.filter_map(ElementRef::wrap).flat_map(|e| e.text());
        squeeze(&texts.take(MAX_TEXTS).collect::<Vec<_>>().join(" "))
    }
}

fn ids<'d>(doc: &'d Html, selector: &'d Selector) -> impl Iterator<Item = NodeId> + 'd {
    doc.select(selector).take(MAX_MATCHES).map(|e| e.id())
}

fn text(doc: &Html, selector: &Selector) -> Option<String> {
    doc.select(selector).find_map(own_text)
}

fn own_text(element: ElementRef<'_>) -> Option<String> {
    Some(squeeze(&element.text().collect::<Vec<_>>().join(" "))).filter(|t| !t.is_empty())
}
