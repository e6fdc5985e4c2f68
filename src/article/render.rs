//! Kept blocks to plain text and to HTML.

use url::Url;

use super::tables;
use super::tags::Kind;
use super::tree::{Elem, NONE, Step, Tree};
use crate::html::{escape, escape_attribute, resolve, resolve_web};

/// Images kept in one article.
const MAX_IMAGES: usize = 60;

/// Plain text of the kept blocks; paragraphs are separated by a blank line.
pub(crate) fn text(tree: &Tree<'_>, kept: &[bool]) -> String {
    let in_data = tables::in_data(tree, kept);
    let mut out = String::new();
    let mut before: Option<usize> = None;
    for (at, _) in kept.iter().enumerate().filter(|k| *k.1) {
        if let Some(before) = before {
            out.push_str(if same_row(tree, &in_data, before, at) { " " } else { "\n\n" });
        }
        out.push_str(&tree.blocks[at].text);
        before = Some(at);
    }
    out
}

/// Cells of one table row stand on one line.
fn same_row(tree: &Tree<'_>, in_data: &[bool], a: usize, b: usize) -> bool {
    let is_row = |e: &u32| tree.elems[*e as usize].tag == "tr" && in_data[*e as usize];
    let row = |at: usize| tree.upward(tree.blocks[at].elem).take(6).find(is_row);
    let (a, b) = (row(a), row(b));
    a.is_some() && a == b
}

/// HTML of the kept blocks, not yet sanitised: headings, lists, quotes, tables,
/// figures that stand among the kept blocks, inline markup; addresses absolute.
pub(crate) fn html(tree: &Tree<'_>, kept: &[bool], base: Option<&Url>) -> String {
    let (Some(first), Some(last)) = (kept.iter().position(|k| *k), kept.iter().rposition(|k| *k))
    else {
        return String::new();
    };
    let mut writer = Writer {
        tree,
        kept,
        base,
        out: String::new(),
        first: first as u32,
        last: last as u32,
        open: Vec::new(),
        paragraph: false,
        current: NONE,
        blank: true,
        images: Vec::new(),
        counts: running(kept),
        in_data: tables::in_data(tree, kept),
        quiet: 0,
    };
    tree.tape.iter().for_each(|step| writer.step(*step));
    writer.end_paragraph();
    writer.out
}

fn running(kept: &[bool]) -> Vec<u32> {
    let mut sums = vec![0];
    for keep in kept {
        sums.push(sums[sums.len() - 1] + u32::from(*keep));
    }
    sums
}

struct Writer<'w> {
    tree: &'w Tree<'w>,
    kept: &'w [bool],
    base: Option<&'w Url>,
    out: String,
    first: u32,
    last: u32,
    /// Elements written and not yet closed: index and tag.
    open: Vec<(u32, &'static str)>,
    /// A `p` of our own is open.
    paragraph: bool,
    current: u32,
    /// The last character written was a blank (or nothing was written).
    blank: bool,
    images: Vec<String>,
    counts: Vec<u32>,
    /// For each element: it stands in a table of data.
    in_data: Vec<bool>,
    /// Depth inside a figure that is left out.
    quiet: u32,
}

/// The tag to write for an element that holds kept blocks.
fn shape(tag: &str) -> Option<&'static str> {
    const KEPT: [&str; 38] = [
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "figure",
        "figcaption",
        "a",
        "strong",
        "em",
        "code",
        "sub",
        "sup",
        "q",
        "cite",
        "del",
        "ins",
        "mark",
        "u",
        "bdi",
        "bdo",
    ];
    match tag {
        "b" => Some("strong"),
        "i" => Some("em"),
        "h1" => Some("h2"),
        "s" | "strike" => Some("del"),
        "summary" | "address" | "legend" => Some("p"),
        _ => KEPT.iter().find(|k| **k == tag).copied(),
    }
}

fn is_of_table(tag: &str) -> bool {
    matches!(tag, "table" | "caption" | "thead" | "tbody" | "tfoot" | "tr" | "th" | "td")
}

