//! The composition root: builds the parts, starts worker and web, shuts down.
