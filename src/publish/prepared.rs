//! One entry made ready for any of the three forms: cleaned, completed, with its content.

use chrono::{Datelike, SubsecRound};

use super::canonical::canonical;
use super::clean::{foreign, identifier, label, line, shorten};
use super::content::{Why, content, why};
use super::names::{country_name, language_name};
use super::tongues::tag;
use super::wording::Tongue;
use crate::model::{ContentPolicy, FeedMeta, PublishedEntry, Time};

/// A title longer than this many characters is none.
const TITLE_CHARS: usize = 500;
/// A summary is no longer than this many characters.
const SUMMARY_CHARS: usize = 500;

pub(super) struct Prepared {
    pub id: String,
    /// One line of plain text, never empty.
    pub title: String,
    pub url: String,
    /// Our own page about the entry.
    pub page: String,
    pub published: Time,
    pub updated: Time,
    pub lang: Option<String>,
    pub author: String,
    pub rights: Option<String>,
    /// One line of plain text.
    pub summary: Option<String>,
    pub content: String,
    pub image: Option<String>,
    pub media: Vec<Medium>,
    pub copies: Vec<Related>,
    pub categories: Vec<Tag>,
    pub source: Option<Origin>,
    pub why: Vec<Why>,
}

/// Attached media with the type and length that forms insist on.
pub(super) struct Medium {
    pub url: String,
    pub mime: String,
    pub length: Option<u64>,
}

pub(super) struct Related {
    pub url: String,
    pub title: String,
    pub publisher: String,
    pub lang: Option<String>,
}

pub(super) struct Tag {
    pub term: String,
    pub scheme: String,
    pub label: String,
}

/// The feed that the lead was found in.
pub(super) struct Origin {
    pub id: String,
    pub title: String,
    pub link: Option<String>,
}

impl Prepared {
    pub(super) fn new(meta: &FeedMeta, entry: &PublishedEntry) -> Self {
        let lang = entry.lang.as_deref().and_then(tag);
        let tongue = Tongue::of(lang.as_deref());
        let page = format!("{}entry/{}", meta.base_url, entry.group);
        let url = foreign(&entry.url).unwrap_or_else(|| page.clone());
        let title = title(entry, tongue);
        let published = published(entry);
        Self {
            id: identifier(&entry.id).unwrap_or_else(|| page.clone()),
            published,
            updated: distinct(entry.updated.max(published), entry.group),
            author: author(entry),
            rights: filled(line(entry.rights.as_deref().unwrap_or_default())),
            summary: filled(shorten(&line(&entry.summary), summary_chars(meta, entry))),
            content: content(entry, lang.as_deref(), &title, &url, meta.excerpt_chars),
            image: entry.image.as_deref().and_then(foreign),
            media: media(entry),
            copies: copies(entry),
            categories: categories(meta, entry),
            source: origin(entry),
            why: why(entry),
            lang,
            title,
            url,
            page,
        }
    }

    /// Every entry of a page that is still published, ready to be written.
    pub(super) fn all(meta: &FeedMeta, entries: &[PublishedEntry]) -> Vec<Self> {
        entries
            .iter()
            .filter(|entry| entry.withdrawn.is_none())
            .map(|entry| Self::new(meta, entry))
            .collect()
    }
}

/// Before the web there were no articles on it: an older date is a mistake of the source.
fn published(entry: &PublishedEntry) -> Time {
    let dated = entry.published.year() >= 1990;
    (if dated { entry.published } else { entry.updated }).trunc_subsecs(0)
}

/// Two entries of one feed should not share a moment of change (RFC 4287 section 4.2.15 lets
/// readers order by it). The group's number within that second makes it distinct, the same in
/// every feed.
pub(super) fn distinct(updated: Time, group: i64) -> Time {
    let micros = chrono::Duration::microseconds(group.rem_euclid(1_000_000));
    updated.trunc_subsecs(0) + micros
}

