//! One document as HTTP answers it: validators, conditional requests, content encodings.

use std::io::Write as _;

use async_compression::Level;
use async_compression::tokio::write::{BrotliEncoder, ZstdEncoder};
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LINK, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use xxhash_rust::xxh3::xxh3_128;

use crate::model::Time;

/// Bodies shorter than this are sent as they are.
const WORTH_COMPRESSING: usize = 512;

/// A content encoding that we write, the one we like best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Zstd,
    Gzip,
    Identity,
}

impl Encoding {
    const ALL: [Self; 4] = [Self::Brotli, Self::Zstd, Self::Gzip, Self::Identity];

    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// The best of ours that the client accepts (RFC 9110 section 12.5.3).
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let Some(accepted) = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok())
        else {
            return Self::Identity;
        };
        let mut best = (Self::Identity, 0.0);
        for ours in Self::ALL {
            let quality = quality(accepted, ours.name());
            if ours != Self::Identity && quality > best.1 {
                best = (ours, quality);
            }
        }
        best.0
    }
}

/// The weight that a list such as `gzip;q=0.5, *` gives to `name`; 0 where it does not name it.
fn quality(list: &str, name: &str) -> f32 {
    let mut any = 0.0;
    for item in list.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if coding.eq_ignore_ascii_case(name) {
            return weight;
        }
        if coding == "*" {
            any = weight;
        }
    }
    any
}

/// A body in every encoding, with its validators.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub content_type: HeaderValue,
    pub last_modified: Option<Time>,
    modified: Option<HeaderValue>,
    /// The `Link` header.
    link: Option<HeaderValue>,
    /// Names the content; each encoding adds its own ending.
    pub hash: u128,
    variants: Vec<(Encoding, Bytes, HeaderValue)>,
}

impl Document {
    /// A document that will be asked for often: every encoding is made at once.
    pub async fn kept(content_type: &'static str, body: String, modified: Option<Time>) -> Self {
        Self::new(content_type, body.into(), modified, &Encoding::ALL, Level::Default).await
    }

    /// A document that one reader made up: not worth the time that the smallest form takes.
    pub async fn brief(content_type: &'static str, body: String, modified: Option<Time>) -> Self {
        Self::new(content_type, body.into(), modified, &Encoding::ALL, Level::Fastest).await
    }

    /// A document for one answer, in the one encoding that its client likes best.
    pub async fn once(content_type: &'static str, body: String, headers: &HeaderMap) -> Self {
        let wanted = [Encoding::negotiate(headers), Encoding::Identity];
        Self::new(content_type, body.into(), None, &wanted, Level::Fastest).await
    }

    /// Bytes that never change and are small or compressed already.
    pub async fn asset(content_type: &'static str, body: &'static [u8]) -> Self {
        let encodings = match content_type.starts_with("image/png") {
            true => &[Encoding::Identity][..],
            false => &Encoding::ALL[..],
        };
        Self::new(content_type, Bytes::from_static(body), None, encodings, Level::Best).await
    }

    /// The same with a date.
    pub fn dated(self, modified: Time) -> Self {
        let header = HeaderValue::from_str(&http_date(modified)).ok();
        Self { last_modified: Some(modified), modified: header, ..self }
    }

    /// The same with a `Link` header.
    pub fn linked(self, link: Option<String>) -> Self {
        let link = link.and_then(|link| HeaderValue::from_str(&link).ok());
        Self { link, ..self }
    }

    async fn new(
        content_type: &'static str,
        body: Bytes,
        last_modified: Option<Time>,
        encodings: &[Encoding],
        level: Level,
    ) -> Self {
        let hash = xxh3_128(&body);
        let mut variants = Vec::with_capacity(encodings.len());
        for encoding in encodings {
            let bytes = match encoding {
                Encoding::Identity => Some(body.clone()),
                _ if body.len() < WORTH_COMPRESSING => None,
                _ => encode(*encoding, &body, level).await,
            };
            if let Some(bytes) = bytes {
                variants.push((*encoding, bytes, tag(hash, *encoding)));
            }
        }
        Self {
            content_type: HeaderValue::from_static(content_type),
            link: None,
            modified: last_modified.and_then(|time| HeaderValue::from_str(&http_date(time)).ok()),
            last_modified,
            hash,
            variants,
        }
    }

    /// Answers a request: 304 where the client has it, else the body in the encoding it likes.
    pub fn answer(&self, request: &HeaderMap, cache: &HeaderValue) -> Response<Body> {
        let wanted = Encoding::negotiate(request);
        let found = self.variants.iter().find(|(encoding, ..)| *encoding == wanted);
        let (encoding, bytes, etag) = found.unwrap_or_else(|| self.identity());
        let fresh = self.is_fresh(request);
        let body = if fresh { Body::empty() } else { Body::from(bytes.clone()) };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(ETAG, etag.clone());
        headers.insert(CACHE_CONTROL, cache.clone());
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(modified) = &self.modified {
            headers.insert(LAST_MODIFIED, modified.clone());
        }
        if let Some(link) = &self.link {
            headers.insert(LINK, link.clone());
        }
        if fresh {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        if *encoding != Encoding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        response
    }

    fn identity(&self) -> &(Encoding, Bytes, HeaderValue) {
        self.variants.last().expect("the plain body is always there, and last")
    }

    /// RFC 9110 section 13.2.2: entity tags decide where the client sends any.
    fn is_fresh(&self, request: &HeaderMap) -> bool {
        let mut tags = request.get_all(IF_NONE_MATCH).iter().peekable();
        if tags.peek().is_some() {
            return tags.filter_map(|value| value.to_str().ok()).any(|list| {
                list.split(',').map(str::trim).any(|tag| tag == "*" || self.is_own(tag))
            });
        }
        let since = request.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
        match (since.and_then(read_http_date), self.last_modified) {
            (Some(since), Some(modified)) => modified.timestamp() <= since.timestamp(),
            _ => false,
        }
    }

    /// Whether a tag names this content in any encoding (weak comparison).
    fn is_own(&self, tag: &str) -> bool {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        self.variants.iter().any(|(_, _, own)| own.as_bytes() == tag.as_bytes())
            || Encoding::ALL.iter().any(|encoding| self::tag(self.hash, *encoding) == tag)
    }
}

fn tag(hash: u128, encoding: Encoding) -> HeaderValue {
    let text = match encoding {
        Encoding::Identity => format!("\"{hash:032x}\""),
        _ => format!("\"{hash:032x}-{}\"", encoding.name()),
    };
    HeaderValue::from_str(&text).expect("hexadecimal digits and letters")
}

/// A moment as HTTP writes it (RFC 9110 section 5.6.7).
fn http_date(time: Time) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn read_http_date(text: &str) -> Option<Time> {
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|time| time.to_utc())
}

