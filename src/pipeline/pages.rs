//! An article over all its pages: the first, those that it goes on at, and, where the first is
//! poor, AMP or the print version.
//!
//! All go through the one polite client, and are bounded in number, host and time. Where a later
//! page cannot be had the article is recorded with what there is: readers get the first part now,
//! and what it is about is known from it. It is not asked for again by itself, since a changed
//! text would be published anew for a paragraph or two; but its validators are forgotten, so that
//! all its pages are read when the feed touches the entry again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use super::Pipeline;
use super::body::{self, Body, Page, Read};
use super::catalog::Watched;
use crate::article::{self, Extraction, SiteTemplate};
use crate::fetch::{FetchError, Request, Validators};
use crate::model::{Method, Time};
use crate::store::ClaimedEntry;

/// Time for all further pages of an article together, with the waits for their host's turn.
const MORE_TIME: Duration = Duration::from_secs(60);

/// What a page of an entry is read with.
#[derive(Clone)]
struct Desk {
    entry: Arc<ClaimedEntry>,
    watched: Arc<Watched>,
    template: Arc<SiteTemplate>,
    now: Time,
    until: Instant,
}

impl Pipeline {
    /// Reads an entry's article from its body and from the pages that belong to it. `None` where
    /// a stage broke.
    pub(super) async fn read_whole(
        &self,
        entry: &Arc<ClaimedEntry>,
        body: Body,
        watched: &Arc<Watched>,
        template: &Arc<SiteTemplate>,
        now: Time,
    ) -> Option<(Read, Body)> {
        let desk = Desk {
            entry: entry.clone(),
            watched: watched.clone(),
            template: template.clone(),
            now,
            until: Instant::now() + MORE_TIME,
        };
        let first = desk.clone();
        let (mut read, mut body) = self
            .on_cpu(move || {
                let read =
                    body::read(&first.entry, &body, &first.watched, &first.template, first.now);
                (read, body)
            })
            .await?;
        let Body::Page(page) = &mut body else { return Some((read, body)) };
        let more = match read.plainer.take() {
            Some(plainer) => self.read_plainer(&desk, &mut read, plainer).await,
            None => self.read_further(&desk, &mut read, &page.final_url).await,
        };
        if let Err(error) = more {
            tracing::warn!(entry = entry.id, source = entry.source, url = error.url,
                kind = error.kind(), %error, "a further page is not to be had; the article is kept without it");
            page.validators = Validators::default();
        }
        Some((read, body))
    }

    /// Appends the pages that the article goes on at.
    async fn read_further(
        &self,
        desk: &Desk,
        read: &mut Read,
        first: &Url,
    ) -> Result<(), FetchError> {
        let limit = self.catalog().settings.article_pages as usize;
        let mut visited = vec![first.clone()];
        while let Some(next) = read.next_page.take() {
            let own = matches!(read.article.method, Method::Feed | Method::None);
            if own || visited.len() >= limit || visited.contains(&next) {
                break;
            }
            let page = self.fetch_further(desk, &next).await?;
            // Sent back to a page that was read, or away: the article goes on nowhere.
            let elsewhere = page.final_url.host_str() != first.host_str();
            if elsewhere || visited.contains(&page.final_url) {
                break;
            }
            visited.push(next);
            let before = Some(read.article.text.clone());
            let Some(found) = self.extract_further(desk, page, before).await else { break };
            if !article::append(&mut read.article, found.article) {
                break;
            }
            read.next_page = found.next_page;
        }
        Ok(())
    }

    /// Takes the body from a plainer version of a poor page, where that holds more.
    async fn read_plainer(
        &self,
        desk: &Desk,
        read: &mut Read,
        plainer: Url,
    ) -> Result<(), FetchError> {
        let page = self.fetch_further(desk, &plainer).await?;
        if let Some(found) = self.extract_further(desk, page, None).await {
            article::replace_poor(&mut read.article, found.article);
        }
        Ok(())
    }

    async fn fetch_further(&self, desk: &Desk, url: &Url) -> Result<Page, FetchError> {
        let left = desk.until.saturating_duration_since(Instant::now());
        let time = Some(left.max(Duration::from_millis(1)));
        let request = Request { deadline: time, patience: time, ..Request::page(url.as_str()) };
        let result = self.client.get(request).await;
        self.metrics.page(result.as_ref().map_or_else(|error| error.kind(), |_| "ok"));
        result.map(body::page)
    }

    async fn extract_further(
        &self,
        desk: &Desk,
        page: Page,
        before: Option<String>,
    ) -> Option<Extraction> {
        let desk = desk.clone();
        let read = move || {
            let Desk { entry, watched, template, now, .. } = &desk;
            body::extract(entry, &page, watched, template, *now, before.as_deref()).ok()
        };
        self.on_cpu(read).await.flatten()
    }
}
