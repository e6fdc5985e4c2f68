//! Redirects, refused ways, statuses, and what our requests say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::server::{Act, Server, answer, client, header, ok, path, redirect, settings};
use crate::fetch::{Kind, Post, Request, Settings, Validators};

const TEXT: &str = "<rss><channel><title>t</title></channel></rss>";

async fn kind_of(request: Request) -> &'static str {
    client(settings()).get(request).await.map_or_else(|error| error.kind(), |_| "fetched")
}

fn feed(url: String) -> Request {
    Request::new(url, Kind::Feed)
}

#[tokio::test]
async fn redirects_are_followed_and_told() {
    let server = Server::start(|head| match path(head) {
        "/a" => redirect("301 Moved", "/b"),
        "/b" => redirect("308 Moved", "./c?x=1#part"),
        "/c?x=1" => redirect("302 Found", "/d"),
        _ => ok("Content-Type: Application/RSS+XML; charset=UTF-8\r\n", TEXT),
    })
    .await;
    let got = client(settings()).get(feed(server.url("/a"))).await.unwrap();
    assert_eq!(got.final_url.as_str(), server.url("/d"));
    assert_eq!(got.permanent.unwrap().as_str(), server.url("/c?x=1"));
    let hops: Vec<_> = got.redirects.iter().map(|hop| hop.status).collect();
    assert_eq!(hops, [301, 308, 302]);
    assert_eq!(got.content_type.as_deref(), Some("application/rss+xml"));
    assert_eq!(got.charset.as_deref(), Some("utf-8"));
    assert_ne!(got.body_hash, 0);
}

#[tokio::test]
async fn a_temporary_redirect_first_means_no_permanent_one() {
    let server = Server::start(|head| match path(head) {
        "/a" => redirect("307 Temporary", "/b"),
        "/b" => redirect("301 Moved", "/c"),
        _ => ok("", TEXT),
    })
    .await;
    let got = client(settings()).get(feed(server.url("/a"))).await.unwrap();
    assert_eq!(got.permanent, None);
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start(|head| match path(head) {
        "/self" => redirect("302 Found", "/self"),
        "/left" => redirect("302 Found", "/right"),
        "/right" => redirect("302 Found", "/left"),
        "/nowhere" => answer("302 Found", "", "lost"),
        "/bad" => redirect("302 Found", "http://[::"),
        "/file" => redirect("302 Found", "file:///etc/passwd"),
        "/choices" => answer("300 Multiple Choices", "", "x"),
        chain => redirect("302 Found", &format!("{chain}x")),
    })
    .await;
    for (path, want) in [
        ("/self", "redirect_loop"),
        ("/left", "redirect_loop"),
        ("/nowhere", "bad_redirect"),
        ("/bad", "bad_redirect"),
        ("/file", "scheme_denied"),
        ("/choices", "http_status"),
        ("/chain", "too_many_redirects"),
    ] {
        assert_eq!(kind_of(feed(server.url(path))).await, want, "{path}");
    }
    let chain = server.paths().iter().filter(|path| path.starts_with("/chain")).count();
    assert_eq!(chain, 1 + Settings::default().redirects);
}

#[tokio::test]
async fn no_redirect_leads_past_the_guard() {
    // A second server, on an address that is not open: it must never be asked.
    let inner = tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = inner.local_addr().unwrap().port();
    let targets = [
        format!("http://127.0.0.2:{port}/"),
        format!("http://127.2:{port}/"),
        format!("http://2130706434:{port}/"),
        format!("http://0x7f.0.0.2:{port}/"),
        format!("http://[::ffff:127.0.0.2]:{port}/"),
        format!("http://[::ffff:7f00:2]:{port}/"),
        format!("//127.0.0.2:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("https://user:secret@127.0.0.2:{port}/"),
    ];
    for target in targets {
        let to = target.clone();
        let server = Server::start(move |_| redirect("302 Found", &to)).await;
        let error = client(settings()).get(feed(server.url("/"))).await.unwrap_err();
        assert_eq!(error.kind(), "address_denied", "{target}");
        assert!(!format!("{error:?}").contains("secret"));
    }
    let asked = tokio::time::timeout(Duration::from_millis(100), inner.accept()).await;
    assert!(asked.is_err(), "a closed address was contacted");
}

#[tokio::test]
async fn names_are_judged_by_what_they_resolve_to() {
    let server = Server::start(|_| ok("", TEXT)).await;
    // The name resolves to 127.0.0.1, which is open in the first client only.
    let url = format!("http://localhost:{}/", server.port());
    assert_eq!(kind_of(feed(url.clone())).await, "fetched");
    let other = Settings { allow_addresses: vec!["127.9.9.9".parse().unwrap()], ..settings() };
    let error = client(other).get(feed(url)).await.unwrap_err();
    assert_eq!(error.kind(), "address_denied");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn ways_that_lead_nowhere_are_named() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    assert_eq!(kind_of(feed(format!("http://127.0.0.1:{port}/"))).await, "refused");
    assert_eq!(kind_of(feed("http://no-such-host.invalid/".into())).await, "dns");
    assert_eq!(kind_of(feed("not an address".into())).await, "bad_url");
    assert_eq!(kind_of(feed("ftp://example.net/".into())).await, "scheme_denied");
}

#[tokio::test]
async fn https_without_tls_behind_it_is_a_tls_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    assert_eq!(kind_of(feed(url)).await, "tls");
}

