//! Canonical addresses, fingerprints, same text, same story. Pure.

mod address;
mod redirectors;

pub use address::canonical_url;
