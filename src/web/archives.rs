//! Archives of the feeds of the catalog (RFC 5005 section 4): documents that never change.
//!
//! Entries are archived in the order in which we published them, as a rule half as many to a
//! document as the feed holds. What is not in the feed itself is in an archive: together they are
//! everything. Where a document ends is decided once, and its text is kept as it was first
//! served. The law alone is stronger: what is withdrawn is cut out (`publish::without`).
//!
//! The document that is still being filled has its address already, because the one before it
//! points there; it is no archive until it is full.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response};

use super::catalog::Catalog;
use super::errors::Problem;
use super::feeds::{updated, write};
use super::http::Document;
use super::query::Asked;
use super::state::{Shared, Web};
use super::wanted::Wanted;
use crate::model::{FeedMeta, PublishedEntry};
use crate::publish;
use crate::store::{Along, ArchiveRange, ArchiveText, Depth, Place, Shelf};

/// Documents ended in one look.
const AT_ONCE: usize = 2_000;
/// Entries of one document, whatever the limits were when it was ended.
const MOST: usize = 2_000;
/// What never changes may be kept for long; a withdrawal shall not take for ever to arrive.
const KEPT: HeaderValue =
    HeaderValue::from_static("public, max-age=3600, stale-while-revalidate=86400");

impl Web {
    /// A document of an archive: `file` is its number and form.
    pub(super) async fn archive(
        &self,
        feed: &str,
        file: &str,
        headers: &HeaderMap,
    ) -> Result<Response<Body>, Problem> {
        let (number, form) = file.split_once('.').ok_or(Problem::NotFound)?;
        let number: i64 = number.parse().map_err(|_| Problem::NotFound)?;
        let catalog = self.catalog();
        let name = format!("{feed}.{form}");
        let wanted = Wanted::read(&name, Asked::default(), &catalog, self.0.settings.lang)?;
        // Another way to write the number would be another address of the same.
        if !wanted.has_archive() || form == "json" || !file.starts_with(&format!("{number}.")) {
            return Err(Problem::NotFound);
        }
        if let Some(range) = self.0.store.archive(feed, number).await? {
            return self.0.archive_document(&catalog, &wanted, range, headers).await;
        }
        let last = self.0.store.last_archive(feed).await?;
        let (next, after) = last.map_or((1, 0), |last| (last.number + 1, last.upto));
        if number != next {
            return Err(Problem::NotFound);
        }
        let range = ArchiveRange { number, after, upto: i64::MAX };
        let (body, kind) = self.0.write_archive(&catalog, &wanted, range, false).await?;
        let document = Document::once(kind, body, headers).await;
        Ok(document.answer(headers, &self.0.feed_cache))
    }
}

impl Wanted {
    /// Whether there are archives of it.
    fn has_archive(&self) -> bool {
        self.is_plain() && self.ui.is_none()
    }

    /// Entries in one document of its archive.
    fn archive_size(&self) -> usize {
        (self.limit() / 2).max(1)
    }
}

impl Shared {
    /// The address of a document of a feed's archive.
    pub fn archive_url(&self, wanted: &Wanted, number: i64) -> String {
        let form = if wanted.form == "json" { "atom" } else { wanted.form };
        format!("{}feeds/{}/archive/{number}.{form}", self.base_url, wanted.id())
    }

    /// Ends documents of the archive, so that whatever is not among the feed's own `entries` is in
    /// one. The number of the last complete document.
    pub async fn archived(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        entries: &[PublishedEntry],
    ) -> Result<Option<i64>, Problem> {
        if !wanted.has_archive() || wanted.nothing {
            return Ok(None);
        }
        let (feed, size) = (wanted.id(), wanted.archive_size());
        let selection = catalog.selection(&wanted.filter);
        let shown: HashSet<i64> = entries.iter().map(|entry| entry.group).collect();
        loop {
            let last = self.store.last_archive(feed).await?;
            let (number, after) = last.map_or((0, 0), |last| (last.number, last.upto));
            let range = (after, i64::MAX);
            let most = size * AT_ONCE;
            let shelf = Shelf::Published;
            let open =
                self.store.publications(&selection, shelf, Along::Position, range, most).await?;
            let ends = ends(&open, &shown, size);
            if ends.is_empty() {
                return Ok(last.map(|last| last.number));
            }
            self.store.close_archives(feed, number + 1, &ends, self.clock.now()).await?;
        }
    }

