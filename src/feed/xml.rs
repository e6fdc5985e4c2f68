//! A forgiving, linear tokenizer of XML: whatever the bytes, it goes on.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};
use rustc_hash::FxHashMap;

use crate::html::scan::Tag;

/// One piece of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A start tag; `empty` when it ends itself (`<a/>`).
    Start { tag: Tag<'a>, empty: bool },
    /// An end tag by its name as written.
    End(&'a str),
    /// Text with references still written as references.
    Text(&'a str),
    /// The text of a CDATA section.
    CData(&'a str),
    /// The inside of a document type declaration.
    Doctype(&'a str),
}

/// What was mended on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mended {
    /// A `<` that starts no tag was read as text.
    pub stray_angle: bool,
    /// A tag or section broke off at the end.
    pub cut_off: bool,
    /// A CDATA section lacked its end.
    pub open_cdata: bool,
}

const CDATA: &str = "<![CDATA[";

/// Splits a document into events.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// For each kind of quote: searched from where, found where. Spares searching again.
    quotes: [(usize, usize); 2],
    comments_close: bool,
    /// Like `quotes`, for the end of CDATA sections.
    cdata_end: (usize, usize),
    cdata_may_end: bool,
    last_start: &'a str,
    seen_doctype: bool,
    pub mended: Mended,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            quotes: [(usize::MAX, 0); 2],
            comments_close: true,
            cdata_end: (usize::MAX, 0),
            cdata_may_end: true,
            last_start: "",
            seen_doctype: false,
            mended: Mended::default(),
        }
    }

    /// Reads the markup that starts here; `None` where it means nothing.
    fn markup(&mut self) -> Option<Event<'a>> {
        let b = self.text.as_bytes();
        let at = self.at;
        match b.get(at + 1)? {
            b'/' => Some(self.end_tag()),
            b'!' if b[at + 2..].starts_with(b"--") => {
                self.comment();
                None
            }
            b'!' if starts_with_ignoring_case(&b[at + 2..], b"[cdata[") => Some(self.cdata()),
            b'!' if !self.seen_doctype && starts_with_ignoring_case(&b[at + 2..], b"doctype") => {
                self.seen_doctype = true;
                Some(self.doctype())
            }
            b'!' | b'?' => {
                self.at = memchr(b'>', &b[at..]).map_or(b.len(), |n| at + n + 1);
                None
            }
            _ => self.start_tag(),
        }
    }

    fn end_tag(&mut self) -> Event<'a> {
        let b = self.text.as_bytes();
        let start = self.at + 2;
        let end = name_end(b, start);
        // An end tag that is not closed before the next tag starts ends there.
        let stop = memchr2(b'<', b'>', &b[end..]).map_or(b.len(), |n| end + n);
        self.at = stop + usize::from(b.get(stop) == Some(&b'>'));
        Event::End(&self.text[start..end])
    }

    fn comment(&mut self) {
        let b = self.text.as_bytes();
        let from = self.at + 4;
        let end = self.comments_close.then(|| memmem::find(&b[from..], b"-->")).flatten();
        self.comments_close = end.is_some();
        // A comment that is never closed ends with its tag.
        self.at = match end {
            Some(n) => from + n + 3,
            None => memchr(b'>', &b[from..]).map_or(b.len(), |n| from + n + 1),
        };
    }

    fn start_tag(&mut self) -> Option<Event<'a>> {
        let b = self.text.as_bytes();
        let start = self.at + 1;
        let name = name_end(b, start);
        let Some(end) = self.tag_end(name) else {
            self.mended.cut_off = true;
            self.at = b.len();
            return None;
        };
        self.at = end + usize::from(b[end] == b'>');
        self.last_start = &self.text[start..name];
        let mut rest = &self.text[name..end];
        let empty = rest.ends_with('/');
        if empty {
            rest = &rest[..rest.len() - 1];
        }
        Some(Event::Start { tag: Tag { name: &self.text[start..name], rest }, empty })
    }

    /// The `>` of a tag, or the `<` of the next one where it is missing. A quote that never
    /// closes, or closes only after the next tag has begun, is no quote.
    fn tag_end(&mut self, from: usize) -> Option<usize> {
        let b = self.text.as_bytes();
        let mut i = from;
        let mut value = false;
        while i < b.len() {
            match b[i] {
                b'>' | b'<' => return Some(i),
                b'=' => value = true,
                quote @ (b'"' | b'\'') if value => {
                    value = false;
                    match self.closing_quote(quote, i + 1) {
                        Some(end) => i = end,
                        None => return memchr(b'>', &b[i..]).map(|n| i + n),
                    }
                }
                b' ' | b'\t' | b'\n' | b'\r' => {}
                _ => value = false,
            }
            i += 1;
        }
        None
    }

    fn closing_quote(&mut self, quote: u8, from: usize) -> Option<usize> {
        let b = self.text.as_bytes();
        let known = &mut self.quotes[usize::from(quote == b'\'')];
        if !(known.0 <= from && from <= known.1) {
            *known = (from, memchr(quote, &b[from..]).map_or(b.len(), |n| from + n));
        }
        let end = known.1;
        let inside = &b[from..end];
        // `a="x>…<b c="y">`: the quote belongs to another tag.
        let broken = inside.ends_with(b"=")
            && memchr(b'>', inside).is_some_and(|n| memchr(b'<', &inside[n..]).is_some());
        (end < b.len() && !broken).then_some(end)
    }

    fn cdata(&mut self) -> Event<'a> {
        let b = self.text.as_bytes();
        let start = self.at + CDATA.len();
        if !(self.cdata_end.0 <= start && start <= self.cdata_end.1) {
            self.cdata_end =
                (start, memmem::find(&b[start..], b"]]>").map_or(b.len(), |n| start + n));
        }
        let end = self.cdata_end.1;
        // Where another section opens inside, or none closes, this one may have been left open:
        // then its element's end tag ends it.
        let stop = memmem::find(&b[start..end], CDATA.as_bytes()).map_or(end, |n| start + n);
        if stop < b.len() && stop == end {
            self.at = end + 3;
            return Event::CData(&self.text[start..end]);
        }
        if stop == b.len() && !self.cdata_may_end {
            self.at = memchr(b'<', &b[start..]).map_or(b.len(), |n| start + n);
            return Event::CData(&self.text[start..self.at]);
        }
        let end_tag = format!("</{}", self.last_start);
        let left_open = memmem::find(&b[start..stop], end_tag.as_bytes()).map(|n| start + n);
        self.mended.open_cdata = true;
        match left_open {
            Some(at) => {
                self.at = at;
                Event::CData(&self.text[start..at])
            }
            None if end < b.len() => {
                self.at = end + 3;
                Event::CData(&self.text[start..end])
            }
            None => {
                self.cdata_may_end = false;
                self.at = b.len();
                Event::CData(&self.text[start..])
            }
        }
    }

    fn doctype(&mut self) -> Event<'a> {
        let b = self.text.as_bytes();
        let start = self.at;
        let close = memchr(b'>', &b[start..]).map_or(b.len(), |n| start + n);
        let subset = memchr(b'[', &b[start..close]).map(|n| start + n);
        let end = subset.and_then(|from| {
            let bracket = from + memchr(b']', &b[from..])?;
            Some(bracket + memchr(b'>', &b[bracket..])?)
        });
        let end = end.unwrap_or(close);
        self.at = (end + 1).min(b.len());
        Event::Doctype(&self.text[start..end])
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        let b = self.text.as_bytes();
        let mut i = self.at;
        while i < b.len() {
            let Some(n) = memchr(b'<', &b[i..]) else { break };
            i += n;
            let next = b.get(i + 1).copied().unwrap_or(b' ');
            let after = b.get(i + 2).copied().unwrap_or(b' ');
            if !(is_name_start(next)
                || matches!(next, b'!' | b'?')
                || (next == b'/' && is_name_start(after)))
            {
                self.mended.stray_angle = true;
                i += 1;
                continue;
            }
            if i > self.at {
                let text = &self.text[self.at..i];
                self.at = i;
                return Some(Event::Text(text));
            }
            if let Some(event) = self.markup() {
                return Some(event);
            }
            i = self.at;
        }
        let text = &self.text[self.at..];
        self.at = b.len();
        (!text.is_empty()).then_some(Event::Text(text))
    }
}

