//! Character references: decoded as a browser decodes them, and the few that we write.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr;

/// Longest name of a character reference in HTML, with its semicolon.
const LONGEST_NAME: usize = 33;

/// Decodes every character reference of a text, as HTML does outside of attributes.
pub fn decode(text: &str) -> Cow<'_, str> {
    decode_with(text, false)
}

/// Decodes the references of an attribute's value: `&copy=1` stays as it is there.
pub(super) fn decode_in_attribute(text: &str) -> Cow<'_, str> {
    decode_with(text, true)
}

fn decode_with(text: &str, in_attribute: bool) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while !rest.is_empty() {
        let used = reference(rest, in_attribute, &mut out);
        if used == 0 {
            out.push('&');
        }
        rest = &rest[used.max(1)..];
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// Reads the reference at the start of `text` (which starts with `&`); 0 when it is none.
fn reference(text: &str, in_attribute: bool, out: &mut String) -> usize {
    let b = text.as_bytes();
    if b.get(1) == Some(&b'#') {
        return numeric(b, out);
    }
    let end = b[1..]
        .iter()
        .take(LONGEST_NAME)
        .position(|c| !c.is_ascii_alphanumeric())
        .map_or(b.len().min(LONGEST_NAME + 1), |n| n + 1);
    let with_semicolon = usize::from(b.get(end) == Some(&b';')) + end;
    for stop in [with_semicolon].into_iter().chain((2..=end).rev()) {
        let Some(chars) = text.get(1..stop).and_then(named) else { continue };
        let closed = b[stop - 1] == b';';
        let goes_on = b.get(stop).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'=');
        if !closed && in_attribute && goes_on {
            return 0;
        }
        out.push(chars.0);
        out.extend(chars.1);
        return stop;
    }
    0
}

/// The characters of a named reference (`amp;`, or `amp` where HTML allows the short form).
pub fn named(name: &str) -> Option<(char, Option<char>)> {
    let &(a, b) = NAMED_ENTITIES.get(name)?;
    if a == 0 {
        return None; // a prefix of a name only
    }
    Some((char::from_u32(a)?, (b != 0).then(|| char::from_u32(b)).flatten()))
}

fn numeric(b: &[u8], out: &mut String) -> usize {
    let hex = matches!(b.get(2), Some(b'x' | b'X'));
    let start = if hex { 3 } else { 2 };
    let radix = if hex { 16 } else { 10 };
    let mut value: u32 = 0;
    let mut i = start;
    while let Some(digit) = b.get(i).and_then(|&c| char::from(c).to_digit(radix)) {
        value = value.saturating_mul(radix).saturating_add(digit);
        i += 1;
    }
    if i == start {
        return 0;
    }
    out.push(numbered(value));
    i + usize::from(b.get(i) == Some(&b';'))
}

/// The character that HTML gives for a number: windows-1252 for C1, U+FFFD for what is no character.
fn numbered(value: u32) -> char {
    let c1 = value.checked_sub(0x80).and_then(|n| C1_REPLACEMENTS.get(n as usize).copied());
    match c1.flatten() {
        Some(c) => c,
        None if value == 0 => char::REPLACEMENT_CHARACTER,
        None => char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// Escapes `&`, `<` and `>` for text in HTML and XML.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, |c| matches!(c, b'&' | b'<' | b'>'))
}

/// Escapes `&`, `<`, `>` and `"` for a double-quoted attribute.
pub fn escape_attribute(text: &str) -> Cow<'_, str> {
    escape_where(text, |c| matches!(c, b'&' | b'<' | b'>' | b'"'))
}

fn escape_where(text: &str, special: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let b = text.as_bytes();
    let Some(first) = b.iter().position(|&c| special(c)) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for i in first..b.len() {
        if special(b[i]) {
            out.push_str(&text[from..i]);
            out.push_str(match b[i] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                _ => "&quot;",
            });
            from = i + 1;
        }
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_as_browsers_do() {
        for (written, read) in [
            ("a &amp; b", "a & b"),
            ("&nbsp;&eacute;&eacute", "\u{a0}éé"),
            ("&notit; &notin;", "¬it; ∉"),
            ("&#1605;&#x627;&#x627", "ماا"),
            ("&#146;&#0;&#x110000;", "’\u{fffd}\u{fffd}"),
            ("a&b &; &# &#x; &nosuch;", "a&b &; &# &#x; &nosuch;"),
            ("&", "&"),
            ("&NotEqualTilde;", "\u{2242}\u{338}"),
        ] {
            assert_eq!(decode(written), read, "{written}");
        }
    }

    #[test]
    fn addresses_keep_their_ampersands() {
        assert_eq!(decode_in_attribute("?a=1&copy=2&amp;b&lt"), "?a=1&copy=2&b<");
    }

    #[test]
    fn escapes_what_markup_needs() {
        assert_eq!(escape("a<b>&\"c\""), "a&lt;b&gt;&amp;\"c\"");
        assert_eq!(escape_attribute("\"<"), "&quot;&lt;");
        assert!(matches!(escape("نص"), Cow::Borrowed(_)));
    }

    #[test]
    fn many_ampersands_take_linear_time() {
        let text = "&a".repeat(500_000);
        assert_eq!(decode(&text), text);
    }
}
