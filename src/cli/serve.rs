//! `rasad serve`, `rasad worker`, `rasad web`.

use std::path::Path;

use super::Failed;
use crate::app::{self, Role};

/// Runs the halves of the service that `role` names until a signal comes.
pub fn run(dir: &Path, role: Role) -> Result<(), Failed> {
    let config = app::load(dir)?;
    super::runtime()?.block_on(app::serve(dir, config, role))?;
    Ok(())
}
