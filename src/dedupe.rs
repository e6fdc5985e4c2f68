//! Canonical addresses, fingerprints, same text, same story. Pure.

mod address;
mod align;
mod compare;
mod copies;
mod facts;
mod fingerprint;
mod index;
mod redirectors;
mod token;

pub use address::canonical_url;
pub use compare::Overlap;
pub use copies::{Candidate, MAX_CANDIDATES, MAX_POSTINGS, Match, Posting, Shortlist, WINDOW_DAYS};
pub use fingerprint::{MAX_WORDS, Phrase, Text, fingerprint, phrases, source_number};
pub use index::Index;
#[doc(hidden)]
pub fn raw(a:&crate::model::Fingerprint,b:&crate::model::Fingerprint)->Overlap{ compare::compare(&a.tokens,&b.tokens,&[],&[]) }
