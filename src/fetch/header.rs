//! Reads the headers that matter: validators, content type, links, encodings.

use reqwest::header::{self, HeaderMap, HeaderName};
use url::Url;

use super::fetched::Link;
use super::request::Validators;

/// Longest validator that is kept; a longer one is worth less than its room.
const LONGEST_VALIDATOR: usize = 2048;
/// Links read from one answer.
const MOST_LINKS: usize = 64;

/// A header as text where it is UTF-8.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let text = std::str::from_utf8(headers.get(name)?.as_bytes()).ok()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The validators of an answer, verbatim.
pub(super) fn validators(headers: &HeaderMap, url: &Url) -> Validators {
    let read = |name| {
        text(headers, name).filter(|text| text.len() <= LONGEST_VALIDATOR).map(str::to_owned)
    };
    Validators {
        etag: read(header::ETAG),
        last_modified: read(header::LAST_MODIFIED),
        url: Some(url.to_string()),
    }
}

/// The media type, lower case, and its `charset` parameter.
pub(super) fn content_type(header: &str) -> (Option<String>, Option<String>) {
    let mut parts = header.split(';');
    let media = parts.next().map(|m| m.trim().to_ascii_lowercase()).filter(|m| !m.is_empty());
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    });
    (media, charset)
}

/// All values of a header that may come several times.
pub(super) fn all(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

/// The size of all header lines.
pub(super) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// The targets of `Link` headers (RFC 8288), one for each relation, absolute.
pub(super) fn links(headers: &HeaderMap, base: &Url) -> Vec<Link> {
    let mut found = Vec::new();
    for value in all(headers, header::LINK) {
        let mut rest = value.as_str();
        while let Some((target, params, after)) = next_link(rest) {
            rest = after;
            let Ok(url) = base.join(target.trim()) else { continue };
            let media_type = parameter(params, "type").and_then(|value| content_type(&value).0);
            let title = parameter(params, "title");
            let relations = parameter(params, "rel").unwrap_or_default();
            for rel in relations.split_ascii_whitespace() {
                found.push(Link {
                    url: url.to_string(),
                    rel: rel.to_ascii_lowercase(),
                    media_type: media_type.clone(),
                    title: title.clone(),
                });
                if found.len() == MOST_LINKS {
                    return found;
                }
            }
        }
    }
    found
}

/// The first `<target>; params` of a list, and what follows it.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = text.split_once('<')?;
    let (target, rest) = rest.split_once('>')?;
    let mut quoted = false;
    let end = rest
        .find(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .unwrap_or(rest.len());
    Some((target, &rest[..end], rest.get(end + 1..).unwrap_or("")))
}

/// The value of the parameter `wanted`, without its quotes; a `;` inside them ends nothing.
fn parameter(params: &str, wanted: &str) -> Option<String> {
    let mut quoted = false;
    let split = params.split(|c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    split
        .filter_map(|param| param.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn content_types() {
        let read = |text| {
            let (media, charset) = content_type(text);
            (media.unwrap_or_default(), charset.unwrap_or_default())
        };
        assert_eq!(
            read("Text/HTML; Charset=\"Windows-1256\""),
            ("text/html".into(), "windows-1256".into())
        );
        assert_eq!(read("application/rss+xml"), ("application/rss+xml".into(), String::new()));
        assert_eq!(read(";;charset="), (String::new(), String::new()));
    }

    #[test]
    fn links_of_all_forms() {
        let base = Url::parse("https://news.example/feed").unwrap();
        let map = headers(&[
            (
                "link",
                "</hub>; rel=\"hub\", <https://news.example/a,b>; title=\"x, y\"; rel=\"self alternate\"",
            ),
            ("link", "<https://other.example/>;REL=Hub"),
            ("link", "<broken"),
        ]);
        let found: Vec<_> = links(&map, &base).into_iter().map(|l| (l.rel, l.url)).collect();
        let want = [
            ("hub", "https://news.example/hub"),
            ("self", "https://news.example/a,b"),
            ("alternate", "https://news.example/a,b"),
            ("hub", "https://other.example/"),
        ];
        assert_eq!(found, want.map(|(r, u)| (r.to_owned(), u.to_owned())));
    }

    #[test]
    fn a_link_says_what_it_leads_to() {
        let base = Url::parse("https://news.example/").unwrap();
        let map = headers(&[(
            "link",
            "</f>; rel=alternate; title=\"a; type=x\"; type=\"Application/RSS+xml; charset=utf-8\", </g>; rel=alternate",
        )]);
        let found = links(&map, &base);
        assert_eq!(found[0].media_type.as_deref(), Some("application/rss+xml"));
        assert_eq!(found[0].title.as_deref(), Some("a; type=x"));
        assert_eq!((&found[1].media_type, &found[1].title), (&None, &None));
    }

    #[test]
    fn validators_are_verbatim() {
        let url = Url::parse("https://news.example/feed").unwrap();
        let got = validators(
            &headers(&[("etag", "W/\"a b\""), ("last-modified", "Monday, 02-Mar-26 10:00:00 GMT")]),
            &url,
        );
        assert_eq!(got.etag.as_deref(), Some("W/\"a b\""));
        assert_eq!(got.last_modified.as_deref(), Some("Monday, 02-Mar-26 10:00:00 GMT"));
        assert!(validators(&headers(&[("etag", "")]), &url).is_empty());
    }
}
