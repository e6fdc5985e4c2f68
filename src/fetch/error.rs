//! What can go wrong, each with a stable word and a sentence for the admin.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::fetched::Hop;

/// A fetch that gave nothing usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// What went wrong.
    pub reason: Reason,
    /// The address at which it went wrong, without credentials.
    pub url: Box<str>,
    /// The redirects up to there.
    pub redirects: Box<[Hop]>,
    /// How long the server (or the host's queue) wants us to stay away.
    pub retry_after: Option<Duration>,
    /// Time on the network, without waits for the hosts' turns.
    pub elapsed: Duration,
}

impl FetchError {
    /// The stable word for what went wrong, for the store, metrics and JSON.
    pub fn kind(&self) -> &'static str {
        self.reason.kind()
    }

    /// The HTTP status, where one decided.
    pub fn status(&self) -> Option<u16> {
        match self.reason {
            Reason::Status(status) => Some(status),
            Reason::NoContent(status) => Some(status),
            _ => None,
        }
    }

    /// See [`Reason::is_soft`].
    pub fn is_soft(&self) -> bool {
        self.reason.is_soft()
    }

    /// See [`Reason::is_ours`].
    pub fn is_ours(&self) -> bool {
        self.reason.is_ours()
    }
}

/// What a server was too slow with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Accepting the connection, TLS included.
    Connect,
    /// The head of its answer.
    Head,
    /// The body.
    Body,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "accept the connection",
            Self::Head => "answer",
            Self::Body => "send the whole body",
        })
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not an address that can be fetched.
    #[error("{0:?} is not a web address: {1}.")]
    BadUrl(String, String),
    /// Not http or https.
    #[error("Addresses that begin with {0:?} are not fetched, only http and https.")]
    SchemeDenied(String),
    /// An address that is not publicly routable.
    #[error(
        "{0} is not a public address. Open it with fetch.allow_addresses if it is meant to be reached."
    )]
    AddressDenied(IpAddr),
    /// A name all of whose addresses are not publicly routable.
    #[error(
        "{0} leads to {1}, which is not a public address. Open it with fetch.allow_addresses if it is meant to be reached."
    )]
    NameDenied(String, IpAddr),
    /// A name that exists only inside networks.
    #[error(
        "{0} is a name for use inside a network. It is resolved only where fetch.allow_addresses opens one."
    )]
    LocalName(String),
    /// The name has no address, or the resolver does not answer.
    #[error("The name {0} could not be resolved: {1}.")]
    Dns(String, String),
    /// Nobody listens there.
    #[error("The server refused the connection.")]
    Refused,
    /// No way to the server from here.
    #[error("The server cannot be reached from here: {0}.")]
    Unreachable(String),
    /// The connection broke before or in the middle of the answer.
    #[error("The server broke the connection: {0}.")]
    Reset(String),
    /// The TLS handshake failed.
    #[error("No secure connection could be made: {0}.")]
    Tls(String),
    /// Too slow.
    #[error("The server did not {0} within {1} seconds.")]
    Timeout(Step, u64),
    /// Not HTTP.
    #[error("The server's answer is not valid HTTP: {0}.")]
    BadHttp(String),
    /// The response head is too large.
    #[error("The header of the answer is larger than the limit.")]
    HeaderTooLarge,
    /// The body is too large.
    #[error("The body is larger than the limit of {0} bytes.")]
    TooLarge(usize),
    /// The body ended before its announced end.
    #[error("The body ended before its end.")]
    Truncated,
    /// The body cannot be decompressed.
    #[error("The body could not be decompressed: {0}.")]
    BadEncoding(String),
    /// A success without a body.
    #[error("The server answered {0} without a body.")]
    NoContent(u16),
    /// A 304 to a question without conditions.
    #[error("The server says that nothing changed, although nothing was known before.")]
    UnexpectedNotModified,
    /// Any other status.
    #[error("The server answered with status {0}.")]
    Status(u16),
    /// A redirect without a usable target.
    #[error("The server redirects with status {0} to nowhere: {1}.")]
    BadRedirect(u16, String),
    /// More redirects than allowed.
    #[error("More than {0} redirects.")]
    TooManyRedirects(usize),
    /// A redirect to an address that was already visited.
    #[error("The redirects go round in circles.")]
    RedirectLoop,
    /// robots.txt forbids it.
    #[error("The site's robots.txt forbids this address.")]
    Robots,
    /// robots.txt cannot be read, which forbids everything for now (RFC 9309 2.3.1.4).
    #[error("The site's robots.txt cannot be read ({0}), so its pages are left alone for now.")]
    RobotsUnavailable(String),
    /// The host's queue is too long for this request's patience.
    #[error("Too many requests to {0} are already waiting.")]
    Busy(String),
    /// The gate that keeps hosts' turns failed (a lost database).
    #[error("The host's turn could not be asked for: {0}.")]
    Gate(String),
    /// The client could not be built or misused.
    #[error("The client could not be set up: {0}.")]
    Client(String),
}

impl Reason {
    /// The stable word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BadUrl(..) => "bad_url",
            Self::SchemeDenied(_) => "scheme_denied",
            Self::AddressDenied(_) | Self::NameDenied(..) | Self::LocalName(_) => "address_denied",
            Self::Dns(..) => "dns",
            Self::Refused => "refused",
            Self::Unreachable(_) => "unreachable",
            Self::Reset(_) => "reset",
            Self::Tls(_) => "tls",
            Self::Timeout(..) => "timeout",
            Self::BadHttp(_) => "bad_http",
            Self::HeaderTooLarge => "header_too_large",
            Self::TooLarge(_) => "too_large",
            Self::Truncated => "truncated",
            Self::BadEncoding(_) => "bad_encoding",
            Self::NoContent(_) => "empty",
            Self::UnexpectedNotModified => "unexpected_not_modified",
            Self::Status(_) => "http_status",
            Self::BadRedirect(..) => "bad_redirect",
            Self::TooManyRedirects(_) => "too_many_redirects",
            Self::RedirectLoop => "redirect_loop",
            Self::Robots => "robots",
            Self::RobotsUnavailable(_) => "robots_unavailable",
            Self::Busy(_) => "busy",
            Self::Gate(_) => "gate",
            Self::Client(_) => "client",
        }
    }

    /// True for what usually passes by itself: overload, slowness, a broken connection. Such
    /// errors lengthen the interval less.
    pub fn is_soft(&self) -> bool {
        match self {
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::Reset(_)
            | Self::Truncated
            | Self::Timeout(..)
            | Self::Unreachable(_)
            | Self::RobotsUnavailable(_) => true,
            _ => self.is_ours(),
        }
    }

    /// True for what is our own doing and says nothing about the other side: it is not counted as
    /// the source's failure.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Gate(_) | Self::Client(_))
    }

    /// True for what a lost network of our own looks like: no name resolves, nothing is reached.
    pub fn may_be_our_network(&self) -> bool {
        matches!(self, Self::Dns(..) | Self::Unreachable(_) | Self::Timeout(Step::Connect, _))
    }
}

/// A failed step: the reason, and how long the other side wants us to stay away.
pub(super) struct Failed {
    pub reason: Reason,
    pub retry_after: Option<Duration>,
    /// True where the connection broke before any byte of an answer.
    pub unanswered: bool,
}

impl From<Reason> for Failed {
    fn from(reason: Reason) -> Self {
        Self { reason, retry_after: None, unanswered: false }
    }
}