#[tokio::test]
async fn our_requests_are_honest_and_carry_nothing_else() {
    let server = Server::start(|head| match path(head) {
        "/one" => answer("302 Found", "Location: /two\r\nSet-Cookie: a=1; Path=/\r\n", ""),
        _ => ok("Set-Cookie: b=2; Path=/\r\n", TEXT),
    })
    .await;
    let client = client(settings());
    client.get(feed(server.url("/one"))).await.unwrap();
    client.get(feed(server.url("/two"))).await.unwrap();
    client.get(Request::page(server.url("/page"))).await.unwrap();
    let heads = server.asked();
    assert_eq!(heads.len(), 5, "robots.txt is asked for the page only");
    for head in &heads {
        let agent = header(head, "user-agent").unwrap();
        assert!(agent.starts_with("Rasad/") && agent.contains("(+https://watcher.example/about)"));
        assert_eq!(header(head, "accept-encoding"), Some("gzip, br, zstd, deflate"));
        for name in ["cookie", "referer", "if-none-match", "if-modified-since", "authorization"] {
            assert_eq!(header(head, name), None, "{name}");
        }
    }
    assert!(header(&heads[0], "accept").unwrap().contains("application/rss+xml"));
    assert!(header(&heads[4], "accept").unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn validators_go_back_verbatim_to_the_address_they_came_from() {
    let server = Server::start(|head| match (path(head), header(head, "if-none-match")) {
        ("/old", _) => redirect("301 Moved", "/feed"),
        (_, Some("W/\"a b\"")) => answer("304 Not Modified", "Last-Modified: later\r\n", ""),
        _ => ok("ETag: W/\"a b\"\r\nLast-Modified: Monday, 02-Mar-26 10:00:00 GMT\r\n", TEXT),
    })
    .await;
    let client = client(settings());
    let first = client.get(feed(server.url("/old"))).await.unwrap();
    let again = Request::feed(server.url("/old"), Some(first.validators.clone()));
    let second = client.get(again).await.unwrap();
    assert!(second.not_modified && second.body.is_empty() && second.status == 304);
    assert_eq!(second.validators.etag.as_deref(), Some("W/\"a b\""));
    assert_eq!(second.validators.last_modified.as_deref(), Some("later"));
    let heads = server.asked();
    assert_eq!(header(&heads[2], "if-none-match"), None, "not to the address that redirects");
    assert_eq!(header(&heads[3], "if-none-match"), Some("W/\"a b\""));
    assert_eq!(header(&heads[3], "if-modified-since"), Some("Monday, 02-Mar-26 10:00:00 GMT"));
}

#[tokio::test]
async fn a_304_that_was_not_asked_for_is_an_error() {
    let server = Server::start(|_| answer("304 Not Modified", "", "")).await;
    assert_eq!(kind_of(feed(server.url("/"))).await, "unexpected_not_modified");
    let foreign = Validators {
        etag: Some("\"x\"".into()),
        url: Some("https://elsewhere.example/".into()),
        ..Validators::default()
    };
    let request = Request::feed(server.url("/"), Some(foreign));
    assert_eq!(kind_of(request).await, "unexpected_not_modified");
    let unsendable = Validators { etag: Some("\"a\r\nb\"".into()), ..Validators::default() };
    client(settings()).get(Request::feed(server.url("/"), Some(unsendable))).await.unwrap();
    assert_eq!(header(&server.asked()[2], "if-none-match"), None);
}

#[tokio::test]
async fn statuses_and_retry_after() {
    let server = Server::start(|head| match path(head) {
        "/busy" => answer("429 Too Many Requests", "Retry-After: 120\r\n", "x"),
        "/down" => answer("503 Down", "Retry-After: Sun, 01 Mar 2015 10:00:00 GMT\r\n", "x"),
        "/gone" => answer("410 Gone", "", "x"),
        _ => answer("404 Not Found", "", "x"),
    })
    .await;
    let get = async |path| client(settings()).get(feed(server.url(path))).await.unwrap_err();
    let error = get("/busy").await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(120)));
    assert_eq!((error.kind(), error.status(), error.is_soft()), ("http_status", Some(429), true));
    assert_eq!(get("/down").await.retry_after, Some(Duration::ZERO));
    let error = get("/gone").await;
    assert_eq!((error.status(), error.is_soft()), (Some(410), false));
    assert_eq!(get("/x").await.status(), Some(404));
}

