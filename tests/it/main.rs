//! The integration tests: one binary, one file for each capability.

mod config;
mod imports;
