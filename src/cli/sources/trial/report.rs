//! What a trial prints.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::show;
use super::super::summary::{Summary, date};
use super::article::{Read, Tried};
use crate::fetch::Fetched;
use crate::html;
use crate::model::{ParsedEntry, ParsedFeed, Source, Time, Verdict};

/// Entries listed; a trial need not show more.
const LISTED: usize = 10;
/// Words shown of a text's beginning and end.
const WORDS: usize = 14;
/// Longest titles and other lines, in characters.
const LINE_CHARS: usize = 100;

/// The source's name.
pub(super) fn head(source: &Source) -> String {
    let off = if source.enabled { "" } else { " (disabled)" };
    format!(
        "{} · {}{off}\n  address    {}",
        source.id,
        show::line(&source.name, LINE_CHARS),
        source.url
    )
}

/// What the server answered.
pub(super) fn answer(fetched: &Fetched) -> String {
    let mut text = String::new();
    for hop in &fetched.redirects {
        say(&mut text, "redirect", &format!("{} to {}", hop.status, show::line(&hop.url, 300)));
    }
    if let Some(moved) = &fetched.permanent {
        say(&mut text, "moved", &format!("for good: write url = \"{moved}\" into sources.toml"));
    }
    let kind = fetched.content_type.as_deref().unwrap_or("no content type");
    let (bytes, millis) = (fetched.body.len(), fetched.elapsed.as_millis());
    let kind = show::line(kind, LINE_CHARS);
    say(&mut text, "answer", &format!("{}, {kind}, {bytes} bytes in {millis} ms", fetched.status));
    text
}

/// What the feed is and what was mended.
pub(super) fn feed(feed: &ParsedFeed, summary: &Summary, now: Time) -> String {
    let mut text = String::new();
    let title = show::line(summary.title.as_deref().unwrap_or("no title"), LINE_CHARS);
    let lang = summary.lang.as_deref().unwrap_or("unknown");
    say(&mut text, "feed", &format!("{}, {title}, language {lang}", feed.format.as_str()));
    if feed.repairs.is_empty() {
        say(&mut text, "repairs", "none");
    }
    for (at, repair) in feed.repairs.iter().enumerate() {
        say(&mut text, if at == 0 { "repairs" } else { "" }, &show::line(repair, 2 * LINE_CHARS));
    }
    let newest = summary.newest.map_or("without dates".to_owned(), |newest| {
        format!("the newest {}", show::ago(newest.min(now), now))
    });
    let cut = if summary.cut { ", the rest is cut off" } else { "" };
    let entries = match summary.entries {
        1 => "1 entry".to_owned(),
        number => format!("{number} entries"),
    };
    say(&mut text, "entries", &format!("{entries}{cut}, {newest}, {}", summary.carries.words()));
    let judged = format!(
        "{} relevant, {} to review, by what the feed says",
        summary.relevant, summary.review
    );
    say(&mut text, "on topic", &judged);
    let problems: Vec<&str> =
        feed.entries.iter().filter_map(|entry| entry.date_problem.as_deref()).collect();
    if let Some(first) = problems.first() {
        let example = show::line(first, LINE_CHARS);
        say(
            &mut text,
            "dates",
            &format!("{} that cannot be used, such as: {example}", problems.len()),
        );
    }
    text
}

/// The first entries, with their verdicts.
pub(super) fn entries(
    feed: &ParsedFeed,
    now: Time,
    judge: impl Fn(&ParsedEntry) -> Verdict,
) -> String {
    if feed.entries.is_empty() {
        return String::new();
    }
    let mut table = show::table(["from", "verdict", "title"]);
    for entry in feed.entries.iter().take(LISTED) {
        let from = date(entry).map_or("–".into(), |date| show::ago(date.min(now), now));
        let title = show::line(&html::plain_text(&entry.title), LINE_CHARS);
        table.add_row([from, word(&judge(entry)).to_owned(), title]);
    }
    let more = feed.entries.len().saturating_sub(LISTED);
    let more = if more > 0 { format!("… and {more} more\n") } else { String::new() };
    format!("\n{table}\n{more}")
}

