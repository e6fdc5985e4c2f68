//! Canonical addresses: one article, one address.
//!
//! The page's own claim (`rel=canonical`, `og:url`) wins where it is credible;
//! else our rules take away what only says how the reader came, or in which form
//! the page is shown. What we do not know we keep: two articles under one address
//! are worse than one article under two.

use std::sync::LazyLock;

use psl::Psl;
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::redirectors::unwrap;

/// Labels in front of a host that show the same page in another form.
const FORM_HOSTS: [&str; 6] = ["m", "mobile", "amp", "wap", "touch", "mobi"];

/// The address under which an article is known.
///
/// `found` is where it was read (after redirects), `claimed` what the page says
/// its address is. The result is absolute, `https` where the port is the default,
/// without fragment; percent-encoded letters of other scripts are shown as letters.
pub fn canonical_url(found: &Url, claimed: Option<&Url>) -> String {
    let found = clean(found.clone());
    let claimed = claimed.map(|claimed| clean(claimed.clone()));
    match claimed {
        Some(claimed) if credible(&found, &claimed) => show(&claimed),
        _ => show(&found),
    }
}

/// A claim is believed where it stays on the publisher's own domain and names one
/// page: not the home page, nor a section above the page found (broken templates
/// give every article the address of its section).
fn credible(found: &Url, claimed: &Url) -> bool {
    let home = claimed.path() == "/" && claimed.query().is_none();
    let section = claimed.query().is_none()
        && found.path().strip_prefix(claimed.path()).is_some_and(|rest| rest.starts_with('/'));
    matches!(claimed.scheme(), "http" | "https")
        && registrable(claimed).is_some_and(|domain| Some(domain) == registrable(found))
        && (found.path() == claimed.path() || !(home || section))
}

/// The domain that its owner registered: `bbc.co.uk` of `www.bbc.co.uk`.
fn registrable(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    match psl::List.domain(host.as_bytes()) {
        Some(domain) => std::str::from_utf8(domain.as_bytes()).ok(),
        None => Some(host),
    }
}

/// Applies our rules.
fn clean(url: Url) -> Url {
    let mut url = unwrap(url);
    url.set_fragment(kept_fragment(&url).as_deref());
    // None of these can fail for a hierarchical address; others are left as they are.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.scheme() == "http" && url.port().is_none() {
        let _ = url.set_scheme("https");
    }
    clean_host(&mut url);
    clean_path(&mut url);
    clean_query(&mut url);
    url
}

/// A fragment is a place in the page, except where scripts route by it (`#!/…`).
fn kept_fragment(url: &Url) -> Option<String> {
    url.fragment().filter(|fragment| fragment.starts_with('!')).map(str::to_owned)
}

fn clean_host(url: &mut Url) {
    let Some(host) = url.domain() else { return };
    let mut host = host.trim_end_matches('.').to_owned();
    let domain = registrable(url).unwrap_or_default().trim_end_matches('.');
    if let Some((first, rest)) = host.split_once('.')
        && FORM_HOSTS.contains(&first)
        && rest.len() >= domain.len()
    {
        // `m.site.org` is the small form of `www.site.org`; `m.arabic.site.org` of `arabic.site.org`.
        host = if rest == domain { format!("www.{rest}") } else { rest.to_owned() };
    }
    let _ = url.set_host(Some(&host));
}

fn clean_path(url: &mut Url) {
    if url.cannot_be_a_base() {
        return;
    }
    let mut segments: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    if segments.len() > 1 && is_form(segments[0]) {
        segments.remove(0);
    }
    while segments.len() > 1 && segments.last().is_some_and(|last| is_form(last)) {
        segments.pop();
    }
    let mut path: String = segments.iter().flat_map(|part| ["/", part]).collect();
    if let Some(at) = path.to_ascii_lowercase().find(";jsessionid=") {
        path.truncate(at);
    }
    for (ending, plain) in
        [(".amp.html", ".html"), (".amp", ""), ("/index.html", ""), ("/index.htm", "")]
    {
        if let Some(stem) = path.strip_suffix(ending) {
            path = format!("{stem}{plain}");
        }
    }
    url.set_path(if path.is_empty() { "/" } else { &path });
}

