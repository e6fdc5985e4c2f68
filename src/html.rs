//! HTML shared by the stages: caps before parsing, sanitising, plain text, entities, addresses.
//!
//! Everything here takes a text and returns a text, is linear in its input and never panics.
//! [`sanitize`] is the last thing that happens to any HTML that we republish; what it returns
//! holds only harmless elements, absolute `http`, `https` (links also `mailto`) addresses and
//! balanced tags, whatever it was given.

mod cap;
mod entities;
mod kinds;
mod links;
mod plain;
mod quick;
mod sanitize;
pub mod scan;

pub use cap::{MAX_ATTRIBUTES, MAX_DEPTH, cap};
pub use entities::{decode as decode_entities, escape, escape_attribute, named as named_entity};
pub use links::{absolute, readable, resolve, resolve_web};
pub use plain::{has_markup, plain_text};
pub use sanitize::sanitize;
