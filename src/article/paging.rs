//! Where an article goes on, and where else it stands: its next page, AMP, the print version.

use scraper::{ElementRef, Html};
use url::Url;

use super::facts::Facts;
use crate::html::resolve_web;

/// Links of one page that are looked at.
const MAX_LINKS: usize = 3_000;
/// Pages of one article beyond this are no pages: the number means something else.
const MAX_NUMBER: u32 = 50;
/// Query parameters that number pages and nothing else.
const NUMBERS: [&str; 6] = ["page", "seite", "pagina", "pg", "_page", "strana"];

/// Finds the next page: `link rel=next` or a link `rel=next`, else a numbered link to the
/// same address with the next number. Only addresses of the same article are followed.
///
/// A bare number at the end of the first page's own address is its id, not a page's number:
/// `/news/12` does not go on at `/news/13`. `further` says that the page is itself a later one.
pub(crate) fn next(
    doc: &Html,
    facts: &Facts<'_>,
    url: Option<&Url>,
    base: Option<&Url>,
    further: bool,
) -> Option<Url> {
    let url = url?;
    let own = Numbered::of(url).filter(|own| further || own.plainly);
    let own = own.unwrap_or_else(|| Numbered::first(url));
    let stated = facts.links.iter().filter(|l| has_word(&l.0, "next")).map(|l| l.1);
    let links = anchors(doc).filter_map(|a| a.attr("href"));
    stated.chain(links).filter(|href| !href.starts_with('#')).find_map(|href| {
        let found = resolve_web(href, base)?;
        let number = Numbered::of(&found)?;
        let follows = number.stem == own.stem && number.number == own.number + 1;
        (follows && found.host_str() == url.host_str()).then_some(found)
    })
}

/// Another version of the page, plainer than it: AMP as the page declares it, else the print
/// version at the same registrable domain.
pub(crate) fn plainer(
    doc: &Html,
    facts: &Facts<'_>,
    url: Option<&Url>,
    base: Option<&Url>,
) -> Option<Url> {
    let own = url?;
    let stated = |wanted: fn(&(String, &str, &str)) -> bool| {
        let links = facts.links.iter().filter(move |l| wanted(l));
        links.filter_map(|l| resolve_web(l.1, base))
    };
    let amp = stated(|l| has_word(&l.0, "amphtml"));
    let print = stated(|l| has_word(&l.0, "alternate") && l.2.eq_ignore_ascii_case("print"));
    let linked =
        anchors(doc).filter(|a| names_print(*a)).filter_map(|a| resolve_web(a.attr("href")?, base));
    let near = |found: &Url| same_domain(found, own);
    amp.chain(print.chain(linked).filter(near)).find(|found| bare(found) != bare(own))
}

fn anchors(doc: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    let elements = doc.tree.nodes().filter_map(ElementRef::wrap);
    elements.filter(|e| e.value().name() == "a").take(MAX_LINKS)
}

fn has_word(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w.eq_ignore_ascii_case(word))
}

/// The link leads to a version for the printer: by its `rel`, or by its address.
fn names_print(link: ElementRef<'_>) -> bool {
    let Some(href) = link.attr("href") else { return false };
    let href = href.to_ascii_lowercase();
    if href.starts_with("javascript:") || href.starts_with('#') {
        return false;
    }
    let words = || href.split(|c: char| !c.is_ascii_alphanumeric());
    link.attr("rel").is_some_and(|rel| has_word(rel, "print"))
        || words().any(|w| matches!(w, "print" | "printable" | "printpage" | "printview"))
}

fn same_domain(a: &Url, b: &Url) -> bool {
    let domain = |url: &Url| {
        let host = url.host_str()?;
        Some(psl::domain_str(host).unwrap_or(host).to_owned())
    };
    domain(a).is_some() && domain(a) == domain(b)
}

fn bare(url: &Url) -> &str {
    let url = url.as_str();
    url.split('#').next().unwrap_or(url)
}

/// An address as a page of an article.
#[derive(Debug, PartialEq)]
struct Numbered {
    /// The address without the number.
    stem: String,
    /// The page's number, from 1.
    number: u32,
    /// The address says that it is a page's number (`?page=2`, `/page/2`).
    plainly: bool,
}

impl Numbered {
    /// A first page: the whole address is the article's.
    fn first(url: &Url) -> Self {
        Self {
            stem: stem(url.path().trim_end_matches('/'), &query(url)),
            number: 1,
            plainly: false,
        }
    }

