//! `rasad inspect fetch`: addresses through the one polite, guarded client.

use anyhow::{Result, bail};

use super::FetchArgs;

/// Fetches each address through the one client.
pub fn run(_args: FetchArgs) -> Result<()> {
    bail!("not built yet")
}
