//! Text: folding, words, language, direction, charsets and dates; Arabic at home.
