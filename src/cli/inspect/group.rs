//! `rasad inspect group`: texts to groups and stories.

use anyhow::{Result, bail};

use super::JsonlArgs;

/// Prints the group and the story of each document, in order of arrival.
pub fn run(_args: JsonlArgs) -> Result<()> {
    bail!("not built yet")
}
