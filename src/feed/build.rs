//! Events to trees, one entry at a time.
//!
//! Only one entry is held; its nodes are dropped once it has been read. Whatever is misnested,
//! left open or closed twice becomes some tree.

use std::borrow::Cow;
use std::rc::Rc;

use url::Url;

use super::names::{self, Ns};
use super::tree::{Element, Id, NONE, Node, Tree, What};
use super::xml::{self, Event};
use crate::html::scan::Tag;

/// Elements nested deeper than this lose their tags; their text stays.
const MAX_DEPTH: usize = 200;
/// Elements of one entry, and of the feed around the entries, beyond this lose their tags.
const MAX_NODES: usize = 100_000;
/// Namespaces declared at one time; further ones are ignored.
const MAX_NAMESPACES: usize = 64;

/// Tags before the root that are passed over.
const MAX_WRAPPING: usize = 64;

/// What an outermost element is.
pub(super) enum Root {
    /// The root of something that we read.
    Ours,
    /// What may stand before or around it.
    Wrapping,
    /// The root of something else.
    Foreign,
}

/// What the builder tells while it builds.
pub(super) trait Listener<'a> {
    /// What the outermost element is.
    fn root(&mut self, tree: &Tree<'a>, element: &Element<'a>) -> Root;
    /// True when an element of this name is an entry.
    fn is_entry(&self, element: &Element<'a>) -> bool;
    /// An entry is complete; false ends the reading of entries.
    fn entry(&mut self, tree: &Tree<'a>, id: Id) -> bool;
    /// Everything was read.
    fn feed(&mut self, tree: &Tree<'a>, root: Id);
}

/// Builds trees from a document and hands them to a listener.
pub(super) struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<Open>,
    /// Depth of elements that were not kept because of a cap.
    flattened: usize,
    passed_over: usize,
    namespaces: Vec<(&'a str, Ns, usize)>,
    /// The entry being read: its node, its parent's last child before it, its place in `open`.
    entry: Option<(Id, Id, usize)>,
    base: Option<Rc<Url>>,
    root: Id,
    skip_entries: bool,
    pub mended: Mended,
}

struct Open {
    id: Id,
    /// Only a text is expected in it.
    leaf: bool,
}

/// What was mended while building.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mended {
    pub misnested: bool,
    pub left_open: bool,
    pub undeclared_prefix: bool,
    pub too_deep: bool,
}

impl<'a> Builder<'a> {
    pub fn new(base: Option<Url>) -> Self {
        Self {
            tree: Tree::default(),
            open: Vec::new(),
            flattened: 0,
            passed_over: 0,
            namespaces: Vec::new(),
            entry: None,
            base: base.map(Rc::new),
            root: NONE,
            skip_entries: false,
            mended: Mended::default(),
        }
    }

    /// Reads events to the end of the document; false when no root was accepted.
    pub fn read(
        &mut self,
        events: impl Iterator<Item = Event<'a>>,
        listener: &mut impl Listener<'a>,
    ) -> bool {
        for event in events {
            match event {
                Event::Start { tag, empty } => {
                    if !self.start(tag, empty, listener) {
                        return false;
                    }
                }
                Event::End(name) => self.end(name, listener),
                Event::Text(text) => {
                    let text = xml::decode(text, &self.tree.entities);
                    self.text(text);
                }
                Event::CData(text) => self.text(Cow::Borrowed(text)),
                Event::Doctype(text) => self.tree.entities = xml::entities(text),
            }
        }
        self.mended.left_open |= !self.open.is_empty();
        self.close_to(0, listener);
        if self.root != NONE {
            listener.feed(&self.tree, self.root);
        }
        self.root != NONE
    }

    /// Opens an element; false when the document turns out to be none of ours.
    fn start(&mut self, tag: Tag<'a>, empty: bool, listener: &mut impl Listener<'a>) -> bool {
        if self.root != NONE && self.open.is_empty() {
            return true; // after the end of the feed
        }
        self.declare(&tag);
        let element = self.name(tag);
        if self.root == NONE {
            return self.start_root(element, empty, listener);
        }
        self.close_leaf(&element, listener);
        let is_entry = listener.is_entry(&element) && self.close_same(&element, listener);
        let from = self.entry.map_or(0, |(id, _, _)| id as usize);
        let full = self.tree.nodes.len() - from >= MAX_NODES && !is_entry;
        if self.open.len() >= MAX_DEPTH || full {
            self.mended.too_deep = true;
            self.flattened += usize::from(!empty && !full);
            return true;
        }
        let parent = self.open.last().map_or(NONE, |open| open.id);
        let before = self.tree.nodes.get(parent as usize).map_or(NONE, |node| node.last);
        let leaf = is_leaf(&element);
        let id = self.tree.add(parent, What::Element(element));
        self.open.push(Open { id, leaf });
        if is_entry {
            self.entry = Some((id, before, self.open.len() - 1));
        }
        if empty {
            self.close_to(self.open.len() - 1, listener);
        }
        true
    }

    fn start_root(
        &mut self,
        element: Element<'a>,
        empty: bool,
        listener: &mut impl Listener<'a>,
    ) -> bool {
        match listener.root(&self.tree, &element) {
            Root::Ours => {
                let id = self.tree.add(NONE, What::Element(element));
                self.root = id;
                if !empty {
                    self.open.push(Open { id, leaf: false });
                }
                true
            }
            Root::Wrapping => {
                self.passed_over += 1;
                self.passed_over < MAX_WRAPPING
            }
            Root::Foreign => false,
        }
    }

    /// An entry inside an entry of the same name was meant to stand after it. False when the
    /// element is part of the entry that is open.
    fn close_same(&mut self, element: &Element<'a>, listener: &mut impl Listener<'a>) -> bool {
        let Some((id, _, place)) = self.entry else { return true };
        if self.tree.element(id).is_some_and(|e| e.name != element.name) {
            return false;
        }
        self.mended.left_open = true;
        self.close_to(place, listener);
        true
    }

    fn end(&mut self, written: &'a str, listener: &mut impl Listener<'a>) {
        if self.root == NONE {
            return;
        }
        if self.flattened > 0 && self.open.len() >= MAX_DEPTH {
            self.flattened -= 1;
            return;
        }
        let is_named = |open: &Open| {
            self.tree.element(open.id).is_some_and(|e| e.tag.name.eq_ignore_ascii_case(written))
        };
        // An end tag seldom belongs far away; looking far for each would take quadratic time.
        let Some(at) = self.open.iter().rposition(is_named) else {
            self.mended.misnested = true;
            return;
        };
        self.mended.misnested |= at + 1 != self.open.len();
        self.close_to(at, listener);
    }

    /// Closes open elements until `at` of them are left.
    fn close_to(&mut self, at: usize, listener: &mut impl Listener<'a>) {
        while self.open.len() > at {
            self.open.pop();
            if let Some((id, before, place)) = self.entry
                && place == self.open.len()
            {
                self.entry = None;
                if !self.skip_entries {
                    self.skip_entries = !listener.entry(&self.tree, id);
                }
                self.tree.forget_from(id, before);
            }
        }
        let depth = self.open.len();
        while self.namespaces.last().is_some_and(|&(_, _, d)| d > depth) {
            self.namespaces.pop();
        }
    }

    /// `<title>never closed <link>`: the next element of the feed ends the text.
    fn close_leaf(&mut self, element: &Element<'a>, listener: &mut impl Listener<'a>) {
        if !is_structure(element) {
            return;
        }
        if self.open.last().is_some_and(|open| open.leaf) {
            self.mended.left_open = true;
            self.close_to(self.open.len() - 1, listener);
        }
    }

    fn text(&mut self, text: Cow<'a, str>) {
        let Some(open) = self.open.last() else { return };
        if text.is_empty() {
            return;
        }
        let parent = open.id;
        let last = self.tree.nodes[parent as usize].last;
        if let Some(Node { what: What::Text(before), .. }) = self.tree.nodes.get_mut(last as usize)
        {
            before.to_mut().push_str(&text);
        } else {
            self.tree.add(parent, What::Text(text));
        }
    }

    fn declare(&mut self, tag: &Tag<'a>) {
        if !tag.rest.contains("xmlns") {
            return;
        }
        let depth = self.open.len() + 1;
        for attribute in tag.attributes() {
            let prefix = match attribute.name.split_once(':') {
                None if attribute.name.eq_ignore_ascii_case("xmlns") => "",
                Some((xmlns, prefix)) if xmlns.eq_ignore_ascii_case("xmlns") => prefix,
                _ => continue,
            };
            if self.namespaces.len() >= MAX_NAMESPACES {
                return;
            }
            let unknown = if prefix.is_empty() { Ns::Core } else { Ns::Other };
            let by_prefix = || names::by_prefix(prefix).unwrap_or(unknown);
            let ns = names::by_address(attribute.value).unwrap_or_else(by_prefix);
            self.namespaces.push((prefix, ns, depth));
        }
    }

    fn name(&mut self, tag: Tag<'a>) -> Element<'a> {
        let (prefix, local) = match tag.name.split_once(':') {
            Some((prefix, local)) if !local.is_empty() => (prefix, local),
            _ => ("", tag.name),
        };
        let declared = self.namespaces.iter().rev().find(|n| n.0 == prefix).map(|n| n.1);
        let ns = declared.unwrap_or_else(|| {
            if prefix.is_empty() {
                return Ns::Core;
            }
            self.mended.undeclared_prefix |= prefix != "xml";
            names::by_prefix(prefix).unwrap_or(Ns::Other)
        });
        let name = if local.bytes().any(|c| c.is_ascii_uppercase()) {
            Cow::Owned(local.to_ascii_lowercase())
        } else {
            Cow::Borrowed(local)
        };
        let above = self.open.last().and_then(|open| self.tree.element(open.id));
        let mut base = above.map_or_else(|| self.base.clone(), |e| e.base.clone());
        let mut lang = above.and_then(|e| e.lang);
        if tag.rest.contains("base") || tag.rest.contains("lang") {
            for attribute in tag.attributes() {
                match attribute.name.to_ascii_lowercase().as_str() {
                    "xml:base" | "base" => base = rebase(base, attribute.value, &self.tree),
                    "xml:lang" | "lang" => lang = Some(attribute.value.trim()),
                    _ => {}
                }
            }
        }
        Element { ns, name, tag, base, lang: lang.filter(|lang| !lang.is_empty()) }
    }
}

fn rebase(base: Option<Rc<Url>>, written: &str, tree: &Tree<'_>) -> Option<Rc<Url>> {
    let written = xml::decode(written, &tree.entities);
    match crate::html::resolve_web(&written, base.as_deref()) {
        Some(url) => Some(Rc::new(url)),
        None => base,
    }
}

/// Elements that hold a text and nothing else.
fn is_leaf(element: &Element<'_>) -> bool {
    match element.ns {
        Ns::Core => matches!(
            &*element.name,
            "title"
                | "link"
                | "guid"
                | "id"
                | "pubdate"
                | "published"
                | "updated"
                | "language"
                | "category"
                | "comments"
                | "ttl"
                | "lastbuilddate"
                | "copyright"
                | "generator"
                | "loc"
                | "lastmod"
        ),
        Ns::Dc => element.name != "description",
        _ => false,
    }
}

/// Elements that can only stand next to such a text, never inside.
fn is_structure(element: &Element<'_>) -> bool {
    match element.ns {
        Ns::Core => matches!(
            &*element.name,
            "title"
                | "link"
                | "guid"
                | "id"
                | "pubdate"
                | "published"
                | "updated"
                | "description"
                | "summary"
                | "content"
                | "author"
                | "item"
                | "entry"
                | "enclosure"
                | "comments"
                | "category"
                | "language"
                | "channel"
                | "feed"
        ),
        Ns::Dc | Ns::Content | Ns::Media | Ns::Itunes | Ns::Syndication | Ns::Feedburner => true,
        _ => false,
    }
}
