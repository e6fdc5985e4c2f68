//! The admin's pages: sources, close calls, verdicts, and the entrance.

use askama::Template;
use axum::http::request::Parts;

use super::cases::Case;
use super::pass::Seal;
use super::{FORM, query_value};
use crate::model::{ContentPolicy, Cursor, Filter, PublishedEntry};
use crate::publish::Tongue;
use crate::schedule::Moved;
use crate::store::{Depth, Selection, Shelf, SourceState, Yield};
use crate::web::ask::Asker;
use crate::web::catalog::Catalog;
use crate::web::errors::Problem;
use crate::web::page::{Page, Section, Visit};
use crate::web::say;
use crate::web::state::Web;
use crate::web::texts::Texts;

/// Rows on one page.
const ROWS: u32 = 50;
/// Days over which the yield is counted.
const YIELD_DAYS: i64 = 30;
/// The key of the admin's feeds holds for ten years: readers keep their addresses.
const FEED_KEY: i64 = 10 * 365 * 86_400;

/// One request for a page of the admin's.
pub(super) struct Desk<'a> {
    pub web: &'a Web,
    pub asker: Asker,
    parts: &'a Parts,
}

/// What every page of the admin's has.
pub(super) struct Tools {
    /// The signed field of every form.
    pub form: String,
    pub review_feed: String,
    pub health_feed: String,
    /// Which page this is.
    pub here: &'static str,
}

#[derive(Template)]
#[template(path = "admin_entrance.html")]
pub(super) struct Entrance {
    page: Page,
}

#[derive(Template)]
#[template(path = "admin_sources.html")]
pub(super) struct Sources {
    page: Page,
    tools: Tools,
    refused: Option<(String, String)>,
    rows: Vec<SourceRow>,
}

struct SourceRow {
    id: String,
    name: String,
    mood: &'static str,
    state: &'static str,
    last: String,
    next: String,
    reason: String,
    error: String,
    notes: Vec<String>,
    yielded: String,
    quality: String,
}

#[derive(Template)]
#[template(path = "admin_review.html")]
pub(super) struct Review {
    page: Page,
    tools: Tools,
    rows: Vec<Case>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "admin_verdicts.html")]
pub(super) struct Verdicts {
    page: Page,
    tools: Tools,
    rows: Vec<Case>,
    older: Option<String>,
}

impl<'a> Desk<'a> {
    pub fn new(web: &'a Web, parts: &'a Parts) -> Self {
        Self { web, asker: Asker::of(web, &parts.headers, &parts.uri), parts }
    }

    pub fn tongue(&self) -> Tongue {
        self.asker.tongue
    }

    pub fn catalog(&self) -> &Catalog {
        &self.asker.catalog
    }

