//! One pass over the DOM: visible elements, blocks of text, and a tape to render from.
//!
//! A block is a run of inline content between two block boundaries (the start or
//! end of a block-level element, or two line breaks). It is what is kept or dropped.

use ego_tree::{NodeId, NodeRef};
use rustc_hash::FxHashMap;
use scraper::node::Element;
use scraper::{Html, Node};

use super::rules::Marks;
use super::tags::{Kind, STRUCTURES, kind, structure};
use super::words;

/// Elements looked at in one page; the rest is left out.
const MAX_ELEMS: usize = 60_000;
/// Blocks of one page; the rest is left out.
const MAX_BLOCKS: usize = 12_000;
/// Visible text of one page in bytes; the rest is left out.
const MAX_TEXT: usize = 2_000_000;
/// "No such element or block".
pub(crate) const NONE: u32 = u32::MAX;
/// A distance that means "nowhere above".
pub(crate) const FAR: u8 = 16;

/// A visible element.
#[derive(Debug)]
pub(crate) struct Elem<'a> {
    /// Its node.
    pub node: NodeId,
    /// Its data.
    pub value: &'a Element,
    /// Tag name.
    pub tag: &'a str,
    /// Layout.
    pub kind: Kind,
    /// Index of the parent element; `NONE` for the root.
    pub parent: u32,
    /// Levels below the root.
    pub depth: u16,
    /// Index of the first block at or after its start.
    pub first: u32,
    /// Index after its last block.
    pub last: u32,
    /// Hash of tag and class names.
    pub sign: u64,
    /// Levels up to the nearest element with each word group, `FAR` if none.
    pub word_at: [u8; words::GROUPS],
    /// Levels up to the nearest of `STRUCTURES`, `FAR` if none.
    pub near: [u8; STRUCTURES.len()],
    /// It or an ancestor is not shown at first (`hidden`, `display:none`, `aria-hidden`).
    pub hidden: bool,
    /// It or an ancestor is marked as the body of the article (`itemprop=articleBody`).
    pub marked: bool,
}

/// A run of inline content.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Nearest block-level element.
    pub elem: u32,
    /// Deepest element that holds all of it.
    pub inner: u32,
    /// Text, white space collapsed; `\n` for a single line break.
    pub text: String,
    /// Bytes of text inside links.
    pub link_bytes: u32,
    /// Links that start here.
    pub links: u16,
    /// Bytes of text in bold or italics.
    pub strong_bytes: u32,
    /// Single line breaks inside.
    pub breaks: u16,
    /// Images inside.
    pub images: u16,
}

/// A step of the walk, in document order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    /// An element starts.
    Open(u32),
    /// An element ends.
    Close(u32),
    /// Text of a block.
    Text(&'a str, u32),
}

/// The visible part of a page.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    /// Elements in document order.
    pub elems: Vec<Elem<'a>>,
    /// Blocks in document order.
    pub blocks: Vec<Block>,
    /// The walk.
    pub tape: Vec<Step<'a>>,
}

/// Builds the tree of a document without what is marked as removed.
pub(crate) fn build<'a>(doc: &'a Html, marks: &'a Marks) -> Tree<'a> {
    let mut builder = Builder::new(marks);
    let root = *doc.root_element();
    let mut node = root;
    loop {
        if builder.open(node)
            && let Some(child) = node.first_child()
        {
            node = child;
            continue;
        }
        loop {
            builder.close(node);
            if node.id() == root.id() {
                builder.flush();
                return builder.tree;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => return builder.tree,
            }
        }
    }
}

struct Builder<'a> {
    tree: Tree<'a>,
    marks: &'a Marks,
    /// Open elements: node and index.
    stack: Vec<(NodeId, u32)>,
    /// The block being built.
    block: Block,
    /// The block has content.
    begun: bool,
    /// White space is due before the next character.
    space: bool,
    /// Line breaks since the last character.
    breaks: u16,
    links: u32,
    strong: u32,
    bytes: usize,
    seen: FxHashMap<&'a str, u32>,
}

