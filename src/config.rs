//! Settings, sources, topics and feeds: types, defaults, load, validate, reload.
