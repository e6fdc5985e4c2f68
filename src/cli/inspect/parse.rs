//! `rasad inspect parse`: bytes to entries.

use anyhow::{Result, bail};

use super::FileArgs;

/// Reads each file as a feed and prints its entries.
pub fn run(_args: FileArgs) -> Result<()> {
    bail!("not built yet")
}
