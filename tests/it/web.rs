//! Pages, feeds and ops over HTTP, on both engines.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{self, HeaderName};
use axum::http::{Method, Request, Response};
use rasad::clock::{Clock, FixedClock};
use rasad::fetch::Guard;
use rasad::model::{ContentPolicy, Filter, Source, Verdict};
use rasad::pipeline::Recorder;
use rasad::publish::Tongue;
use rasad::store::{GroupState, Store};
use rasad::telemetry::Metrics;
use rasad::web::{Catalog, Decision, Localised, OutputFeed, Settings, TopicInfo, Web};
use tower::ServiceExt;

use crate::support::db::on_both;
use crate::support::news::{ARABIC, ENGLISH, FRENCH, Told, noon, tell, three};
use crate::support::schemas;
use crate::support::word::{built_in, decide};

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

fn settings(store: &Store) -> Settings {
    let recorder = Recorder::new(store.clone());
    Settings {
        base_url: "https://rasad.example/".parse().unwrap(),
        tag_authority: "rasad.example,2026".to_owned(),
        lang: Tongue::Ar,
        page_size: 2,
        query_rate: 20,
        timeout: Duration::from_secs(20),
        cache_time: Duration::from_secs(60),
        hub: false,
        lease: Duration::from_secs(86400),
        callbacks: Guard::default(),
        admin_token: Some("let me in".to_owned()),
        admin_header: None,
        trusts: Arc::new(|_| false),
        decide: Arc::new(move |Decision { group, accept, topics }| {
            let recorder = recorder.clone();
            Box::pin(async move {
                let catalog = built_in();
                recorder.decide(catalog, group, (accept, &topics), noon()).await
            })
        }),
    }
}

pub fn web(store: &Store) -> (Web, Arc<FixedClock>) {
    web_with(store, settings(store))
}

fn web_with(store: &Store, settings: Settings) -> (Web, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(noon()));
    let metrics = Arc::new(Metrics::default());
    let shared: Arc<dyn Clock> = clock.clone();
    (Web::new(store.clone(), shared, metrics, settings, catalog()), clock)
}

/// Makes the group one that a person should look at.
pub async fn close_call(store: &Store, group: i64) {
    let mut recording = store.begin_recording(noon()).await.unwrap();
    let copies = recording.copies(&[group]).await.unwrap();
    let verdict = Verdict { relevant: false, review: true, ..copies[0].verdict.clone() };
    let state = GroupState {
        lead: &copies[0],
        published: noon(),
        updated: noon(),
        relevant: false,
        review: true,
        verdict: &verdict,
    };
    recording.write_group(group, &state).await.unwrap();
    recording.show(&[group]).await.unwrap();
    recording.commit().await.unwrap();
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
        // By then every reader has heard of it, and checkers warn of a namespace that is not theirs.
        let (later, clock) = web(&test.store);
        clock.advance(chrono::Duration::days(91));
        let atom = get(&later.router(), "/feeds/all.atom").await;
        assert!(!atom.contains("xmlns:at") && !atom.contains(ARABIC.title), "{atom}");
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

/// The value of a field or attribute, by what stands before it.
fn after<'a>(html: &'a str, before: &str) -> &'a str {
    let found = html.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {html}"));
    found.split('"').next().unwrap()
}

async fn send(
    router: &Router,
    path: &str,
    form: &str,
    headers: &[(HeaderName, &str)],
) -> Response<Body> {
    let kind = "application/x-www-form-urlencoded";
    let mut request =
        Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, kind);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap()
}

