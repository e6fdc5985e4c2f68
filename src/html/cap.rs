//! Caps before tree building: the time of an HTML5 tree builder grows with the square of depth
//! and of attributes, and formatting tags left open multiply with every block after them.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::scan::{self, Tag, Token};

/// Elements nested deeper than this lose their tags; their text stays.
pub const MAX_DEPTH: usize = 512;
/// Attributes of one tag beyond this many are dropped.
pub const MAX_ATTRIBUTES: usize = 256;
/// Formatting elements open at once: each is built anew in every block that follows.
const MAX_FORMATTING: usize = 16;
/// Comments longer than this, in bytes, are emptied.
const MAX_COMMENT: usize = 64;

/// Drops what would make a tree builder slow: start tags below `depth`, attributes beyond
/// `attributes` on one tag, formatting tags left open by the dozen. The tags of `iframe`,
/// `noscript`, `noembed` and `noframes` go too, so that what they hold for readers like us is read
/// as HTML, and long comments are emptied, which a tree builder reads letter by letter for nobody.
/// Texts are untouched, and so is everything within the caps. Linear in the input.
pub fn cap(html: &str, depth: usize, attributes: usize) -> Cow<'_, str> {
    let mut capper =
        Capper { open: Open::new(depth), attributes, html, out: String::new(), copied: 0 };
    let mut tokens = scan::tokens(html);
    loop {
        let start = tokens.position();
        let Some(token) = tokens.next() else { break };
        capper.token(token, start, tokens.position());
        let fallback = matches!(token, Token::Start(tag) if is_fallback(tag.name));
        if fallback || capper.open.in_foreign() {
            tokens.no_raw_text();
        }
    }
    capper.finish()
}

struct Capper<'a> {
    open: Open,
    attributes: usize,
    html: &'a str,
    out: String,
    copied: usize,
}

impl<'a> Capper<'a> {
    fn token(&mut self, token: Token<'a>, start: usize, end: usize) {
        match token {
            Token::Start(tag) if is_fallback(tag.name) => self.drop_tag(start, end),
            Token::End(name) if is_fallback(name) => self.drop_tag(start, end),
            Token::Start(tag) => {
                if !self.open.start(&tag) {
                    self.drop_tag(start, end);
                } else if tag.rest.len() >= 2 * self.attributes {
                    self.cut_attributes(&tag, end);
                }
            }
            Token::End(name) if !self.open.end(name) => self.drop_tag(start, end),
            Token::Comment if end - start > MAX_COMMENT => self.empty_comment(start, end),
            // Browsers drop a tag that never ends; its attributes still cost a tree builder.
            Token::CutOff => self.drop(start, end),
            _ => {}
        }
    }

    fn cut_attributes(&mut self, tag: &Tag<'a>, end: usize) {
        let mut attributes = tag.attributes();
        let last = attributes.nth(self.attributes - 1);
        if let (Some(last), Some(_)) = (last, attributes.next()) {
            self.drop(end - 1 - tag.rest.len() + last.end, end - 1);
        }
    }

    /// Empties a comment; doctypes and the like stay as they are.
    fn empty_comment(&mut self, start: usize, end: usize) {
        if self.html[start..end].starts_with("<!--") {
            self.drop(start, end);
            self.out.push_str("<!---->");
        }
    }

    /// Drops a tag. What stood on its sides must not become a tag or reference together.
    fn drop_tag(&mut self, start: usize, end: usize) {
        let before = self.html.as_bytes()[..start].last().copied().unwrap_or(b'>');
        self.drop(start, end);
        if before.is_ascii_alphanumeric() || matches!(before, b'<' | b'&' | b'#') {
            self.out.push_str("<!---->");
        }
    }

    fn drop(&mut self, start: usize, end: usize) {
        self.out.push_str(&self.html[self.copied..start]);
        self.copied = end;
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.html);
        }
        self.out.push_str(&self.html[self.copied..]);
        Cow::Owned(self.out)
    }
}

/// Elements whose content is meant for readers that cannot show what they stand for, as ours.
pub(super) fn is_fallback(name: &str) -> bool {
    ["iframe", "noscript", "noembed", "noframes"].iter().any(|f| name.eq_ignore_ascii_case(f))
}

/// What a tree builder would hold open, estimated from the tags alone.
struct Open {
    stack: Vec<u64>,
    formatting: usize,
    /// How often each name is on the stack, and how many of its tags were dropped.
    counts: FxHashMap<u64, (usize, usize)>,
    depth: usize,
}

impl Open {
    fn new(depth: usize) -> Self {
        Self { stack: Vec::new(), formatting: 0, counts: FxHashMap::default(), depth }
    }

