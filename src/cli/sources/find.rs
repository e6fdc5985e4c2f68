//! From an address to the feeds behind it, each with a preview, best first.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use chrono::TimeDelta;
use futures::{StreamExt, stream};
use url::Url;

use super::Tools;
use super::summary::{Summary, summary};
use crate::feed::{self, Candidate, Context, FeedError, Found};
use crate::fetch::{FetchError, Fetched, Kind, Link, Reason, Request};
use crate::html;
use crate::model::{ParsedFeed, SourceFormat, Time};
use crate::text::charset;
use crate::topics::Hint;

/// Feeds that a page names are fetched up to this many.
const MOST: usize = 8;
/// Candidates fetched at once; those of one host still take turns.
const AT_ONCE: usize = 4;
/// Time for all candidates together.
const PATIENCE: Duration = Duration::from_secs(120);
/// A feed without anything newer is worth less than any that has it.
const SILENT: TimeDelta = TimeDelta::days(365);

/// A candidate and what it yields.
#[derive(Debug)]
pub(super) struct Preview {
    /// Its address; where it has moved for good, the new one.
    pub url: String,
    /// What it yields; else why it yields nothing, a whole sentence.
    pub yields: Result<Feed, String>,
    /// How good a candidate it is, smaller is better; candidates of one rank stand as found.
    rank: u8,
}

/// A feed that was read.
#[derive(Debug)]
pub(super) struct Feed {
    /// What it yields.
    pub summary: Summary,
    /// How its address is read.
    pub format: SourceFormat,
    /// Its site, where it names one.
    pub site: Option<Url>,
}

/// Finds the feeds behind `address`: itself, those that its page or server names, else those at
/// the usual paths.
///
/// # Errors
/// Where the address cannot be fetched, or nothing that looks like a feed is found.
pub(super) async fn find(tools: &Tools, address: &Url) -> Result<Vec<Preview>> {
    let began = Instant::now();
    let (base, mut previews) = match tools.client.get(request(address.as_str())).await {
        Ok(fetched) => {
            let itself = preview(tools, address.as_str(), Found::Alternate, &fetched);
            if itself.yields.is_ok() {
                return Ok(vec![itself]);
            }
            let named = candidates(&fetched);
            (fetched.final_url.clone(), all(tools, named).await)
        }
        // The site is there, only this page is not.
        Err(FetchError { reason: Reason::Status(404 | 410 | 403 | 405), .. }) => {
            (address.clone(), Vec::new())
        }
        Err(error) => bail!("{address} cannot be fetched. {error}"),
    };
    if !previews.iter().any(|preview| preview.rank < RANK_MINOR) {
        previews.extend(guess(tools, &base, began).await);
    }
    if previews.is_empty() {
        return Err(anyhow!(
            "No feed was found at {address}: it is none itself, names none, and the usual paths of \
             {} hold none. If you know the feed's address, add that.",
            base.host_str().unwrap_or_default()
        ));
    }
    previews.sort_by_key(|preview| preview.rank);
    Ok(previews)
}

/// The feeds that a page names, for somebody who watches the page itself.
pub(super) fn named_feeds(fetched: &Fetched) -> Vec<String> {
    candidates(fetched).into_iter().take(MOST).map(|candidate| candidate.url).collect()
}

/// Ranks of previews, best first.
const RANK_GOOD: u8 = 0;
const RANK_SILENT: u8 = 1;
const RANK_EMPTY: u8 = 2;
const RANK_MINOR: u8 = 3;
const RANK_NONE: u8 = 4;

fn rank(found: Found, yields: Option<&Summary>, now: Time) -> u8 {
    let Some(summary) = yields else { return RANK_NONE };
    let silent = summary.newest.is_some_and(|newest| now - newest > SILENT);
    match (found, summary.entries) {
        (Found::Minor, _) => RANK_MINOR,
        (_, 0) => RANK_EMPTY,
        _ if silent => RANK_SILENT,
        _ => RANK_GOOD,
    }
}

fn request(url: &str) -> Request {
    Request::new(url, Kind::Other)
}

/// What a page and its server name, best first.
fn candidates(fetched: &Fetched) -> Vec<Candidate> {
    let base = &fetched.final_url;
    let hints = charset::Hints {
        content_type: fetched.content_type_header.as_deref(),
        lang: None,
        host: base.host_str(),
    };
    let page = charset::decode(&fetched.body, &hints).text;
    let (typed, untyped): (Vec<&Link>, Vec<&Link>) = fetched
        .links
        .iter()
        .filter(|link| link.rel == "alternate" && link.url != base.as_str())
        .partition(|link| link.media_type.is_some());
    let is_feed = |link: &&&Link| link.media_type.as_deref().is_some_and(feed::is_feed_type);
    let headers = typed.iter().filter(is_feed).filter_map(|link| named(link)).collect();
    let mut found = feed::discover(&page, base, headers);
    // What a server calls an alternate without a type may be anything, so it stands behind what
    // is called a feed.
    let at = found.iter().position(|c| c.found == Found::Minor).unwrap_or(found.len());
    let rest: Vec<Candidate> = untyped
        .iter()
        .filter(|link| found.iter().all(|candidate| candidate.url != link.url))
        .filter_map(|link| named(link))
        .collect();
    found.splice(at..at, rest);
    found
}

