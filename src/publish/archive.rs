//! A withdrawal in a document that otherwise never changes: the entry is cut out, everything else
//! stays byte for byte.

use super::atom::TOMBSTONES;
use super::clean::{escape_html, identifier, line};
use crate::model::Time;

/// `document`, which [`super::atom`] or [`super::rss`] wrote for an archive, without the entry
/// `id`: in Atom a tombstone (RFC 6721) stands in its place. None where it has no such entry.
pub fn without(document: &str, form: &str, id: &str, at: Time, reason: &str) -> Option<String> {
    let id = escape_html(&identifier(id)?);
    let (open, close, own) = match form {
        "atom" => ("<entry>", "</entry>", format!("<id>{id}</id>")),
        _ => ("<item>", "</item>", format!("<guid isPermaLink=\"false\">{id}</guid>")),
    };
    // An entry's own id comes before that of the feed it was taken from.
    let first = own.split_once('>').map_or("", |(name, _)| name);
    let mut from = 0;
    while let Some(start) = document[from..].find(open).map(|at| from + at) {
        let end = start + document[start..].find(close)? + close.len();
        let entry = &document[start..end];
        if entry.find(first).is_some_and(|at| entry[at..].starts_with(&own)) {
            let grave = if form == "atom" { grave(&id, at, reason) } else { String::new() };
            return Some(format!("{}{grave}{}", &document[..start], &document[end..]));
        }
        from = end;
    }
    None
}

fn grave(id: &str, at: Time, reason: &str) -> String {
    let (when, reason) = (at.to_rfc3339(), line(reason));
    let comment = match reason.is_empty() {
        true => String::new(),
        false => format!("<at:comment>{}</at:comment>", escape_html(&reason)),
    };
    // The document itself names the namespace only where it was written with tombstones.
    format!(
        "<at:deleted-entry xmlns:at=\"{TOMBSTONES}\" ref=\"{id}\" when=\"{when}\">{comment}</at:deleted-entry>"
    )
}