fn is_name_start(c: u8) -> bool {
    c.is_ascii_alphabetic() || matches!(c, b'_' | b':') || c >= 0x80
}

fn name_end(b: &[u8], start: usize) -> usize {
    b[start..]
        .iter()
        .position(|&c| matches!(c, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>' | b'<'))
        .map_or(b.len(), |n| start + n)
}

fn starts_with_ignoring_case(b: &[u8], lower: &[u8]) -> bool {
    b.get(..lower.len()).is_some_and(|head| head.eq_ignore_ascii_case(lower))
}

/// Characters that a document defines by name; values that hold references or tags are ignored,
/// so nothing can grow.
pub(super) type Entities<'a> = FxHashMap<&'a str, &'a str>;

/// Longest value of a document's own entity, in bytes.
const LONGEST_ENTITY: usize = 64;
/// Most entities that a document may define.
const MOST_ENTITIES: usize = 512;

/// The entities that a document type declaration defines.
pub(super) fn entities(doctype: &str) -> Entities<'_> {
    let mut found = Entities::default();
    for declaration in doctype.split("<!ENTITY").skip(1).take(MOST_ENTITIES) {
        let mut parts = declaration.trim_start().splitn(2, char::is_whitespace);
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else { continue };
        let value = value.trim_start();
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            continue;
        };
        let Some(value) = value[1..].split(quote).next() else { continue };
        let simple = value.starts_with("&#") || !value.contains(['&', '%', '<']);
        if simple && value.len() <= LONGEST_ENTITY {
            found.insert(name, value);
        }
    }
    found
}