    /// False when the start tag must be dropped.
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        if scan::is_void(tag.name) {
            return true;
        }
        let name = key(tag.name);
        if self.in_foreign() {
            if tag.rest.ends_with('/') {
                return true;
            }
            self.leave_foreign(name);
        }
        self.close_implied(name);
        let full = self.stack.len() >= self.depth
            || (is(FORMATTING, name) && self.formatting >= MAX_FORMATTING);
        let counts = self.counts.entry(name).or_default();
        if full {
            counts.1 += 1;
            return false;
        }
        counts.0 += 1;
        self.formatting += usize::from(is(FORMATTING, name));
        self.stack.push(name);
        true
    }

    /// False when the end tag belongs to a start tag that was dropped.
    fn end(&mut self, written: &str) -> bool {
        let name = key(written);
        let Some(counts) = self.counts.get_mut(&name) else { return true };
        if counts.1 > 0 {
            counts.1 -= 1;
            return false;
        }
        if counts.0 == 0 {
            return true;
        }
        if is(FORMATTING, name) {
            // Only the element itself ends: blocks opened inside stay open around its copy.
            if let Some(at) = self.stack.iter().rposition(|&n| n == name) {
                self.forget(at);
            }
            return true;
        }
        let special = is(SPECIAL, name);
        for at in (0..self.stack.len()).rev() {
            let open = self.stack[at];
            if open == name {
                self.close_to(at);
                break;
            }
            if is(SCOPES, open) && !is(SCOPES, name) || (!special && is(SPECIAL, open)) {
                break;
            }
        }
        true
    }

    /// True inside `svg` or `math`.
    fn in_foreign(&self) -> bool {
        FOREIGN.iter().any(|f| self.counts.get(f).is_some_and(|c| c.0 > 0))
    }

    /// HTML's own blocks end `svg` and `math`, unless inside a place meant for them.
    fn leave_foreign(&mut self, name: u64) {
        if is(SPECIAL, name) {
            self.close_nearest(FOREIGN, INTEGRATION);
        }
    }

    /// Start tags that end elements left open: `p`, list items, cells, rows, options.
    fn close_implied(&mut self, name: u64) {
        let (ends, within): (&[u64], &[u64]) = match name {
            n if n == LI => (&[LI], LISTS),
            n if n == DD || n == DT => (&[DD, DT], LISTS),
            n if is(CELLS, n) => (CELLS, TABLES),
            n if n == TR => (&[TR], TABLES),
            n if is(ROW_GROUPS, n) => (ROW_GROUPS, TABLES),
            n if n == OPTION => (&[OPTION], &[]),
            n if n == A => (&[A], SCOPES),
            _ => (&[], &[]),
        };
        if !ends.is_empty() {
            self.close_nearest(ends, within);
        }
        if is(SPECIAL, name) && !is(TABLE_PARTS, name) {
            self.close_nearest(&[P], SPECIAL);
        }
    }

    /// Ends the nearest of `ends`, unless one of `within` stands before it.
    fn close_nearest(&mut self, ends: &[u64], within: &[u64]) {
        if !ends.iter().any(|e| self.counts.get(e).is_some_and(|c| c.0 > 0)) {
            return;
        }
        for at in (0..self.stack.len()).rev() {
            let open = self.stack[at];
            if is(ends, open) {
                self.close_to(at);
                return;
            }
            if is(within, open) {
                return;
            }
        }
    }

    fn close_to(&mut self, at: usize) {
        while self.stack.len() > at {
            self.forget(self.stack.len() - 1);
        }
    }

    fn forget(&mut self, at: usize) {
        let name = self.stack.remove(at);
        if let Some(counts) = self.counts.get_mut(&name) {
            counts.0 = counts.0.saturating_sub(1);
        }
        self.formatting -= usize::from(is(FORMATTING, name));
    }
}

fn is(names: &[u64], name: u64) -> bool {
    names.contains(&name)
}

/// The name's first eight letters in lower case, with its length: enough to tell HTML's names.
const fn key(name: &str) -> u64 {
    let b = name.as_bytes();
    let mut key = b.len() as u64;
    let mut i = 0;
    while i < b.len() {
        key = key.wrapping_mul(0x0100_0000_01b3) ^ b[i].to_ascii_lowercase() as u64;
        i += 1;
    }
    key
}

const P: u64 = key("p");
const A: u64 = key("a");
const LI: u64 = key("li");
const DD: u64 = key("dd");
const DT: u64 = key("dt");
const TR: u64 = key("tr");
const OPTION: u64 = key("option");
const CELLS: &[u64] = &[key("td"), key("th")];
const ROW_GROUPS: &[u64] = &[key("tbody"), key("thead"), key("tfoot")];
const TABLES: &[u64] = &[key("table"), key("template")];
const TABLE_PARTS: &[u64] =
    &[key("td"), key("th"), TR, key("tbody"), key("thead"), key("tfoot"), key("caption")];
