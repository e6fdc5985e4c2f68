//! The next page of an article that is split over several.

use scraper::{ElementRef, Html};
use url::Url;

use super::facts::Facts;
use crate::html::resolve_web;

/// Finds the next page: `link rel=next` or a link `rel=next`, else a numbered link to the
/// same address with the next number. Only addresses of the same article are followed.
pub(crate) fn next(
    doc: &Html,
    facts: &Facts<'_>,
    url: Option<&Url>,
    base: Option<&Url>,
) -> Option<Url> {
    let url = url?;
    let own = page_number(url, url).unwrap_or(1);
    let stated =
        facts.links.iter().filter(|l| l.0.split_whitespace().any(|r| r == "next")).map(|l| l.1);
    let anchors = doc.tree.nodes().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "a");
    let links = anchors.filter_map(|a| a.attr("href")).take(3_000);
    stated.chain(links).filter(|href| !href.starts_with('#')).find_map(|href| {
        let found = resolve_web(href, base)?;
        (page_number(&found, url) == Some(own + 1)).then_some(found)
    })
}

/// The number of the page, if the address is `article`'s own or one of its pages:
/// `?page=2`, `/2`, `/page/2`, `-2.html`, `,2`.
fn page_number(found: &Url, article: &Url) -> Option<u32> {
    if found.host_str() != article.host_str() {
        return None;
    }
    let (found, article) = (split(found), split(article));
    (found.0 == article.0 && found.0.len() > 1).then_some(found.1)
}

/// The address without its page number, and that number (1 where there is none).
fn split(url: &Url) -> (String, u32) {
    let mut number = 1;
    let mut rest: Vec<(String, String)> = Vec::new();
    for (key, value) in url.query_pairs() {
        let is_page = ["page", "p", "seite", "pagina", "pg", "_page"].contains(&key.as_ref());
        match value.parse::<u32>() {
            Ok(n) if is_page && (1..=50).contains(&n) => number = n,
            _ => rest.push((key.into_owned(), value.into_owned())),
        }
    }
    let mut path = url.path().trim_end_matches('/').to_owned();
    let mut kept = path.clone();
    if let Some((head, last)) = path.rsplit_once('/')
        && let Ok(n) = last.parse::<u32>()
        && (2..=50).contains(&n)
        && number == 1
    {
        number = n;
        kept = head.trim_end_matches("/page").trim_end_matches("/seite").to_owned();
    } else if number == 1
        && let Some((stem, ending)) = path.rsplit_once('.')
        && let Some((head, last)) = stem.rsplit_once(['-', '_', ','])
        && last.len() <= 2
        && let Ok(n) = last.parse::<u32>()
        && (2..=50).contains(&n)
    {
        number = n;
        kept = format!("{head}.{ending}");
    }
    std::mem::swap(&mut path, &mut kept);
    rest.sort();
    (format!("{path}?{rest:?}"), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(article: &str, href: &str) -> Option<String> {
        let doc = Html::parse_document(&format!("<p><a href='{href}'>2</a>"));
        let url = Url::parse(article).unwrap();
        next(&doc, &Facts::collect(&doc), Some(&url), Some(&url)).map(Into::into)
    }

    #[test]
    fn numbered_links_of_the_same_article_are_followed() {
        let article = "https://a.example/news/boat-77";
        for href in ["?page=2", "/news/boat-77/2", "/news/boat-77/page/2/"] {
            assert!(next_of(article, href).is_some(), "{href}");
        }
        assert!(next_of("https://a.example/news/boat.html", "/news/boat-2.html").is_some());
        assert!(next_of("https://a.example/news/boat-77?page=2", "?page=3").is_some());
        for href in
            ["?page=3", "/news/other/2", "/news/", "https://b.example/news/boat-77/2", "#2", "/2"]
        {
            assert_eq!(next_of(article, href), None, "{href}");
        }
    }
}
