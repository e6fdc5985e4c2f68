//! `rasad inspect extract`: HTML to article.

use anyhow::{Result, bail};

use super::FileArgs;

/// Reads each file as an article page and prints the article.
pub fn run(_args: FileArgs) -> Result<()> {
    bail!("not built yet")
}