    /// A complete document: as it was first served, without what was withdrawn since.
    async fn archive_document(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        range: ArchiveRange,
        headers: &HeaderMap,
    ) -> Result<Response<Body>, Problem> {
        let (feed, number, form) = (wanted.id(), range.number, wanted.form);
        let mut text = match self.store.archive_text(feed, number, form).await? {
            Some(text) => text,
            None => self.first_text(catalog, wanted, range).await?,
        };
        let mut changed = false;
        for gone in self.store.withdrawals(range.after, range.upto).await? {
            let rest = publish::without(&text.body, form, &gone.id, gone.at, &gone.reason);
            if let Some(body) = rest {
                text = ArchiveText { body, made: self.clock.now() };
                changed = true;
            }
        }
        if changed {
            self.store.keep_archive_text(feed, number, form, &text, true).await?;
        }
        let document = Document::once(media_type(form), text.body, headers).await.dated(text.made);
        Ok(document.answer(headers, &KEPT))
    }

    /// Writes a document for the first time; what another process wrote meanwhile stands.
    async fn first_text(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        range: ArchiveRange,
    ) -> Result<ArchiveText, Problem> {
        let (body, _) = self.write_archive(catalog, wanted, range, true).await?;
        let text = ArchiveText { body, made: self.clock.now() };
        let (feed, number, form) = (wanted.id(), range.number, wanted.form);
        self.store.keep_archive_text(feed, number, form, &text, false).await?;
        Ok(self.store.archive_text(feed, number, form).await?.unwrap_or(text))
    }

    async fn write_archive(
        &self,
        catalog: &Catalog,
        wanted: &Wanted,
        range: ArchiveRange,
        complete: bool,
    ) -> Result<(String, &'static str), Problem> {
        let selection = catalog.selection(&wanted.filter);
        let bounds = (range.after, range.upto);
        let places =
            self.store.publications(&selection, Shelf::Ever, Along::Position, bounds, MOST).await?;
        let groups: Vec<i64> = places.iter().map(|place| place.group).collect();
        let mut entries = self.store.entries_of(&groups, Depth::Full).await?;
        for entry in &mut entries {
            catalog.complete(entry, wanted.tongue, wanted.most());
        }
        let before = range.number.checked_sub(1).filter(|number| *number > 0);
        let meta = FeedMeta {
            self_url: self.archive_url(wanted, range.number),
            hub_url: None,
            prev_archive_url: before.map(|number| self.archive_url(wanted, number)),
            next_archive_url: complete.then(|| self.archive_url(wanted, range.number + 1)),
            current_url: Some(wanted.address(&self.base_url, None)),
            archive: complete,
            updated: updated(&entries, self.clock.now()),
            ..self.meta(catalog, wanted, &entries)
        };
        Ok(write(wanted.form, &meta, &entries))
    }
}

/// Where documents of `size` entries end, so that all of `open` that is not `shown` is in one of
/// them. A document takes more than it must, so that the next one need not be made at once; it is
/// smaller only where something late has just come that the feed itself never shows.
fn ends(open: &[Place], shown: &HashSet<i64>, size: usize) -> Vec<i64> {
    let Some(missing) = open.iter().rposition(|place| !shown.contains(&place.group)) else {
        return Vec::new();
    };
    let count = (missing + 1).max(size.min(open.len()));
    open[..count].chunks(size).filter_map(|part| Some(part.last()?.number)).collect()
}

fn media_type(form: &str) -> &'static str {
    match form {
        "atom" => "application/atom+xml; charset=utf-8",
        _ => "application/rss+xml; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_feed_does_not_show_is_archived() {
        let open: Vec<Place> = (1..=10).map(|n| Place { number: n * 2, group: n }).collect();
        let shown = |groups: std::ops::RangeInclusive<i64>| groups.collect::<HashSet<i64>>();
        assert_eq!(ends(&open, &shown(1..=10), 5), [] as [i64; 0]);
        assert_eq!(ends(&open, &shown(2..=10), 5), [10], "as much as fits, so that it takes time");
        assert_eq!(ends(&open, &shown(8..=10), 5), [10, 14]);
        assert_eq!(ends(&open, &shown(1..=9), 5), [10, 20], "the last one came late");
        assert_eq!(ends(&open[..2], &shown(2..=10), 5), [4]);
    }
}
