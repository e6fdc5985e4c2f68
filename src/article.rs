//! Page bytes to article: metadata, body, site template. Pure.

mod boost;
mod context;
mod facts;
mod features;
mod junk;
mod score;
mod text_stats;
mod title;
pub mod training;
mod tree;
mod words;
