//! The integration tests: one binary, one file for each capability.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

mod config;
mod imports;
