//! Style sheet, script and icons: part of the program, under addresses that change with them.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, Uri};
use tokio::sync::OnceCell;
use xxhash_rust::xxh3::xxh3_64;

use super::ask::Asker;
use super::errors::Problem;
use super::http::Document;
use super::state::Web;

/// One asset, encoded when it is first asked for.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    document: OnceCell<Document>,
}

macro_rules! assets {
    ($($name:literal: $type:literal;)+) => {
        [$(Asset {
            name: $name,
            content_type: $type,
            bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/", $name)),
            document: OnceCell::const_new(),
        }),+]
    };
}

static ASSETS: [Asset; 4] = assets! {
    "style.css": "text/css; charset=utf-8";
    "copy.js": "text/javascript; charset=utf-8";
    "icon.svg": "image/svg+xml";
    "icon.png": "image/png";
};

/// Names this state of the assets, for their addresses.
pub(super) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = ASSETS.iter().flat_map(|asset| asset.bytes.iter().copied()).collect();
    format!("{:08x}", xxh3_64(&all) >> 32)
});

/// An address with a version never changes its content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const FOR_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

pub(super) async fn asset(
    State(web): State<Web>,
    Path(file): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response<Body> {
    let versioned = uri.query().is_some_and(|query| query.starts_with("v="));
    match send(&file, &headers, if versioned { FOR_EVER } else { FOR_A_DAY }).await {
        Some(response) => response,
        None => Asker::of(&web, &headers, &uri).problem(&web, &Problem::NotFound),
    }
}

async fn send(file: &str, headers: &HeaderMap, cache: HeaderValue) -> Option<Response<Body>> {
    let asset = ASSETS.iter().find(|asset| asset.name == file)?;
    let make = || Document::asset(asset.content_type, asset.bytes);
    Some(asset.document.get_or_init(make).await.answer(headers, &cache))
}

/// Browsers ask for it whatever the page says.
pub(super) async fn favicon(headers: HeaderMap) -> Response<Body> {
    send("icon.png", &headers, FOR_A_DAY).await.unwrap_or_default()
}

/// Searches and filters have no end: machines that index pages shall keep to the pages.
pub(super) async fn robots() -> Response<Body> {
    let mut response =
        Response::new(Body::from("User-agent: *\nDisallow: /*?\nDisallow: /admin\n"));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, FOR_A_DAY);
    response
}
