//! The admin's feeds: close calls, and what is wrong with the sources.

use super::pages::{Desk, moved_to};
use crate::model::{FeedMeta, Time};
use crate::publish::{Notice, escape_html, line, notices};
use crate::store::SourceState;
use crate::web::errors::Problem;

/// Close calls in the feed.
const CLOSE_CALLS: usize = 50;
/// A source is silent when it had nothing new for so many days.
const SILENT_DAYS: i64 = 30;
/// A source that fails is told of after so many hours: most faults are over by then.
const FAILING_HOURS: i64 = 6;
/// What happened so many days ago is no news.
const NEWS_DAYS: i64 = 30;

impl Desk<'_> {
    /// What a person should decide on.
    pub async fn review_feed(&self) -> Result<String, Problem> {
        let entries = self.close_calls(None, CLOSE_CALLS).await?;
        let authority = &self.web.0.settings.tag_authority;
        let list = entries.iter().map(|entry| Notice {
            id: format!("tag:{authority}:review/{}", entry.group),
            title: format!("{} · {:.1}", line(&entry.title), entry.verdict.score),
            html: format!(
                "<div dir=\"auto\"><p>{}</p></div><p dir=\"auto\">{}</p><p><a href=\"{}\">{}</a> · <a href=\"{}admin/review\">{}</a></p>",
                escape_html(&line(&entry.summary)),
                self.terms_html(&entry.verdict),
                escape_html(&entry.url),
                escape_html(&line(&entry.source_name)),
                escape_html(&self.web.0.base_url),
                self.t().to_review,
            ),
            url: entry.url.clone(),
            at: entry.updated,
            lang: None,
        });
        let list: Vec<Notice> = list.collect();
        Ok(notices(&self.meta("review", self.t().to_review, &list), &list))
    }

    /// Sources that fell silent, fail, moved, are gone, or changed their layout.
    pub async fn health_feed(&self) -> Result<String, Problem> {
        let now = self.web.0.clock.now();
        let states = self.web.0.store.source_states().await?;
        let mut list: Vec<Notice> = Vec::new();
        for state in &states {
            for trouble in troubles(state, now) {
                list.push(self.notice(state, &trouble));
            }
        }
        list.sort_by_key(|notice| std::cmp::Reverse(notice.at));
        Ok(notices(&self.meta("health", self.t().health, &list), &list))
    }

    fn notice(&self, state: &SourceState, trouble: &Trouble) -> Notice {
        let t = self.t();
        let said = match trouble.kind {
            Kind::Gone => t.state_gone,
            Kind::Failing => t.state_failing,
            Kind::Silent => t.state_silent,
            Kind::Moved => t.moved_to,
            Kind::Layout => t.layout_changed,
        };
        let name = self.catalog().source_name(&state.id, self.tongue());
        let authority = &self.web.0.settings.tag_authority;
        let (kind, begun) = (trouble.kind.word(), trouble.at.timestamp());
        Notice {
            id: format!("tag:{authority}:health/{}/{kind}/{begun}", state.id),
            title: format!("{name}: {said}"),
            html: format!(
                "<p>{said}</p><p dir=\"auto\">{}</p><p>{}: {}</p>",
                escape_html(&trouble.detail),
                t.next_read,
                escape_html(&format!("{} ({})", state.next_at.to_rfc3339(), state.reason)),
            ),
            url: format!("{}admin", self.web.0.base_url),
            at: trouble.at,
            lang: None,
        }
    }

    fn meta(&self, name: &str, title: &str, list: &[Notice]) -> FeedMeta {
        let shared = &self.web.0;
        let site = self.catalog().title.get(self.tongue()).to_owned();
        FeedMeta {
            id: format!("tag:{}:feed/{name}", shared.settings.tag_authority),
            title: format!("{site}: {title}"),
            description: String::new(),
            lang: self.tongue().tag().to_owned(),
            site,
            base_url: shared.base_url.clone(),
            icon_url: None,
            self_url: format!("{}admin/{name}.atom", shared.base_url),
            page_url: format!("{}admin", shared.base_url),
            hub_url: None,
            updated: list
                .iter()
                .map(|notice| notice.at)
                .max()
                .unwrap_or_else(|| shared.clock.now()),
            excerpt_chars: usize::MAX,
            ..FeedMeta::default()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gone,
    Failing,
    Silent,
    Moved,
    Layout,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
            Self::Silent => "silent",
            Self::Moved => "moved",
            Self::Layout => "layout",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    kind: Kind,
    detail: String,
    at: Time,
}

/// Since when a source that answers has nothing new, where that is long.
pub(super) fn silent_since(state: &SourceState, now: Time) -> Option<Time> {
    let since = state.last_new.or(state.last_success)?;
    let over = state.error_kind.is_none() && (now - since).num_days() >= SILENT_DAYS;
    over.then(|| since + chrono::Duration::days(SILENT_DAYS))
}

/// What is wrong with a source. Each trouble keeps its moment, and so its id, until it is over.
fn troubles(state: &SourceState, now: Time) -> Vec<Trouble> {
    let mut found = Vec::new();
    if let Some(kind) = &state.error_kind {
        let gone = state.last_status == Some(410) || kind == "gone";
        let since = state.last_success.or(state.last_attempt).unwrap_or(now);
        if gone || (now - since).num_hours() >= FAILING_HOURS || state.last_success.is_none() {
            found.push(Trouble {
                kind: if gone { Kind::Gone } else { Kind::Failing },
                detail: state.error.clone().unwrap_or_else(|| kind.clone()),
                at: since,
            });
        }
    }
    if let Some(at) = silent_since(state, now) {
        let last = state.last_new.map(|last| last.to_rfc3339()).unwrap_or_default();
        found.push(Trouble { kind: Kind::Silent, detail: last, at });
    }
    if let Some(to) = moved_to(&state.plan) {
        let at = state.last_new.or(state.last_success).unwrap_or(now);
        found.push(Trouble { kind: Kind::Moved, detail: to, at });
    }
    let recent = |at: &Time| (now - *at).num_days() < NEWS_DAYS;
    if let Some(at) = state.layout_changed.filter(recent) {
        found.push(Trouble { kind: Kind::Layout, detail: String::new(), at });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FeedFacts;
    use crate::web::samples::now;
    use chrono::Duration;

    fn healthy() -> SourceState {
        SourceState {
            id: "wakala".to_owned(),
            next_at: now() + Duration::minutes(20),
            reason: "entries come every hour".to_owned(),
            last_attempt: Some(now() - Duration::minutes(10)),
            last_success: Some(now() - Duration::minutes(10)),
            last_new: Some(now() - Duration::hours(2)),
            last_status: Some(200),
            error_kind: None,
            error: None,
            plan: "{}".to_owned(),
            facts: FeedFacts::default(),
            layout_changed: None,
        }
    }

    fn kinds(state: &SourceState) -> Vec<Kind> {
        troubles(state, now()).into_iter().map(|trouble| trouble.kind).collect()
    }

    #[test]
    fn a_healthy_source_is_no_news() {
        assert_eq!(kinds(&healthy()), []);
        let hiccup = SourceState { error_kind: Some("timeout".to_owned()), ..healthy() };
        assert_eq!(kinds(&hiccup), [], "most faults are over within hours");
    }

    #[test]
    fn troubles_are_told_once_and_keep_their_moment() {
        let failing = SourceState {
            error_kind: Some("dns".to_owned()),
            error: Some("The name is not known.".to_owned()),
            last_success: Some(now() - Duration::hours(9)),
            ..healthy()
        };
        let told = troubles(&failing, now());
        assert_eq!(
            (told[0].kind, told[0].detail.as_str()),
            (Kind::Failing, "The name is not known.")
        );
        assert_eq!(
            troubles(&failing, now() + Duration::hours(5)),
            told,
            "the same until it is over"
        );
        let gone = SourceState { last_status: Some(410), ..failing };
        assert_eq!(kinds(&gone), [Kind::Gone]);
        let silent = SourceState { last_new: Some(now() - Duration::days(40)), ..healthy() };
        assert_eq!(kinds(&silent), [Kind::Silent]);
        let plan = r#"{"moved":{"from":"https://a.example/","to":"https://b.example/","seen":3,"failed":0}}"#;
        let moved = SourceState { plan: plan.to_owned(), ..healthy() };
        assert_eq!(troubles(&moved, now())[0].detail, "https://b.example/");
        let layout = SourceState { layout_changed: Some(now() - Duration::days(2)), ..healthy() };
        assert_eq!(kinds(&layout), [Kind::Layout]);
    }
}