    pub fn t(&self) -> &'static Texts {
        crate::web::texts::texts(self.tongue())
    }

    pub fn visit<'b>(&'b self, path: &'b str) -> Visit<'b> {
        Visit {
            catalog: &self.asker.catalog,
            tongue: self.tongue(),
            ui: query_value(self.parts, "ui").and_then(|tag| Tongue::parse(&tag)),
            now: self.web.0.clock.now(),
            base_url: &self.web.0.base_url,
            root: &self.web.0.root,
            path,
            filter: Filter::default(),
        }
    }

    fn page(&self, path: &str, title: &str) -> Page {
        let mut page = self.visit(path).page(Section::Other, title);
        page.noindex = true;
        page
    }

    fn tools(&self, here: &'static str) -> Tools {
        let (door, now) = (&self.web.0.door, self.web.0.clock.now());
        // The same for a whole day, so that an address that is copied twice is one address.
        let midnight = now - chrono::Duration::seconds(now.timestamp().rem_euclid(86_400));
        let key = door.seal(Seal::Feeds, midnight, FEED_KEY);
        let feed = |name: &str| format!("{}admin/{name}.atom?key={key}", self.web.0.root);
        Tools {
            form: door.seal(Seal::Form, now, FORM),
            review_feed: feed("review"),
            health_feed: feed("health"),
            here,
        }
    }

    pub fn entrance(&self) -> Entrance {
        Entrance { page: self.page("admin", self.t().admin) }
    }

    pub async fn sources(&self) -> Result<Sources, Problem> {
        let shared = &self.web.0;
        let states = shared.store.source_states().await?;
        let yields = shared.yields(YIELD_DAYS).await?;
        let mut rows: Vec<(u8, SourceRow)> = states
            .iter()
            .map(|state| self.source(state, yields.get(&state.id).copied().unwrap_or_default()))
            .collect();
        // Those that need a look first.
        rows.sort_by_key(|(rank, _)| *rank);
        let said = |(since, why)| (say::moment(self.tongue(), since), why);
        Ok(Sources {
            page: self.page("admin", self.t().admin),
            tools: self.tools("sources"),
            refused: shared.refusal().map(said),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        })
    }

    fn source(&self, state: &SourceState, found: Yield) -> (u8, SourceRow) {
        let (t, tongue, now) = (self.t(), self.tongue(), self.web.0.clock.now());
        let ago = |at: Option<crate::model::Time>| {
            at.map_or(t.never.to_owned(), |at| say::ago(tongue, now, at))
        };
        let (rank, mood, word) = match state {
            _ if state.error.is_some() || state.error_kind.is_some() => (0, "bad", t.state_failing),
            _ if state.last_success.is_none() => (3, "idle", t.state_waiting),
            _ if super::feeds::silent_since(state, now).is_some() => (1, "idle", t.state_silent),
            _ => (2, "good", t.state_ok),
        };
        let mut notes = Vec::new();
        if let Some(to) = moved_to(&state.plan) {
            notes.push(format!("{}: {to}", t.moved_to));
        }
        if let Some(at) = state.layout_changed {
            notes.push(format!("{}: {}", t.layout_changed, say::date(tongue, at)));
        }
        if !state.facts.repairs.is_empty() {
            let repairs: Vec<&str> =
                state.facts.repairs.iter().map(String::as_str).take(4).collect();
            notes.push(format!("{}: {}", t.mended, repairs.join(tongue.comma())));
        }
        let row = SourceRow {
            id: state.id.clone(),
            name: self.catalog().source_name(&state.id, tongue).to_owned(),
            mood,
            state: word,
            last: ago(state.last_success),
            next: say::moment(tongue, state.next_at),
            reason: state.reason.clone(),
            error: state.error.clone().or(state.error_kind.clone()).unwrap_or_default(),
            notes,
            yielded: self.yielded(found),
            quality: self.quality(found),
        };
        (rank, row)
    }

    fn yielded(&self, found: Yield) -> String {
        let (t, number) = (self.t(), |count| say::number(self.tongue(), count));
        let all = say::counted(self.tongue(), found.articles, &say::ARTICLES);
        format!(
            "{all} · {}: {} · {}: {}",
            t.relevant,
            number(found.relevant),
            t.lost,
            number(found.failed)
        )
    }

    fn quality(&self, found: Yield) -> String {
        let Some(mean) = found.chars.checked_div(found.articles) else { return String::new() };
        let whole = 100 - found.short * 100 / found.articles.max(1);
        let mean = say::counted(self.tongue(), mean, &say::CHARACTERS);
        format!("{whole}% · {mean}")
    }

    pub async fn review(&self) -> Result<Review, Problem> {
        let before = query_value(self.parts, "before").and_then(|text| text.parse::<Cursor>().ok());
        let mut entries = self.close_calls(before, ROWS as usize + 1).await?;
        let more = entries.len() > ROWS as usize;
        entries.truncate(ROWS as usize);
        let last = entries.last().filter(|_| more);
        let older = last.map(|last| {
            let cursor = Cursor { published: last.published, group: last.group };
            self.visit("").link("admin/review", &format!("before={cursor}"))
        });
        Ok(Review {
            page: self.page("admin/review", self.t().to_review),
            tools: self.tools("review"),
            rows: entries.iter().map(|entry| self.close_call(entry)).collect(),
            older,
        })
    }

    /// Close calls, the newest first.
    pub async fn close_calls(
        &self,
        before: Option<Cursor>,
        limit: usize,
    ) -> Result<Vec<PublishedEntry>, Problem> {
        let (store, all) = (&self.web.0.store, Selection::default());
        let mut entries = store.published(&all, Shelf::Review, before, limit, Depth::List).await?;
        for entry in &mut entries {
            self.catalog().complete(entry, self.tongue(), ContentPolicy::Full);
        }
        Ok(entries)
    }

    pub async fn verdicts(&self) -> Result<Verdicts, Problem> {
        let before = query_value(self.parts, "before").and_then(|text| text.parse().ok());
        let mut judged = self.web.0.store.recent_verdicts(before, ROWS + 1).await?;
        let more = judged.len() > ROWS as usize;
        judged.truncate(ROWS as usize);
        let last = judged.last().filter(|_| more);
        let older =
            last.map(|last| self.visit("").link("admin/verdicts", &format!("before={}", last.id)));
        Ok(Verdicts {
            page: self.page("admin/verdicts", self.t().verdicts),
            tools: self.tools("verdicts"),
            rows: judged.iter().map(|judged| self.judged(judged)).collect(),
            older,
        })
    }
}

/// The new address of a source that moved, once it is believed.
pub(super) fn moved_to(plan: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Plan {
        moved: Option<Moved>,
    }
    let plan: Plan = serde_json::from_str(plan).ok()?;
    plan.moved.filter(Moved::is_believed).map(|moved| moved.to)
}
