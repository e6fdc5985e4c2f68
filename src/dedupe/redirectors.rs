//! Addresses that only lead to another: caches and click counters.

use url::Url;

/// Wrappers inside wrappers: a shared AMP link in a search result. More is a trick.
const DEPTH: usize = 3;

/// The address that a redirector's address carries in itself, else the address as it is.
pub(super) fn unwrap(mut url: Url) -> Url {
    for _ in 0..DEPTH {
        match inner(&url) {
            Some(inside) => url = inside,
            None => break,
        }
    }
    url
}

fn inner(url: &Url) -> Option<Url> {
    let host = url.domain()?;
    let path = url.path();
    if is_google(host) {
        return match path {
            "/url" => parameter(url, &["q", "url"]),
            _ => amp_path(path.strip_prefix("/amp/")?, url.query()),
        };
    }
    if host.ends_with(".cdn.ampproject.org") {
        // `/c/s/site.org/a`: c, v and i say what is served, s that it came by https.
        let (_, rest) = path.trim_start_matches('/').split_once('/')?;
        return amp_path(rest, url.query());
    }
    match (host, path) {
        (
            "l.facebook.com" | "lm.facebook.com" | "www.facebook.com" | "m.facebook.com",
            "/l.php",
        ) => parameter(url, &["u"]),
        ("l.instagram.com", "/") => parameter(url, &["u"]),
        ("out.reddit.com", _) => parameter(url, &["url"]),
        ("www.youtube.com", "/redirect") => parameter(url, &["q"]),
        ("www.bing.com", "/news/apiclick.aspx") => parameter(url, &["url"]),
        _ => None,
    }
}

fn is_google(host: &str) -> bool {
    host.strip_prefix("www.").unwrap_or(host).strip_prefix("google.").is_some_and(|country| {
        country == "com" || country.len() <= 6 // google.fr, google.co.ma, google.com.sa
    })
}

fn amp_path(rest: &str, query: Option<&str>) -> Option<Url> {
    let (scheme, rest) = match rest.strip_prefix("s/") {
        Some(rest) => ("https", rest),
        None => ("http", rest),
    };
    let mut url =
        rest.contains('.').then(|| Url::parse(&format!("{scheme}://{rest}")).ok()).flatten()?;
    url.set_query(query);
    Some(url)
}

fn parameter(url: &Url, names: &[&str]) -> Option<Url> {
    let pairs = || url.query_pairs();
    let value = names.iter().find_map(|name| pairs().find(|(key, _)| key == name))?.1;
    Url::parse(&value).ok().filter(|inside| matches!(inside.scheme(), "http" | "https"))
}
