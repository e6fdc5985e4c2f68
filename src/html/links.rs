//! Addresses: absolute after RFC 3986, as browsers read them.

use url::Url;

/// Makes `found` absolute against `base`; `None` when it cannot be made an address.
pub fn resolve(found: &str, base: Option<&Url>) -> Option<Url> {
    let found = found.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    match base {
        Some(base) => base.join(found).ok(),
        None => Url::parse(found).ok(),
    }
}

/// Like [`resolve`], and only `http` and `https` with a host.
pub fn resolve_web(found: &str, base: Option<&Url>) -> Option<Url> {
    resolve(found, base).filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The absolute `http` or `https` address of `found`: as written where it is one already, so that
/// nobody's address is changed without need, else joined to `base`.
pub fn absolute(found: &str, base: Option<&Url>) -> Option<String> {
    let found = found.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let url = resolve_web(found, base)?;
    let whole = has_web_scheme(found)
        && !found.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    if whole {
        return Some(found.to_owned());
    }
    Some(if found.is_ascii() || found.contains('%') { url.into() } else { readable(url.as_str()) })
}

/// An address with its encoded letters beyond ASCII as letters.
pub fn readable(url: &str) -> String {
    let bytes = unescaped(url);
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The bytes of an address, escapes beyond ASCII resolved.
fn unescaped(url: &str) -> Vec<u8> {
    let b = url.as_bytes();
    let mut out = Vec::with_capacity(b.len());
    let mut i = 0;
    while i < b.len() {
        let escape = (b[i] == b'%').then(|| url.get(i + 1..i + 3)).flatten();
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|c| !c.is_ascii()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(b[i]);
                i += 1;
            }
        }
    }
    out
}

fn has_web_scheme(found: &str) -> bool {
    let starts = |scheme: &str| {
        found.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    };
    starts("http://") || starts("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_and_protocol_relative_addresses_become_absolute() {
        let base = Url::parse("https://a.example/x/y?z").unwrap();
        for (found, whole) in [
            ("../b", "https://a.example/b"),
            (" //cdn.example/i.png\n", "https://cdn.example/i.png"),
            ("?q", "https://a.example/x/y?q"),
            ("", "https://a.example/x/y?z"),
            ("/خبر", "https://a.example/%D8%AE%D8%A8%D8%B1"),
        ] {
            assert_eq!(resolve_web(found, Some(&base)).unwrap().as_str(), whole, "{found}");
        }
    }

    #[test]
    fn absolute_addresses_stay_as_written() {
        let base = Url::parse("https://a.example/x/").unwrap();
        for (found, whole) in [
            (" HTTP://B.example/خبر?q='1' ", "HTTP://B.example/خبر?q='1'"),
            ("http:\\\\b.example", "http://b.example/"),
            ("http://b.example/a b", "http://b.example/a%20b"),
            ("y", "https://a.example/x/y"),
            ("خبر?س=1 2", "https://a.example/x/خبر?س=1%202"),
            ("%D8%AE", "https://a.example/x/%D8%AE"),
        ] {
            assert_eq!(absolute(found, Some(&base)).as_deref(), Some(whole), "{found}");
        }
        assert_eq!(absolute("http://", None), None);
        assert_eq!(absolute("urn:x:1", Some(&base)), None);
    }

    #[test]
    fn only_the_web_is_let_through() {
        for found in
            ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "mailto:a@b.example"]
        {
            assert_eq!(resolve_web(found, None), None, "{found}");
        }
        assert_eq!(resolve("relative", None), None);
    }
}
