//! Pages, feeds and ops over HTTP, on both engines.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{self, HeaderName};
use axum::http::{Method, Request, Response};
use rasad::clock::{Clock, FixedClock};
use rasad::model::{ContentPolicy, Filter, Source};
use rasad::publish::Tongue;
use rasad::store::Store;
use rasad::telemetry::Metrics;
use rasad::web::{Catalog, Localised, OutputFeed, Settings, TopicInfo, Web};
use tower::ServiceExt;

use crate::support::db::on_both;
use crate::support::news::{ARABIC, ENGLISH, FRENCH, Told, noon, tell, three};

fn named(text: &str) -> Localised {
    Localised([("en".to_owned(), text.to_owned())].into())
}

fn source(id: &str, country: &str) -> Source {
    let json = serde_json::json!({
        "id": id, "name": format!("Name of {id}"), "url": format!("https://{id}.example/feed"),
        "lang": null, "country": country, "kind": "media", "format": "feed", "mode": "filter",
        "weight": 1.0, "schedule": "adaptive", "timezone": null, "content": "full",
        "scrape": "auto", "select": null, "list": null, "enabled": true, "note": null,
        "topics": [], "names": {},
    });
    serde_json::from_value(json).expect("a source")
}

fn catalog() -> Catalog {
    let topic = |id: &str, parent: Option<&str>| TopicInfo {
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
        label: named(&format!("Topic {id}")),
        description: Localised::default(),
    };
    let feed = |id: &str, topics: &[&str]| OutputFeed {
        id: id.to_owned(),
        title: named(&format!("Feed {id}")),
        description: named("What it holds"),
        lang: Tongue::En,
        filter: Filter {
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            ..Filter::default()
        },
        content: ContentPolicy::Full,
        limit: 2,
    };
    Catalog {
        title: named("Rasad"),
        feeds: vec![feed("all", &[]), feed("mig", &["mig"])],
        topics: vec![
            topic("ht", None),
            topic("ht.labour", Some("ht")),
            topic("mig", None),
            topic("mig.sea", Some("mig")),
        ],
        sources: vec![source("wakala", "MA"), source("littoral", "SN"), source("harbour", "INT")],
        excerpt_chars: 600,
    }
}

fn web(store: &Store) -> (Web, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(noon()));
    let settings = Settings {
        base_url: "https://rasad.example/".parse().unwrap(),
        tag_authority: "rasad.example,2026".to_owned(),
        lang: Tongue::Ar,
        page_size: 2,
        query_rate: 20,
        timeout: Duration::from_secs(20),
        cache_time: Duration::from_secs(60),
        hub: false,
        admin_token: None,
        trusts: Arc::new(|_| false),
    };
    let metrics = Arc::new(Metrics::default());
    let shared: Arc<dyn Clock> = clock.clone();
    (Web::new(store.clone(), shared, metrics, settings, catalog()), clock)
}

async fn ask(router: &Router, path: &str, headers: &[(HeaderName, &str)]) -> Response<Body> {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn get(router: &Router, path: &str) -> String {
    let response = ask(router, path, &[(header::ACCEPT_LANGUAGE, "en")]).await;
    assert_eq!(response.status(), 200, "{path}");
    text(response).await
}

#[tokio::test]
async fn every_page_answers_in_every_language() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        let router = web(&test.store).0.router();
        let entry = format!("/entry/{group}");
        let pages = ["/", &entry, "/topics", "/sources", "/feeds", "/?topic=mig&lang=fr&q=pirogue"];
        for tongue in ["ar", "en", "es", "fr"] {
            for path in pages {
                let response = ask(&router, path, &[(header::ACCEPT_LANGUAGE, tongue)]).await;
                assert_eq!(response.status(), 200, "{path}");
                let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
                assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
                assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
                let html = text(response).await;
                let dir = if tongue == "ar" { "rtl" } else { "ltr" };
                assert!(
                    html.contains(&format!("<html lang=\"{tongue}\" dir=\"{dir}\">")),
                    "{path}"
                );
                assert!(!html.contains(" style=") && !html.contains("onclick"), "{path}");
            }
        }
        let html = get(&router, &format!("{entry}?ui=fr")).await;
        assert!(
            html.contains("<html lang=\"fr\"") && html.contains("noindex"),
            "the address decides"
        );
    })
    .await;
}

