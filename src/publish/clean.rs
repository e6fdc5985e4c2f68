//! What may stand in a feed document: characters that XML allows, single lines, strict addresses.

use url::{Host, Url};

use crate::html::decode_entities;

/// `text` without the characters that XML 1.0 forbids, the C1 controls and the non-characters;
/// the replacement character becomes a question mark. Line ends become `\n`.
pub(super) fn text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' => clean.push('\n'),
            '\u{fffd}' => clean.push('?'),
            _ if allowed(char) => clean.push(char),
            _ => {}
        }
    }
    clean
}

/// XML 1.0 section 2.2, without what it discourages.
fn allowed(char: char) -> bool {
    match char {
        '\t' | '\n' => true,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => false,
        _ => u32::from(char) & 0xfffe != 0xfffe,
    }
}

/// `text` as one line: white space collapsed, and without the controls that embed, override or
/// isolate a direction, because an unbalanced one turns around whatever a reader shows after it.
pub fn line(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len());
    let mut gap = false;
    for char in text(raw).chars() {
        match char {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\u{200b}' | '\u{feff}' => {}
            _ if char.is_whitespace() && char != '\u{a0}' && char != '\u{202f}' => gap = true,
            _ => {
                if gap && !line.is_empty() {
                    line.push(' ');
                }
                gap = false;
                line.push(char);
            }
        }
    }
    line
}

/// A single line for places where no markup is allowed and yet some readers look for it (RSS
/// titles, names, link titles): what looks like a tag or a character reference is defused.
pub(super) fn label(raw: &str) -> String {
    let line = line(raw);
    if !line.contains(['<', '&']) {
        return line;
    }
    let mut label = String::with_capacity(line.len());
    let mut open = false;
    for (at, char) in line.char_indices() {
        let rest = &line[at + char.len_utf8()..];
        match char {
            '<' if rest
                .starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next)) =>
            {
                label.push('‹');
                open = true;
            }
            '>' if open => {
                label.push('›');
                open = false;
            }
            '&' if is_reference(rest) => label.push('＆'),
            _ => label.push(char),
        }
    }
    label
}

/// Whether an ampersand before `rest` would begin a character reference, with or without the
/// semicolon: checkers of feeds suspect one wherever a digit or a known name follows.
fn is_reference(rest: &str) -> bool {
    let word = rest.strip_prefix('#').unwrap_or(rest);
    let end = word.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(word.len());
    let name = &word[..end];
    if name.is_empty() || word.len() < rest.len() {
        return !name.is_empty();
    }
    let named = format!("&{name};");
    name.chars().any(|char| !char.is_alphabetic())
        || (name.len() <= 32 && name.is_ascii() && decode_entities(&named) != named)
}

/// `address` as an absolute http or https address in the characters of RFC 3986 alone.
pub fn address(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    Some(strict(url.as_str()))
}

/// The address of something that others publish: like [`address`], with a name or an IPv4 address
/// as its host, because forms of addresses that feeds use know no other.
pub(super) fn foreign(raw: &str) -> Option<String> {
    address(raw).filter(|address| !address[..authority_end(address)].contains('['))
}

/// Whether checkers take `address` for one that an RSS enclosure may have: a host with a dot, in
/// letters, digits and hyphens, without a user.
pub(super) fn is_plain_host(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let named = match url.host() {
        Some(Host::Domain(name)) => {
            let label = |part: &str| {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                !part.is_empty() && part.bytes().all(plain)
            };
            let last = name.rsplit('.').next().unwrap_or_default();
            name.contains('.') && name.split('.').all(label) && !last.starts_with('-')
        }
        Some(Host::Ipv4(_)) => true,
        _ => false,
    };
    named && url.username().is_empty() && url.password().is_none()
}

/// `id` where it is an absolute URI of any scheme (as an Atom id must be).
pub(super) fn identifier(id: &str) -> Option<String> {
    let id = id.trim();
    let opaque = id.starts_with("tag:") || id.starts_with("urn:");
    if opaque && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(strict(id));
    }
    address(id)
}

/// Escapes what browsers tolerate in an address and RFC 3986 does not.
fn strict(address: &str) -> String {
    let mut strict = String::with_capacity(address.len());
    let authority_ends = authority_end(address);
    let mut fragment = false;
    for (at, byte) in address.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || b"-._~:/?@!$&'()*+,;=".contains(&byte)
            || (byte == b'%' && is_escape(&address.as_bytes()[at + 1..]))
            || (byte == b'#' && !fragment)
            || (b"[]".contains(&byte) && at < authority_ends);
        if plain {
            strict.push(char::from(byte));
        } else {
            strict.push_str(&format!("%{byte:02X}"));
        }
        fragment |= byte == b'#';
    }
    strict
}

