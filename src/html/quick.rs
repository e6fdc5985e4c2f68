//! The quick way to sanitise: one pass, no tree.
//!
//! Whatever it writes is harmless by construction: only elements and attributes of the lists
//! below, values and texts escaped, tags balanced. In [`Mode::Exact`] it gives up (`None`) where a
//! browser would build another tree than the tags show (misnesting, text in tables, foreign
//! content): there it writes what the tree builder would. [`Mode::Rough`] never gives up: it
//! serves texts too large for a tree builder.

use std::borrow::Cow;

use url::Url;

use super::cap::{MAX_DEPTH, is_fallback};
use super::entities;
use super::kinds::{Kind, known};
use super::sanitize::{address, is_allowed};
use super::scan::{self, Tag, Token};

/// Attributes of one tag beyond this many make the exact mode give up; the rough one drops them.
const MOST_ATTRIBUTES: usize = 64;

/// How faithful the result must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the tree builder would have it, or nothing.
    Exact,
    /// Near enough.
    Rough,
}

/// Sanitises in one pass; `None` where the exact mode gives up.
pub(super) fn sanitize(html: &str, base: Option<&Url>, mode: Mode) -> Option<String> {
    let mut writer = Writer {
        out: String::with_capacity(html.len() + html.len() / 8),
        open: Vec::new(),
        base,
        mode,
        drop_newline: false,
    };
    let mut tokens = scan::tokens(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => writer.text(text)?,
            // Only `script` and `style` come here: the others are odd.
            Token::Raw(_) | Token::Comment => writer.drop_newline = false,
            Token::CutOff => break,
            Token::Start(tag) if is_fallback(tag.name) => tokens.no_raw_text(),
            Token::End(name) if is_fallback(name) => {}
            Token::Start(tag) => writer.start(&tag)?,
            Token::End(name) => writer.end(name)?,
        }
    }
    writer.close_to(0);
    Some(writer.out)
}

struct Open {
    name: &'static str,
    kind: Kind,
    shown: bool,
}

struct Writer<'b> {
    out: String,
    open: Vec<Open>,
    base: Option<&'b Url>,
    mode: Mode,
    /// The line break after `<pre>` is no text.
    drop_newline: bool,
}