#[tokio::test]
async fn the_front_page_filters_searches_and_pages() {
    on_both(|test| async move {
        three(&test.store).await;
        let router = web(&test.store).0.router();
        let first = get(&router, "/").await;
        assert!(first.contains(ARABIC.title) && first.contains(FRENCH.title));
        assert!(!first.contains(ENGLISH.title), "the page holds two");
        let older = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let second = get(&router, older).await;
        assert!(second.contains(ENGLISH.title) && !second.contains(FRENCH.title));
        let found = get(&router, "/?q=%D8%A5%D8%AA%D8%AC%D8%A7%D8%B1").await;
        assert!(found.contains(ARABIC.title) && !found.contains(FRENCH.title));
        assert!(found.contains("/feeds/custom.atom?q=%D8%A5%D8%AA%D8%AC%D8%A7%D8%B1"));
        let none = get(&router, "/?q=xyzzy").await;
        assert!(none.contains("No article matches this."));
    })
    .await;
}

#[tokio::test]
async fn bad_addresses_are_answered_in_sentences() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        let router = web(&test.store).0.router();
        let said = |path: String| {
            let router = router.clone();
            async move {
                let response = ask(&router, &path, &[(header::ACCEPT_LANGUAGE, "en")]).await;
                assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
                (response.status().as_u16(), text(response).await)
            }
        };
        let (status, html) = said("/?topic=%3Cscript%3E".into()).await;
        assert_eq!(status, 400);
        assert!(html.contains("There is no topic “&#60;script&#62;”"), "{html}");
        for path in [
            "/nowhere",
            "/entry/x",
            "/entry/99",
            "/story/99",
            "/feeds/none.atom",
            "/feeds/all.xml",
            "/assets/../Cargo.toml",
            "/feeds/%2e%2e%2fx.atom",
        ] {
            assert_eq!(said(path.into()).await.0, 404, "{path}");
        }
        assert_eq!(said("/feeds/all.atom?lang=klingon".into()).await.0, 400);
        test.store.withdraw(&group.to_string(), "why", noon()).await.unwrap();
        assert_eq!(said(format!("/entry/{group}")).await.0, 410);
    })
    .await;
}

