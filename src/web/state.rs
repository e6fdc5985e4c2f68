//! What every handler shares: store, clock, the present catalog, what was made of both.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::HeaderValue;
use futures::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::admin::Door;
use super::catalog::Catalog;
use super::feeds::FeedCache;
use super::guard::Rates;
use crate::clock::Clock;
use crate::fetch::Guard;
use crate::model::{DayCount, Facets, Time};
use crate::publish::Tongue;
use crate::store::{Store, StoreError, Yield};
use crate::telemetry::Metrics;

/// How old the known version of the content may be.
const VERSION_AGE: Duration = Duration::from_millis(500);
/// How old counts on pages may be.
const COUNTS_AGE: Duration = Duration::from_secs(60);

/// An admin's word on a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The group's row.
    pub group: i64,
    /// Relevant or not; none leaves it to the rules.
    pub accept: Option<bool>,
    /// What it is about; empty leaves that to the rules.
    pub topics: Vec<String>,
}

/// Keeps an admin's word and does what follows from it; false where there is no such group. The
/// work on groups is another room's.
pub type Decide =
    Arc<dyn Fn(Decision) -> BoxFuture<'static, Result<bool, StoreError>> + Send + Sync>;

/// What the web needs to know beside its catalog.
#[derive(Clone)]
pub struct Settings {
    /// The address under which the public reaches us.
    pub base_url: Url,
    /// Authority of `tag:` URIs: domain and year.
    pub tag_authority: String,
    /// Language of pages for a reader who asks for none that we speak.
    pub lang: Tongue,
    /// Entries on one page.
    pub page_size: usize,
    /// Searches and feeds made up by query parameters, for each client and minute.
    pub query_rate: u32,
    /// Longest time that a request may take.
    pub timeout: Duration,
    /// How long readers and proxies may keep a feed without asking again.
    pub cache_time: Duration,
    /// Whether our feeds name our hub.
    pub hub: bool,
    /// How long the hub remembers a subscriber that asks for no lease.
    pub lease: Duration,
    /// Which callbacks the hub may call.
    pub callbacks: Guard,
    /// Opens `/admin`; closed without it and without `admin_header`.
    pub admin_token: Option<String>,
    /// Header in which a trusted proxy names the signed-in admin.
    pub admin_header: Option<String>,
    /// Whether a peer is a reverse proxy whose `X-Forwarded-For` is believed.
    pub trusts: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// What is done when an admin decides.
    pub decide: Decide,
}

/// The web: pages, feeds and what they share. Cheap to clone.
#[derive(Clone)]
pub struct Web(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub settings: Settings,
    pub base_url: String,
    pub root: String,
    /// `Cache-Control` of feeds.
    pub feed_cache: HeaderValue,
    catalog: RwLock<Arc<Catalog>>,
    /// Counts changes of the catalog.
    generation: AtomicU64,
    version: AtomicI64,
    version_read: Mutex<Option<Instant>>,
    pub feeds: FeedCache,
    pub rates: Rates,
    pub hub_rates: Rates,
    pub door: Door,
    /// Why the configuration on disk is not in force, and since when.
    refused: RwLock<Option<(Time, String)>>,
    facets: Memo<Facets>,
    topic_days: Memo<Vec<DayCount>>,
    source_days: Memo<Vec<DayCount>>,
    yields: Memo<HashMap<String, Yield>>,
}

/// A state of everything that feeds show: the content's version and the catalog's.
pub(super) type Version = (i64, u64);

/// A value that may be a little old.
struct Memo<T>(Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Memo<T> {
    /// The value, made anew where it is too old. One maker at a time: the others wait for it.
    async fn get<F>(&self, make: impl FnOnce() -> F) -> Result<Arc<T>, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut kept = self.0.lock().await;
        if let Some((_, value)) = kept.as_ref().filter(|(made, _)| made.elapsed() < COUNTS_AGE) {
            return Ok(value.clone());
        }
        let value = Arc::new(make().await?);
        *kept = Some((Instant::now(), value.clone()));
        Ok(value)
    }
}

impl Web {
    /// The web over `store`.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        settings: Settings,
        catalog: Catalog,
    ) -> Self {
        let mut base_url = settings.base_url.to_string();
        if !base_url.ends_with('/') {
            base_url.push('/');
        }
        let mut root = settings.base_url.path().to_owned();
        if !root.ends_with('/') {
            root.push('/');
        }
        let seconds = settings.cache_time.as_secs();
        let feed_cache = format!("public, max-age={seconds}, stale-while-revalidate=3600");
        let feed_cache =
            HeaderValue::from_str(&feed_cache).unwrap_or(HeaderValue::from_static("no-cache"));
        Self(Arc::new(Shared {
            store,
            clock,
            metrics,
            rates: Rates::new(settings.query_rate),
            hub_rates: Rates::new(super::hub::RATE),
            door: Door::new(&settings),
            refused: RwLock::default(),
            settings,
            base_url,
            root,
            feed_cache,
            catalog: RwLock::new(Arc::new(catalog)),
            generation: AtomicU64::new(0),
            version: AtomicI64::new(0),
            version_read: Mutex::new(None),
            feeds: FeedCache::default(),
            facets: Memo::default(),
            topic_days: Memo::default(),
            source_days: Memo::default(),
            yields: Memo::default(),
        }))
    }

    /// Takes another catalog into use; every feed is made anew when it is next asked for.
    pub fn replace(&self, catalog: Catalog) {
        *self.0.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        self.0.generation.fetch_add(1, Ordering::Release);
    }

    /// Shows admins why the configuration on disk is not in force; `None` where it is.
    pub fn refused(&self, why: Option<String>) {
        let since = self.0.clock.now();
        *self.0.refused.write().unwrap_or_else(PoisonError::into_inner) =
            why.map(|why| (since, why));
    }

    /// The catalog in use.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.0.catalog.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Shared {
    /// Why the configuration on disk is not in force, and since when.
    pub fn refusal(&self) -> Option<(Time, String)> {
        self.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The version that was read last, no older than half a second unless the database is lost.
    pub async fn version(&self) -> Result<Version, StoreError> {
        let mut read = self.version_read.lock().await;
        if read.is_none_or(|read| read.elapsed() >= VERSION_AGE) {
            self.version.store(self.store.content_version().await?, Ordering::Release);
            *read = Some(Instant::now());
        }
        Ok((self.version.load(Ordering::Acquire), self.generation.load(Ordering::Acquire)))
    }

    /// The version of this very moment, which everybody sees from now on.
    pub async fn newest_version(&self) -> Result<Version, StoreError> {
        *self.version_read.lock().await = None;
        self.version().await
    }

    pub async fn facets(&self) -> Result<Arc<Facets>, StoreError> {
        self.facets.get(|| self.store.facets(self.ninety_days_ago())).await
    }

    pub async fn topic_days(&self) -> Result<Arc<Vec<DayCount>>, StoreError> {
        self.topic_days.get(|| self.store.topic_days(self.ninety_days_ago())).await
    }

    pub async fn source_days(&self) -> Result<Arc<Vec<DayCount>>, StoreError> {
        self.source_days.get(|| self.store.source_days(self.ninety_days_ago())).await
    }

    /// What each source yielded over some days.
    pub async fn yields(&self, days: i64) -> Result<Arc<HashMap<String, Yield>>, StoreError> {
        let since = self.clock.now() - chrono::Duration::days(days);
        self.yields.get(|| self.store.yields(since)).await
    }

    fn ninety_days_ago(&self) -> crate::model::Time {
        self.clock.now() - chrono::Duration::days(90)
    }
}