    /// Reads `?page=2`, `/2`, `/page/2`, `-2.html`, `,2.html`; `None` where there is no number.
    fn of(url: &Url) -> Option<Self> {
        let mut rest = query(url);
        let at = rest.iter().position(|(key, value)| {
            NUMBERS.contains(&key.as_str()) && page_number(value, 1).is_some()
        });
        let path = url.path().trim_end_matches('/');
        if let Some(at) = at {
            let number = page_number(&rest.remove(at).1, 1)?;
            return Self { stem: stem(path, &rest), number, plainly: true }.some();
        }
        let (kept, number, plainly) = numbered_path(path)?;
        Self { stem: stem(&kept, &rest), number, plainly }.some()
    }

    /// A number at the site's root belongs to no article.
    fn some(self) -> Option<Self> {
        (!self.stem.starts_with('?')).then_some(self)
    }
}

fn query(url: &Url) -> Vec<(String, String)> {
    let pairs = url.query_pairs().take(40);
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

fn stem(path: &str, query: &[(String, String)]) -> String {
    let mut pairs: Vec<String> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
    pairs.sort();
    format!("{path}?{}", pairs.join("&"))
}

fn page_number(text: &str, least: u32) -> Option<u32> {
    text.parse().ok().filter(|n| (least..=MAX_NUMBER).contains(n))
}

fn numbered_path(path: &str) -> Option<(String, u32, bool)> {
    if let Some((head, last)) = path.rsplit_once('/')
        && let Some(number) = page_number(last, 2)
    {
        let kept = NUMBERS.iter().find_map(|name| head.strip_suffix(name)?.strip_suffix('/'));
        return Some((kept.unwrap_or(head).to_owned(), number, kept.is_some()));
    }
    let (stem, ending) = path.rsplit_once('.')?;
    let (head, last) = stem.rsplit_once(['-', '_', ','])?;
    let number = page_number(last, 2).filter(|_| last.len() <= 2 && !ending.contains('/'))?;
    Some((format!("{head}.{ending}"), number, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(article: &str, href: &str, further: bool) -> Option<String> {
        let doc = Html::parse_document(&format!("<p><a href='{href}'>2</a>"));
        let url = Url::parse(article).unwrap();
        next(&doc, &Facts::collect(&doc), Some(&url), Some(&url), further).map(Into::into)
    }

    #[test]
    fn numbered_links_of_the_same_article_are_followed() {
        let article = "https://a.example/news/boat-77";
        for href in ["?page=2", "/news/boat-77/2", "/news/boat-77/page/2/", "?id=1&page=2"] {
            let found = next_of(
                &format!("{article}{}", if href.contains("id=1") { "?id=1" } else { "" }),
                href,
                false,
            );
            assert!(found.is_some(), "{href}");
        }
        assert!(next_of("https://a.example/news/boat.html", "/news/boat-2.html", false).is_some());
        assert!(next_of("https://a.example/news/boat-77?page=2", "?page=3", false).is_some());
        assert!(next_of("https://a.example/news/boat-77/2", "/news/boat-77/3", true).is_some());
        for href in
            ["?page=3", "/news/other/2", "/news/", "https://b.example/news/boat-77/2", "#2", "/2"]
        {
            assert_eq!(next_of(article, href, false), None, "{href}");
        }
    }

    #[test]
    fn the_next_article_is_not_the_next_page() {
        for (article, other) in [
            ("https://a.example/news/12", "/news/13"),
            ("https://a.example/?p=12", "/?p=13"),
            ("https://a.example/news-12.html", "/news-13.html"),
        ] {
            assert_eq!(next_of(article, other, false), None, "{article}");
        }
        assert!(next_of("https://a.example/news/12", "/news/12/2", false).is_some());
    }

    #[test]
    fn plainer_versions_are_declared_or_near() {
        let plainer_of = |head: &str, link: &str| {
            let doc =
                Html::parse_document(&format!("<head>{head}</head><p><a href='{link}'>x</a>"));
            let url = Url::parse("https://www.a.example/news/1").unwrap();
            plainer(&doc, &Facts::collect(&doc), Some(&url), Some(&url)).map(String::from)
        };
        let amp = "<link rel=amphtml href='https://cdn.example/amp/1'>";
        assert_eq!(plainer_of(amp, "/x").as_deref(), Some("https://cdn.example/amp/1"));
        assert_eq!(plainer_of("", "/print/1").as_deref(), Some("https://www.a.example/print/1"));
        assert!(plainer_of("", "https://m.a.example/n?id=1&print=1").is_some());
        assert!(plainer_of("<link rel=alternate media=print href=/p/1>", "/x").is_some());
        for none in
            ["https://b.example/print/1", "javascript:window.print()", "/fingerprint/1", "#print"]
        {
            assert_eq!(plainer_of("", none), None, "{none}");
        }
        assert_eq!(plainer_of("<link rel=amphtml href=/news/1#x>", ""), None, "itself");
    }
}
