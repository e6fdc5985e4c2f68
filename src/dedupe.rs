//! Canonical addresses, fingerprints, same text, same story. Pure.
