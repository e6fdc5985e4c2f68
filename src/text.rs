//! Text as readers compare it: folding, words, language, direction, charsets and dates.
//!
//! Everything that matches, compares or searches text goes through [`fold`]
//! first: one form for the many spellings of one word, in Arabic above all. A
//! [`fold::Folded`] text keeps the way back to the original bytes, so what was
//! found in it can be shown in the article as it was written.

pub mod charset;
pub mod dates;
pub mod direction;
pub mod fold;
pub mod forms;
pub mod language;
pub mod question;
pub mod stem;
pub mod words;

pub use direction::direction;
