//! What came back.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use url::Url;

use super::freshness::Freshness;
use super::request::Validators;

/// An answer that can be used: a whole body, or word that nothing changed.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// HTTP status: 2xx, or 304.
    pub status: u16,
    /// The address that answered, after redirects, without fragment.
    pub final_url: Url,
    /// The redirects on the way, first to last.
    pub redirects: Vec<Hop>,
    /// Where the publisher says the address has moved for good: the target of the unbroken run of
    /// 301 and 308 at the way's beginning. See `schedule::moved` for when to believe it.
    pub permanent: Option<Url>,
    /// Media type of the `Content-Type` header, lower case, without parameters.
    pub content_type: Option<String>,
    /// The whole `Content-Type` header.
    pub content_type_header: Option<String>,
    /// `charset` parameter of the `Content-Type` header, lower case.
    pub charset: Option<String>,
    /// What to ask with next time; on a 304 the old ones, renewed where the server did so.
    /// To be stored only once the body has been understood.
    pub validators: Validators,
    /// The decoded body; empty on a 304.
    pub body: Bytes,
    /// xxh3 hash of `body`: tells an unchanged feed that a server calls changed. 0 on a 304.
    pub body_hash: u64,
    /// True for a 304.
    pub not_modified: bool,
    /// How long the server calls this fresh, and when it wants to be asked again.
    pub freshness: Freshness,
    /// `Link` headers, targets absolute.
    pub links: Vec<Link>,
    /// Time on the network, without waits for the hosts' turns.
    pub elapsed: Duration,
    /// Bytes of the last body on the wire, before decoding.
    pub wire_bytes: u64,
}

/// One redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// Where it led, absolute.
    pub url: String,
}

/// One target of a `Link` header (RFC 8288).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The target, absolute.
    pub url: String,
    /// One relation, lower case, e.g. `hub`.
    pub rel: String,
    /// What the target is said to be: a media type, lower case, without parameters.
    pub media_type: Option<String>,
    /// Its title, where one is given.
    pub title: Option<String>,
}

impl Fetched {
    /// The targets of `Link` headers with this relation.
    pub fn links<'a>(&'a self, rel: &'a str) -> impl Iterator<Item = &'a str> {
        self.links.iter().filter(move |link| link.rel == rel).map(|link| link.url.as_str())
    }
}
