//! What stands inside an entry: its text as far as its source allows, then who else published it,
//! where the original is, and why it is here.

use std::fmt::Write as _;

use super::basic::basic;
use super::clean::{escape_html, foreign, label, line, shorten, text};
use super::cut::first_paragraphs;
use super::tongues::tag;
use super::wording::Tongue;
use crate::html::sanitize;
use crate::model::{ContentPolicy, Copy, Direction, PublishedEntry, Verdict};

/// Topics named on the line that says why an entry is here.
const WHY_TOPICS: usize = 3;
/// Terms named for each of them.
const WHY_TERMS: usize = 5;

/// The lead's text, as much of it as its source allows us to show. Sanitised HTML. An excerpt has
/// no more than `excerpt_chars` characters and ends with a paragraph where one ends in its last
/// third.
pub fn allowed_html(entry: &PublishedEntry, excerpt_chars: usize) -> String {
    let html = || text(&sanitize(&entry.html, None));
    match entry.policy {
        ContentPolicy::Full => html(),
        ContentPolicy::Excerpt => first_paragraphs(&html(), excerpt_chars * 2 / 3, excerpt_chars),
        ContentPolicy::Link => String::new(),
    }
}

/// One topic of the line that says why an entry is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Topic id.
    pub topic: String,
    /// The topic's label, its id where it has none.
    pub label: String,
    /// The terms that spoke for it, strongest first.
    pub terms: Vec<String>,
}

/// Which topics the entry supports, and by which terms.
pub fn why(entry: &PublishedEntry) -> Vec<Why> {
    let labelled = |id: &str| {
        let known = entry.topics.iter().find(|topic| topic.id == id);
        line(known.map_or(id, |topic| &topic.label))
    };
    let mut reasons: Vec<Why> = Vec::new();
    for topic in &entry.verdict.topics {
        let terms = strongest_terms(&entry.verdict, &topic.id);
        // A root repeats the terms of its leaf: the leaf says enough.
        if !terms.is_empty() && !reasons.iter().any(|reason| reason.terms == terms) {
            reasons.push(Why { topic: topic.id.clone(), label: labelled(&topic.id), terms });
        }
        if reasons.len() == WHY_TOPICS {
            break;
        }
    }
    reasons
}

fn strongest_terms(verdict: &Verdict, topic: &str) -> Vec<String> {
    let mut evidence: Vec<_> = verdict
        .topics
        .iter()
        .filter(|found| found.id == topic)
        .flat_map(|found| &found.evidence)
        .filter(|evidence| evidence.weight > 0.0)
        .collect();
    evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut terms: Vec<String> = Vec::new();
    for found in evidence {
        let term = label(&found.term);
        if terms.len() < WHY_TERMS && !term.is_empty() && !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms
}

/// The whole content of an entry: a block with its own language and direction.
pub(super) fn content(
    entry: &PublishedEntry,
    lang: Option<&str>,
    title: &str,
    url: &str,
    excerpt_chars: usize,
) -> String {
    let body = basic(&allowed_html(entry, excerpt_chars));
    let mut html = opening(lang);
    if let Some(image) = lead_image(entry, &body) {
        let _ = write!(html, "<p><img src=\"{}\" alt=\"\"></p>", escape_html(&image));
    }
    html.push_str(&body);
    if body.trim().is_empty() && !entry.summary.trim().is_empty() {
        let summary = shorten(&line(&entry.summary), excerpt_chars);
        let _ = write!(html, "<p>{}</p>", escape_html(&summary));
    }
    html.push_str(&note_block(entry, lang, title, url));
    html.push_str("</div>");
    html
}

fn opening(lang: Option<&str>) -> String {
    match lang {
        Some(lang) => {
            let dir = Direction::of_language(lang).as_str();
            format!("<div lang=\"{}\" dir=\"{dir}\">", escape_html(lang))
        }
        None => "<div dir=\"auto\">".to_owned(),
    }
}

/// The main image, where the text itself has none and the source lets us show text.
fn lead_image(entry: &PublishedEntry, body: &str) -> Option<String> {
    let wanted = entry.policy != ContentPolicy::Link && !body.contains("<img");
    entry.image.as_deref().filter(|_| wanted).and_then(foreign)
}

/// The notes are in the entry's language where we speak it, else in English and marked so.
fn note_block(entry: &PublishedEntry, lang: Option<&str>, title: &str, url: &str) -> String {
    let tongue = Tongue::of(lang);
    let own = lang.and_then(Tongue::parse).is_some();
    let mut html = String::from("<hr>");
    if !own {
        let _ = write!(html, "<div lang=\"en\" dir=\"ltr\">");
    }
    let _ = write!(
        html,
        "<p>{} <a href=\"{}\">{}</a></p>",
        tongue.wording().original,
        escape_html(url),
        escape_html(&format!("{} – {title}", line(&entry.source_name)))
    );
    html.push_str(&copies_list(&entry.copies, tongue));
    html.push_str(&why_line(&why(entry), tongue));
    if !own {
        html.push_str("</div>");
    }
    html
}

fn copies_list(copies: &[Copy], tongue: Tongue) -> String {
    let items: String = copies.iter().filter_map(copy_item).collect();
    if items.is_empty() {
        return String::new();
    }
    format!("<p>{}</p><ul>{items}</ul>", tongue.wording().also_published_by)
}

fn copy_item(copy: &Copy) -> Option<String> {
    let url = foreign(&copy.url)?;
    let hreflang = copy
        .lang
        .as_deref()
        .and_then(tag)
        .map_or(String::new(), |lang| format!(" hreflang=\"{lang}\""));
    let mut name = line(&copy.source_name);
    let title = line(&copy.title);
    if !title.is_empty() {
        let _ = write!(name, " – {title}");
    }
    Some(format!("<li><a href=\"{}\"{hreflang}>{}</a></li>", escape_html(&url), escape_html(&name)))
}

fn why_line(reasons: &[Why], tongue: Tongue) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    let named: Vec<String> = reasons
        .iter()
        .map(|why| escape_html(&format!("{} ({})", why.label, why.terms.join(tongue.comma()))))
        .collect();
    format!("<p>{} {}</p>", tongue.wording().why, named.join(" · "))
}