#[tokio::test]
async fn feeds_are_what_readers_take() {
    on_both(|test| async move {
        three(&test.store).await;
        let router = web(&test.store).0.router();
        for (file, mime) in [
            ("all.atom", "application/atom+xml; charset=utf-8"),
            ("all.rss", "application/rss+xml; charset=utf-8"),
            ("all.json", "application/feed+json; charset=utf-8"),
        ] {
            let response = ask(&router, &format!("/feeds/{file}"), &[]).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()[header::CONTENT_TYPE], mime);
            assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
            let cache = response.headers()[header::CACHE_CONTROL].to_str().unwrap();
            assert!(cache.contains("max-age=60") && cache.contains("stale-while-revalidate"));
            let body = text(response).await;
            let feed = feed_rs::parser::parse(body.as_bytes()).expect(file);
            assert_eq!(feed.title.unwrap().content, "Feed all");
            let titles: Vec<_> =
                feed.entries.iter().map(|e| e.title.clone().unwrap().content).collect();
            assert_eq!(titles, [ARABIC.title, FRENCH.title], "two, newest first");
        }
        // The rest is on the next page.
        let body = get(&router, "/feeds/all.atom").await;
        let next = body.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
        let next = next.split('"').next().unwrap().replace("https://rasad.example", "");
        let older = feed_rs::parser::parse(get(&router, &next).await.as_bytes()).unwrap();
        assert_eq!(older.entries.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_feed_is_narrowed_by_its_address() {
    on_both(|test| async move {
        three(&test.store).await;
        let router = web(&test.store).0.router();
        let count = |path: &'static str| {
            let router = router.clone();
            async move {
                let body = get(&router, path).await;
                feed_rs::parser::parse(body.as_bytes()).unwrap().entries.len()
            }
        };
        assert_eq!(count("/feeds/mig.atom").await, 2);
        assert_eq!(count("/feeds/mig.atom?lang=fr").await, 1);
        assert_eq!(count("/feeds/mig.rss?topic=ht").await, 0);
        assert_eq!(count("/feeds/custom.json?country=SN&country=MA").await, 2);
        assert_eq!(count("/feeds/custom.atom?q=boats").await, 1);
        assert_eq!(count("/feeds/custom.atom").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_has_the_feed_is_told_so_until_it_changes() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        let (web, clock) = web(&test.store);
        let router = web.router();
        let first = ask(&router, "/feeds/all.atom", &[(header::ACCEPT_ENCODING, "gzip")]).await;
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(first.headers()[header::VARY], "Accept-Encoding");
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let modified = first.headers()[header::LAST_MODIFIED].to_str().unwrap().to_owned();
        let again = [(header::IF_NONE_MATCH, tag.as_str())];
        let since = [(header::IF_MODIFIED_SINCE, modified.as_str())];
        assert_eq!(ask(&router, "/feeds/all.atom", &again).await.status(), 304);
        assert_eq!(ask(&router, "/feeds/all.atom", &since).await.status(), 304);
        // A further copy changes the document, though no entry's `updated`.
        clock.advance(chrono::Duration::minutes(5));
        tell(&test.store, &Told { source: "nuskha", ..ARABIC }, Some(group)).await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(ask(&router, "/feeds/all.atom", &again).await.status(), 200);
        assert_eq!(ask(&router, "/feeds/all.atom", &since).await.status(), 200);
        // Another configuration does, too, and at once.
        let mut other = catalog();
        other.feeds[0].title = named("Renamed");
        web.replace(other);
        assert!(get(&router, "/feeds/all.atom").await.contains("<title>Renamed</title>"));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_entry_leaves_a_tombstone() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        let router = web(&test.store).0.router();
        test.store.withdraw(&group.to_string(), "Names a victim", noon()).await.unwrap();
        let atom = get(&router, "/feeds/all.atom").await;
        assert!(atom.contains("<at:deleted-entry") && atom.contains("Names a victim"));
        assert!(!atom.contains(ARABIC.title));
        assert!(!get(&router, "/feeds/all.rss").await.contains(ARABIC.title));
        assert!(!get(&router, "/feeds/mig.atom").await.contains("deleted-entry"), "another feed's");
    })
    .await;
}

#[tokio::test]
async fn feeds_outlive_a_lost_store() {
    on_both(|test| async move {
        three(&test.store).await;
        let router = web(&test.store).0.router();
        let before = get(&router, "/feeds/all.atom").await;
        test.store.close().await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(get(&router, "/feeds/all.atom").await, before);
        let page = ask(&router, "/", &[(header::ACCEPT_LANGUAGE, "en")]).await;
        assert_eq!(page.status(), 503);
        assert_eq!(page.headers()[header::RETRY_AFTER], "10");
        assert!(text(page).await.contains("The database does not answer at the moment."));
    })
    .await;
}

#[tokio::test]
async fn searches_have_a_rate() {
    on_both(|test| async move {
        let router = web(&test.store).0.router();
        let mut last = 0;
        for _ in 0..25 {
            last = ask(&router, "/?q=x", &[]).await.status().as_u16();
        }
        assert_eq!(last, 429);
        assert_eq!(ask(&router, "/", &[]).await.status(), 200, "reading goes on");
        assert_eq!(ask(&router, "/feeds/all.atom", &[]).await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn lists_and_assets_and_head() {
    on_both(|test| async move {
        let router = web(&test.store).0.router();
        let sources = get(&router, "/sources.opml").await;
        assert_eq!(opml::OPML::from_str(&sources).unwrap().body.outlines[0].outlines.len(), 3);
        assert!(get(&router, "/feeds.opml").await.contains("https://rasad.example/feeds/mig.atom"));
        assert!(
            get(&router, "/search.xml").await.contains("https://rasad.example/?q={searchTerms}")
        );
        assert!(get(&router, "/robots.txt").await.contains("Disallow"));
        let page = get(&router, "/").await;
        let sheet = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
        let sheet = sheet.split('"').next().unwrap();
        let response = ask(&router, sheet, &[(header::ACCEPT_ENCODING, "br")]).await;
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        let head = Request::builder().method(Method::HEAD).uri("/feeds/all.atom");
        let head = router.clone().oneshot(head.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(head.status(), 200);
        assert!(head.headers().contains_key(header::ETAG));
        assert!(text(head).await.is_empty());
        let post = Request::builder().method(Method::POST).uri("/");
        let post = router.clone().oneshot(post.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(post.status(), 405);
    })
    .await;
}

#[tokio::test]
async fn ops_sees_whether_it_lives_and_works() {
    on_both(|test| async move {
        three(&test.store).await;
        let (web, _) = web(&test.store);
        let ops = web.ops_router();
        assert_eq!(get(&ops, "/livez").await, "alive\n");
        assert_eq!(get(&ops, "/readyz").await, "ready\n");
        ask(&web.router(), "/", &[]).await;
        let metrics = get(&ops, "/metrics").await;
        assert!(metrics.contains("groups 3") && metrics.ends_with("# EOF\n"), "{metrics}");
        assert!(metrics.contains("outcome=\"200\""), "{metrics}");
        test.store.close().await;
        assert_eq!(ask(&ops, "/readyz", &[]).await.status(), 503);
        assert_eq!(ask(&ops, "/livez", &[]).await.status(), 200);
    })
    .await;
}