/// A link of the HTTP header as a candidate, where its address can be fetched.
fn named(link: &Link) -> Option<Candidate> {
    let url = html::absolute(&link.url, None)?;
    Some(Candidate { url, title: link.title.clone(), found: Found::Header })
}

/// Previews of the best candidates, in their order.
async fn all(tools: &Tools, named: Vec<Candidate>) -> Vec<Preview> {
    let named: Vec<Candidate> = named.into_iter().take(MOST).collect();
    let mut running = stream::iter(&named)
        .map(|candidate| one(tools, candidate))
        .buffered(AT_ONCE)
        .take_until(Box::pin(tokio::time::sleep(PATIENCE)));
    let mut previews = Vec::new();
    while let Some(preview) = running.next().await {
        previews.push(preview);
    }
    drop(running);
    let late = named.iter().skip(previews.len()).map(|candidate| Preview {
        url: candidate.url.clone(),
        yields: Err("There was no time left to try it.".to_owned()),
        rank: RANK_NONE,
    });
    previews.extend(late.collect::<Vec<_>>());
    previews
}

async fn one(tools: &Tools, candidate: &Candidate) -> Preview {
    match tools.client.get(Request::feed(&candidate.url, None)).await {
        Ok(fetched) => preview(tools, &candidate.url, candidate.found, &fetched),
        Err(error) => {
            Preview { url: candidate.url.clone(), yields: Err(error.to_string()), rank: RANK_NONE }
        }
    }
}

/// Tries the usual paths one after another until one holds a feed; what holds none was never
/// promised and is not shown.
async fn guess(tools: &Tools, base: &Url, began: Instant) -> Option<Preview> {
    for candidate in feed::usual_paths(base) {
        if began.elapsed() > PATIENCE {
            return None;
        }
        match tools.client.get(Request::feed(&candidate.url, None)).await {
            Ok(fetched) => {
                let preview = preview(tools, &candidate.url, candidate.found, &fetched);
                if preview.yields.is_ok() {
                    return Some(preview);
                }
            }
            Err(error) if error.status().is_some() => {}
            // A server that is gone is not asked eleven times more.
            Err(_) => return None,
        }
    }
    None
}

fn preview(tools: &Tools, url: &str, found: Found, fetched: &Fetched) -> Preview {
    let now = tools.clock.now();
    let yields = read(tools, fetched, now)
        .map(|(feed, format)| Feed {
            summary: summary(&feed, &tools.topics, &Hint::default()),
            format,
            site: feed.link.as_deref().and_then(|link| html::resolve_web(link, None)),
        })
        .map_err(|error| error.to_string());
    let rank = rank(found, yields.as_ref().ok().map(|feed| &feed.summary), now);
    let url = fetched.permanent.as_ref().map_or_else(|| url.to_owned(), Url::to_string);
    // As it is stored and printed: an address has no characters that turn a line around.
    let url = Url::parse(&url).map_or(url, String::from);
    Preview { url, yields, rank }
}

/// Reads a feed; a sitemap where it is one.
fn read(
    tools: &Tools,
    fetched: &Fetched,
    now: Time,
) -> Result<(ParsedFeed, SourceFormat), FeedError> {
    let context = Context {
        base: Some(&fetched.final_url),
        content_type: fetched.content_type_header.as_deref(),
        max_entries: tools.max_entries,
        ..Context::at(now)
    };
    match feed::parse(&fetched.body, &context) {
        Err(FeedError::NotAFeed("a sitemap")) => {
            let context = Context { format: SourceFormat::Sitemap, ..context };
            feed::parse(&fetched.body, &context).map(|feed| (feed, SourceFormat::Sitemap))
        }
        read => read.map(|feed| (feed, SourceFormat::Feed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sources::summary::Carries;

    #[test]
    fn fresh_feeds_come_first_and_comments_last() {
        let now = Time::from_timestamp(1_800_000_000, 0).unwrap();
        let of = |entries, days: i64| Summary {
            title: None,
            entries,
            cut: false,
            newest: (entries > 0).then(|| now - TimeDelta::days(days)),
            lang: None,
            carries: Carries::Summaries,
            relevant: 0,
            review: 0,
        };
        let rank_of = |found, summary: Option<&Summary>| rank(found, summary, now);
        let ranks = [
            rank_of(Found::Guess, Some(&of(3, 1))),
            rank_of(Found::Alternate, Some(&of(3, 400))),
            rank_of(Found::Alternate, Some(&of(0, 0))),
            rank_of(Found::Minor, Some(&of(3, 1))),
            rank_of(Found::Alternate, None),
        ];
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
        let undated = Summary { newest: None, ..of(3, 0) };
        assert_eq!(rank_of(Found::Anchor, Some(&undated)), RANK_GOOD);
    }
}