fn is_form(segment: &str) -> bool {
    ["amp", "print"].iter().any(|form| segment.eq_ignore_ascii_case(form))
}

fn clean_query(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let domain = registrable(url).unwrap_or_default();
    let mut pairs: Vec<(&str, &str)> = query
        .split('&')
        .map(|pair| pair.strip_prefix("amp;").unwrap_or(pair)) // `&amp;` escaped twice
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').map_or((pair, ""), |(name, _)| (name, pair)))
        .filter(|(name, pair)| !TRACKING.matches(name, value(pair), domain))
        .collect();
    pairs.sort_by_key(|(name, _)| *name); // stable: repeated names keep their order
    let query = pairs
        .iter()
        .map(|(name, pair)| if pair.is_empty() { *name } else { *pair })
        .collect::<Vec<_>>()
        .join("&");
    url.set_query((!query.is_empty()).then_some(&query));
}

fn value(pair: &str) -> &str {
    pair.split_once('=').map_or("", |(_, value)| value)
}

/// The address with letters of other scripts as letters (an IRI, RFC 3987), so
/// that `%D9%85` and `م` are one address and an Arabic one can be read.
fn show(url: &Url) -> String {
    readable(url.as_str())
}

fn readable(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut rest = address;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let escaped = escaped_bytes(rest);
        if escaped.is_empty() {
            out.push('%');
            rest = &rest[1..];
            continue;
        }
        rest = &rest[escaped.len() * 3..];
        push_readable(&mut out, &escaped);
    }
    out.push_str(rest);
    out.nfc().collect()
}

