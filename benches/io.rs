//! What a fetch and a recorded poll cost: `cargo bench --bench io`.
//!
//! Fetches go through the polite client to a server on loopback that keeps connections open, with
//! no gap between requests: what is measured is our own part. Polls are recorded in a new SQLite
//! file and, where `RASAD_TEST_POSTGRES` names a server, in a new database there.

#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on shall panic")]
#![allow(dead_code, reason = "only parts of the tests' support are used here")]

#[path = "../tests/it/support/recording.rs"]
mod recording;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use rasad::clock::SystemClock;
use rasad::fetch::{Client, Kind, MemoryGate, Request, Settings};
use rasad::store::{Connections, Store};
use recording::{Brought, WORKER, claimed, noon};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Requests of each kind.
const REQUESTS: usize = 5000;
/// Requests under way at once.
const AT_ONCE: usize = 32;
/// Feeds that are polled, and entries in each.
const FEEDS: (usize, usize) = (500, 20);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{:<34} {:>9} {:>12} {:>12}", "what", "times", "µs each", "each second");
    runtime.block_on(async {
        for (name, kilobytes) in [("fetch, 2 kB", 2), ("fetch, 100 kB", 100)] {
            fetches(name, kilobytes).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", folder.path().join("rasad.db").display());
        polls(&file).await;
        if let Ok(server) = std::env::var("RASAD_TEST_POSTGRES") {
            let name = format!("rasad_bench_{}", uuid::Uuid::new_v4().simple());
            let mut admin = PgConnection::connect(&server).await.unwrap();
            let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
            sqlx::query(create).execute(&mut admin).await.unwrap();
            let mut url = url::Url::parse(&server).unwrap();
            url.set_path(&name);
            polls(url.as_str()).await;
            let remove = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
            sqlx::query(remove).execute(&mut admin).await.unwrap();
        }
    });
}

fn print(name: &str, times: usize, took: Duration) {
    let micros = took.as_micros() as f64 / times as f64;
    println!("{name:<34} {times:>9} {micros:>12.0} {:>12.0}", 1e6 / micros);
}

/// Fetches pages of so many kilobytes.
async fn fetches(name: &str, kilobytes: usize) {
    let address = serve(kilobytes * 1024).await;
    let settings = Settings {
        allow_addresses: vec!["127.0.0.0/8".parse().unwrap()],
        host_gap: Duration::ZERO,
        host_concurrency: AT_ONCE,
        ..Settings::default()
    };
    let gate = Arc::new(MemoryGate::default());
    let client = Client::new(settings, Arc::new(SystemClock), gate).unwrap();
    let started = Instant::now();
    futures::stream::iter(0..REQUESTS)
        .for_each_concurrent(AT_ONCE, |n| {
            let (client, url) = (client.clone(), format!("http://{address}/{n}"));
            async move {
                client.get(Request::new(url, Kind::Feed)).await.unwrap();
            }
        })
        .await;
    print(name, REQUESTS, started.elapsed());
}

/// A server that answers everything with so many bytes.
async fn serve(bytes: usize) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {bytes}\r\n\r\n");
    let answer: Arc<[u8]> = [head.into_bytes(), vec![b'x'; bytes]].concat().into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 8192];
                // A request comes in one piece: it is short, and this is loopback.
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Records polls of new entries with all that leads to their claims; then the same feeds again.
async fn polls(url: &str) {
    let store = Store::open(url, Connections::default()).await.unwrap();
    let (feeds, entries) = FEEDS;
    let batch: Vec<(String, Brought)> = (0..feeds * entries)
        .map(|n| {
            let brought = Brought {
                source: format!("source{}", n % feeds),
                title: format!("title {n}"),
                text: String::new(),
                at: noon(),
                relevant: false,
            };
            (format!("{n}"), brought)
        })
        .collect();
    let started = Instant::now();
    claimed(&store, &batch, 1).await;
    print(&format!("{}: poll, {entries} new", store.engine()), feeds, started.elapsed());
    store.release_entries(WORKER).await.unwrap();
    let started = Instant::now();
    claimed(&store, &batch, 2).await;
    print(&format!("{}: poll, {entries} changed", store.engine()), feeds, started.elapsed());
    store.close().await;
}