impl<'a> Builder<'a> {
    fn new(marks: &'a Marks) -> Self {
        Self {
            tree: Tree::default(),
            marks,
            stack: Vec::new(),
            block: Block::default(),
            begun: false,
            space: false,
            breaks: 0,
            links: 0,
            strong: 0,
            bytes: 0,
            seen: FxHashMap::default(),
        }
    }

    /// True when the children are to be visited.
    fn open(&mut self, node: NodeRef<'a, Node>) -> bool {
        match node.value() {
            Node::Text(text) => {
                self.text(text);
                false
            }
            Node::Element(element) => self.element(node, element),
            _ => false,
        }
    }

    fn element(&mut self, node: NodeRef<'a, Node>, element: &'a Element) -> bool {
        let tag = element.name();
        let kind = match kind(tag) {
            Kind::Skip => return false,
            // Its blocks are its own, whatever tag it has.
            Kind::Inline if self.marks.body.contains(&node.id()) => Kind::Block,
            kind => kind,
        };
        if self.marks.removed.contains(&node.id()) {
            if kind == Kind::Block {
                self.flush();
            }
            return false;
        }
        if self.tree.elems.len() >= MAX_ELEMS || self.tree.blocks.len() >= MAX_BLOCKS {
            return false;
        }
        if kind == Kind::Block {
            self.flush();
        }
        let index = self.add(node.id(), element, tag, kind);
        self.stack.push((node.id(), index));
        self.tree.tape.push(Step::Open(index));
        match kind {
            Kind::Break => self.line_break(),
            Kind::Image => self.block.images = self.block.images.saturating_add(1),
            _ => {}
        }
        match tag {
            "a" => {
                self.links += 1;
                self.block.links = self.block.links.saturating_add(1);
            }
            "b" | "strong" | "em" | "i" => self.strong += 1,
            _ => {}
        }
        true
    }

    fn add(&mut self, node: NodeId, value: &'a Element, tag: &'a str, kind: Kind) -> u32 {
        let parent = self.stack.last().map_or(NONE, |top| top.1);
        let (mut own, mut role, mut class, mut hidden, mut marked) = (0, None, "", false, false);
        for (name, attr) in value.attrs() {
            match name {
                "class" => {
                    class = attr;
                    own |= self.groups(attr);
                }
                "id" | "data-component" | "data-testid" | "data-type" | "data-module"
                | "data-area" | "data-qa" | "data-test" | "data-block" | "aria-label" => {
                    own |= self.groups(attr);
                }
                "role" => role = Some(attr),
                "hidden" => hidden = true,
                "aria-hidden" => hidden |= attr == "true",
                "style" => hidden |= hides(attr),
                "itemprop" => marked |= attr.eq_ignore_ascii_case("articleBody"),
                _ => {}
            }
        }
        let above = self.tree.elems.get(parent as usize);
        let mut word_at = above.map_or([FAR; words::GROUPS], |e| e.word_at.map(further));
        for (bit, at) in word_at.iter_mut().enumerate() {
            if own & (1 << bit) != 0 {
                *at = 0;
            }
        }
        let mut near = above.map_or([FAR; STRUCTURES.len()], |e| e.near.map(further));
        if let Some(at) = structure(tag, role) {
            near[at] = 0;
        }
        let elem = Elem {
            node,
            value,
            tag,
            kind,
            parent,
            depth: above.map_or(0, |e| e.depth.saturating_add(1)),
            first: self.tree.blocks.len() as u32,
            last: NONE,
            sign: sign(tag, class),
            word_at,
            near,
            hidden: hidden || above.is_some_and(|e| e.hidden),
            marked: marked || above.is_some_and(|e| e.marked),
        };
        self.tree.elems.push(elem);
        self.tree.elems.len() as u32 - 1
    }

    fn groups(&mut self, value: &'a str) -> u32 {
        *self.seen.entry(value).or_insert_with(|| words::groups(value))
    }

