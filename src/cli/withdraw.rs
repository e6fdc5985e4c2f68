//! `rasad withdraw`: takes a published article out of every feed, for ever.

use std::path::Path;

use anyhow::Result;

use super::Failed;
use crate::app;
use crate::clock::{Clock, SystemClock};

/// Withdraws the article that a published id, a page's number or an address names.
pub fn run(dir: &Path, id: &str, reason: &str) -> Result<(), Failed> {
    if reason.trim().is_empty() {
        return Err(Failed::Usage("The reason is empty: it takes the article's place.".to_owned()));
    }
    let config = app::load(dir)?;
    let withdrawn = super::runtime()?.block_on(async {
        let store = app::open_store(&config).await?;
        let withdrawn = match super::judge::group(&store, id).await? {
            Some(group) => {
                store.withdraw(&group.to_string(), reason.trim(), SystemClock.now()).await?
            }
            None => false,
        };
        store.close().await;
        anyhow::Ok(withdrawn)
    })?;
    if !withdrawn {
        let sentence = format!("There is no article {id:?} that is not withdrawn already.");
        return Err(Failed::Other(anyhow::anyhow!(sentence)));
    }
    println!("{id} is withdrawn. It leaves every feed within a minute and never comes back.");
    Ok(())
}