/// Decodes the references of an XML text: XML's and HTML's names, numbers, the document's own
/// entities. What is no reference stays as it is.
pub(super) fn decode<'a>(text: &'a str, entities: &Entities<'_>) -> Cow<'a, str> {
    let b = text.as_bytes();
    let Some(first) = memchr(b'&', b) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut at = first;
    while at < b.len() {
        let used = reference(&text[at..], entities, &mut out);
        if used == 0 {
            out.push('&');
        }
        at += used.max(1);
        let next = memchr(b'&', &b[at..]).map_or(b.len(), |n| at + n);
        out.push_str(&text[at..next]);
        at = next;
    }
    Cow::Owned(out)
}

/// Longest name of a reference that is looked up, in bytes.
const LONGEST_NAME: usize = 40;

fn reference(text: &str, entities: &Entities<'_>, out: &mut String) -> usize {
    let b = text.as_bytes();
    let Some(end) = b.iter().take(LONGEST_NAME).position(|&c| c == b';') else { return 0 };
    let name = &text[1..end];
    let single = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            if name.starts_with('#') {
                let decoded = crate::html::decode_entities(&text[..=end]);
                if decoded.starts_with('&') && decoded.len() > 1 {
                    return 0;
                }
                out.extend(decoded.chars().filter(|&c| !is_forbidden(c) && c != '\u{fffd}'));
                return end + 1;
            }
            if let Some(value) = entities.get(name) {
                out.push_str(&crate::html::decode_entities(value));
                return end + 1;
            }
            let Some((first, second)) = crate::html::named_entity(&text[1..=end]) else { return 0 };
            out.push(first);
            out.extend(second);
            return end + 1;
        }
    };
    out.push(single);
    end + 1
}