impl Writer<'_> {
    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Open(at) => self.open(at),
            Step::Close(at) => self.close(at),
            Step::Text(text, block) => self.text(text, block),
        }
    }

    fn keeps(&self, elem: &Elem<'_>) -> bool {
        let last = (elem.last as usize).min(self.counts.len() - 1);
        self.counts[last] > self.counts[elem.first as usize]
    }

    fn open(&mut self, at: u32) {
        let elem = &self.tree.elems[at as usize];
        if self.quiet > 0 {
            self.quiet += 1;
            return;
        }
        match elem.kind {
            Kind::Break => {
                if self.paragraph || self.inside_text() {
                    self.out.push_str("<br>");
                    self.blank = true;
                }
                return;
            }
            Kind::Image => return self.image(elem),
            Kind::Block => self.end_paragraph(),
            _ => {}
        }
        let figure = elem.tag == "figure" && self.image_stands_here(elem);
        let inline = elem.kind == Kind::Inline;
        // An inline element is part of the block that begins with it or goes on around it.
        let wanted = figure || if inline { self.inline_kept(elem) } else { self.keeps(elem) };
        let Some(tag) = shape(elem.tag).filter(|_| wanted) else { return };
        if is_of_table(tag) && !self.in_data[at as usize] {
            return;
        }
        if inline {
            self.begin_paragraph();
        }
        self.out.push('<');
        self.out.push_str(tag);
        self.attributes(elem, tag);
        self.out.push('>');
        if !inline {
            self.blank = true;
        }
        self.open.push((at, tag));
    }

    fn inline_kept(&self, elem: &Elem<'_>) -> bool {
        let at = elem.first as usize;
        // Links around whole blocks stay away: they would end paragraphs.
        elem.last <= elem.first + 1
            && self.kept.get(at).copied().unwrap_or(false)
            && self.holds_text(elem)
    }

    /// The block around the inline element is the one that its text belongs to.
    fn holds_text(&self, elem: &Elem<'_>) -> bool {
        let block = &self.tree.blocks[elem.first as usize];
        elem.last == elem.first || self.tree.upward(block.inner).any(|e| e == block.elem)
    }

    fn inside_text(&self) -> bool {
        matches!(self.open.last(), Some((_, tag)) if !matches!(*tag, "ul" | "ol" | "dl" | "table" | "tbody" | "thead" | "tfoot" | "tr" | "figure" | "blockquote"))
    }

    fn attributes(&mut self, elem: &Elem<'_>, tag: &str) {
        for name in ["dir", "lang"] {
            if let Some(value) = elem.value.attr(name) {
                self.attribute(name, value);
            }
        }
        match tag {
            "a" => {
                let href = elem.value.attr("href").and_then(|h| resolve(h, self.base));
                if let Some(href) =
                    href.filter(|h| matches!(h.scheme(), "http" | "https" | "mailto"))
                {
                    self.attribute("href", href.as_str());
                }
            }
            "td" | "th" => {
                for name in ["colspan", "rowspan"] {
                    if let Some(value) = elem.value.attr(name) {
                        self.attribute(name, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.out.push_str(&escape_attribute(value));
        self.out.push('"');
    }

    fn close(&mut self, at: u32) {
        if self.quiet > 0 {
            self.quiet -= 1;
            return;
        }
        let elem = &self.tree.elems[at as usize];
        let block = elem.kind == Kind::Block;
        if block {
            self.end_paragraph();
        }
        if self.open.last().is_some_and(|top| top.0 == at)
            && let Some((_, tag)) = self.open.pop()
        {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
            if block {
                self.out.push('\n');
                self.blank = true;
            }
        }
    }

    fn text(&mut self, text: &str, block: u32) {
        if self.quiet > 0 || !self.kept.get(block as usize).copied().unwrap_or(false) {
            return;
        }
        if self.current != block {
            self.end_paragraph();
            self.current = block;
        }
        self.begin_paragraph();
        let mut squeezed = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_whitespace() || c == '\u{200b}' {
                if !self.blank {
                    squeezed.push(' ');
                }
                self.blank = true;
            } else {
                squeezed.push(c);
                self.blank = false;
            }
        }
        self.out.push_str(&escape(&squeezed));
    }

    /// Text outside of any text element gets a paragraph of its own.
    fn begin_paragraph(&mut self) {
        if !self.paragraph && !self.inside_text() {
            self.out.push_str("<p>");
            self.paragraph = true;
            self.blank = true;
        }
    }

    fn end_paragraph(&mut self) {
        if self.paragraph {
            // Inline elements that the paragraph's end cuts through are closed with it.
            while let Some((at, tag)) = self.open.last().copied() {
                if self.tree.elems[at as usize].kind != Kind::Inline {
                    break;
                }
                self.open.pop();
                self.out.push_str("</");
                self.out.push_str(tag);
                self.out.push('>');
            }
            self.out.push_str("</p>\n");
            self.paragraph = false;
            self.blank = true;
        }
    }

    /// The figure stands among the kept blocks, or just before the first.
    fn image_stands_here(&self, elem: &Elem<'_>) -> bool {
        elem.first + 4 >= self.first && elem.first <= self.last && !self.beside(elem)
    }

    /// Inside a box that is no part of the article.
    fn beside(&self, elem: &Elem<'_>) -> bool {
        let upward = self.tree.upward(elem.parent);
        let holder = upward.into_iter().find(|e| {
            let e = &self.tree.elems[*e as usize];
            e.last > e.first
        });
        let Some(holder) = holder.map(|h| &self.tree.elems[h as usize]) else { return true };
        // Boxes whose blocks were all dropped: related articles with thumbnails.
        !self.keeps(holder) && holder.tag != "figure" && holder.tag != "picture"
    }

    fn image(&mut self, elem: &Elem<'_>) {
        if !self.image_stands_here(elem) || self.images.len() >= MAX_IMAGES {
            return;
        }
        let Some(src) = source(elem, self.base) else { return };
        if self.images.contains(&src) {
            return;
        }
        self.out.push_str("<img");
        self.attribute("src", &src);
        self.attribute("alt", elem.value.attr("alt").unwrap_or_default());
        self.out.push('>');
        self.blank = false;
        self.images.push(src);
    }
}

/// The address of an image: lazy loading keeps it away from `src`. Icons and pixels have none.
pub(crate) fn source(elem: &Elem<'_>, base: Option<&Url>) -> Option<String> {
    let attr = |name: &str| elem.value.attr(name).map(str::trim).filter(|v| !v.is_empty());
    let tiny = |name: &str| attr(name).and_then(|v| v.parse::<u32>().ok()).is_some_and(|n| n < 40);
    if tiny("width") || tiny("height") {
        return None;
    }
    let lazy =
        ["data-src", "data-lazy-src", "data-original", "data-orig-file", "data-url", "data-image"];
    let from_set = |name: &str| attr(name).and_then(largest);
    let found = lazy
        .iter()
        .find_map(|name| attr(name).filter(|v| !v.starts_with("data:")))
        .or_else(|| attr("src").filter(|v| !v.starts_with("data:") && !v.starts_with("blob:")))
        .or_else(|| from_set("srcset"))
        .or_else(|| from_set("data-srcset"))?;
    resolve_web(found, base).map(Into::into)
}

/// The last address of a `srcset` is the largest as a rule; a few are looked at.
fn largest(set: &str) -> Option<&str> {
    set.split(", ").take(12).filter_map(|part| part.split_whitespace().next()).last()
}
