//! What a document of ours must hold: the rules of RFC 4287, RSS 2.0 with its best practices and
//! JSON Feed 1.1, and whatever checkers of feeds warn about. For tests.

mod atom;
mod json;
mod rss;
mod values;
mod xml;

pub(crate) use atom::atom;
pub(crate) use json::json;
pub(crate) use rss::rss;
