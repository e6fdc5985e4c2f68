//! Canonical addresses, fingerprints, same text, same story. Pure.

mod address;
mod align;
mod compare;
mod copies;
mod facts;
mod fingerprint;
mod index;
mod names;
mod redirectors;
mod stories;
mod story;
mod token;

pub use address::canonical_url;
pub use compare::Overlap;
pub use copies::{Candidate, MAX_CANDIDATES, MAX_POSTINGS, Match, Posting, Shortlist, WINDOW_DAYS};
pub use fingerprint::{MAX_WORDS, Phrase, Text, fingerprint, phrases, source_number};
pub use index::Index;
pub use stories::{STORY_DAYS, Stories};
pub use story::{
    FEATURES, Frequencies, MAX_KIN, StoryFeatures, StoryText, kinship, story_features, story_keys,
    story_of, story_vector,
};
#[doc(hidden)]
pub fn raw(a:&crate::model::Fingerprint,b:&crate::model::Fingerprint)->Overlap{ compare::compare(&a.tokens,&b.tokens,&[],&[]) }