fn authority_end(address: &str) -> usize {
    let Some(start) = address.find("://").map(|at| at + 3) else { return 0 };
    address[start..].find(['/', '?', '#']).map_or(address.len(), |at| start + at)
}

fn is_escape(rest: &[u8]) -> bool {
    rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit)
}

/// Escapes `text` for HTML, in content and in quoted attributes.
pub fn escape_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(char),
        }
    }
    html
}

/// The first `limit` characters of `text`, cut between words and marked with an ellipsis.
pub fn shorten(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let head = &text[..end];
    let cut = head.rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", head[..cut].trim_end_matches([' ', '\n', ',', '،', '؛', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_forbids_are_gone() {
        assert_eq!(
            text("a\0b\u{b}c\u{1f}d\u{fffe}e\u{7f}\u{9c}\u{1ffff}f\tg\r\nh\ri"),
            "abcdef\tg\nh\ni"
        );
        assert_eq!(text("رصد\u{200f} 😀 \u{fffd}"), "رصد\u{200f} 😀 ?");
    }

    #[test]
    fn a_title_is_one_line_and_cannot_turn_what_follows() {
        assert_eq!(line("  هجرة\n\t\u{202e}سرية\u{2067}  \u{200f}!"), "هجرة سرية \u{200f}!");
        assert_eq!(line("می\u{200c}روم"), "می\u{200c}روم", "joiners carry meaning");
    }

    #[test]
    fn labels_hold_nothing_that_looks_like_markup() {
        assert_eq!(label("<b>x</b> & y &lt; 3 < 4 > 2 AT&T"), "‹b›x‹/b› & y ＆lt; 3 < 4 > 2 AT&T");
        assert_eq!(label("R&D, AT&T; S&P 500"), "R&D, AT&T; S&P 500");
        assert_eq!(
            label("a&lt b&copy=1 &1st &#x4 &العربية"),
            "a＆lt b＆copy=1 ＆1st ＆#x4 &العربية"
        );
        assert_eq!(label("<script>alert(1)</script>"), "‹script›alert(1)‹/script›");
    }

    #[test]
    fn addresses_are_strict_and_web_only() {
        assert_eq!(
            address("https://ex.org/أ b|{}?q=[1]^`#a#b%zz%41").as_deref(),
            Some("https://ex.org/%D8%A3%20b%7C%7B%7D?q=%5B1%5D%5E%60#a%23b%25zz%41")
        );
        assert_eq!(address("http://[::1]:80/[x]").as_deref(), Some("http://[::1]/%5Bx%5D"));
        for bad in ["javascript:alert(1)", "data:text/html,x", "/relative", "", "ftp://x/y", "//x"]
        {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    #[test]
    fn foreign_addresses_have_hosts_that_forms_know() {
        assert_eq!(foreign("http://[::1]/x"), None);
        assert_eq!(foreign("http://10.0.0.1/[x]").as_deref(), Some("http://10.0.0.1/%5Bx%5D"));
        for plain in ["http://a-b.example/x", "http://10.0.0.1:8080/x?y"] {
            assert!(is_plain_host(plain), "{plain}");
        }
        for other in ["http://localhost/x", "http://a_b.example/", "http://u@a.example/"] {
            assert!(!is_plain_host(other), "{other}");
        }
        assert!(!is_plain_host("http://a.example./") && !is_plain_host("http://[::1]/"));
    }

    #[test]
    fn identifiers_are_absolute() {
        assert_eq!(identifier("tag:ex.org,2026:1").as_deref(), Some("tag:ex.org,2026:1"));
        assert_eq!(identifier("urn:uuid:1-2").as_deref(), Some("urn:uuid:1-2"));
        assert_eq!(identifier("12345"), None);
        assert_eq!(identifier("tag:a b"), None);
    }

    #[test]
    fn shortening_respects_words() {
        assert_eq!(shorten("كلمة أولى، كلمة ثانية", 12), "كلمة أولى…");
        assert_eq!(shorten("short", 12), "short");
        assert_eq!(shorten("aaaaaaaaaaaaaaaaaa", 5), "aaaaa…");
    }
}
