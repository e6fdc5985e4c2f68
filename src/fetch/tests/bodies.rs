//! Encodings, bombs, bodies without end and bodies that break off.

use std::io::Write;
use std::time::{Duration, Instant};

use async_compression::tokio::write::{BrotliEncoder, ZstdEncoder};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use tokio::io::AsyncWriteExt;

use super::server::{Act, Server, answer, client, ok, settings};
use crate::fetch::{FetchError, Fetched, Kind, Request, Settings};

const TEXT: &str = "<rss><channel><title>أخبار الهجرة</title></channel></rss>";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

async fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = BrotliEncoder::new(Vec::new());
    out.write_all(bytes).await.unwrap();
    out.shutdown().await.unwrap();
    out.into_inner()
}

async fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZstdEncoder::new(Vec::new());
    out.write_all(bytes).await.unwrap();
    out.shutdown().await.unwrap();
    out.into_inner()
}

async fn fetch_with(act: Act, settings: Settings) -> Result<Fetched, FetchError> {
    let server = Server::start(move |_| act.clone()).await;
    client(settings).get(Request::new(server.url("/feed"), Kind::Feed)).await
}

async fn fetch(act: Act) -> Result<Fetched, FetchError> {
    fetch_with(act, settings()).await
}

async fn kind(act: Act) -> &'static str {
    fetch(act).await.map_or_else(|error| error.kind(), |_| "fetched")
}

#[tokio::test]
async fn all_offered_encodings_are_decoded() {
    let text = TEXT.as_bytes();
    for (encoding, body) in [
        ("gzip", gzip(text)),
        ("X-GZIP", gzip(text)),
        ("deflate", zlib(text)),
        ("deflate", raw_deflate(text)),
        ("br", brotli(text).await),
        ("zstd", zstd(text).await),
        ("identity", text.to_vec()),
        ("gzip, gzip", gzip(&gzip(text))),
        ("gzip, br", brotli(&gzip(text)).await),
        ("gzip", [gzip(&text[..9]), gzip(&text[9..])].concat()),
    ] {
        let wire = body.len() as u64;
        let got = fetch(ok(&format!("Content-Encoding: {encoding}\r\n"), body)).await.unwrap();
        assert_eq!(std::str::from_utf8(&got.body).unwrap(), TEXT, "{encoding}");
        assert_eq!(got.wire_bytes, wire, "{encoding}");
    }
}