#[tokio::test]
async fn a_host_that_asks_for_a_pause_gets_it_for_all_its_addresses() {
    let server = Server::start(|head| match path(head) {
        "/busy" => answer("429 Too Many Requests", "Retry-After: 120\r\n", "x"),
        _ => ok("", TEXT),
    })
    .await;
    let client = client(settings());
    client.get(feed(server.url("/busy"))).await.unwrap_err();
    let error = client.get(feed(server.url("/other"))).await.unwrap_err();
    assert_eq!(error.kind(), "busy");
    assert!(error.retry_after.unwrap() > Duration::from_secs(110));
    assert_eq!(server.paths(), ["/busy"]);
}

#[tokio::test]
async fn a_post_carries_its_body_and_headers() {
    let server = Server::start(|head| match path(head) {
        "/moved" => redirect("302 Found", "/hub"),
        _ => answer("202 Accepted", "", ""),
    })
    .await;
    let post = Post {
        content_type: "application/x-www-form-urlencoded".into(),
        body: "hub.mode=subscribe".into(),
        headers: vec![("X-Hub-Signature".into(), "sha256=00".into())],
    };
    let client = client(settings());
    let got = client.get(Request::post(server.url("/hub"), post.clone())).await.unwrap();
    assert_eq!((got.status, got.body.len()), (202, 0));
    let head = &server.asked()[0];
    assert!(head.starts_with("POST /hub ") && head.contains("hub.mode=subscribe"));
    assert_eq!(header(head, "x-hub-signature"), Some("sha256=00"));
    let error = client.get(Request::post(server.url("/moved"), post)).await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    let bad = Post { content_type: "a\r\nb".into(), body: "".into(), headers: Vec::new() };
    assert!(client.get(Request::post(server.url("/hub"), bad)).await.is_err());
}

#[tokio::test]
async fn one_host_is_asked_with_its_gap_over_redirects_too() {
    let gap = Duration::from_millis(200);
    let server = Server::start(|head| match path(head) {
        "/a" => redirect("302 Found", "/b"),
        _ => ok("", TEXT),
    })
    .await;
    let client = client(Settings { host_gap: gap, ..settings() });
    let started = std::time::Instant::now();
    // A redirect within the host keeps its turn; the next fetch waits for the gap after it.
    client.get(feed(server.url("/a"))).await.unwrap();
    client.get(feed(server.url("/c"))).await.unwrap();
    assert!(started.elapsed() >= gap);
    assert_eq!(server.paths(), ["/a", "/b", "/c"]);
}

#[tokio::test]
async fn a_crowded_host_says_so() {
    let server = Server::start(|_| Act::Hang(Vec::new())).await;
    let client = client(settings());
    let hanging = tokio::spawn({
        let (client, url) = (client.clone(), server.url("/"));
        async move { client.get(feed(url)).await }
    });
    while server.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let hasty = Request { patience: Some(Duration::from_millis(50)), ..feed(server.url("/")) };
    let error = client.get(hasty).await.unwrap_err();
    assert_eq!(error.kind(), "busy");
    assert!(error.is_ours() && error.is_soft() && error.retry_after.is_some());
    hanging.abort();
}

/// A server that answers the first request of each connection and breaks the connection at the
/// second, and how many requests it has seen.
async fn breaks_kept_connections() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{TEXT}", TEXT.len());
            let mut asked = [0; 4096];
            for answer in [answer.as_str(), ""] {
                if stream.read(&mut asked).await.unwrap_or(0) == 0 {
                    break;
                }
                count.fetch_add(1, Ordering::Relaxed);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (format!("http://{address}/feed"), seen)
}

#[tokio::test]
async fn a_kept_connection_that_breaks_is_no_failure() {
    let (url, seen) = breaks_kept_connections().await;
    let client = client(settings());
    for _ in 0..3 {
        assert!(client.get(feed(url.clone())).await.is_ok());
    }
    let seen = seen.load(Ordering::Relaxed);
    assert!((3..=5).contains(&seen), "{seen} requests");
}

#[tokio::test]
async fn a_new_connection_that_breaks_is_not_tried_twice() {
    let server = Server::start(|_| Act::Close).await;
    let client = client(settings());
    for _ in 0..2 {
        assert_eq!(client.get(feed(server.url("/"))).await.unwrap_err().kind(), "reset");
    }
    assert_eq!(server.paths().len(), 2);
}
