//! The small tree of one entry, or of the feed around its entries.

use std::borrow::Cow;
use std::rc::Rc;

use url::Url;

use super::names::Ns;
use super::xml::{self, Entities};
use crate::html::scan::Tag;

/// Number of a node in its tree.
pub(super) type Id = u32;
pub(super) const NONE: Id = Id::MAX;

/// One node: an element or a text.
#[derive(Debug)]
pub(super) struct Node<'a> {
    parent: Id,
    next: Id,
    first: Id,
    pub last: Id,
    pub what: What<'a>,
}

/// An element or a text.
#[derive(Debug)]
pub(super) enum What<'a> {
    Element(Element<'a>),
    Text(Cow<'a, str>),
}

/// An element: its name, its attributes as written, what it inherits.
#[derive(Debug, Clone)]
pub(super) struct Element<'a> {
    pub ns: Ns,
    /// Name without prefix, lower case.
    pub name: Cow<'a, str>,
    pub tag: Tag<'a>,
    pub base: Option<Rc<Url>>,
    /// `xml:lang` of the element or the nearest around it.
    pub lang: Option<&'a str>,
}

impl<'a> Element<'a> {
    pub fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name == name
    }
}

/// The tree of one entry, or of the feed around its entries.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub nodes: Vec<Node<'a>>,
    pub entities: Entities<'a>,
}

impl<'a> Tree<'a> {
    pub fn element(&self, id: Id) -> Option<&Element<'a>> {
        match &self.nodes.get(id as usize)?.what {
            What::Element(element) => Some(element),
            What::Text(_) => None,
        }
    }

    /// The child elements of a node, in order.
    pub fn children(&self, id: Id) -> impl Iterator<Item = (Id, &Element<'a>)> {
        self.child_nodes(id).filter_map(|child| Some((child, self.element(child)?)))
    }

    fn child_nodes(&self, id: Id) -> impl Iterator<Item = Id> {
        let first = self.nodes.get(id as usize).map_or(NONE, |node| node.first);
        std::iter::successors((first != NONE).then_some(first), |&child| {
            let next = self.nodes[child as usize].next;
            (next != NONE).then_some(next)
        })
    }

    pub fn has_elements(&self, id: Id) -> bool {
        self.children(id).next().is_some()
    }

    /// The value of an attribute (name in lower case, with its prefix), references decoded.
    pub fn attribute(&self, element: &Element<'a>, name: &str) -> Option<String> {
        let found = element.tag.attributes().find(|a| a.name.eq_ignore_ascii_case(name))?;
        Some(xml::decode(found.value, &self.entities).trim().to_owned())
    }

    /// All text inside a node, as it stands.
    pub fn text(&self, id: Id) -> Cow<'_, str> {
        let first = self.nodes[id as usize].first;
        if first == NONE {
            return Cow::Borrowed("");
        }
        let only = &self.nodes[first as usize];
        if let (What::Text(text), NONE) = (&only.what, only.next) {
            return Cow::Borrowed(text);
        }
        let mut out = String::new();
        self.walk(id, |step| {
            if let Step::Text(text) = step {
                out.push_str(text);
            }
        });
        Cow::Owned(out)
    }

    /// The inside of a node as HTML: tags without prefixes, texts escaped unless they are HTML.
    pub fn inner_html(&self, id: Id, is_html: bool) -> String {
        let mut out = String::new();
        self.walk(id, |step| match step {
            Step::Open(element) => {
                out.push('<');
                out.push_str(&element.name);
                if !element.tag.rest.trim().is_empty() {
                    out.push(' ');
                    out.push_str(element.tag.rest.trim());
                }
                out.push('>');
            }
            Step::Close(element) => {
                if !crate::html::scan::is_void(&element.name) {
                    out.push_str("</");
                    out.push_str(&element.name);
                    out.push('>');
                }
            }
            Step::Text(text) if is_html => out.push_str(text),
            Step::Text(text) => out.push_str(&crate::html::escape(text)),
        });
        out
    }

    /// Visits everything below a node in document order, without recursion.
    fn walk(&self, root: Id, mut visit: impl FnMut(Step<'_, 'a>)) {
        let mut at = self.nodes[root as usize].first;
        let mut entering = true;
        while at != NONE && at != root {
            let node = &self.nodes[at as usize];
            if entering {
                match &node.what {
                    What::Text(text) => visit(Step::Text(text)),
                    What::Element(element) => {
                        visit(Step::Open(element));
                        if node.first != NONE {
                            at = node.first;
                            continue;
                        }
                    }
                }
            }
            if let What::Element(element) = &node.what {
                visit(Step::Close(element));
            }
            entering = node.next != NONE;
            at = if entering { node.next } else { node.parent };
        }
    }

    pub fn add(&mut self, parent: Id, what: What<'a>) -> Id {
        let id = Id::try_from(self.nodes.len()).unwrap_or(NONE);
        self.nodes.push(Node { parent, next: NONE, first: NONE, last: NONE, what });
        if let Some(above) = self.nodes.get_mut(parent as usize) {
            let before = std::mem::replace(&mut above.last, id);
            if before == NONE {
                above.first = id;
            } else {
                self.nodes[before as usize].next = id;
            }
        }
        id
    }

    /// Forgets everything from node `mark` on, which must be the last child of its parent.
    pub fn forget_from(&mut self, mark: Id, before: Id) {
        let parent = self.nodes[mark as usize].parent;
        self.nodes.truncate(mark as usize);
        if let Some(above) = self.nodes.get_mut(parent as usize) {
            above.last = before;
            if before == NONE {
                above.first = NONE;
            }
        }
        if let Some(before) = self.nodes.get_mut(before as usize) {
            before.next = NONE;
        }
    }
}

enum Step<'t, 'a> {
    Open(&'t Element<'a>),
    Close(&'t Element<'a>),
    Text(&'t str),
}
