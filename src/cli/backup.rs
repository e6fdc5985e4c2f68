//! `rasad backup`: a whole and consistent copy of the embedded database, while the service runs.

use std::path::Path;

use super::Failed;
use crate::app;
use crate::store::StoreError;

/// Copies the database into `file`. A server is refused, with what to do instead.
pub fn run(dir: &Path, file: &Path) -> Result<(), Failed> {
    let config = app::load(dir)?;
    if config.settings.database.url.as_str().starts_with("postgres") {
        return Err(Failed::Usage(StoreError::NoFile.to_string()));
    }
    if file.exists() {
        let sentence = "is there already, and is not overwritten. Name another file, or remove it.";
        return Err(Failed::Usage(format!("{} {sentence}", file.display())));
    }
    let bytes = super::runtime()?.block_on(async {
        let store = app::open_store_as_is(&config).await?;
        let copied = store.back_up(file).await;
        store.close().await;
        anyhow::Ok(copied?)
    })?;
    println!(
        "{} holds the whole database ({:.1} MB), and was read once to check it. To go back to it, stop Rasad, put it in place of the database file, and remove the files beside that end in -wal and -shm.",
        file.display(),
        bytes as f64 / 1e6
    );
    Ok(())
}
