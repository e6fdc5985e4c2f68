//! The date of publication: structured data, meta, `time`, address, visible text.

use chrono::{DateTime, Datelike, Duration, FixedOffset, TimeZone, Utc};
use scraper::{ElementRef, Html};
use serde_json::Value;
use url::Url;

use super::Seen;
use super::facts::Facts;
use super::features::Rows;
use super::tree::Tree;
use crate::model::Time;
use crate::text::dates::{self, Precision};

/// Names of `meta` that give the date of publication, best first.
const PUBLISHED: [&str; 30] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date.published",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "published-date",
    "publishdate",
    "publish-date",
    "publish_date",
    "published_at",
    "pubdate",
    "pub_date",
    "cxenseparse:recs:publishtime",
    "article:published",
    "article_date_original",
    "originalpublicationdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "dc:date",
    "date",
    "article:post_date",
    "bt:pubdate",
    "rnews:datepublished",
];
/// Names of `meta` that give the last change: better than nothing.
const CHANGED: [&str; 6] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "revised",
];

/// A date as the page gives it: the moment, on the publisher's clock where that is stated.
pub(crate) type Stated = DateTime<FixedOffset>;

/// Finds the date. `now` bounds it: nothing is published in the future.
pub(crate) fn find(seen: &Seen<'_>, url: Option<&Url>, now: Option<Time>) -> Option<Stated> {
    let Seen { html, doc, facts, tree, rows, kept, .. } = *seen;
    let read = |text: &str| read(text, now);
    let stated = ld_date(facts, &["datePublished", "dateCreated", "uploadDate"], now)
        .or_else(|| metas(facts, &PUBLISHED, now));
    let address = url.and_then(|u| in_address(u, now));
    if let Some(stated) = stated {
        return Some(stated);
    }
    let near = time_elements(doc, now);
    let marked = near.iter().find(|t| t.0).map(|t| t.1);
    marked
        .or_else(|| in_scripts(html, now))
        .or_else(|| near.first().map(|t| t.1))
        .or_else(|| visible(tree, rows, kept, read))
        .or(address)
        .or_else(|| ld_date(facts, &["dateModified"], now))
        .or_else(|| metas(facts, &CHANGED, now))
}

/// Reads a date with at least a day, between 1990 and tomorrow.
pub(crate) fn read(text: &str, now: Option<Time>) -> Option<Stated> {
    let text = text.trim();
    let found = dates::parse(text, None)?;
    let latest = now.map_or(2100, |n| n.year());
    let ahead = now.is_some_and(|n| found.time > n + Duration::days(2));
    let plausible = (1990..=latest).contains(&found.time.year()) && !ahead;
    if found.precision < Precision::Day || !plausible {
        return None;
    }
    // The calendar day is the publisher's: it is kept where the offset is written out.
    let offset = offset(text).unwrap_or(FixedOffset::east_opt(0)?);
    Some(found.time.with_timezone(&offset))
}

/// The offset at the end of a time: `+03:00`, `+0300`.
fn offset(text: &str) -> Option<FixedOffset> {
    let at = text.rfind(['+', '-'])?;
    let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
    let timed = text[..at].contains(':') && digits.len() == 4;
    let number: i32 = digits.parse().ok().filter(|_| timed)?;
    let seconds = (number / 100 * 60 + number % 100) * 60;
    FixedOffset::east_opt(if text[at..].starts_with('-') { -seconds } else { seconds })
}

/// `datePublished` in the JSON of a script that is no JSON-LD, perhaps quoted twice.
fn in_scripts(html: &str, now: Option<Time>) -> Option<Stated> {
    let names = [
        "datePublished",
        "publishedAt",
        "published_at",
        "publishDate",
        "publicationDate",
        "firstPublished",
    ];
    names.iter().find_map(|name| {
        html.match_indices(name).take(3).find_map(|(at, _)| {
            let rest = &html[at + name.len()..];
            let value = rest.trim_start_matches(['\\', '"', ':', ' ', '\'']);
            let quoted = rest.len() - value.len();
            let end = value.find(['"', '\\', '\'', '<', ','])?;
            (2..=10).contains(&quoted).then(|| read(value.get(..end.min(40))?, now)).flatten()
        })
    })
}

fn ld_date(facts: &Facts<'_>, names: &[&str], now: Option<Time>) -> Option<Stated> {
    let own = |v: &Value| {
        names.iter().find_map(|name| {
            let value = v.get(*name)?;
            value.as_str().or_else(|| value.get("@value")?.as_str()).and_then(|t| read(t, now))
        })
    };
    facts.ld_articles().find_map(own)
}

fn metas(facts: &Facts<'_>, names: &[&str], now: Option<Time>) -> Option<Stated> {
    names.iter().find_map(|name| facts.metas.get(*name)?.iter().find_map(|v| read(v, now)))
}

