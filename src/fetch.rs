//! The one HTTP client: polite, guarded, bounded.
