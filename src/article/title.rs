//! The title, without the site's name.

use scraper::Html;
use url::Url;

use super::facts::{Facts, squeeze};
use super::text_stats::letters;
use super::tree::Tree;
use crate::html::decode_entities;

/// Characters that stand between a title and a site's name.
const SEPARATORS: [char; 12] = ['|', '-', '–', '—', '·', '•', '»', '«', ':', '/', '~', '―'];
/// Longest title kept, in bytes.
const MAX_TITLE: usize = 600;

/// The title of the article, as its reader sees it.
pub(crate) fn find(doc: &Html, facts: &Facts<'_>, url: Option<&Url>) -> Option<String> {
    let names = site_names(facts, url);
    let clean = |raw: &str| Some(without_site(&plain(raw), &names)).filter(|t| !t.is_empty());
    let og =
        facts.first(&["og:title", "twitter:title", "dc.title", "dcterms.title"]).and_then(clean);
    let ld = facts.ld_articles().find_map(|v| v.get("headline")?.as_str()).and_then(clean);
    let page = facts.title.as_deref().and_then(clean);
    let heads = headings(doc);
    let claims: Vec<&String> = [&og, &ld, &page].into_iter().flatten().collect();
    // The heading that a claim agrees with is what the reader sees.
    let seen = heads.iter().find(|h| claims.iter().any(|c| alike(h, c)));
    let is_site = |t: &&String| names.iter().any(|n| letters(n) == letters(t));
    let lone = (heads.len() == 1).then(|| &heads[0]).filter(|h| !is_site(h));
    seen.or(og.as_ref().filter(|t| !is_site(t)))
        .or(ld.as_ref())
        .or(lone)
        .or(page.as_ref())
        .or(heads.first())
        .cloned()
        .map(cut)
}

/// The title as the reader sees it: the heading above the body, where there is one that
/// agrees with what the page claims or stands close enough; else the claim.
pub(crate) fn seen(
    tree: &Tree<'_>,
    kept: &[bool],
    claim: Option<&str>,
    names: &[String],
) -> Option<String> {
    let first = kept.iter().position(|k| *k)?;
    let mut best: Option<(i32, String)> = None;
    let heads = tree.elems.iter().filter(|e| e.tag == "h1" && e.last > e.first);
    for head in heads.take(20) {
        let blocks = &tree.blocks[head.first as usize..(head.last as usize).min(tree.blocks.len())];
        let whole = squeeze(&blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join(" "));
        let text = without_site(&whole, names);
        let is_site = names.iter().any(|n| letters(n) == letters(&text));
        if is_site || text.len() > MAX_TITLE || letters(&text).is_empty() {
            continue;
        }
        let agrees = claim.is_some_and(|c| alike(c, &text));
        let gap = first as i32 - head.first as i32;
        // Headings of one short word name a section or the site.
        let close = (-2..40).contains(&gap) && text.chars().count() >= 12 && text.contains(' ');
        let linked = blocks.iter().all(|b| b.link_bytes as usize * 2 > b.text.len());
        if !(agrees || close && !linked && head.near[3] > 4 && head.near[5] > 4) {
            continue;
        }
        let worth = if agrees { 1000 } else { 0 } - gap.abs();
        if best.as_ref().is_none_or(|b| worth > b.0) {
            best = Some((worth, text));
        }
    }
    best.map(|b| b.1)
}

pub(crate) fn cut(mut title: String) -> String {
    let mut end = title.len().min(MAX_TITLE);
    while !title.is_char_boundary(end) {
        end -= 1;
    }
    title.truncate(end);
    title
}

pub(crate) fn plain(raw: &str) -> String {
    squeeze(&decode_entities(raw))
}

/// Texts of the `h1` elements that are shown, at most a few.
fn headings(doc: &Html) -> Vec<String> {
    let nodes = doc.tree.nodes().filter_map(scraper::ElementRef::wrap);
    nodes
        .filter(|e| e.value().name() == "h1")
        .map(|e| squeeze(&e.text().collect::<Vec<_>>().join(" ")))
        .filter(|t| !t.is_empty() && t.len() < MAX_TITLE)
        .take(8)
        .collect()
}

