//! `serve`, `worker`, `web`: everything that runs until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{App, catalog};
use crate::config::{Config, Reloads};
use crate::web;

/// How often the gauges are refreshed.
const GAUGES_EVERY: Duration = Duration::from_secs(10);

/// Which halves of the service run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Polls and processes.
    pub worker: bool,
    /// Serves pages and feeds.
    pub web: bool,
}

/// Runs until SIGINT or SIGTERM, then stops claiming, finishes or releases what is under way,
/// and closes the store.
///
/// # Errors
/// What keeps the program from starting.
pub async fn serve(dir: &Path, config: Arc<Config>, role: Role) -> Result<()> {
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    let app = App::build(config, true).await?;
    let watch = super::watch(dir, &app.config);
    let reloads = watch.reloads();
    let state = web::State::new(web_parts(&app, &reloads));
    let mut tasks = vec![
        tokio::spawn(follow(app.follower(), reloads.clone(), state.clone(), stop.clone())),
        tokio::spawn(gauges(app.gauge_parts(), reloads, stop.clone())),
    ];
    let settings = &app.config.settings.web;
    tasks.push(listen("ops", settings.ops_listen, web::ops(state.clone()), &stop).await?);
    if role.web {
        tasks.push(listen("web", settings.listen, web::public(state), &stop).await?);
    }
    announce(&app, role);
    if role.worker {
        app.pipeline.work(stop.clone()).await;
    } else {
        stop.cancelled().await;
    }
    for task in tasks {
        let _ended = tokio::time::timeout(app.config.settings.worker.shutdown_time, task).await;
    }
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}