/// Dates of `time` and `abbr` elements outside of lists of other articles, with
/// whether they are marked as date of publication.
fn time_elements(doc: &Html, now: Option<Time>) -> Vec<(bool, Stated)> {
    let mut found = Vec::new();
    for element in doc.tree.nodes().filter_map(ElementRef::wrap) {
        let marked =
            element.attr("itemprop").is_some_and(|p| p.eq_ignore_ascii_case("datePublished"))
                || element.attr("pubdate").is_some();
        if !(element.value().name() == "time" || marked) || beside(element) {
            continue;
        }
        let given = ["datetime", "content", "title"].iter().find_map(|name| element.attr(name));
        let time = given.and_then(|g| read(g, now)).or_else(|| {
            let text: String = element.text().take(8).collect();
            read(&text, now)
        });
        found.extend(time.map(|t| (marked, t)));
        if found.len() >= 20 {
            break;
        }
    }
    found
}

/// In navigation, in an aside, in a footer, or inside a link to another article.
fn beside(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).take(8).any(|e| {
        matches!(e.value().name(), "aside" | "nav" | "footer" | "a" | "li")
            && e.value().name() != "li"
            || e.attr("class").is_some_and(|c| {
                let c = c.to_ascii_lowercase();
                ["comment", "related", "sidebar", "teaser"].iter().any(|w| c.contains(w))
            })
    })
}

/// `/2024/05/31/`, `/20240531`, `2024-05-31` in the address.
fn in_address(url: &Url, now: Option<Time>) -> Option<Stated> {
    let path = url.path();
    let digits: Vec<(&str, bool)> = path
        .split(|c: char| !c.is_ascii_digit())
        .filter(|g| !g.is_empty())
        .map(|g| (g, g.len() == 8))
        .collect();
    let date = |y: &str, m: &str, d: &str| {
        let (y, m, d) = (y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
        let time = Utc.with_ymd_and_hms(y, m, d, 0, 0, 0).single()?;
        let future = now.is_some_and(|n| time > n + Duration::days(2));
        ((1990..2100).contains(&y) && !future).then(|| time.into())
    };
    let packed = digits.iter().filter(|g| g.1).find_map(|g| date(&g.0[..4], &g.0[4..6], &g.0[6..]));
    packed.or_else(|| {
        digits.windows(3).find_map(|w| {
            let fits = w[0].0.len() == 4 && w[1].0.len() <= 2 && w[2].0.len() <= 2;
            fits.then(|| date(w[0].0, w[1].0, w[2].0)).flatten()
        })
    })
}

/// A date in short text near the title, or else just before or after the body.
fn visible(
    tree: &Tree<'_>,
    rows: &Rows,
    kept: &[bool],
    read: impl Fn(&str) -> Option<Stated>,
) -> Option<Stated> {
    let first = kept.iter().position(|k| *k).unwrap_or(0);
    let last = kept.iter().rposition(|k| *k).unwrap_or(0);
    let title = rows.title_at.unwrap_or(first);
    let from = title.min(first).saturating_sub(12);
    let until = (first.max(title) + 6).min(tree.blocks.len());
    let after = (last + 1).min(tree.blocks.len())..(last + 8).min(tree.blocks.len());
    let date = |at: usize| {
        let text = &tree.blocks[at].text;
        let digits = rows.counts[at].digits;
        (digits >= 3 && text.chars().count() <= 160)
            .then(|| read(text).or_else(|| in_parts(text, &read)))
            .flatten()
    };
    let distance = |at: &usize| at.abs_diff(title.max(from));
    let mut near: Vec<usize> = (from..until).collect();
    near.sort_by_key(distance);
    near.into_iter().chain(after).find_map(date)
}

/// A date among other short statements (`By A. Writer | 3 May 2024 | 5 comments`).
fn in_parts(text: &str, read: &impl Fn(&str) -> Option<Stated>) -> Option<Stated> {
    text.split(['|', '\n', '•', '·', '–', '—']).filter(|p| p.len() >= 6).find_map(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Option<String> {
        let now = Utc.with_ymd_and_hms(2025, 1, 1, 0, 0, 0).single();
        let time = in_address(&Url::parse(url).unwrap(), now)?;
        Some(time.format("%Y-%m-%d").to_string())
    }

    #[test]
    fn the_publishers_day_is_kept() {
        for (text, day) in [
            ("2025-05-28T01:05:24+09:00", "2025-05-28"),
            ("2018-06-19T05:50:00+0900", "2018-06-19"),
            ("2025-05-27T22:00:00-0500", "2025-05-27"),
            ("2025-05-28", "2025-05-28"),
            ("31 أيار 2024", "2024-05-31"),
            ("8 فيفري 2019", "2019-02-08"),
            ("٣١ مايو ٢٠٢٤", "2024-05-31"),
        ] {
            assert_eq!(read(text, None).unwrap().format("%F").to_string(), day, "{text}");
        }
    }

    #[test]
    fn dates_in_addresses() {
        assert_eq!(address("https://a.example/2024/05/31/x-7").as_deref(), Some("2024-05-31"));
        assert_eq!(address("https://a.example/x/20240531-9").as_deref(), Some("2024-05-31"));
        assert_eq!(address("https://a.example/2024/13/41/x"), None);
        assert_eq!(address("https://a.example/2031/05/31/x"), None);
        assert_eq!(address("https://a.example/news/123456"), None);
    }
}