    fn close(&mut self, node: NodeRef<'a, Node>) {
        let Some(&(id, index)) = self.stack.last() else { return };
        if id != node.id() {
            return;
        }
        let elem = &self.tree.elems[index as usize];
        match elem.tag {
            "a" => self.links -= 1,
            "b" | "strong" | "em" | "i" => self.strong -= 1,
            _ => {}
        }
        if elem.kind == Kind::Block {
            self.flush();
        }
        self.tree.elems[index as usize].last = self.tree.blocks.len() as u32;
        self.tree.tape.push(Step::Close(index));
        self.stack.pop();
    }

    fn line_break(&mut self) {
        self.breaks = self.breaks.saturating_add(1);
        self.space = true;
        if self.breaks >= 2 {
            self.flush();
        }
    }

    fn text(&mut self, text: &'a str) {
        let Some(&(_, top)) = self.stack.last() else { return };
        if self.bytes >= MAX_TEXT {
            return;
        }
        let before = self.block.text.len();
        for word in Words(text) {
            match word {
                None => self.space = true,
                Some(word) => {
                    if self.begun && self.breaks > 0 {
                        self.block.text.push('\n');
                        self.block.breaks = self.block.breaks.saturating_add(1);
                    } else if self.begun && self.space {
                        self.block.text.push(' ');
                    }
                    (self.begun, self.space, self.breaks) = (true, false, 0);
                    self.block.text.push_str(word);
                }
            }
        }
        let added = self.block.text.len() - before;
        let block = if added == 0 && !self.begun { NONE } else { self.tree.blocks.len() as u32 };
        self.tree.tape.push(Step::Text(text, block));
        if added == 0 {
            return;
        }
        self.bytes += added;
        if self.links > 0 {
            self.block.link_bytes += added as u32;
        }
        if self.strong > 0 {
            self.block.strong_bytes += added as u32;
        }
        self.block.inner = if before == 0 { top } else { self.tree.common(self.block.inner, top) };
    }

    fn flush(&mut self) {
        (self.space, self.breaks) = (false, 0);
        if !self.begun {
            self.block.links = 0;
            self.block.images = 0;
            return;
        }
        self.begun = false;
        let mut block = std::mem::take(&mut self.block);
        let mut elem = block.inner;
        while elem != NONE && self.tree.elems[elem as usize].kind != Kind::Block {
            elem = self.tree.elems[elem as usize].parent;
        }
        block.elem = if elem == NONE { 0 } else { elem };
        self.tree.blocks.push(block);
    }
}

impl Tree<'_> {
    /// The deepest element that holds both.
    pub(crate) fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            let (x, y) = (&self.elems[a as usize], &self.elems[b as usize]);
            if x.depth >= y.depth && x.parent != NONE {
                a = x.parent;
            } else if y.parent != NONE {
                b = y.parent;
            } else {
                return 0;
            }
        }
        a
    }

    /// The element and its ancestors, inside out.
    pub(crate) fn upward(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors((from != NONE).then_some(from), |&at| {
            Some(self.elems[at as usize].parent).filter(|&p| p != NONE)
        })
    }
}

fn further(distance: u8) -> u8 {
    distance.saturating_add(1).min(FAR)
}

fn hides(style: &str) -> bool {
    let packed: String = style
        .chars()
        .take(400)
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase();
    packed.contains("display:none") || packed.contains("visibility:hidden")
}

/// Tag and class names; digits are left out, since they count or identify.
fn sign(tag: &str, class: &str) -> u64 {
    let mut packed: Vec<u8> = Vec::with_capacity(tag.len() + class.len().min(200) + 1);
    packed.extend_from_slice(tag.as_bytes());
    packed.push(b' ');
    packed.extend(class.bytes().take(200).filter(|b| !b.is_ascii_digit()));
    xxhash_rust::xxh3::xxh3_64(&packed)
}

/// Splits a text into words (`Some`) and white space (`None`).
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = Option<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.0.chars().next()?;
        let blank = is_blank(first);
        let end = self.0.find(|c| is_blank(c) != blank).unwrap_or(self.0.len());
        let (head, tail) = self.0.split_at(end);
        self.0 = tail;
        Some((!blank).then_some(head))
    }
}

/// White space and characters that show nothing (soft hyphen, byte order mark, zero width space).
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}
