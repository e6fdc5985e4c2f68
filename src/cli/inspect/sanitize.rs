//! `rasad inspect sanitize`: HTML as we would republish it.

use anyhow::{Result, bail};

use super::JsonlArgs;

/// Prints each HTML fragment as it would be republished.
pub fn run(_args: JsonlArgs) -> Result<()> {
    bail!("not built yet")
}