/// Where a source allows no more than an excerpt, its summary is no longer than one.
fn summary_chars(meta: &FeedMeta, entry: &PublishedEntry) -> usize {
    match entry.policy {
        ContentPolicy::Full => SUMMARY_CHARS,
        _ => SUMMARY_CHARS.min(meta.excerpt_chars),
    }
}

fn title(entry: &PublishedEntry, tongue: Tongue) -> String {
    filled(shorten(&line(&entry.title), TITLE_CHARS))
        .or_else(|| filled(shorten(&line(&entry.summary), 90)))
        .unwrap_or_else(|| tongue.wording().untitled.to_owned())
}

/// Checkers of feeds take what stands between angle brackets for an address of mail.
fn author(entry: &PublishedEntry) -> String {
    let plain = |name: &str| label(name).replace('<', "‹").replace('>', "›");
    [entry.author.as_deref(), Some(&entry.source_name), Some(&entry.source_id)]
        .into_iter()
        .flatten()
        .find_map(|name| filled(plain(name)))
        .unwrap_or_else(|| "Rasad".to_owned())
}

fn media(entry: &PublishedEntry) -> Vec<Medium> {
    let prepared = entry.enclosures.iter().filter_map(|enclosure| {
        let url = foreign(&enclosure.url)?;
        let declared = enclosure.mime.as_deref().map(str::trim).filter(|mime| is_mime(mime));
        let mime = declared.unwrap_or_else(|| guess_mime(&url)).to_ascii_lowercase();
        Some(Medium { url, mime, length: enclosure.length })
    });
    prepared.collect()
}

fn is_mime(mime: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+_".contains(&byte))
    };
    mime.split_once('/').is_some_and(|(kind, name)| token(kind) && token(name))
}

/// The media type that an address's ending promises.
pub(super) fn guess_mime(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" => "audio/ogg",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

fn copies(entry: &PublishedEntry) -> Vec<Related> {
    let prepared = entry.copies.iter().filter_map(|copy| {
        Some(Related {
            url: foreign(&copy.url)?,
            title: line(&copy.title),
            publisher: line(&copy.source_name),
            lang: copy.lang.as_deref().and_then(tag),
        })
    });
    prepared.collect()
}

/// Topics in the vocabulary of this installation; countries and languages in the public ones.
fn categories(meta: &FeedMeta, entry: &PublishedEntry) -> Vec<Tag> {
    let tongue = Tongue::of(Some(&meta.lang));
    let scheme = format!("{}topics", meta.base_url);
    let mut tags: Vec<Tag> = Vec::new();
    for topic in &entry.topics {
        let label = filled(label(&topic.label)).unwrap_or_else(|| topic.id.clone());
        tags.push(Tag { term: topic.id.clone(), scheme: scheme.clone(), label });
    }
    for country in entry.countries.iter().filter(|code| is_country(code)) {
        let label = country_name(country, tongue).to_owned();
        let scheme = "urn:iso:std:iso:3166:-1".to_owned();
        tags.push(Tag { term: country.clone(), scheme, label });
    }
    if let Some(lang) = entry.lang.as_deref().and_then(tag) {
        let label = language_name(&lang, tongue).to_owned();
        tags.push(Tag { term: lang, scheme: "urn:ietf:bcp:47".to_owned(), label });
    }
    tags.retain(|tag| !tag.term.trim().is_empty());
    tags
}

fn is_country(code: &str) -> bool {
    matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn origin(entry: &PublishedEntry) -> Option<Origin> {
    let link = entry.atom_source.link.as_deref().and_then(foreign);
    let id = entry.atom_source.id.as_deref().and_then(canonical);
    let id = id.or_else(|| link.as_deref().and_then(canonical))?;
    let titles =
        [entry.atom_source.title.as_deref(), Some(&entry.source_name), Some(&entry.source_id)];
    let title = titles.into_iter().flatten().find_map(|title| filled(label(title)))?;
    Some(Origin { id, title, link })
}

fn filled(text: String) -> Option<String> {
    let blank = text.chars().all(|char| char.is_whitespace() || is_invisible(char));
    (!blank).then_some(text)
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{61c}')
}