/// Names the site is known by: as stated, and as in its address.
pub(crate) fn site_names(facts: &Facts<'_>, url: Option<&Url>) -> Vec<String> {
    let stated = facts.first(&["og:site_name", "application-name", "apple-mobile-web-app-title"]);
    let mut names: Vec<String> = stated.into_iter().map(plain).collect();
    for v in &facts.ld {
        let publisher = v.get("publisher").and_then(|p| p.get("name")).and_then(|n| n.as_str());
        let kind = v.get("@type").and_then(|t| t.as_str()).unwrap_or_default();
        let own = v.get("name").and_then(|n| n.as_str());
        let own = own.filter(|_| kind.ends_with("Organization") || kind == "WebSite");
        names.extend(publisher.into_iter().chain(own).map(plain));
    }
    if let Some(host) = url.and_then(Url::host_str) {
        let host = host.trim_start_matches("www.");
        names.push(host.to_owned());
        let base = psl::domain_str(host).unwrap_or(host);
        names.push(base.to_owned());
        names.extend(base.split('.').next().map(str::to_owned));
    }
    names.retain(|n| n.chars().filter(|c| c.is_alphanumeric()).count() > 1);
    names.dedup();
    names.truncate(40);
    names
}

/// Drops parts at either end that name the site.
pub(crate) fn without_site(title: &str, names: &[String]) -> String {
    let mut title = title.trim();
    for _ in 0..4 {
        let Some(shorter) = drop_last(title, names).or_else(|| drop_first(title, names)) else {
            break;
        };
        title = shorter;
    }
    title.to_owned()
}

/// Separators that stand between blanks (`|` and `»` also without).
fn gaps(title: &str) -> impl DoubleEndedIterator<Item = (usize, usize)> + '_ {
    title.char_indices().filter_map(|(at, c)| {
        let end = at + c.len_utf8();
        let blank = |c: Option<char>| c.is_some_and(char::is_whitespace);
        let (before, after) =
            (blank(title[..at].chars().next_back()), blank(title[end..].chars().next()));
        let apart = match c {
            '|' | '»' | '«' | '•' => before || after || c == '|',
            ':' => after,
            _ => before && after,
        };
        (SEPARATORS.contains(&c) && apart).then_some((at, end))
    })
}

fn drop_last<'t>(title: &'t str, names: &[String]) -> Option<&'t str> {
    let (at, _) = gaps(title)
        .find(|&(at, end)| !title[..at].trim().is_empty() && is_name(&title[end..], names))?;
    Some(title[..at].trim())
}

fn drop_first<'t>(title: &'t str, names: &[String]) -> Option<&'t str> {
    let (_, end) = gaps(title)
        .rfind(|&(at, end)| !title[end..].trim().is_empty() && is_name(&title[..at], names))?;
    Some(title[end..].trim())
}

/// The part says who publishes: it equals a name of the site, or nearly.
fn is_name(part: &str, names: &[String]) -> bool {
    let part = letters(part);
    if part.is_empty() {
        return true;
    }
    names.iter().map(|n| letters(n)).any(|name| {
        part == name
            || name.len() >= 4 && part.contains(&name) && part.len() <= name.len() + 14
            || name.len() == 3 && part.starts_with(&name) && part.len() <= name.len() + 5
            || part.len() >= 4 && name.contains(&part) && name.len() <= part.len() * 3
    })
}

/// The same title, perhaps cut or with an addition.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a), letters(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    a == b || a.len().min(b.len()) >= 12 && (a.contains(&b) || b.contains(&a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(title: &str, names: &[&str]) -> String {
        without_site(title, &names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_site_name_is_dropped_at_either_end() {
        assert_eq!(without("Boat sinks - The Daily", &["The Daily"]), "Boat sinks");
        assert_eq!(without("جريدة النهار | غرق قارب", &["النهار", "جريدة النهار"]), "غرق قارب");
        assert_eq!(without("Boat - what we know", &["The Daily"]), "Boat - what we know");
        assert_eq!(
            without("Boat sinks | World | dailynews.com", &["dailynews.com", "World"]),
            "Boat sinks"
        );
        assert_eq!(without("The Daily", &["The Daily"]), "The Daily");
    }
}
