//! The one HTTP client: polite, guarded, bounded.
//!
//! Every byte from outside comes through [`Client::get`]. On its way a request passes, in order:
//!
//! 1. the **guard** ([`Guard`]): http and https only, publicly routable addresses only, judged on
//!    the parsed address, on what its name resolves to and again on every redirect;
//! 2. **robots.txt** ([`Robots`], RFC 9309) for article pages, read once for each origin and kept
//!    for at most a day; feeds are what publishers invite us to fetch and are exempt unless
//!    [`Settings::robots_for_feeds`];
//! 3. its host's **turn** ([`HostGate`]): one request in flight to a host, a gap between two, over
//!    feeds, pages and robots.txt together;
//! 4. one **exchange** after another along the redirects, within one deadline, with conditional
//!    headers sent back verbatim, an honest User-Agent, and neither cookies nor referer;
//! 5. the **body**, decompressed while it streams and cut off at its limit.
//!
//! What comes back is either a [`Fetched`] that can be used whole, or a [`FetchError`] with a
//! stable word and a sentence for the admin. Nothing is retried here: when to ask again is decided
//! by `schedule`. Nothing is logged here either: the caller logs what it handles.

mod body;
mod client;
mod error;
mod exchange;
mod failure;
mod fetched;
mod freshness;
mod gate;
mod guard;
mod header;
mod request;
mod robots;
mod robots_cache;
mod settings;
mod wire;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use error::{FetchError, Reason, Step};
pub use fetched::{Fetched, Hop, Link};
pub use freshness::{Freshness, http_date};
pub use gate::{GateError, HostGate, MemoryGate, Pace, Permit, host_key};
pub use guard::{Guard, is_public};
pub use request::{Kind, Post, Request, Validators};
pub use robots::{ROBOTS_BYTES, Robots};
pub use settings::{AddressRange, Settings};