/// The cookie of somebody who knows the token.
async fn session(router: &Router) -> String {
    let entered = send(router, "/admin/enter", "token=let+me+in", &[]).await;
    assert_eq!(entered.status(), 303);
    let cookie = entered.headers()[header::SET_COOKIE].to_str().unwrap();
    for property in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/admin"] {
        assert!(cookie.contains(property), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_admins_pages_are_for_admins() {
    on_both(|test| async move {
        three(&test.store).await;
        let router = web(&test.store).0.router();
        let pages = ["/admin", "/admin/review", "/admin/verdicts"];
        for path in pages.into_iter().chain(["/admin/review.atom", "/admin/health.atom"]) {
            let answer = ask(&router, path, &[]).await;
            assert_eq!(answer.status(), 401, "{path}");
            assert!(!text(answer).await.contains(ARABIC.title), "{path}");
        }
        let wrong = send(&router, "/admin/enter", "token=let+me", &[]).await;
        assert_eq!(wrong.status(), 401);
        let cookie = session(&router).await;
        for path in pages {
            for tongue in ["ar", "en", "es", "fr"] {
                let asked = [(header::COOKIE, cookie.as_str()), (header::ACCEPT_LANGUAGE, tongue)];
                let answer = ask(&router, path, &asked).await;
                assert_eq!(answer.status(), 200, "{path}");
                assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
                assert!(text(answer).await.contains(&format!("<html lang=\"{tongue}\"")));
            }
        }
        let closed = Settings { admin_token: None, ..settings(&test.store) };
        let closed = web_with(&test.store, closed).0.router();
        for path in pages {
            assert_eq!(ask(&closed, path, &[]).await.status(), 404, "{path}");
        }
        assert_eq!(send(&closed, "/admin/enter", "token=", &[]).await.status(), 404);
    })
    .await;
}

#[tokio::test]
async fn an_admin_decides_withdraws_and_asks_for_a_source() {
    on_both(|test| async move {
        let [group, second, _] = three(&test.store).await;
        let (web, clock) = web(&test.store);
        let router = web.router();
        let cookie = session(&router).await;
        let own = [(header::COOKIE, cookie.as_str()), (header::ACCEPT_LANGUAGE, "en")];
        let desk = text(ask(&router, "/admin", &own).await).await;
        assert!(desk.contains("harbour") && desk.contains("The saved configuration is in force."));
        let form = after(&desk, "name=\"form\" value=\"").to_owned();

        // Another site's page knows no signed field.
        let bare = format!("group={group}&word=reject");
        assert_eq!(send(&router, "/admin/decide", &bare, &own).await.status(), 403);
        let sealed = format!("form={form}&{bare}&back=verdicts");
        let foreign = [own[0].clone(), (HeaderName::from_static("sec-fetch-site"), "cross-site")];
        assert_eq!(send(&router, "/admin/decide", &sealed, &foreign).await.status(), 403);
        let origin = [own[0].clone(), (header::ORIGIN, "https://evil.example")];
        assert_eq!(send(&router, "/admin/decide", &sealed, &origin).await.status(), 403);
        assert!(get(&router, "/").await.contains(ARABIC.title));

        let ours = [own[0].clone(), (header::ORIGIN, "https://rasad.example")];
        let done = send(&router, "/admin/decide", &sealed, &ours).await;
        assert_eq!(done.status(), 303);
        assert_eq!(done.headers()[header::LOCATION], "/admin/verdicts");
        assert!(!get(&router, "/").await.contains(ARABIC.title));
        let judged = text(ask(&router, "/admin/verdicts", &own).await).await;
        assert!(judged.contains("Rejected by hand") && judged.contains(ARABIC.title));

        let bearer = [(header::AUTHORIZATION, "Bearer let me in")];
        let withdrawn = format!("group={second}&reason=Names+a+victim");
        assert_eq!(send(&router, "/admin/withdraw", &withdrawn, &bearer).await.status(), 303);
        assert_eq!(ask(&router, &format!("/entry/{second}"), &[]).await.status(), 410);

        clock.advance(chrono::Duration::minutes(7));
        let source = format!("form={form}&source=harbour");
        assert_eq!(send(&router, "/admin/try", &source, &own[..1]).await.status(), 303);
        assert_eq!(
            test.store.due_sources(noon() + chrono::Duration::minutes(7)).await.unwrap(),
            ["harbour"]
        );
        let nobody = format!("form={form}&source=nobody");
        assert_eq!(send(&router, "/admin/try", &nobody, &own[..1]).await.status(), 404);

        web.refused(Some("sources.toml:3: <unknown key>".to_owned()));
        let desk = text(ask(&router, "/admin", &own).await).await;
        assert!(desk.contains("sources.toml:3: &#60;unknown key&#62;"), "{desk}");
        let left = send(&router, "/admin/leave", &format!("form={form}"), &own).await;
        assert!(left.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    })
    .await;
}

#[tokio::test]
pub async fn close_calls_wait_for_a_person() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        decide(&test.store, group, Some(false), noon()).await;
        close_call(&test.store, group).await;
        let router = web(&test.store).0.router();
        let cookie = session(&router).await;
        let own = [(header::COOKIE, cookie.as_str()), (header::ACCEPT_LANGUAGE, "en")];
        let queue = text(ask(&router, "/admin/review", &own).await).await;
        assert!(queue.contains(ARABIC.title) && !queue.contains(FRENCH.title));
        // The feed: with the credential that readers can send, and with the key in its address.
        let basic = [(header::AUTHORIZATION, "Basic YW5hOmxldCBtZSBpbg==")];
        let keyed = after(&queue, "class=\"feed\" href=\"").replace("&#38;", "&");
        for answer in
            [ask(&router, "/admin/review.atom", &basic).await, ask(&router, &keyed, &[]).await]
        {
            assert_eq!(answer.status(), 200);
            let document = text(answer).await;
            assert_eq!(schemas::atom(&document), Vec::<String>::new());
            assert_eq!(feed_rs::parser::parse(document.as_bytes()).unwrap().entries.len(), 1);
        }
        let forged = keyed.replace("key=", "key=9");
        assert_eq!(ask(&router, &forged, &[]).await.status(), 401);
        let health = text(ask(&router, "/admin/health.atom", &basic).await).await;
        assert_eq!(schemas::atom(&health), Vec::<String>::new());

        // Its page: for whoever has the token, under either address; nobody else learns of it.
        let bearer = [(header::AUTHORIZATION, "Bearer let me in")];
        for path in [format!("/admin/entry/{group}"), format!("/entry/{group}")] {
            for own in [&basic[..], &bearer[..]] {
                let answer = ask(&router, &path, own).await;
                assert_eq!(answer.status(), 200, "{path}");
                let kept = answer.headers()[header::CACHE_CONTROL].clone();
                assert!(kept.to_str().unwrap().contains("no-store"), "{path}: {kept:?}");
                let page = text(answer).await;
                assert!(page.contains(ARABIC.title), "{path}");
            }
            let wrong = [(header::AUTHORIZATION, "Bearer let me out")];
            for own in [&[][..], &wrong[..]] {
                let answer = ask(&router, &path, own).await;
                assert!(matches!(answer.status().as_u16(), 401 | 404), "{path}");
                assert!(!text(answer).await.contains(ARABIC.title), "{path}");
            }
        }
        let with_cookie = ask(&router, &format!("/admin/entry/{group}"), &own).await;
        assert_eq!(with_cookie.status(), 200);

        let form = after(&queue, "name=\"form\" value=\"");
        let accept = format!("form={form}&group={group}&word=accept&back=review");
        assert_eq!(send(&router, "/admin/decide", &accept, &own).await.status(), 303);
        assert!(get(&router, "/").await.contains(ARABIC.title));
        let queue = text(ask(&router, "/admin/review", &own).await).await;
        assert!(queue.contains("Nothing waits for a review."));
    })
    .await;
}

