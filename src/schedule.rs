//! When a source is asked next. Pure.
