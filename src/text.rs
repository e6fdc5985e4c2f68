//! Text: folding, words, language, direction, charsets and dates; Arabic at home.

pub mod charset;
pub mod dates;