#[tokio::test]
async fn an_admin_says_what_an_accepted_article_is_about() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        close_call(&test.store, group).await;
        let router = web(&test.store).0.router();
        let bearer = [(header::AUTHORIZATION, "Bearer let me in"), (header::ACCEPT_LANGUAGE, "en")];
        let queue = text(ask(&router, "/admin/review", &bearer).await).await;
        for leaf in ["ht.labour", "mig.sea"] {
            let offered = format!("type=\"checkbox\" name=\"topic\" value=\"{leaf}\">");
            assert!(queue.contains(&offered), "{leaf}: {queue}");
        }
        let moon = format!("group={group}&word=accept&topic=moon");
        assert_eq!(send(&router, "/admin/decide", &moon, &bearer).await.status(), 403);
        assert!(!get(&router, "/").await.contains(ARABIC.title));

        let sea = format!("group={group}&word=accept&topic=mig.sea");
        assert_eq!(send(&router, "/admin/decide", &sea, &bearer).await.status(), 303);
        for (topic, named) in [("mig.sea", true), ("mig", true), ("ht", false)] {
            let page = get(&router, &format!("/?topic={topic}")).await;
            assert_eq!(page.contains(ARABIC.title), named, "{topic}");
        }
        let judged = text(ask(&router, "/admin/verdicts", &bearer).await).await;
        assert!(judged.contains("value=\"mig.sea\" checked>"), "{judged}");

        // Left to the rules again, it is what its copies' verdicts say, about what they say.
        let undo = format!("group={group}&word=undo&topic=mig.sea");
        assert_eq!(send(&router, "/admin/decide", &undo, &bearer).await.status(), 303);
        assert!(get(&router, "/?topic=ht").await.contains(ARABIC.title));
        assert!(!get(&router, "/?topic=mig.sea").await.contains(ARABIC.title));
    })
    .await;
}

#[tokio::test]
async fn what_a_search_found_is_marked() {
    on_both(|test| async move {
        three(&test.store).await;
        let router = web(&test.store).0.router();
        let found = get(&router, "/?q=%D8%A7%D8%AA%D8%AC%D8%A7%D8%B1").await;
        assert!(found.contains("<mark>الاتجار</mark>"), "{found}");
        assert!(!get(&router, "/").await.contains("<mark>"));
    })
    .await;
}

#[tokio::test]
async fn hostile_addresses_get_short_answers() {
    on_both(|test| async move {
        let [group, ..] = three(&test.store).await;
        let router = web(&test.store).0.router();
        for path in [
            "/feeds/%0d%0aSet-Cookie:%20a=b.atom",
            "/feeds/..%2f..%2fetc%2fpasswd",
            "/assets/%2e%2e/%2e%2e/etc/passwd",
            "/entry/-1",
            "/entry/99999999999999999999",
            "/entry/%3Cscript%3E",
            "/?q=%00%ff%fe",
            "/?topic[]=x",
            "/?before=9223372036854775807-9223372036854775807",
            "/?before=-9223372036854775808-1",
            "/?lang=ar&lang=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
            "//evil.example/%2f..",
            "/admin/../../etc/passwd",
            "/feeds/all.atom?ui=%0d%0a",
        ] {
            let answer = ask(&router, path, &[(header::ACCEPT_LANGUAGE, "en")]).await;
            let status = answer.status().as_u16();
            assert!(status < 500, "{path}: {status}");
            assert!(answer.headers().get(header::LOCATION).is_none(), "{path}");
            assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{path}");
            let html = text(answer).await;
            assert!(!html.contains("<script>alert") && !html.contains("root:"), "{path}");
        }
        let page = ask(&router, &format!("/entry/{group}"), &[]).await;
        let tag = page.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = [(header::IF_NONE_MATCH, tag.as_str())];
        assert_eq!(ask(&router, &format!("/entry/{group}"), &again).await.status(), 304);
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
