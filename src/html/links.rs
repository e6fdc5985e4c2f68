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
    fn only_the_web_is_let_through() {
        for found in
            ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "mailto:a@b.example"]
        {
            assert_eq!(resolve_web(found, None), None, "{found}");
        }
        assert_eq!(resolve("relative", None), None);
    }
}
