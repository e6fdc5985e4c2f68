//! Tracing set-up, and every metric in one struct.