const LISTS: &[u64] = &[key("ul"), key("ol"), key("dl"), key("table"), key("td"), key("th")];
const SCOPES: &[u64] = &[
    key("table"),
    key("td"),
    key("th"),
    key("caption"),
    key("template"),
    key("object"),
    key("applet"),
    key("marquee"),
    key("html"),
];
const FOREIGN: &[u64] = &[key("svg"), key("math")];
const INTEGRATION: &[u64] = &[
    key("foreignobject"),
    key("desc"),
    key("title"),
    key("annotation-xml"),
    key("mi"),
    key("mo"),
    key("mn"),
    key("ms"),
    key("mtext"),
];
const FORMATTING: &[u64] = &[
    A,
    key("b"),
    key("big"),
    key("code"),
    key("em"),
    key("font"),
    key("i"),
    key("nobr"),
    key("s"),
    key("small"),
    key("strike"),
    key("strong"),
    key("tt"),
    key("u"),
];
/// The elements that HTML calls special, without the void ones.
const SPECIAL: &[u64] = &[
    P,
    key("div"),
    LI,
    DD,
    DT,
    TR,
    key("ul"),
    key("ol"),
    key("dl"),
    key("table"),
    key("td"),
    key("th"),
    key("tbody"),
    key("thead"),
    key("tfoot"),
    key("caption"),
    key("h1"),
    key("h2"),
    key("h3"),
    key("h4"),
    key("h5"),
    key("h6"),
    key("blockquote"),
    key("pre"),
    key("section"),
    key("article"),
    key("aside"),
    key("header"),
    key("footer"),
    key("main"),
    key("nav"),
    key("figure"),
    key("figcaption"),
    key("address"),
    key("center"),
    key("details"),
    key("summary"),
    key("fieldset"),
    key("form"),
    key("hgroup"),
    key("html"),
    key("body"),
    key("head"),
    key("object"),
    key("applet"),
    key("marquee"),
    key("template"),
    key("select"),
    key("dir"),
    key("menu"),
    key("listing"),
    key("xmp"),
    key("plaintext"),
    key("search"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn capped(html: &str) -> Cow<'_, str> {
        cap(html, 8, 4)
    }

    #[test]
    fn what_is_within_the_caps_is_untouched() {
        let html = "<div a=1 b=2 c=3 d=4><p>ن<p>b<ul><li>1<li>2<li>3</ul></div>";
        assert!(matches!(capped(html), Cow::Borrowed(_)));
    }

    #[test]
    fn long_comments_are_emptied_and_nothing_else_is() {
        let long = "تعليق ".repeat(50);
        let around = |comment: &str| format!("<!DOCTYPE html><p>a{comment}<p>b<!--short-->");
        assert_eq!(capped(&around(&format!("<!--{long}<p>-->"))), around("<!---->"));
        assert_eq!(capped(&format!("<p>x<!--{long}")), "<p>x<!---->");
        let others = [
            format!("<!DOCTYPE html PUBLIC \"-//W3C//DTD {long}\">"),
            format!("<script><!--{long}--></script>"),
            format!("<textarea><!--{long}--></textarea>"),
        ];
        for html in others {
            assert_eq!(capped(&html), html);
        }
    }

    #[test]
    fn deep_tags_are_dropped_and_their_text_stays() {
        let html = format!("{}نص{}", "<div>".repeat(20), "</div>".repeat(20));
        assert_eq!(capped(&html), format!("{}نص{}", "<div>".repeat(8), "</div>".repeat(8)));
    }

    #[test]
    fn unclosed_items_are_no_depth() {
        for unclosed in ["<p>x", "<li>x", "<td>x", "<tr><td>x", "<dt>x<dd>y", "<p><b>x</b>"] {
            let html = format!("<table>{}", unclosed.repeat(50));
            assert_eq!(capped(&html), html);
        }
    }

    #[test]
    fn misnested_tags_still_count() {
        let html = "<b><div></b>".repeat(100);
        assert!((4..=8).contains(&capped(&html).matches("<div>").count()));
        let html = "<span><div></span>".repeat(100);
        assert!(capped(&html).matches("<div>").count() <= 8);
    }

    #[test]
    fn formatting_left_open_is_limited() {
        let html = format!("{}{}", "<b><i>".repeat(100), "<p>x".repeat(100));
        let out = cap(&html, 512, 256);
        assert_eq!(out.matches("<b>").count() + out.matches("<i>").count(), MAX_FORMATTING);
        assert_eq!(out.matches("<p>x").count(), 100);
    }

    #[test]
    fn attributes_beyond_the_cap_are_dropped() {
        assert_eq!(capped("x<p a=1 b=2 c='3' d e=5 f=6>y"), "x<p a=1 b=2 c='3' d>y");
    }

    #[test]
    fn a_tag_that_never_ends_is_dropped() {
        assert_eq!(capped("x<p a=1>y<p b=\">\" c=2 d=3"), "x<p a=1>y");
        assert_eq!(capped("x <"), "x <");
    }

    #[test]
    fn dropping_a_tag_makes_no_other() {
        assert_eq!(capped("<<iframe>b>x"), "<<!---->b>x");
        assert_eq!(capped("&am</noscript>p;"), "&am<!---->p;");
    }

    #[test]
    fn depth_counts_inside_drawings_too() {
        let html = format!("<svg><style>{}", "<g>".repeat(50));
        assert_eq!(capped(&html).matches("<g>").count(), 6);
        let html = format!("<svg>{}</svg>x", "<path/>".repeat(50));
        assert_eq!(capped(&html), html);
    }

    #[test]
    fn raw_text_holds_no_tags() {
        let html = format!("<script>{}</script>", "<div>".repeat(50));
        assert_eq!(capped(&html), html);
    }
}
