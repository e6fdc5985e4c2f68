//! One site on its loopback address: feed, pages, robots.txt, validators, and the log of requests.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, header};
use rasad::model::Time;
use tokio::net::TcpListener;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::article::Article;
use super::feed::Item;
use super::site::Site;

/// One request.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The source.
    pub site: String,
    /// What was asked for.
    pub url: String,
    /// The answer.
    pub status: u16,
    /// When it came.
    pub at: Instant,
    /// Who asked.
    pub user_agent: String,
}

impl Hit {
    /// Whether an article page was asked for.
    pub fn is_page(&self) -> bool {
        !self.is_feed() && !self.url.ends_with("/robots.txt")
    }

    /// Whether the feed was asked for.
    pub fn is_feed(&self) -> bool {
        self.url.ends_with("/feed")
    }
}

/// All requests to all sites.
#[derive(Debug, Default)]
pub struct Log(Mutex<Vec<Hit>>);

impl Log {
    pub fn hits(&self) -> Vec<Hit> {
        self.0.lock().unwrap().clone()
    }
}

/// A site with its address.
pub struct Served {
    pub site: Site,
    base: Url,
    now: Time,
    hidden: Mutex<BTreeSet<String>>,
    delay_ms: AtomicU64,
    log: Arc<Log>,
}

/// An answer before validators.
type Answer = (StatusCode, String, Vec<u8>);

impl Served {
    /// Serves `site` on 127.0.3.`host`, as long as the runtime lives.
    pub async fn start(site: Site, host: usize, now: Time, log: Arc<Log>) -> Arc<Self> {
        let address = format!("127.0.3.{host}");
        let listener = TcpListener::bind((address.as_str(), 0)).await.unwrap_or_else(|error| {
            panic!("{address}: {error}. The tests need the loopback addresses 127.0.0.0/8.")
        });
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let served = Arc::new(Self {
            site,
            base,
            now,
            hidden: Mutex::default(),
            delay_ms: AtomicU64::new(0),
            log,
        });
        let router = Router::new().fallback(answer).with_state(served.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        served
    }

    pub fn hide(&self, name: &str, hidden: bool) {
        let mut names = self.hidden.lock().unwrap();
        if hidden {
            names.insert(name.to_owned())
        } else {
            names.remove(name)
        };
    }

    pub fn delay(&self, time: Duration) {
        self.delay_ms.store(time.as_millis() as u64, Ordering::Relaxed);
    }

    /// The articles in the feed, newest first.
    pub fn shown(&self) -> Vec<Article> {
        let hidden = self.hidden.lock().unwrap();
        let articles = self.site.articles.iter();
        let mut shown: Vec<_> = articles.filter(|a| !hidden.contains(&a.name)).cloned().collect();
        shown.sort_by_key(|article| article.age);
        shown
    }

    pub fn url(&self, article: &Article) -> String {
        self.base.join(&self.site.path.replace("{slug}", article.slug())).unwrap().to_string()
    }

    /// Its block in `sources.toml`.
    pub fn source(&self, extra: &str) -> String {
        let Site { id, name, lang, country, kind, .. } = &self.site;
        format!(
            "[[source]]\nid = \"{id}\"\nname = \"{name}\"\nurl = \"{}feed\"\nlang = \"{lang}\"\n\
             country = \"{country}\"\nkind = \"{kind}\"\n{extra}\n\n",
            self.base
        )
    }

    fn date(&self, article: &Article) -> Time {
        let seconds = self.now.timestamp() - article.age * 3600;
        Time::from_timestamp(seconds, 0).unwrap()
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        let charset = encoding_rs::Encoding::for_label(self.site.charset.as_bytes()).unwrap();
        let (bytes, _, lossy) = charset.encode(text);
        assert!(!lossy, "{}: a character that {} lacks", self.site.id, self.site.charset);
        bytes.into_owned()
    }

    fn feed(&self) -> Answer {
        let shown = self.shown();
        let item = |article| Item { article, url: self.url(article), date: self.date(article) };
        let items: Vec<_> = shown.iter().map(item).collect();
        let base = self.base.as_str().trim_end_matches('/');
        let text = self.site.form.write(&self.site, base, &items);
        (StatusCode::OK, self.site.form.content_type().into(), self.encode(&text))
    }

    fn page(&self, article: &Article) -> Answer {
        let shown = self.shown();
        let others = shown.iter().filter(|other| other.name != article.name).take(5);
        let others: Vec<_> = others.map(|other| (self.url(other), other.title.clone())).collect();
        let date = self.date(article).to_rfc3339();
        let text = self.site.page(article, &self.url(article), &date, &others);
        // The site of another charset leaves it to the page to say so.
        let charset = if self.site.charset == "utf-8" { "; charset=utf-8" } else { "" };
        (StatusCode::OK, format!("text/html{charset}"), self.encode(&text))
    }

    fn answer(&self, path: &str) -> Answer {
        let url = self.base.join(path).unwrap().to_string();
        let found = self.site.articles.iter().find(|article| self.url(article) == url);
        match (path, found) {
            ("/feed", _) => self.feed(),
            ("/robots.txt", _) => {
                let rules = "User-agent: *\nDisallow: /share/\nDisallow: /comment\n";
                (StatusCode::OK, "text/plain".into(), rules.into())
            }
            (_, Some(article)) => self.page(article),
            (_, None) => (StatusCode::NOT_FOUND, "text/plain".into(), b"not found".to_vec()),
        }
    }
}

async fn answer(State(served): State<Arc<Served>>, request: Request) -> Response<Body> {
    let response = respond(&served, &request);
    drop(request);
    tokio::time::sleep(Duration::from_millis(served.delay_ms.load(Ordering::Relaxed))).await;
    response
}

fn respond(served: &Served, request: &Request) -> Response<Body> {
    let at = Instant::now();
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let path = request.uri().path();
    let (mut status, content_type, mut body) = served.answer(path);
    let etag = format!("\"{:016x}\"", xxh3_64(&body));
    if status == StatusCode::OK && header(header::IF_NONE_MATCH) == Some(etag.as_str()) {
        (status, body) = (StatusCode::NOT_MODIFIED, Vec::new());
    }
    let hit = Hit {
        site: served.site.id.clone(),
        url: served.base.join(path).unwrap().to_string(),
        status: status.as_u16(),
        at,
        user_agent: header(header::USER_AGENT).unwrap_or_default().to_owned(),
    };
    served.log.0.lock().unwrap().push(hit);
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ETAG, etag)
        .body(Body::from(body))
        .unwrap()
}
