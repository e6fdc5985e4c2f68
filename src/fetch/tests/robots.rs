//! robots.txt as the client heeds it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;

use super::server::{Act, Server, answer, client, ok, path, redirect, settings};
use crate::clock::SystemClock;
use crate::fetch::{
    Client, GateError, HostGate, Kind, MemoryGate, Pace, Permit, Request, Settings,
};
use crate::model::Time;

const PAGE: &str = "<html><title>t</title></html>";

/// A server whose robots.txt answers like this, and everything else with a page.
async fn server(robots: Act) -> Server {
    Server::start(move |head| match path(head) {
        "/robots.txt" => robots.clone(),
        "/to-closed" => redirect("302 Found", "/closed/x"),
        _ => ok("Content-Type: text/html\r\n", PAGE),
    })
    .await
}

async fn kind(server: &Server, path: &str) -> &'static str {
    let got = client(settings()).get(Request::page(server.url(path))).await;
    got.map_or_else(|error| error.kind(), |_| "fetched")
}

fn rules(text: &str) -> Act {
    ok("Content-Type: text/plain\r\n", text)
}

#[tokio::test]
async fn pages_are_fetched_only_where_it_allows() {
    let server = server(rules("User-agent: *\nDisallow: /closed/")).await;
    assert_eq!(kind(&server, "/open").await, "fetched");
    assert_eq!(kind(&server, "/closed/a").await, "robots");
    assert_eq!(kind(&server, "/to-closed").await, "robots", "a redirect opens nothing");
    assert!(!server.paths().iter().any(|path| path.starts_with("/closed")));
}

#[tokio::test]
async fn feeds_are_exempt_unless_configured() {
    let server = server(rules("User-agent: *\nDisallow: /")).await;
    let request = || Request::new(server.url("/feed"), Kind::Feed);
    assert!(client(settings()).get(request()).await.is_ok());
    let strict = Settings { robots_for_feeds: true, ..settings() };
    assert_eq!(client(strict).get(request()).await.unwrap_err().kind(), "robots");
}

#[tokio::test]
async fn it_is_asked_once_for_all_pages_of_an_origin() {
    let server = server(rules("User-agent: *\nDisallow: /closed/")).await;
    let client = client(settings());
    let pages = (0..8).map(|i| client.get(Request::page(server.url(&format!("/p{i}")))));
    for page in futures::future::join_all(pages).await {
        page.unwrap();
    }
    let paths = server.paths();
    assert_eq!(paths.iter().filter(|path| *path == "/robots.txt").count(), 1);
    assert_eq!(paths[0], "/robots.txt");
}

#[tokio::test]
async fn missing_files_allow_and_failing_servers_forbid() {
    for (act, want) in [
        (answer("404 Not Found", "", "x"), "fetched"),
        (answer("401 Unauthorized", "", "x"), "fetched"),
        (ok("", ""), "fetched"),
        (rules("<html>not found</html>"), "fetched"),
        (redirect("302 Found", "/robots.txt"), "fetched"),
        (answer("500 Oops", "", "x"), "robots_unavailable"),
        (answer("503 Down", "", "x"), "robots_unavailable"),
        (answer("429 Slow down", "", "x"), "robots_unavailable"),
        (Act::Close, "robots_unavailable"),
        (Act::Send(b"garbage\r\n\r\n".to_vec()), "robots_unavailable"),
    ] {
        let server = server(act).await;
        assert_eq!(kind(&server, "/page").await, want);
        let asked = server.paths().iter().any(|path| path == "/page");
        assert_eq!(asked, want == "fetched");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_not_asked_for_each_page() {
    let server = server(answer("503 Down", "", "x")).await;
    let client = client(settings());
    for _ in 0..3 {
        let error = client.get(Request::page(server.url("/page"))).await.unwrap_err();
        assert_eq!(error.kind(), "robots_unavailable");
        assert!(error.is_soft() && error.retry_after.unwrap() > Duration::from_secs(3000));
    }
    assert_eq!(server.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_hanging_file_does_not_hang_the_page() {
    let server = server(Act::Hang(Vec::new())).await;
    let hasty = Settings { deadline: Duration::from_millis(200), ..settings() };
    let started = Instant::now();
    let error = client(hasty).get(Request::page(server.url("/page"))).await.unwrap_err();
    assert_eq!(error.kind(), "robots_unavailable");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_huge_file_is_cut_not_refused() {
    let text = format!("User-agent: *\nDisallow: /closed/\n{}", "# filler\n".repeat(200_000));
    let server = server(rules(&text)).await;
    assert_eq!(kind(&server, "/closed/a").await, "robots");
    assert_eq!(kind(&server, "/open").await, "fetched");
}

#[tokio::test]
async fn crawl_delay_widens_the_gap_up_to_its_limit() {
    let server = server(rules("User-agent: *\nCrawl-delay: 1000")).await;
    let limited = Settings { crawl_delay_max: Duration::from_millis(300), ..settings() };
    let client = client(limited);
    client.get(Request::page(server.url("/a"))).await.unwrap();
    let started = Instant::now();
    client.get(Request::page(server.url("/b"))).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(290));
}

#[tokio::test]
async fn redirects_between_hosts_do_not_wait_for_each_other() {
    // Two hosts whose pages redirect to each other's, both with one turn at a time.
    let other = Server::start(|_| ok("", PAGE)).await;
    let to = format!("http://localhost:{}/end", other.port());
    let first = Server::start(move |head| match path(head) {
        "/robots.txt" => answer("404 Not Found", "", ""),
        _ => redirect("302 Found", &to),
    })
    .await;
    let client = client(settings());
    let pages = (0..6).map(|i| client.get(Request::page(first.url(&format!("/{i}")))));
    let all = tokio::time::timeout(Duration::from_secs(30), futures::future::join_all(pages)).await;
    assert!(all.expect("stuck").iter().all(Result::is_ok));
}

/// A gate of several workers: another one reads robots.txt while this one waits for its turn.
#[derive(Debug, Default)]
struct Shared {
    here: MemoryGate,
    /// What the other one will have kept.
    others: String,
    note: Mutex<Option<String>>,
}

impl HostGate for Shared {
    fn acquire<'a>(
        &'a self,
        host: &'a str,
        pace: Pace,
    ) -> BoxFuture<'a, Result<Permit, GateError>> {
        if !self.others.is_empty() {
            *self.note.lock().unwrap() = Some(self.others.clone());
        }
        self.here.acquire(host, pace)
    }

    fn recall<'a>(&'a self, _origin: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { self.note.lock().unwrap().clone() })
    }

    fn keep<'a>(&'a self, _origin: &'a str, note: String, _until: Time) -> BoxFuture<'a, ()> {
        *self.note.lock().unwrap() = Some(note);
        Box::pin(async {})
    }
}

#[tokio::test]
async fn it_is_asked_once_by_all_workers() {
    let server = server(rules("User-agent: *\nDisallow: /closed/")).await;
    let with = |gate: Arc<Shared>| Client::new(settings(), Arc::new(SystemClock), gate).unwrap();
    let first = Arc::new(Shared::default());
    with(first.clone()).get(Request::page(server.url("/a"))).await.unwrap();
    let others = first.note.lock().unwrap().clone().expect("it is kept for all");
    let second = with(Arc::new(Shared { others, ..Shared::default() }));
    second.get(Request::page(server.url("/b"))).await.unwrap();
    let closed = second.get(Request::page(server.url("/closed/a"))).await.unwrap_err();
    assert_eq!(closed.kind(), "robots");
    assert_eq!(server.paths(), ["/robots.txt", "/a", "/b"]);
}
