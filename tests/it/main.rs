//! Integration tests: one binary, one file per capability.

mod config;
mod imports;
mod store;
mod support;
