//! `rasad inspect classify`: text to verdict.

use anyhow::{Result, bail};

use super::JsonlArgs;

/// Prints the verdict on each document, with its evidence.
pub fn run(_args: JsonlArgs) -> Result<()> {
    bail!("not built yet")
}
