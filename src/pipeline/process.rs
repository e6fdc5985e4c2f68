//! Process an entry: body, article, verdict, group, in one transaction at the end.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;

use super::body::{Body, Later};
use super::catalog::{Catalog, Watched};
use super::{Event, Pipeline, stories};
use crate::dedupe::{self, StoryFeatures};
use crate::fetch::Validators;
use crate::html;
use crate::model::{Fingerprint, Method, Time};
use crate::store::{ClaimedEntry, NewArticle, StoreError};
use crate::topics::Document;

/// Length of a summary made from the text, in characters.
const SUMMARY_CHARS: usize = 320;
/// A feed's summary of fewer characters is none.
const SHORTEST_SUMMARY: usize = 60;
/// How a sentence ends, quotes and brackets behind it too.
const SENTENCE_ENDS: [char; 11] = ['.', '!', '?', '؟', '…', '۔', '"', '»', '”', ')', '’'];

/// Shortest wait of an entry whose host could not be asked.
const SHORTEST_WAIT: TimeDelta = TimeDelta::seconds(1);

/// How processing an entry went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessReport {
    /// Its source.
    pub source: String,
    /// `relevant`, `review`, `irrelevant`, `unchanged` (an irrelevant one), or `later`.
    pub outcome: &'static str,
    /// Its page was downloaded.
    pub scraped: bool,
    /// It joined a group as a further copy.
    pub copy: bool,
    /// What went wrong, a sentence.
    pub error: Option<String>,
}

/// What came of an entry, ready to be recorded.
pub struct Prepared {
    /// The article with its verdict, under the entry's row.
    pub article: NewArticle,
    /// The fingerprint of its text.
    pub fingerprint: Fingerprint,
    /// What stories are told apart by, where it is likely to be asked for.
    pub features: Option<StoryFeatures>,
    /// Its page was downloaded.
    pub scraped: bool,
}

impl Prepared {
    /// `relevant`, `review` or `irrelevant`.
    pub fn outcome(&self) -> &'static str {
        match (self.article.verdict.relevant, self.article.verdict.review) {
            (true, _) => "relevant",
            (false, true) => "review",
            (false, false) => "irrelevant",
        }
    }

    /// What stories are told apart by.
    pub fn features(&self) -> Cow<'_, StoryFeatures> {
        match &self.features {
            Some(features) => Cow::Borrowed(features),
            None => Cow::Owned(features_of(&self.article)),
        }
    }
}

fn features_of(article: &NewArticle) -> StoryFeatures {
    stories::features(&article.title, &article.article.text, &article.verdict)
}

/// Which entry is worked on, for the log.
pub(super) struct Piece {
    id: i64,
    source: String,
    attempts: u32,
}

impl Piece {
    pub(super) fn of(entry: &ClaimedEntry) -> Self {
        Self { id: entry.id, source: entry.source.clone(), attempts: entry.attempts }
    }
}

impl Pipeline {
    /// Processes one claimed entry to its end, whatever that is.
    pub(super) async fn process_one(&self, entry: ClaimedEntry) {
        let started = Instant::now();
        let piece = Piece::of(&entry);
        let result = self.try_process(entry).await;
        self.settle(&piece, started, result).await;
    }

    /// Tells how an entry's processing went; one that the database does not take is put off.
    pub(super) async fn settle(
        &self,
        piece: &Piece,
        started: Instant,
        result: Result<ProcessReport, StoreError>,
    ) {
        let Piece { id, source, attempts } = piece;
        match result {
            Ok(report) => {
                self.metrics.took("process", started.elapsed());
                self.metrics.verdict(report.outcome);
                self.metrics.copies.inc_by(u64::from(report.copy));
                tracing::debug!(
                    entry = id,
                    source,
                    outcome = report.outcome,
                    copy = report.copy,
                    scraped = report.scraped,
                    millis = started.elapsed().as_millis() as u64,
                    "entry processed"
                );
                self.tell(Event::Processed(report));
            }
            Err(error) => {
                tracing::error!(entry = id, source, kind = error.kind(), %error, "entry not recorded");
                if !error.passes() {
                    self.refused(*id, *attempts, &error).await;
                }
            }
        }
    }

