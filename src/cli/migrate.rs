//! `rasad migrate`: brings the database schema up to date.

use std::path::Path;

use super::Failed;
use crate::app;

/// Opens the database, which brings its schema up to date.
pub fn run(dir: &Path) -> Result<(), Failed> {
    let config = app::load(dir)?;
    super::runtime()?.block_on(async {
        let store = app::open_store(&config).await?;
        store.close().await;
        anyhow::Ok(())
    })?;
    println!("The schema of {} is up to date.", config.settings.database.url);
    Ok(())
}