impl Writer<'_> {
    /// Ends the exact mode; the rough one goes on.
    fn odd(&self) -> Option<()> {
        (self.mode == Mode::Rough).then_some(())
    }

    fn top(&self) -> Option<&'static str> {
        self.open.last().map(|open| open.name)
    }

    fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|open| open.name == name)
    }

    fn text(&mut self, text: &str) -> Option<()> {
        let mut text = entities::decode(text);
        if text.contains(['\0', '\r']) {
            self.odd()?;
            text = Cow::Owned(text.replace('\0', "").replace('\r', "\n"));
        }
        let in_table = matches!(self.top(), Some("table" | "tbody" | "thead" | "tfoot" | "tr"));
        if in_table && text.contains(|c: char| !c.is_ascii_whitespace() || c == '\u{c}') {
            self.odd()?;
        }
        let mut shown = text.as_ref();
        if std::mem::take(&mut self.drop_newline) {
            shown = shown.strip_prefix('\n').unwrap_or(shown);
        }
        self.out.push_str(&entities::escape(shown));
        Some(())
    }

    fn start(&mut self, tag: &Tag<'_>) -> Option<()> {
        self.drop_newline = false;
        let (name, kind) = known(tag.name).unwrap_or(("", Kind::Inline));
        if self.open.len() >= MAX_DEPTH {
            return self.odd();
        }
        if matches!(self.top(), Some("table" | "tbody" | "thead" | "tfoot" | "tr"))
            && kind != Kind::Table
        {
            self.odd()?;
        }
        match kind {
            Kind::Dropped => return Some(()),
            Kind::Odd => return self.odd(),
            Kind::Table if name != "table" && !self.is_open("table") => return self.odd(),
            Kind::Void => return self.void(name, tag),
            // Too many names have rules of their own in the tree builder.
            Kind::Inline if name.is_empty() => return self.odd(),
            Kind::Inline => {
                if name == "a" && self.is_open("a") {
                    self.odd()?;
                }
            }
            Kind::Block => self.end_paragraph()?,
            Kind::Item => self.item(name)?,
            Kind::Heading => {
                self.end_paragraph()?;
                if self.open.last().is_some_and(|open| open.kind == Kind::Heading) {
                    self.odd()?;
                }
            }
            Kind::Table => self.table(name)?,
        }
        self.drop_newline = name == "pre";
        let shown = is_allowed(name);
        if shown {
            self.write_tag(name, tag)?;
        }
        self.open.push(Open { name, kind, shown });
        Some(())
    }

    fn void(&mut self, name: &'static str, tag: &Tag<'_>) -> Option<()> {
        if name == "hr" {
            self.end_paragraph()?;
        }
        if is_allowed(name) {
            self.write_tag(name, tag)?;
        }
        Some(())
    }

    /// A block ends an open paragraph.
    fn end_paragraph(&mut self) -> Option<()> {
        if self.top() == Some("p") {
            self.close_to(self.open.len() - 1);
        }
        if self.is_open("p") { self.odd() } else { Some(()) }
    }

    fn item(&mut self, name: &'static str) -> Option<()> {
        let same = |open: &str| match name {
            "li" => open == "li",
            _ => matches!(open, "dd" | "dt"),
        };
        if self.top() == Some("p") && self.open.len() > 1 {
            let below = self.open[self.open.len() - 2].name;
            if same(below) {
                self.close_to(self.open.len() - 1);
            }
        }
        if self.top().is_some_and(same) {
            self.close_to(self.open.len() - 1);
        }
        // Another item further up belongs to another list only if a list stands between.
        for open in self.open.iter().rev() {
            if matches!(open.name, "ul" | "ol" | "dl") {
                break;
            }
            if same(open.name) {
                self.odd()?;
                break;
            }
        }
        self.end_paragraph()
    }

    fn table(&mut self, name: &'static str) -> Option<()> {
        if name == "table" {
            if matches!(self.top(), Some("table" | "tbody" | "thead" | "tfoot" | "tr"))
                || self.is_open("p")
            {
                self.odd()?;
            }
            return Some(());
        }
        let is_group = |n: &str| matches!(n, "tbody" | "thead" | "tfoot");
        // What the part before left open ends here.
        if matches!(self.top(), Some("td" | "th")) {
            self.close_to(self.open.len() - 1);
        }
        if !matches!(name, "td" | "th") && self.top() == Some("tr") {
            self.close_to(self.open.len() - 1);
        }
        if is_group(name) && self.top().is_some_and(is_group) {
            self.close_to(self.open.len() - 1);
        }
        if name == "tr" && self.top() == Some("table") {
            self.out.push_str("<tbody>");
            self.open.push(Open { name: "tbody", kind: Kind::Table, shown: true });
        }
        let fits = match name {
            "td" | "th" => self.top() == Some("tr"),
            "tr" => self.top().is_some_and(is_group),
            _ => self.top() == Some("table"),
        };
        if fits { Some(()) } else { self.odd() }
    }

    fn end(&mut self, written: &str) -> Option<()> {
        self.drop_newline = false;
        let (name, kind) = known(written).unwrap_or(("", Kind::Inline));
        if name.is_empty() || matches!(kind, Kind::Odd | Kind::Void | Kind::Dropped) {
            return match kind {
                Kind::Dropped => Some(()),
                _ => self.odd(),
            };
        }
        if self.top() == Some(name) {
            self.close_to(self.open.len() - 1);
            return Some(());
        }
        if self.mode == Mode::Rough {
            if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
                self.close_to(at);
            }
            return Some(());
        }
        self.end_exactly(name, kind)
    }

    /// An end tag that is not of the innermost element.
    fn end_exactly(&mut self, name: &'static str, kind: Kind) -> Option<()> {
        if !self.is_open(name) {
            return match kind {
                _ if self.in_table_parts() => None,
                Kind::Inline | Kind::Item => Some(()),
                Kind::Heading if self.open.iter().any(|open| open.kind == Kind::Heading) => None,
                Kind::Block if name == "p" => {
                    self.out.push_str("<p></p>");
                    Some(())
                }
                Kind::Heading | Kind::Block => Some(()),
                _ => None,
            };
        }
        // Elements whose end tags may be left out end with what holds them.
        let mut at = self.open.len();
        while at > 0 && self.open[at - 1].name != name {
            let inner = self.open[at - 1].name;
            let implied = match kind {
                Kind::Block | Kind::Item => matches!(inner, "p" | "li" | "dd" | "dt"),
                Kind::Table => {
                    matches!(inner, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "p")
                }
                _ => false,
            };
            if !implied || (name == "p") || (kind == Kind::Item && inner != "p") {
                return None;
            }
            at -= 1;
        }
        if kind == Kind::Table && name != "table" {
            return None;
        }
        self.close_to(at.saturating_sub(1));
        Some(())
    }

    fn in_table_parts(&self) -> bool {
        matches!(self.top(), Some("table" | "tbody" | "thead" | "tfoot" | "tr"))
    }

    fn close_to(&mut self, at: usize) {
        while self.open.len() > at {
            if let Some(open) = self.open.pop()
                && open.shown
            {
                self.out.push_str("</");
                self.out.push_str(open.name);
                self.out.push('>');
            }
        }
    }

    fn write_tag(&mut self, name: &'static str, tag: &Tag<'_>) -> Option<()> {
        self.out.push('<');
        self.out.push_str(name);
        let mut seen: [&str; MOST_ATTRIBUTES] = [""; MOST_ATTRIBUTES];
        for (n, attribute) in tag.attributes().enumerate() {
            if n >= MOST_ATTRIBUTES {
                self.odd()?;
                break;
            }
            if seen[..n].iter().any(|before| before.eq_ignore_ascii_case(attribute.name)) {
                continue;
            }
            seen[n] = attribute.name;
            self.write_attribute(name, attribute)?;
        }
        if name == "a" {
            self.out.push_str(" rel=\"noopener noreferrer\"");
        }
        self.out.push('>');
        Some(())
    }

    fn write_attribute(&mut self, tag: &str, attribute: scan::Attribute<'_>) -> Option<()> {
        let Some(name) = super::sanitize::allowed_attribute(tag, attribute.name) else {
            return Some(());
        };
        let mut value = entities::decode_in_attribute(attribute.value);
        if value.contains(['\0', '\r']) {
            self.odd()?;
            value = Cow::Owned(value.replace('\0', "").replace('\r', "\n"));
        }
        let Some(value) = address(tag, name, &value, self.base) else { return Some(()) };
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.out.push_str(&entities::escape_attribute(&value));
        self.out.push('"');
        Some(())
    }
}