/// One article.
pub(super) fn article(number: usize, tried: &Tried) -> String {
    let mut text = format!("\n{number}. {}\n", show::line(&tried.title, LINE_CHARS));
    say(&mut text, "address", &show::line(&tried.url, 300));
    match &tried.outcome {
        Err(error) => say(&mut text, "failed", &show::line(error, 300)),
        Ok(read) => extraction(read, &mut text),
    }
    text
}

fn extraction(read: &Read, text: &mut String) {
    let article = &read.article;
    let chars = article.text.chars().count();
    let lang = article.lang.as_deref().unwrap_or("unknown");
    let sure = read.confidence.map(|c| format!(", {:.0} % sure", 100.0 * c)).unwrap_or_default();
    let method = article.method.as_str();
    say(text, "body", &format!("{chars} characters, language {lang}, found by {method}{sure}"));
    let found =
        |value: Option<&str>| value.map_or("not found".into(), |v| show::line(v, LINE_CHARS));
    say(text, "title", &found(article.title.as_deref()));
    say(text, "author", &found(article.author.as_deref()));
    say(text, "date", &found(article.date.map(|date| date.to_rfc3339()).as_deref()));
    say(text, "image", &found(article.image.as_deref()));
    let words: Vec<&str> = article.text.split_whitespace().collect();
    if !words.is_empty() {
        let first = words[..words.len().min(WORDS)].join(" ");
        let last = words[words.len().saturating_sub(WORDS)..].join(" ");
        say(text, "begins", &show::line(&first, 2 * LINE_CHARS));
        say(text, "ends", &show::line(&last, 2 * LINE_CHARS));
    }
    if let Some(next) = &read.next_page {
        say(text, "goes on", &format!("at {}, which the worker joins", show::line(next, 300)));
    }
    say(text, "verdict", &verdict(&read.verdict));
    for poor in &read.poor {
        say(text, "poor", poor);
    }
}

fn verdict(verdict: &Verdict) -> String {
    let topics: Vec<&str> = verdict.topics.iter().map(|topic| topic.id.as_str()).take(5).collect();
    let topics = if topics.is_empty() { String::new() } else { format!(": {}", topics.join(", ")) };
    format!("{}, score {:.2}{topics}", word(verdict), verdict.score)
}

fn word(verdict: &Verdict) -> &'static str {
    match (verdict.relevant, verdict.review) {
        (true, _) => "relevant",
        (false, true) => "review",
        (false, false) => "irrelevant",
    }
}

/// What an admin may do about it.
pub(super) fn advice(source: &Source, feed: &ParsedFeed, tried: &[Tried]) -> String {
    let read = || tried.iter().filter_map(|tried| tried.outcome.as_ref().ok());
    let poor = read().filter(|read| !read.poor.is_empty()).count();
    let mut text = String::from("\n");
    if feed.entries.is_empty() {
        text.push_str("The feed is empty for now.\n");
    } else if tried.is_empty() {
        text.push_str("No entry has an address, so there is no article to try.\n");
    } else if poor == 0 && read().count() == tried.len() {
        text.push_str("The extraction looks good.\n");
    } else if poor > 0 {
        text.push_str(&selector_advice(source, tried, poor));
    }
    text
}

/// The selector that helps in most of the poor pages.
fn selector_advice(source: &Source, tried: &[Tried], poor: usize) -> String {
    let mut votes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for tried in tried {
        if let Ok(Read { suggestion: Some((css, chars)), .. }) = &tried.outcome {
            votes.entry(css).or_default().push(*chars);
        }
    }
    let mut text =
        format!("The extraction is poor in {}.", show::count(show::number(poor), "article"));
    let Some((css, chars)) = votes.into_iter().max_by_key(|(_, chars)| chars.len()) else {
        let own = source.select.as_ref().is_some_and(|select| select.body.is_some());
        let why = if own { " Check the source's own selectors first." } else { "" };
        let _infallible = writeln!(
            text,
            " No selector is certain to help: look at a page and name its body in `select`.{why}"
        );
        return text;
    };
    let gained = chars.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let _infallible = write!(
        text,
        " This finds more ({gained} characters); see that it is the article, then write it into \
         sources.toml:\n\n  select = {{ body = \"{css}\" }}\n"
    );
    text
}

/// A line of the report.
fn say(text: &mut String, what: &str, value: &str) {
    let _infallible = writeln!(text, "  {what:<10} {value}");
}