    async fn try_process(&self, entry: ClaimedEntry) -> Result<ProcessReport, StoreError> {
        let catalog = self.catalog();
        let Some(watched) = catalog.sources.get(&entry.source).cloned() else {
            return self
                .put_off(&entry, later("no_source", "The source is no longer configured."))
                .await;
        };
        let body = match self.get_body(&entry, &watched).await? {
            Body::Later(later) => return self.put_off(&entry, later).await,
            // The text was forgotten because it was irrelevant, and is the same as then.
            Body::Unchanged(known) if known.text.is_empty() => {
                self.store.finish_entry(&self.worker, entry.id).await?;
                return Ok(report(&entry, "unchanged", false, None));
            }
            body => body,
        };
        let template = match &body {
            Body::Page(_) => self.templates.get(&self.store, &entry.source).await?,
            _ => Arc::default(),
        };
        let now = self.now();
        let shared = Arc::new(entry);
        let whole = self.read_whole(&shared, body, &watched, &template, now).await;
        let Some((read, body)) = whole else {
            return self.put_off(&shared, later("bug", "A stage broke on this article.")).await;
        };
        let blocks = read.blocks;
        let stage = (shared.clone(), catalog.clone(), watched);
        let prepared = self
            .on_cpu(move || {
                let (entry, catalog, watched) = stage;
                prepare(&entry, read.article, body, &catalog, &watched, now)
            })
            .await;
        let Some(prepared) = prepared else {
            return self.put_off(&shared, later("bug", "A stage broke on this article.")).await;
        };
        if let Some(blocks) = blocks {
            self.templates.learn(&self.store, &shared.source, &blocks, now).await?;
        }
        let report = report(&shared, prepared.outcome(), prepared.scraped, None);
        let recorded = self.recorder.record(&self.worker, &catalog, vec![prepared], self.now());
        let copy = recorded.await.pop().unwrap_or(Err(StoreError::ClaimLost))?;
        Ok(ProcessReport { copy, ..report })
    }

    /// The database does not take this entry: it is tried again, less and less often. Where it
    /// does not take this either, the claim expires and the entry is processed again then.
    async fn refused(&self, id: i64, attempts: u32, error: &StoreError) {
        let at = self.now() + self.later_by(attempts);
        let said = (error.kind(), error.to_string());
        let put_off = self.store.defer_entry(&self.worker, id, at, (said.0, &said.1), true).await;
        if let Err(error) = put_off {
            tracing::error!(entry = id, kind = error.kind(), %error, "entry not put off");
        }
    }

    /// How long the next attempt waits: each time longer.
    fn later_by(&self, attempts: u32) -> TimeDelta {
        self.catalog().settings.retry_after * (attempts as i32 + 1).min(100)
    }

    /// Puts an entry off for a later attempt, each time longer; for as long as its host asks.
    async fn put_off(
        &self,
        entry: &ClaimedEntry,
        later: Later,
    ) -> Result<ProcessReport, StoreError> {
        let Later { kind, error, wait, ours } = later;
        let asked = wait.and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or_default();
        let own = self.later_by(entry.attempts);
        let at = self.now() + if ours { asked.max(SHORTEST_WAIT) } else { asked.max(own) };
        self.store.defer_entry(&self.worker, entry.id, at, (kind, &error), !ours).await?;
        if ours {
            tracing::debug!(entry = entry.id, source = entry.source, kind, error, retry_at = %at,
                "entry waits for its host");
        } else {
            tracing::warn!(entry = entry.id, source = entry.source, kind, error, retry_at = %at,
                "entry put off");
        }
        Ok(report(entry, "later", false, Some(error)))
    }
}

fn later(kind: &'static str, error: &str) -> Later {
    Later { kind, error: error.to_owned(), wait: None, ours: false }
}

pub(super) fn report(
    entry: &ClaimedEntry,
    outcome: &'static str,
    scraped: bool,
    error: Option<String>,
) -> ProcessReport {
    ProcessReport { source: entry.source.clone(), outcome, scraped, copy: false, error }
}

/// Verdict, fingerprint and everything else that is recorded of an article.
pub(super) fn prepare(
    entry: &ClaimedEntry,
    article: crate::model::Article,
    body: Body,
    catalog: &Catalog,
    watched: &Watched,
    now: Time,
) -> Prepared {
    let title = title(entry, &article);
    let published = published(entry, article.date, now);
    let scraped = matches!(body, Body::Page(_));
    let (url, validators) = whereabouts(entry, body);
    let url_key = url_key(&url, article.canonical_url.as_deref()).unwrap_or_else(|| {
        // Without an address the entry's row stands for it.
        format!("entry:{}", entry.id)
    });
    let lang = article.lang.as_deref().or(entry.detail.lang.as_deref());
    let document = Document {
        title: &title,
        text: &article.text,
        lang: lang.or(watched.source.lang.as_deref()),
        url: Some(&url),
    };
    let verdict = catalog.topics.classify(&document, &watched.hint());
    let fingerprint = dedupe::fingerprint(&dedupe::Text {
        title: &title,
        text: &article.text,
        published: own_date(entry, article.date).map(|date| date.min(now)),
        seen: entry.first_seen,
        source: &entry.source,
    });
    let credits = dedupe::credits_agency(&article.text);
    let own = entry.detail.summary.as_deref().map(html::plain_text).unwrap_or_default();
    let summary = summary(&own, &article.text);
    let image = article.image.clone().or_else(|| entry.detail.image.clone());
    let author = article.author.clone().or_else(|| authors(entry));
    let article = NewArticle {
        id: entry.id,
        source: entry.source.clone(),
        url,
        url_key,
        article: crate::model::Article { image, author, ..article },
        title,
        summary,
        published,
        rights: entry.detail.rights.clone(),
        enclosures: entry.detail.enclosures.clone(),
        credits,
        etag: validators.etag,
        last_modified: validators.last_modified,
        verdict,
        rules: catalog.rules.clone(),
    };
    // Only what subscribers see is put into stories.
    let features = article.verdict.relevant.then(|| features_of(&article));
    Prepared { article, fingerprint, features, scraped }
}