/// `bytes` in an encoding; none where that is no shorter.
async fn encode(encoding: Encoding, bytes: &Bytes, level: Level) -> Option<Bytes> {
    let encoded = match encoding {
        Encoding::Gzip => gzip(bytes, level),
        Encoding::Brotli => {
            // Above 5 brotli takes seconds for a few percent.
            let level = if matches!(level, Level::Fastest) { 3 } else { 5 };
            let mut writer = BrotliEncoder::with_quality(Vec::new(), Level::Precise(level));
            writer.write_all(bytes).await.ok()?;
            writer.shutdown().await.ok()?;
            Some(writer.into_inner())
        }
        Encoding::Zstd => {
            let mut writer = ZstdEncoder::with_quality(Vec::new(), level);
            writer.write_all(bytes).await.ok()?;
            writer.shutdown().await.ok()?;
            Some(writer.into_inner())
        }
        Encoding::Identity => None,
    };
    encoded.filter(|encoded| encoded.len() < bytes.len()).map(Bytes::from)
}

fn gzip(bytes: &Bytes, level: Level) -> Option<Vec<u8>> {
    let level = match level {
        Level::Fastest => flate2::Compression::new(3),
        Level::Best => flate2::Compression::best(),
        _ => flate2::Compression::default(),
    };
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
    writer.write_all(bytes).ok()?;
    writer.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    async fn document() -> Document {
        let time = "2026-02-03T10:05:00.500Z".parse().unwrap();
        Document::kept("text/plain", "رصد ".repeat(400), Some(time)).await
    }

    #[test]
    fn the_best_encoding_that_both_speak_is_taken() {
        let chosen = |accept: &str| Encoding::negotiate(&headers(&[(ACCEPT_ENCODING, accept)]));
        assert_eq!(chosen("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(chosen("br;q=0.5, gzip"), Encoding::Gzip);
        assert_eq!(chosen("br;q=0, *;q=0.1"), Encoding::Zstd);
        assert_eq!(chosen("GZIP"), Encoding::Gzip);
        assert_eq!(chosen("deflate, identity"), Encoding::Identity);
        assert_eq!(chosen(""), Encoding::Identity);
        assert_eq!(Encoding::negotiate(&HeaderMap::new()), Encoding::Identity);
    }

    #[tokio::test]
    async fn every_encoding_has_its_own_strong_tag_and_any_of_them_is_fresh() {
        let document = document().await;
        let cache = HeaderValue::from_static("public, max-age=60");
        let mut tags = Vec::new();
        for name in ["br", "zstd", "gzip", "identity"] {
            let answer = document.answer(&headers(&[(ACCEPT_ENCODING, name)]), &cache);
            assert_eq!(answer.status(), 200);
            let encoded =
                answer.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(encoded.unwrap_or("identity"), name);
            tags.push(answer.headers()[ETAG].to_str().unwrap().to_owned());
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 4);
        for tag in tags {
            let list = format!("\"other\", W/{tag}");
            let answer = document.answer(&headers(&[(IF_NONE_MATCH, &list)]), &cache);
            assert_eq!(answer.status(), 304);
            assert!(answer.headers().get(CONTENT_TYPE).is_none());
            assert!(answer.headers().get(VARY).is_some() && answer.headers().get(ETAG).is_some());
        }
    }

    #[tokio::test]
    async fn dates_decide_where_there_are_no_tags() {
        let document = document().await;
        let cache = HeaderValue::from_static("no-cache");
        let status =
            |pairs: &[(HeaderName, &str)]| document.answer(&headers(pairs), &cache).status();
        assert_eq!(status(&[(IF_MODIFIED_SINCE, "Tue, 03 Feb 2026 10:05:00 GMT")]), 304);
        assert_eq!(status(&[(IF_MODIFIED_SINCE, "Tue, 03 Feb 2026 10:04:59 GMT")]), 200);
        assert_eq!(status(&[(IF_MODIFIED_SINCE, "yesterday")]), 200);
        let both = [(IF_MODIFIED_SINCE, "Tue, 03 Feb 2026 10:05:00 GMT"), (IF_NONE_MATCH, "\"x\"")];
        assert_eq!(status(&both), 200);
        let answer = document.answer(&HeaderMap::new(), &cache);
        assert_eq!(answer.headers()[LAST_MODIFIED], "Tue, 03 Feb 2026 10:05:00 GMT");
    }
}
