//! What is asked for.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What an address is fetched for: decides `Accept`, limits and whether robots.txt is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A feed or sitemap that a publisher invites us to fetch.
    Feed,
    /// An article page: only where robots.txt allows it.
    Page,
    /// A robots.txt file. Cut at its limit instead of refused.
    Robots,
    /// A WebSub hub or callback.
    Hub,
    /// Anything else that a person asked for by its address.
    Other,
}

impl Kind {
    /// The `Accept` header.
    pub(super) fn accept(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, \
                 application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
            }
            Self::Page => "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
            Self::Robots => "text/plain, */*;q=0.1",
            Self::Hub | Self::Other => "*/*",
        }
    }
}

/// What a server gave us to ask with whether something changed. Sent back as received.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The `ETag`, verbatim, quotes and `W/` included.
    pub etag: Option<String>,
    /// The `Last-Modified`, verbatim, however odd its form.
    pub last_modified: Option<String>,
    /// The address they belong to (after redirects). They are sent to no other; where it is not
    /// known they are sent on every hop.
    #[serde(default)]
    pub url: Option<String>,
}

impl Validators {
    /// True where there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// One thing to fetch.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address, as found. It is parsed as browsers do (WHATWG).
    pub url: String,
    /// What it is fetched for.
    pub kind: Kind,
    /// What is known from last time. None asks for the whole body.
    pub validators: Option<Validators>,
    /// Time for the whole fetch, instead of the setting.
    pub deadline: Option<Duration>,
    /// Largest body, decoded, instead of the setting for this kind.
    pub max_bytes: Option<usize>,
    /// How long to wait for the host's turn, instead of the setting.
    pub patience: Option<Duration>,
    /// Body of a POST; None is a GET.
    pub post: Option<Post>,
}

/// Body and headers of a POST.
#[derive(Debug, Clone)]
pub struct Post {
    /// The `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
    /// Further headers, e.g. a signature. Names and values that HTTP cannot carry are refused.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// A GET of `url` for `kind`, with the settings' limits.
    pub fn new(url: impl Into<String>, kind: Kind) -> Self {
        Self {
            url: url.into(),
            kind,
            validators: None,
            deadline: None,
            max_bytes: None,
            patience: None,
            post: None,
        }
    }

    /// A feed, asked conditionally where `validators` are known.
    pub fn feed(url: impl Into<String>, validators: Option<Validators>) -> Self {
        Self { validators: validators.filter(|v| !v.is_empty()), ..Self::new(url, Kind::Feed) }
    }

    /// An article page.
    pub fn page(url: impl Into<String>) -> Self {
        Self::new(url, Kind::Page)
    }

    /// A POST to a hub or callback.
    pub fn post(url: impl Into<String>, post: Post) -> Self {
        Self { post: Some(post), ..Self::new(url, Kind::Hub) }
    }
}
