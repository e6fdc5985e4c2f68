//! A small web of news sites on loopback, made of the files in `tests/fixtures/web`.
//!
//! One folder is one site: `site.toml` says what it is, `page.html` is its layout, and every
//! other file is an article, or another site's article printed again (see [`article`]). Each site
//! has a loopback address of its own, so that sites are different hosts; the system chooses the
//! ports. All requests are counted.

mod article;
mod feed;
mod server;
mod site;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rasad::clock::{Clock, SystemClock};
use tokio::runtime::Runtime;

pub use article::{About, Article};
pub use server::Hit;
use server::{Log, Served};
use site::Site;

/// Folder of the sites.
const FOLDER: &str = "tests/fixtures/web";

/// The sites, served until this is dropped.
pub struct Web {
    sites: Vec<Arc<Served>>,
    log: Arc<Log>,
    _runtime: Runtime,
}

impl Web {
    /// All sites.
    pub fn start() -> Self {
        Self::serve(Site::read_all(&folder()))
    }

    /// These sites only. Whoever prints their articles again is left out.
    pub fn of(names: &[&str]) -> Self {
        let mut sites = Site::read_all(&folder());
        sites.retain(|site| names.contains(&site.id.as_str()));
        assert_eq!(sites.len(), names.len(), "one of {names:?} is no folder of {FOLDER}");
        Self::serve(sites)
    }

    fn serve(sites: Vec<Site>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (log, now) = (Arc::<Log>::default(), SystemClock.now());
        let sites = sites
            .into_iter()
            .enumerate()
            .map(|(n, site)| runtime.block_on(Served::start(site, n + 1, now, log.clone())))
            .collect();
        Self { sites, log, _runtime: runtime }
    }

    /// The sites as `sources.toml`. `extra` stands in each block.
    pub fn sources(&self, extra: &str) -> String {
        self.sites.iter().map(|site| site.source(extra)).collect()
    }

    /// The ids of the sources.
    pub fn source_ids(&self) -> Vec<String> {
        self.sites.iter().map(|served| served.site.id.clone()).collect()
    }

    /// Every article that stands in a feed, by address.
    pub fn articles(&self) -> BTreeMap<String, Article> {
        let of = |served: &Arc<Served>| {
            let articles = served.shown().into_iter();
            articles.map(|article| (served.url(&article), article)).collect::<Vec<_>>()
        };
        self.sites.iter().flat_map(of).collect()
    }

    /// The address of `site/article`.
    pub fn url(&self, name: &str) -> String {
        let (served, article) = self.find(name);
        served.url(article)
    }

    /// The article `site/article`.
    pub fn article(&self, name: &str) -> &Article {
        self.find(name).1
    }

    /// The name of the site in which `site/article` stands, for people.
    pub fn publisher(&self, name: &str) -> &str {
        &self.find(name).0.site.name
    }

    fn find(&self, name: &str) -> (&Arc<Served>, &Article) {
        let mut all = self.sites.iter().flat_map(|s| s.site.articles.iter().map(move |a| (s, a)));
        all.find(|(_, article)| article.name == name)
            .unwrap_or_else(|| panic!("{name} is no article of this web"))
    }

    /// Takes `site/article` out of its feed.
    pub fn hide(&self, name: &str) {
        self.find(name).0.hide(name, true);
    }

    /// Puts it back.
    pub fn show(&self, name: &str) {
        self.find(name).0.hide(name, false);
    }

    /// From now on every answer takes so long.
    pub fn delay(&self, time: Duration) {
        for served in &self.sites {
            served.delay(time);
        }
    }

    /// Every request since the start, oldest first.
    pub fn hits(&self) -> Vec<Hit> {
        self.log.hits()
    }

    /// How often each article page was sent whole, by address.
    pub fn downloads(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for hit in self.hits().iter().filter(|hit| hit.is_page() && hit.status == 200) {
            *counts.entry(hit.url.clone()).or_default() += 1;
        }
        counts
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
