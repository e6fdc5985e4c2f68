//! Canonical addresses, fingerprints, same text, same story. Pure.
//!
//! * [`canonical_url`]: one article, one address.
//! * [`fingerprint`] keeps a text as 16-bit word tokens. Copies are found by sampled
//!   [`phrases`] of four words ([`Shortlist`]) and judged by aligning both texts word by
//!   word ([`Overlap`]): how much is copied, whether figures and days agree, whether the
//!   copied part leads. Alignment, and not a share of equal phrases, because cuts, changed
//!   words and slips break phrases and leave order.
//! * [`lead()`]: which copy is shown.
//! * [`story_vector`], [`kinship`]: same event, in one language or across.
//!
//! Nothing here looks anything up: the store and, in memory, [`Index`] and [`Stories`]
//! ask the same functions.

mod address;
mod align;
mod compare;
mod copies;
mod facts;
mod fingerprint;
mod index;
mod lead;
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
pub use lead::{CopyFacts, credits_agency, lead};
pub use stories::{STORY_DAYS, Stories};
pub use story::{
    FEATURES, Frequencies, MAX_KIN, SHARED_KEYS, StoryFeatures, StoryText, kinship, story_features,
    story_keys, story_of, story_vector,
};