/// Characters that XML forbids.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Drops the characters that XML forbids; true when there were some.
pub(super) fn without_forbidden(text: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    let b = text.as_bytes();
    let suspicious = b.iter().any(|&c| c < 0x20 && !matches!(c, b'\t' | b'\n' | b'\r'))
        || memmem::find(b, "\u{fffe}".as_bytes()).is_some()
        || memmem::find(b, "\u{ffff}".as_bytes()).is_some();
    if !suspicious {
        return (text, false);
    }
    (text.chars().filter(|&c| !is_forbidden(c)).collect::<String>().into(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        Reader::new(text)
            .map(|event| match event {
                Event::Start { tag, empty } => {
                    let attributes: Vec<_> =
                        tag.attributes().map(|a| format!("{}={}", a.name, a.value)).collect();
                    let end = if empty { "/" } else { "" };
                    format!("<{}{end} {}", tag.name, attributes.join(" "))
                }
                Event::End(name) => format!("/{name}"),
                Event::Text(text) => format!("'{text}"),
                Event::CData(text) => format!("[{text}"),
                Event::Doctype(text) => format!("!{text}"),
            })
            .collect()
    }

    #[test]
    fn splits_a_document() {
        assert_eq!(
            show("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a b='1'>ن<!-- c --><d/></a>"),
            ["!<!DOCTYPE a [<!ENTITY x 'y'>]", "<a b=1", "'ن", "<d/ ", "/a"]
        );
        assert_eq!(show("<![CDATA[a<b]]>c"), ["[a<b", "'c"]);
    }

    #[test]
    fn goes_on_after_every_mistake() {
        assert_eq!(show("a < b & <3 <c>"), ["'a < b & <3 ", "<c "]);
        assert_eq!(show("<a href=\"x>t</a><b c=\"y\">"), ["<a href=x", "'t", "/a", "<b c=y"]);
        assert_eq!(show("<a b='never><c>"), ["<a b=never", "<c "]);
        assert_eq!(show("</a <b>"), ["/a", "<b "]);
        assert_eq!(show("<a><b"), ["<a "]);
        assert_eq!(show("<a><![CDATA[open<b></a>"), ["<a ", "[open<b>", "/a"]);
        assert_eq!(
            show("<a><![CDATA[open</a><a><![CDATA[x]]></a>"),
            ["<a ", "[open", "/a", "<a ", "[x", "/a"]
        );
        assert_eq!(show("<![CDATA[a<![CDATA[b]]>c"), ["[a<![CDATA[b", "'c"]);
        assert_eq!(show("<!-- never <a>x"), ["'x"]);
    }

    #[test]
    fn references_of_xml_html_and_the_document() {
        let own = entities("<!DOCTYPE rss [<!ENTITY nb \"&#160;\"> <!ENTITY lol '&nb;&nb;'>");
        assert_eq!(
            decode("&amp;lt;&nbsp;&nb;&lol;&#x645;&#0;&copy &nosuch; a&b;", &own),
            "&lt;\u{a0}\u{a0}&lol;م&copy &nosuch; a&b;"
        );
    }

    #[test]
    fn forbidden_characters_go() {
        let (text, mended) = without_forbidden("a\u{8}b\u{ffff}\tج".into());
        assert_eq!((text.as_ref(), mended), ("ab\tج", true));
        assert!(!without_forbidden("نص\n".into()).1);
    }

    #[test]
    fn hostile_repetition_stays_linear() {
        for unit in [
            "<",
            "<a ",
            "<a b=\"",
            "<a b='>",
            "<![CDATA[",
            "<!--",
            "<!---->",
            "&",
            "</a",
            "</a ",
            "<!DOCTYPE [>",
            "<a b=\">",
            "<a =",
            "<a><![CDATA[",
        ] {
            let text = unit.repeat(400_000 / unit.len());
            let start = std::time::Instant::now();
            assert!(Reader::new(&text).count() <= text.len());
            decode(&text, &Entities::default());
            assert!(start.elapsed().as_secs() < 5, "{unit}");
        }
    }
}
