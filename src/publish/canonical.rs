//! Ids of foreign feeds as RFC 3986 section 6 and RFC 4151 want them: checkers of feeds warn of an
//! id that could be written otherwise, and of a `tag:` or `urn:` that only looks like one.

use unicode_normalization::UnicodeNormalization;

use super::clean::identifier;

/// `id` in its one canonical form; none where it has no such form.
pub(super) fn canonical(id: &str) -> Option<String> {
    let id = unescaped(&identifier(id)?)?;
    let known = match id.split_once(':')? {
        ("tag", rest) => is_tag(rest),
        ("urn", rest) => is_urn(rest),
        (_, rest) => is_web(rest),
    };
    known.then_some(id)
}

/// `id` with escapes only where they must be, in capitals. None where what is escaped is no text,
/// or would be read twice.
fn unescaped(id: &str) -> Option<String> {
    let mut plain = String::with_capacity(id.len());
    let mut bytes: Vec<u8> = Vec::with_capacity(id.len());
    let mut rest = id;
    while let Some(at) = rest.find('%') {
        let code = rest.get(at + 1..at + 3)?;
        let byte = u8::from_str_radix(code, 16).ok()?;
        plain.push_str(&rest[..at]);
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => plain.push(char::from(byte)),
            false => plain.push_str(&format!("%{byte:02X}")),
        }
        bytes.push(byte);
        rest = &rest[at + 3..];
    }
    plain.push_str(rest);
    bytes.extend_from_slice(rest.as_bytes());
    let text = String::from_utf8(bytes).ok()?;
    let composed = text.chars().nfc().eq(text.chars());
    (composed && !text.contains('%')).then_some(plain)
}

/// RFC 4151: an authority, a date, whatever its owner likes.
fn is_tag(rest: &str) -> bool {
    let Some((authority, rest)) = rest.split_once(',') else { return false };
    let Some((date, _)) = rest.split_once(':') else { return false };
    let name = |text: &str, more: &[u8]| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !text.is_empty() && text.bytes().all(|byte| plain(byte) || more.contains(&byte))
    };
    let entity = match authority.split_once('@') {
        Some((user, host)) => name(user, b"-._") && name(host, b"-."),
        None => name(authority, b"-."),
    };
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = date.split('-');
    let year = parts.next().is_some_and(|year| digits(year, 4));
    entity && year && parts.clone().count() <= 2 && parts.all(|part| digits(part, 2))
}

/// RFC 8141 without the parts that older checkers do not know.
fn is_urn(rest: &str) -> bool {
    let Some((space, name)) = rest.split_once(':') else { return false };
    let spaced = space.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"()+,.:=@;$_!*'-%".contains(&byte);
    let good = (2..=32).contains(&space.len()) && spaced && !space.starts_with('-');
    let uuid = !space.eq_ignore_ascii_case("uuid") || is_uuid(name);
    good && !name.is_empty() && name.bytes().all(named) && uuid
}

fn is_uuid(name: &str) -> bool {
    let lengths = name.split('-').map(str::len);
    let hexadecimal = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    lengths.eq([8, 4, 4, 4, 12]) && name.bytes().all(hexadecimal)
}

fn is_web(rest: &str) -> bool {
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    !authority.contains('[') && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_form() {
        for (given, id) in [
            ("HTTP://News.Example", "http://news.example/"),
            ("https://news.example:443/%7ea/%d8%a3?%41", "https://news.example/~a/%D8%A3?A"),
            ("tag:news.example,2005:feed/%7e", "tag:news.example,2005:feed/~"),
            ("tag:a.b@news.example,2005-01-02:", "tag:a.b@news.example,2005-01-02:"),
            ("urn:isbn:0-395-36341-1", "urn:isbn:0-395-36341-1"),
        ] {
            assert_eq!(canonical(given).as_deref(), Some(id));
        }
        for none in [
            "tag:news.example:feed",
            "tag:News.example,2005:x",
            "tag:news.example,20:x",
            "tag:news.example,2005-1-2:x",
            "urn:uuid:1-2",
            "urn:x:y",
            "urn:abc:a/b",
            "https://news.example/%ff",
            "https://news.example/%2541",
            "https://news.example/%D8%A7%D9%94",
            "http://news.example./",
            "http://[::1]/",
            "17",
        ] {
            assert_eq!(canonical(none), None, "{none}");
        }
    }
}