/// The article's address and its page's validators.
fn whereabouts(entry: &ClaimedEntry, body: Body) -> (String, Validators) {
    match body {
        Body::Page(page) => (page.final_url.to_string(), page.validators),
        Body::Unchanged(known) => {
            let validators =
                Validators { etag: known.etag, last_modified: known.last_modified, url: None };
            (known.url, validators)
        }
        Body::Feed | Body::Later(_) => {
            (entry.link.clone().unwrap_or_default(), Validators::default())
        }
    }
}

/// The feed's title: it names the article, not the site. The page's where the feed has none.
fn title(entry: &ClaimedEntry, article: &crate::model::Article) -> String {
    let from_feed = html::plain_text(&entry.title);
    let from_feed = from_feed.split_whitespace().collect::<Vec<_>>().join(" ");
    if !from_feed.is_empty() && !from_feed.ends_with('…') {
        return from_feed;
    }
    match &article.title {
        Some(title) if !title.is_empty() => title.clone(),
        _ => from_feed,
    }
}

/// When it was published, else first seen; never in the future.
fn published(entry: &ClaimedEntry, from_page: Option<Time>, now: Time) -> Time {
    own_date(entry, from_page).unwrap_or(entry.first_seen).min(now)
}

/// The article's own date: the feed's, else the page's; none from before there was a web.
fn own_date(entry: &ClaimedEntry, from_page: Option<Time>) -> Option<Time> {
    const WEB_BEGAN: i64 = 662_688_000;
    let sensible = |time: &Time| time.timestamp() >= WEB_BEGAN;
    entry.published.filter(sensible).or(from_page.filter(sensible))
}

fn url_key(url: &str, claimed: Option<&str>) -> Option<String> {
    let found = url::Url::parse(url).ok()?;
    let claimed = claimed.and_then(|c| url::Url::parse(c).ok());
    Some(dedupe::canonical_url(&found, claimed.as_ref()))
}

fn authors(entry: &ClaimedEntry) -> Option<String> {
    let names = entry.detail.authors.join(", ");
    (!names.is_empty()).then_some(names)
}

/// The feed's own summary where it is one; else the beginning of the text, also where the feed's
/// is no more than that, broken off inside a sentence.
fn summary(own: &str, text: &str) -> String {
    let own = own.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = own.chars().count();
    let beginning = shorten(text, length.max(SUMMARY_CHARS));
    let said = own.trim_end_matches(['.', '…', '[', ']', ' ']);
    let broken_off = own.ends_with(['…', ']']) || !own.ends_with(SENTENCE_ENDS);
    if length >= SHORTEST_SUMMARY && !(broken_off && beginning.starts_with(said)) || text.is_empty()
    {
        shorten(&own, SUMMARY_CHARS)
    } else {
        shorten(text, SUMMARY_CHARS)
    }
}

/// At most `chars` characters, cut between words.
pub(super) fn shorten(text: &str, chars: usize) -> String {
    let words = text.split_whitespace();
    let mut short = String::new();
    let mut length = 0;
    for word in words {
        let added = word.chars().count() + 1;
        if length + added > chars && length > 0 {
            return short + "…";
        }
        if length > 0 {
            short.push(' ');
        }
        short.push_str(word);
        length += added;
    }
    short
}

/// Whether a body is worth more than what the feed said.
pub(super) fn is_body(method: Method) -> bool {
    !matches!(method, Method::Feed | Method::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_that_breaks_off_goes_on_as_the_text_does() {
        let text = "أوقفت الشرطة في طنجة سبعة أشخاص يشتبه في تورطهم في شبكة للاتجار بالبشر. وقال مصدر أمني إن التحقيق مستمر.";
        let whole = "أوقفت الشرطة في طنجة سبعة أشخاص يشتبه في تورطهم في شبكة للاتجار بالبشر.";
        let cut = "أوقفت الشرطة في طنجة سبعة أشخاص يشتبه في تورطهم في شبكة للاتج";
        assert_eq!(summary(whole, text), whole);
        assert_eq!(summary(cut, text), text);
        assert_eq!(summary(&format!("{cut} [...]"), text), text);
        let other = "خلاصة كتبها محرر الموقع بكلمات أخرى عن توقيف شبكة للاتجار في البشر بشمال المغرب";
        assert_eq!(summary(other, text), other);
        assert_eq!(summary("قصير", text), text);
        assert_eq!(summary("قصير", ""), "قصير");
    }

    #[test]
    fn a_text_is_cut_between_words() {
        assert_eq!(shorten("مائدة مستديرة حول الاتجار بالبشر", 15), "مائدة مستديرة…");
        assert_eq!(shorten("short \n text", 100), "short text");
        assert_eq!(shorten("", 10), "");
    }
}
