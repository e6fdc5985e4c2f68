//! What a feed yields: how much, how fresh, in what language, how much of each text, how much of
//! it is on topic.

use crate::article;
use crate::html;
use crate::model::{ParsedEntry, ParsedFeed, Time, Verdict};
use crate::publish;
use crate::text::language;
use crate::topics::{Document, Hint, Topics};

/// Entries judged of one feed; the newest stand first in nearly all.
const JUDGED: usize = 200;
/// Characters of a feed's texts that its language is told from.
const LANGUAGE_SAMPLE: usize = 4_000;

/// What a feed yields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Summary {
    /// Its title, one line.
    pub title: Option<String>,
    /// Entries in it.
    pub entries: usize,
    /// There were more than are read.
    pub cut: bool,
    /// Date of the newest entry, where entries have dates.
    pub newest: Option<Time>,
    /// Language of its texts, BCP 47 primary subtag.
    pub lang: Option<String>,
    /// How much of an article most entries hold.
    pub carries: Carries,
    /// Entries that are on topic by what the feed says of them.
    pub relevant: usize,
    /// Entries that a person should look at.
    pub review: usize,
}

/// How much of an article a feed holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carries {
    /// The whole text.
    FullText,
    /// A summary.
    Summaries,
    /// Its title alone.
    TitlesOnly,
}

impl Carries {
    /// For people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::FullText => "full text",
            Self::Summaries => "summaries",
            Self::TitlesOnly => "titles only",
        }
    }
}

/// Reads what `feed` yields under the present topics.
pub(super) fn summary(feed: &ParsedFeed, topics: &Topics, hint: &Hint) -> Summary {
    let lang = language_of(feed);
    let verdicts =
        feed.entries.iter().take(JUDGED).map(|e| judge(e, lang.as_deref(), topics, hint));
    let (mut relevant, mut review) = (0, 0);
    for verdict in verdicts {
        relevant += usize::from(verdict.relevant);
        review += usize::from(verdict.review && !verdict.relevant);
    }
    Summary {
        title: feed
            .title
            .as_deref()
            .map(|t| publish::line(&html::plain_text(t)))
            .filter(|t| !t.is_empty()),
        entries: feed.entries.len(),
        cut: feed.entries_cut,
        newest: feed.entries.iter().filter_map(date).max(),
        carries: carries(&feed.entries),
        lang,
        relevant,
        review,
    }
}

/// Judges an entry by what its feed says.
pub(super) fn judge(
    entry: &ParsedEntry,
    lang: Option<&str>,
    topics: &Topics,
    hint: &Hint,
) -> Verdict {
    let document = Document {
        title: &html::plain_text(&entry.title),
        text: &text(entry),
        lang: entry.language.as_deref().or(lang),
        url: link(entry),
    };
    topics.classify(&document, hint)
}

/// The entry's text as its feed has it.
pub(super) fn text(entry: &ParsedEntry) -> String {
    let html = entry.content.as_deref().or(entry.summary.as_deref()).unwrap_or_default();
    html::plain_text(html)
}

/// The article's own address: the one behind a proxy link, where that is known.
pub(super) fn link(entry: &ParsedEntry) -> Option<&str> {
    entry.original.as_deref().or(entry.link.as_deref())
}

/// When the entry is from.
pub(super) fn date(entry: &ParsedEntry) -> Option<Time> {
    entry.published.or(entry.updated)
}

/// Whether the feed carries the entry's whole article.
pub(super) fn is_whole(entry: &ParsedEntry) -> bool {
    entry.content.as_deref().is_some_and(|content| article::is_whole(&html::plain_text(content)))
}

fn carries(entries: &[ParsedEntry]) -> Carries {
    let most = |count: usize| count > 0 && 2 * count >= entries.len();
    if most(entries.iter().filter(|entry| is_whole(entry)).count()) {
        Carries::FullText
    } else if most(entries.iter().filter(|entry| !text(entry).trim().is_empty()).count()) {
        Carries::Summaries
    } else {
        Carries::TitlesOnly
    }
}

fn language_of(feed: &ParsedFeed) -> Option<String> {
    let mut sample = String::new();
    for entry in &feed.entries {
        sample.push_str(&html::plain_text(&entry.title));
        sample.push('\n');
        sample.push_str(&text(entry));
        sample.push('\n');
        if sample.len() > LANGUAGE_SAMPLE {
            break;
        }
    }
    sample.truncate(sample.floor_char_boundary(LANGUAGE_SAMPLE));
    language::detect(&sample, feed.language.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::{Context, parse};

    const TOPICS: &str = include_str!("../../../config/topics.toml");

    fn read(body: &str) -> Summary {
        let xml = format!(
            "<rss version='2.0'><channel><title> أخبار&#10;اليوم </title><language>en-US</language>{body}\
             </channel></rss>"
        );
        let now = Time::from_timestamp(1_800_000_000, 0).unwrap();
        let feed = parse(xml.as_bytes(), &Context::at(now)).unwrap();
        summary(&feed, &Topics::from_toml(TOPICS).unwrap(), &Hint::default())
    }

    #[test]
    fn a_feed_is_summed_up() {
        let found = read(
            "<item><title>توقيف شبكة للاتجار بالبشر واستغلال مهاجرين</title><pubDate>Thu, 14 Jan 2027 08:00:00 GMT</pubDate>\
             <description>أوقفت الشرطة ثلاثة أشخاص يشتبه في تورطهم في الاتجار بالبشر.</description></item>\
             <item><title>معرض الكتاب يفتح أبوابه</title><pubDate>Wed, 13 Jan 2027 08:00:00 GMT</pubDate>\
             <description>يفتح المعرض أبوابه أمام الزوار حتى نهاية الأسبوع.</description></item>",
        );
        assert_eq!(found.title.as_deref(), Some("أخبار اليوم"));
        assert_eq!((found.entries, found.relevant, found.cut), (2, 1, false));
        assert_eq!(found.lang.as_deref(), Some("ar"), "the declared language is wrong");
        assert_eq!(found.carries, Carries::Summaries);
        assert_eq!(found.newest.unwrap().to_rfc3339(), "2027-01-14T08:00:00+00:00");
    }

    #[test]
    fn full_text_and_bare_titles_are_told_apart() {
        let item = |text: &str| {
            format!("<item><title>خبر</title><content:encoded>{text}</content:encoded></item>")
        };
        let long = "كلمة أخرى. ".repeat(150);
        assert_eq!(read(&item(&long)).carries, Carries::FullText);
        assert_eq!(read(&item(&format!("{long} […]"))).carries, Carries::Summaries);
        assert_eq!(read("<item><title>خبر</title></item>").carries, Carries::TitlesOnly);
        assert_eq!(read("").carries, Carries::TitlesOnly);
    }
}
