//! Published entries to Atom, RSS, JSON Feed and OPML. Pure.
//!
//! Every form is written from the same prepared entry ([`prepared`]): characters that XML forbids
//! are gone, addresses are absolute and strict, a title is one line that cannot turn around what
//! stands after it, and the content is a block of its own language and direction that ends in who
//! else published it, the original's address and the reason why it is here. What goes in
//! is sanitised once more, as the last thing that happens to it; what is added here is escaped here. Feeds hold the elements of HTML 4 alone
//! ([`basic`]): that is what readers and checkers of feeds know.
//!
//! Promises to readers: an entry's id never changes; `updated` of one entry is the same in every
//! feed and differs from that of every other entry; a withdrawn entry leaves a tombstone in Atom.

mod archive;
mod atom;
mod basic;
mod canonical;
#[cfg(test)]
mod checks;
mod clean;
mod content;
mod cut;
mod json;
mod names;
mod notices;
mod opml;
mod prepared;
mod rss;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
#[path = "../tests/schemas/mod.rs"]
mod schemas;
#[cfg(test)]
mod tests;
mod tongues;
mod wording;

pub use archive::without;
pub use atom::atom;
pub use clean::{address, escape_html, line, shorten};
pub use content::{Why, allowed_html, why};
pub use json::json;
pub use names::{country_name, language_name};
pub use notices::{Notice, notices};
pub use opml::{ListedFeed, opml};
pub use rss::rss;
pub use wording::Tongue;

use crate::model::Time;

/// A `tag:` URI (RFC 4151) for a thing made at `made` under the name of `authority` (a host name).
/// `specific` may hold letters, digits, `-`, `.`, `_`, `~`, `:` and `/`; all else is left out.
pub fn tag_uri(authority: &str, made: Time, specific: &str) -> String {
    let keep = |text: &str, extra: &[u8]| -> String {
        let kept = text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || extra.contains(byte));
        kept.map(char::from).collect()
    };
    let authority = keep(&authority.to_ascii_lowercase(), b"-.");
    let authority = if authority.is_empty() { "rasad.invalid" } else { &authority };
    format!("tag:{authority},{}:{}", made.format("%Y-%m-%d"), keep(specific, b"-._~:/"))
}
