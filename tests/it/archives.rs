//! Archives (RFC 5005): complete, and the same for ever; and the pages of a feed.

use std::collections::{BTreeMap, BTreeSet};

use atom_syndication::Feed;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use chrono::Duration;
use rasad::store::Store;

use crate::support::db::on_both;
use crate::support::news::{ARABIC, FRENCH, Told, noon, tell};
use crate::support::schemas;
use crate::support::word::decide;
use crate::web::web;

const SITE: &str = "https://rasad.example/";

async fn ask(router: &Router, path: &str, etag: Option<&str>) -> Response<Body> {
    use tower::ServiceExt;
    let mut request = Request::builder().uri(path);
    if let Some(etag) = etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn body(router: &Router, path: &str) -> String {
    let response = ask(router, path, None).await;
    assert_eq!(response.status(), 200, "{path}");
    String::from_utf8(to_bytes(response.into_body(), 10_000_000).await.unwrap().to_vec()).unwrap()
}

fn link(document: &str, rel: &str) -> Option<String> {
    let feed = Feed::read_from(document.as_bytes()).unwrap();
    let found = feed.links().iter().find(|link| link.rel == rel);
    found.map(|link| link.href.strip_prefix(SITE).expect("an address of ours").to_owned())
}

fn ids(document: &str) -> BTreeSet<String> {
    let feed = Feed::read_from(document.as_bytes()).unwrap();
    feed.entries().iter().map(|entry| entry.id.clone()).collect()
}

/// The documents of the archive, newest first, from the feed on.
async fn archive(router: &Router) -> BTreeMap<String, String> {
    let mut documents = BTreeMap::new();
    let mut next = link(&body(router, "/feeds/all.atom").await, "prev-archive");
    while let Some(path) = next {
        let document = body(router, &format!("/{path}")).await;
        assert!(document.contains("<fh:archive>"), "{document}");
        assert_eq!(schemas::atom(&document), Vec::<String>::new());
        assert_eq!(link(&document, "current").as_deref(), Some("feeds/all.atom"));
        assert_eq!(link(&document, "self").as_deref(), Some(&*path));
        next = link(&document, "prev-archive");
        assert!(documents.insert(path, document).is_none());
    }
    documents
}

/// Texts whose dates are not in the order in which they come.
async fn publish(store: &Store, numbers: std::ops::Range<i64>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for number in numbers {
        let title = format!("خبر {number}");
        let told = Told { title: &title, hours: (number * 7) % 10, ..ARABIC };
        let group = tell(store, &told, None).await.0;
        ids.insert(store.published_entry(group).await.unwrap().unwrap().id);
    }
    ids
}

#[tokio::test]
async fn feed_and_archive_together_are_everything_and_archives_never_change() {
    on_both(|test| async move {
        let store = &test.store;
        let mut all = publish(store, 0..9).await;
        let router = web(store).0.router();
        let before = archive(&router).await;
        assert!(before.len() >= 7, "{:?}", before.keys());
        let live = body(&router, "/feeds/all.atom").await;
        let found: BTreeSet<String> = before.values().chain([&live]).flat_map(|d| ids(d)).collect();
        assert_eq!(found, all);
        let rss = body(&router, "/feeds/all/archive/3.rss").await;
        assert!(rss.contains("<fh:archive") && rss.contains("archive/2.rss"), "{rss}");
        let etag = ask(&router, "/feeds/all/archive/3.rss", None).await.headers()["etag"].clone();

        // New texts, a late copy in another wording of the title, an edit, and a restart.
        all.extend(publish(store, 9..14).await);
        let group = store
            .published(
                &Default::default(),
                rasad::store::Shelf::Published,
                None,
                1,
                rasad::store::Depth::List,
            )
            .await
            .unwrap()[0]
            .group;
        tell(store, &Told { title: "Une copie", ..FRENCH }, Some(group)).await;
        decide(store, group, Some(false), noon()).await;
        decide(store, group, Some(true), noon() + Duration::days(3)).await;
        drop(router);
        let router = web(store).0.router();
        let after = archive(&router).await;
        assert!(after.len() > before.len());
        for (path, document) in &before {
            assert_eq!(after.get(path), Some(document), "{path}");
        }
        let found =
            after.values().flat_map(|d| ids(d)).chain(ids(&body(&router, "/feeds/all.atom").await));
        assert_eq!(found.collect::<BTreeSet<_>>(), all);
        let again = ask(&router, "/feeds/all/archive/3.rss", etag.to_str().ok()).await;
        assert_eq!(again.status(), 304);
        assert!(body(&router, "/feeds/all/archive/3.rss").await == rss);
    })
    .await;
}

#[tokio::test]
async fn the_document_that_is_being_filled_is_no_archive() {
    on_both(|test| async move {
        publish(&test.store, 0..4).await;
        let router = web(&test.store).0.router();
        let complete = archive(&router).await;
        let newest = complete.keys().next_back().unwrap();
        let next = link(&complete[newest], "next-archive").unwrap();
        let open = body(&router, &format!("/{next}")).await;
        assert!(!open.contains("fh:archive"), "{open}");
        assert_eq!(link(&open, "prev-archive").as_ref(), Some(newest));
        assert_eq!(link(&open, "next-archive"), None);
        for path in [
            "/feeds/all/archive/99.atom",
            "/feeds/all/archive/0.atom",
            "/feeds/all/archive/-1.atom",
            "/feeds/all/archive/+1.atom",
            "/feeds/all/archive/01.atom",
            "/feeds/all/archive/1.json",
            "/feeds/all/archive/1",
            "/feeds/custom/archive/1.atom",
            "/feeds/nope/archive/1.atom",
        ] {
            assert_eq!(ask(&router, path, None).await.status(), 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_withdrawn_leaves_a_tombstone_and_nothing_else_changes() {
    on_both(|test| async move {
        let store = &test.store;
        publish(store, 0..5).await;
        let router = web(store).0.router();
        let (atom, rss) = ("/feeds/all/archive/2.atom", "/feeds/all/archive/2.rss");
        body(&router, "/feeds/all.atom").await;
        let (old, old_rss) = (body(&router, atom).await, body(&router, rss).await);
        let other = body(&router, "/feeds/all/archive/1.atom").await;
        let id = ids(&old).pop_first().unwrap();
        assert!(store.withdraw(&id, "a <court> order", noon() + Duration::days(1)).await.unwrap());
        let new = body(&router, atom).await;
        let grave = format!(
            "<at:deleted-entry xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" ref=\"{id}\" \
             when=\"2026-03-02T12:00:00+00:00\">\
             <at:comment>a &lt;court&gt; order</at:comment></at:deleted-entry>"
        );
        let (start, rest) = old.split_once("<entry>").unwrap();
        let end = rest.split_once("</entry>").unwrap().1;
        assert_eq!(new, format!("{start}{grave}{end}"));
        // Checkers warn of a namespace that is not theirs: it stands only where it is needed.
        assert!(!old.contains("xmlns:at="), "{old}");
        let (start, rest) = old_rss.split_once("<item>").unwrap();
        let end = rest.split_once("</item>").unwrap().1;
        assert_eq!(body(&router, rss).await, format!("{start}{end}"));
        assert_eq!(body(&web(store).0.router(), atom).await, new, "and it stays so");
        assert_eq!(body(&router, "/feeds/all/archive/1.atom").await, other);
    })
    .await;
}

#[tokio::test]
async fn pages_lead_forth_and_back() {
    on_both(|test| async move {
        publish(&test.store, 0..7).await;
        let router = web(&test.store).0.router();
        // A feed made up by its address has pages and no archive.
        let first = "feeds/custom.atom?lang=ar&score=1";
        let many = publish(&test.store, 7..120).await;
        assert_eq!(many.len(), 113);
        let mut pages = vec![first.to_owned()];
        loop {
            let document = body(&router, &format!("/{}", pages.last().unwrap())).await;
            assert_eq!(link(&document, "first").as_deref(), Some(first));
            assert_eq!(link(&document, "prev-archive"), None);
            let previous = pages.len().checked_sub(2).map(|at| pages[at].clone());
            assert_eq!(link(&document, "previous"), previous);
            let Some(next) = link(&document, "next") else { break };
            pages.push(next);
        }
        assert_eq!(pages.len(), 3);
        let last = link(&body(&router, &format!("/{first}")).await, "last").unwrap();
        let document = body(&router, &format!("/{last}")).await;
        assert_eq!((link(&document, "next"), ids(&document).len()), (None, 50));
    })
    .await;
}
