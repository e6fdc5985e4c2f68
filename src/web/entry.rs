//! `/entry/{id}`: one text, its original first, its copies, its story, why it is here.

use std::ops::Range;

use askama::Template;

use super::card::{Card, Chip, title};
use super::marks::Marked;
use super::page::{Page, Section, Visit, dir};
use super::say;
use crate::model::{ContentPolicy, Copy, PublishedEntry, Revision, Zone};
use crate::publish::{address, allowed_html, escape_html, language_name, line};
use crate::store::LeadText;

#[derive(Template)]
#[template(path = "entry.html")]
pub(super) struct Entry {
    pub page: Page,
    pub card: Card,
    pub author: Option<String>,
    pub rights: Option<String>,
    pub published: String,
    pub updated: Option<String>,
    pub updated_at: String,
    pub body: String,
    pub summary: String,
    pub image: Option<String>,
    pub excerpt: bool,
    pub copies: Vec<CopyLink>,
    pub story: Vec<Card>,
    pub reasons: Vec<Reason>,
    /// The title as HTML, with the terms that speak for the article marked.
    pub title: String,
    pub score: String,
    pub revisions: Vec<RevisionLine>,
    pub media: Vec<Chip>,
}

pub(super) struct CopyLink {
    pub href: String,
    pub publisher: String,
    pub title: String,
    pub lang: String,
    pub dir: &'static str,
    pub language: Option<String>,
    pub when: String,
    pub datetime: String,
}

/// A topic, its score, and the terms that spoke for it or against it.
pub(super) struct Reason {
    pub topic: Chip,
    pub score: String,
    pub terms: Vec<TermLine>,
}

pub(super) struct TermLine {
    /// HTML.
    pub term: String,
    pub place: &'static str,
    pub weight: String,
    pub against: bool,
}

pub(super) struct RevisionLine {
    pub when: String,
    pub datetime: String,
    pub title: String,
    pub size: String,
}

impl Visit<'_> {
    /// The page of one entry; `story` holds the other entries of its story, `lead` the text that
    /// the evidence was found in.
    pub fn entry(
        &self,
        entry: &PublishedEntry,
        story: &[PublishedEntry],
        revisions: &[Revision],
        lead: Option<&LeadText>,
    ) -> Entry {
        let body = allowed_html(entry, self.catalog.excerpt_chars);
        let (heading, body) = match lead {
            Some(lead) => marked(entry, lead, &body),
            None => (escape_html(&title(entry)), body),
        };
        let mut page = self.page(Section::Other, &title(entry));
        page.noindex = entry.policy == ContentPolicy::Full;
        let image = entry.image.as_deref().and_then(address);
        let changed = entry.updated - entry.published > chrono::Duration::hours(1);
        Entry {
            card: self.card(entry),
            author: entry.author.as_deref().map(line).filter(|name| !name.is_empty()),
            rights: entry.rights.as_deref().map(line).filter(|rights| !rights.is_empty()),
            published: say::moment(self.tongue, entry.published),
            updated: changed.then(|| say::moment(self.tongue, entry.updated)),
            updated_at: entry.updated.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            image: image.filter(|_| entry.policy == ContentPolicy::Full && !body.contains("<img")),
            summary: line(&entry.summary),
            excerpt: entry.policy != ContentPolicy::Full,
            copies: entry.copies.iter().filter_map(|copy| self.copy(copy)).collect(),
            story: story.iter().map(|other| self.card(other)).collect(),
            reasons: self.reasons(entry),
            score: format!("{:.1}", entry.verdict.score),
            revisions: revisions.iter().map(|revision| self.revision(revision)).collect(),
            media: media(entry),
            title: heading,
            body,
            page,
        }
    }

    fn copy(&self, copy: &Copy) -> Option<CopyLink> {
        let lang = copy.lang.as_deref();
        Some(CopyLink {
            href: address(&copy.url)?,
            publisher: line(&copy.source_name),
            title: line(&copy.title),
            lang: lang.unwrap_or_default().to_owned(),
            dir: dir(lang),
            language: lang
                .filter(|lang| *lang != self.tongue.tag())
                .map(|lang| language_name(lang, self.tongue).to_owned()),
            when: say::ago(self.tongue, self.now, copy.published),
            datetime: copy.published.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        })
    }

    fn reasons(&self, entry: &PublishedEntry) -> Vec<Reason> {
        let t = self.t();
        let place = |zone| match zone {
            Zone::Title => t.in_title,
            Zone::Lead => t.in_lead,
            Zone::Body => t.in_body,
        };
        let reasons = entry.verdict.topics.iter().filter(|topic| !topic.evidence.is_empty());
        let reasons = reasons.map(|topic| Reason {
            topic: self.chip("topic", &topic.id, self.catalog.topic_label(&topic.id, self.tongue)),
            score: format!("{:.1}", topic.score),
            terms: topic
                .evidence
                .iter()
                .map(|evidence| TermLine {
                    // A pattern is long: it may break between its words.
                    term: escape_html(&line(&evidence.term)).replace('|', "|<wbr>"),
                    place: place(evidence.field),
                    weight: format!("{:+.1}", evidence.weight),
                    against: evidence.weight < 0.0,
                })
                .collect(),
        });
        reasons.collect()
    }

    fn revision(&self, revision: &Revision) -> RevisionLine {
        RevisionLine {
            when: say::moment(self.tongue, revision.seen),
            datetime: revision.seen.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            title: line(&revision.title),
            size: say::counted(self.tongue, u64::from(revision.chars), &say::CHARACTERS),
        }
    }
}

/// Title and body with marks where the rules found what speaks for the article.
fn marked(entry: &PublishedEntry, lead: &LeadText, body: &str) -> (String, String) {
    let spans = |in_title: bool| -> Vec<Range<usize>> {
        let evidence = lead.verdict.topics.iter().flat_map(|topic| &topic.evidence);
        let telling = evidence.filter(|found| found.weight > 0.0);
        let here = telling.filter(|found| (found.field == Zone::Title) == in_title);
        here.filter_map(|found| found.span).map(|(from, to)| from as usize..to as usize).collect()
    };
    let heading = escape_html(&title(entry));
    (
        Marked::new(&entry.title, &spans(true)).put_into(&heading),
        Marked::new(&lead.text, &spans(false)).put_into(body),
    )
}

fn media(entry: &PublishedEntry) -> Vec<Chip> {
    let links = entry.enclosures.iter().filter_map(|enclosure| {
        let href = address(&enclosure.url)?;
        let file = href.split(['?', '#']).next().and_then(|path| path.rsplit('/').next());
        let name = file.filter(|name| !name.is_empty()).unwrap_or(&href).to_owned();
        Some(Chip { name, href, tone: 0 })
    });
    links.collect()
}
