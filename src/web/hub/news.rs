//! What is new in a feed since a subscriber was last told: a document of the feed that holds
//! nothing else (WebSub 7 allows the hub to send the difference alone).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use tokio::sync::OnceCell;

use super::super::errors::Problem;
use super::super::feeds::write;
use super::super::state::Web;
use super::super::wanted::Wanted;
use crate::store::{Along, Depth, Shelf};

/// Entries in one delivery; more follow in the next.
const MOST_ENTRIES: usize = 50;

/// News of one feed between two changes.
#[derive(Debug)]
pub(super) struct News {
    /// The last change that it covers.
    pub reached: i64,
    /// The document with its media type; none where nothing of it shows in this feed.
    pub document: Option<(Bytes, &'static str)>,
}

/// A feed's address with the changes after and up to which news is wanted.
type Key = (String, i64, i64);
/// News that is made once, whoever asks first; none where the feed is no more.
type Making = Arc<OnceCell<Option<Arc<News>>>>;

/// What was written for the subscribers of one round: most of them want the same.
#[derive(Debug, Default)]
pub(super) struct Sheets(Mutex<HashMap<Key, Making>>);

impl Sheets {
    /// The news of a feed after one change and up to another; none where there is no such feed.
    pub async fn of(
        &self,
        web: &Web,
        hub_topic: &str,
        after: i64,
        upto: i64,
    ) -> Result<Option<Arc<News>>, Problem> {
        let making = {
            let mut sheets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            sheets.entry((hub_topic.to_owned(), after, upto)).or_default().clone()
        };
        let made = making.get_or_try_init(|| make(web, hub_topic, after, upto)).await?;
        Ok(made.clone())
    }
}

async fn make(
    web: &Web,
    hub_topic: &str,
    after: i64,
    upto: i64,
) -> Result<Option<Arc<News>>, Problem> {
    let Some(wanted) = web.hub_topic(hub_topic) else { return Ok(None) };
    let news = write_news(web, &wanted, after, upto).await?;
    Ok(Some(Arc::new(news)))
}

async fn write_news(web: &Web, wanted: &Wanted, after: i64, upto: i64) -> Result<News, Problem> {
    let nothing = |reached| News { reached, document: None };
    if wanted.nothing {
        return Ok(nothing(upto));
    }
    let (shared, catalog) = (&web.0, web.catalog());
    let selection = catalog.selection(&wanted.filter);
    let range = (after, upto);
    let places = shared
        .store
        .publications(&selection, Shelf::Ever, Along::Change, range, MOST_ENTRIES)
        .await?;
    let full = places.len() == MOST_ENTRIES;
    let reached = places.last().filter(|_| full).map_or(upto, |last| last.number);
    let groups: Vec<i64> = places.iter().map(|place| place.group).collect();
    let mut entries = shared.store.entries_of(&groups, Depth::Full).await?;
    // Only Atom has words for what was withdrawn.
    entries.retain(|entry| entry.withdrawn.is_none() || wanted.form == "atom");
    if entries.is_empty() {
        return Ok(nothing(reached));
    }
    for entry in &mut entries {
        catalog.complete(entry, wanted.tongue, wanted.most());
    }
    let meta = shared.meta(&catalog, wanted, &entries);
    let (body, content_type) = write(wanted.form, &meta, &entries);
    Ok(News { reached, document: Some((body.into(), content_type)) })
}
