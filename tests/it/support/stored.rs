//! What the database holds of each article, published or not.

use std::collections::{BTreeMap, BTreeSet};

use rasad::clock::{Clock, SystemClock};
use rasad::store::{Connections, QueueStats, Store};

use super::program::{Program, wait_for};
use super::web::Web;

/// What came of an article, apart from row numbers, ids and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// `pending`, `done`, `failed` or `twin`.
    pub state: String,
    /// The addresses of all copies of its text.
    pub copies: BTreeSet<String>,
    /// The one that is shown.
    pub lead: String,
    /// Whether it is published.
    pub published: bool,
}

/// Every article of `web` by its address. Fails where one is missing or stands there twice.
#[track_caller]
pub fn stored(program: &Program, web: &Web) -> BTreeMap<String, Stored> {
    wait_for(async {
        let store = Store::open(&program.database, Connections::default()).await.unwrap();
        let mut all = BTreeMap::new();
        for url in web.articles().into_keys() {
            let entries = store.find_entries(&url, "").await.unwrap();
            let [entry] = &entries[..] else {
                panic!("{url} stands there {} times", entries.len())
            };
            let article = store.article(entry.id).await.unwrap();
            let article = article.unwrap_or_else(|| panic!("{url} is {entry:?}"));
            let group = store.group(article.group).await.unwrap().expect("its group");
            let copies = store.copies(article.group).await.unwrap();
            let lead = copies.iter().find(|copy| copy.id == group.lead).expect("its lead");
            let stored = Stored {
                state: entry.state.clone(),
                lead: lead.url.clone(),
                copies: copies.into_iter().map(|copy| copy.url).collect(),
                published: group.relevant,
            };
            all.insert(url, stored);
        }
        store.close().await;
        all
    })
}

/// The lengths of the queues.
pub fn queue(program: &Program) -> QueueStats {
    wait_for(async {
        let store = Store::open(&program.database, Connections::default()).await.unwrap();
        let stats = store.queue_stats(SystemClock.now()).await.unwrap();
        store.close().await;
        stats
    })
}