/// The bytes of the run of `%XX` at the start of `text`.
fn escaped_bytes(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes()
        .chunks_exact(3)
        .map_while(|chunk| match chunk {
            [b'%', high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

fn push_readable(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            let plain = letter.is_ascii_alphanumeric() || "-._~".contains(letter);
            if plain || (!letter.is_ascii() && letter.is_alphanumeric()) {
                out.push(letter);
            } else {
                push_escaped(out, letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        push_escaped(out, chunk.invalid());
    }
}

fn push_escaped(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// The rules of `tracking.txt`.
struct Tracking {
    exact: FxHashMap<&'static str, Vec<Rule>>,
    prefixes: Vec<(&'static str, Rule)>,
}

struct Rule {
    value: Option<&'static str>,
    domains: Vec<&'static str>,
}

static TRACKING: LazyLock<Tracking> =
    LazyLock::new(|| Tracking::read(include_str!("tracking.txt")));

impl Tracking {
    fn read(rules: &'static str) -> Self {
        let mut list = Self { exact: FxHashMap::default(), prefixes: Vec::new() };
        for line in rules.lines() {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let Some(pattern) = words.next() else { continue };
            let domains = words.filter_map(|word| word.strip_prefix('@')).collect();
            let (name, value) = match pattern.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (pattern, None),
            };
            let rule = Rule { value, domains };
            match name.strip_suffix('*') {
                Some(prefix) => list.prefixes.push((prefix, rule)),
                None => list.exact.entry(name).or_default().push(rule),
            }
        }
        list
    }

    fn matches(&self, name: &str, value: &str, domain: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let exact = self.exact.get(name.as_str()).into_iter().flatten();
        let prefixed = self.prefixes.iter().filter(|(prefix, _)| name.starts_with(prefix));
        exact.chain(prefixed.map(|(_, rule)| rule)).any(|rule| {
            rule.value.is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
                && (rule.domains.is_empty() || rule.domains.contains(&domain))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(found: &str) -> String {
        canonical_url(&Url::parse(found).unwrap(), None)
    }

    fn claimed(found: &str, claimed: &str) -> String {
        canonical_url(&Url::parse(found).unwrap(), Some(&Url::parse(claimed).unwrap()))
    }

    #[test]
    fn takes_away_how_the_reader_came() {
        for found in [
            "https://www.example.ma/a.html?utm_source=x&utm_medium=y",
            "http://www.example.ma/a.html#top",
            "https://www.example.ma:443/b/../a.html?fbclid=1&gclid=2",
            "https://user:secret@www.example.ma/a.html?UTM_Source=x",
            "https://m.example.ma/a.html?m=1",
            "https://amp.example.ma/amp/a.html",
            "https://www.example.ma/a.html/amp/",
            "https://www.example.ma/a.amp.html?outputType=amp",
            "https://www.example.ma/a.html;jsessionid=77?print=1",
            "https://www.example.ma/a.html?x=&amp;utm_source=y".replace("x=&", "").as_str(),
            "https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.example.ma%2Fa.html",
            "https://www.google.co.ma/amp/s/www.example.ma/a.html",
            "https://www-example-ma.cdn.ampproject.org/v/s/www.example.ma/a.html?usqp=1",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.example.ma%2Fa.html%3Ffbclid%3D1&h=2",
        ] {
            assert_eq!(canonical(found), "https://www.example.ma/a.html", "{found}");
        }
    }

    #[test]
    fn keeps_what_names_the_page() {
        for kept in [
            "https://example.ma/?p=123",
            "https://example.ma/index.php?id=7&page=2",
            "https://example.ma/a?ref=annex",
            "https://example.ma/a?sid=12",
            "https://example.ma/m/amplifier",
            "http://example.ma:8080/a",
            "https://example.ma/#!/a/7",
            "https://m.co.uk/a",
            "https://www.example.ma/amp",
        ] {
            assert_eq!(canonical(kept), kept);
        }
    }

    #[test]
    fn sorts_parameters_and_keeps_repeated_ones_in_order() {
        assert_eq!(canonical("https://e.ma/a?b=2&a=1&b=1&flag"), "https://e.ma/a?a=1&b=2&b=1&flag");
    }

    #[test]
    fn shows_letters_of_other_scripts_and_only_them() {
        assert_eq!(
            canonical("https://e.ma/%d9%85%d8%b1%20%2f?q=%D9%85%26"),
            "https://e.ma/مر%20%2F?q=م%26"
        );
        assert_eq!(canonical("https://e.ma/مر"), canonical("https://e.ma/%D9%85%D8%B1"));
        assert_eq!(canonical("https://e.ma/%FF%zz%"), "https://e.ma/%FF%zz%");
        // A mark that turns the reading direction stays escaped: it could disguise the address.
        assert_eq!(canonical("https://e.ma/%E2%80%AEa"), "https://e.ma/%E2%80%AEa");
    }

    #[test]
    fn believes_a_claim_on_the_same_domain_only() {
        let found = "https://news.example.co.uk/a/7?x=1";
        assert_eq!(
            claimed(found, "https://www.example.co.uk/a/seven"),
            "https://www.example.co.uk/a/seven"
        );
        assert_eq!(claimed(found, "https://other.co.uk/a/7"), "https://news.example.co.uk/a/7?x=1");
        assert_eq!(
            claimed(found, "https://www.example.co.uk/"),
            "https://news.example.co.uk/a/7?x=1"
        );
        assert_eq!(
            claimed(found, "https://www.example.co.uk/a"),
            "https://news.example.co.uk/a/7?x=1"
        );
        assert_eq!(
            claimed(found, "https://news.example.co.uk/a/7"),
            "https://news.example.co.uk/a/7"
        );
        assert_eq!(claimed(found, "mailto:a@example.co.uk"), "https://news.example.co.uk/a/7?x=1");
    }

    #[test]
    fn is_stable() {
        for found in
            ["https://m.e.ma/amp/%D9%85?b=1&a=%20&utm_x=1#c", "https://e.ma/a//b/", "data:,x"]
        {
            let once = canonical(found);
            assert_eq!(canonical(&once), once);
        }
    }
}
