//! Integration tests: one binary, one file per capability.

mod store;
mod support;