#[tokio::test]
async fn plain_text_under_a_false_encoding_is_taken_as_it_is() {
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let got = fetch(ok(&format!("Content-Encoding: {encoding}\r\n"), TEXT)).await.unwrap();
        assert_eq!(got.body, TEXT.as_bytes(), "{encoding}");
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_named() {
    for encoding in ["gzip", "br", "zstd", "rot13", "gzip, gzip, gzip, gzip"] {
        let act = ok(&format!("Content-Encoding: {encoding}\r\n"), [0xff; 100]);
        assert_eq!(kind(act).await, "bad_encoding", "{encoding}");
    }
    let whole = gzip(&TEXT.as_bytes().repeat(50));
    let half = &whole[..whole.len() / 2];
    assert_eq!(kind(ok("Content-Encoding: gzip\r\n", half)).await, "truncated");
}

#[tokio::test]
async fn windows_beyond_what_http_allows_are_refused() {
    // A zstd frame that asks for a window of 128 MiB, and brotli's large-window format.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    assert_eq!(kind(ok("Content-Encoding: zstd\r\n", frame)).await, "bad_encoding");
    let stream = [0x11, 30, 0x03, 0, 0, 0];
    assert_eq!(kind(ok("Content-Encoding: br\r\n", stream)).await, "bad_encoding");
}

#[tokio::test]
async fn bombs_stop_at_the_limit() {
    let spaces = vec![b' '; 16 << 20];
    let small = gzip(&spaces);
    for (encoding, body) in [
        ("gzip", small.clone()),
        ("gzip, gzip", gzip(&small)),
        ("gzip, zstd", zstd(&small).await),
        ("br", brotli(&spaces).await),
        ("zstd", zstd(&spaces).await),
        ("deflate", zlib(&spaces)),
    ] {
        assert!(body.len() < 1 << 20, "{encoding}: no bomb");
        let started = Instant::now();
        let act = ok(&format!("Content-Encoding: {encoding}\r\n"), body);
        assert_eq!(kind(act).await, "too_large", "{encoding}");
        assert!(started.elapsed() < Duration::from_secs(10), "{encoding}");
    }
}

#[tokio::test]
async fn a_gzip_file_served_as_a_feed_is_unpacked_within_the_limit() {
    let got = fetch(ok("Content-Type: application/gzip\r\n", gzip(TEXT.as_bytes()))).await.unwrap();
    assert_eq!(got.body, TEXT.as_bytes());
    let bomb = gzip(&vec![b' '; 8 << 20]);
    assert_eq!(kind(ok("", bomb)).await, "too_large");
}

#[tokio::test]
async fn bodies_without_end_are_cut_off() {
    let head = |headers: &str| {
        format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{headers}\r\n").into_bytes()
    };
    let endless = Act::Endless(head(""), vec![b'x'; 4096]);
    assert_eq!(kind(endless).await, "too_large");
    let chunked = Act::Endless(head("Transfer-Encoding: chunked\r\n"), b"4\r\nabcd\r\n".repeat(99));
    assert_eq!(kind(chunked).await, "too_large");
    // Stored blocks of length nought: compressed bytes without end that mean nothing at all.
    let mut first = head("Content-Encoding: gzip\r\n");
    first.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let nothing = Act::Endless(first, [0, 0, 0, 0xff, 0xff].repeat(1000));
    assert_eq!(kind(nothing).await, "too_large");
}

#[tokio::test]
async fn an_announced_length_beyond_the_limit_is_refused_unread() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_vec();
    assert_eq!(kind(Act::Hang(head)).await, "too_large");
}

#[tokio::test]
async fn bodies_that_break_off_are_not_whole() {
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>".to_vec();
    assert_eq!(kind(Act::Send(short)).await, "truncated");
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n".to_vec();
    assert_eq!(kind(Act::Send(chunked)).await, "truncated");
    let bad = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n<rss>".to_vec();
    assert_eq!(kind(Act::Send(bad)).await, "bad_http");
}

#[tokio::test]
async fn slow_servers_are_given_up_within_the_deadline() {
    let hasty = || Settings { deadline: Duration::from_millis(300), ..settings() };
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".to_vec();
    let drip = Act::Drip([head.clone(), vec![b'x'; 1000]].concat(), Duration::from_millis(50));
    for (act, what) in [
        (Act::Hang(Vec::new()), "answer"),
        (Act::Hang(head), "send the whole body"),
        (drip, "answer"),
    ] {
        let started = Instant::now();
        let error = fetch_with(act, hasty()).await.unwrap_err();
        assert_eq!(error.kind(), "timeout");
        assert!(error.is_soft());
        assert!(error.to_string().contains(what), "{error}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn heads_without_end_are_cut_off() {
    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let many =
        Act::Endless(head.clone(), b"X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec());
    assert_eq!(kind(many).await, "header_too_large");
    let long = Act::Endless([&head[..], b"X-Long: "].concat(), vec![b'a'; 4096]);
    assert_eq!(kind(long).await, "header_too_large");
    let large = ok(&format!("X-Large: {}\r\n", "a".repeat(100_000)), TEXT);
    assert_eq!(kind(large).await, "header_too_large");
}

#[tokio::test]
async fn answers_that_are_none() {
    assert_eq!(kind(Act::Close).await, "reset");
    assert_eq!(kind(Act::Send(b"\x00\x01 not http\r\n\r\n".to_vec())).await, "bad_http");
    assert_eq!(kind(answer("204 No Content", "", "")).await, "empty");
    assert_eq!(kind(ok("", "")).await, "empty");
}
