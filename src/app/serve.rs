//! `serve`, `worker`, `web`: everything that runs until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{App, catalog, site};
use crate::config::{Config, Reloads};
use crate::store::StoreError;
use crate::web::{self, Web};

/// How often the gauges are refreshed.
const GAUGES_EVERY: Duration = Duration::from_secs(10);

/// Time for requests that are answered when the work has ended.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

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
    super::stop_on_signal(stop.clone())?;
    let app = Arc::new(App::build(config, true, role.worker).await?);
    let watch = super::watch(dir, &app.config);
    let site = site::site(&app)?;
    let settings = &app.config.settings.web;
    let mut tasks = vec![
        tokio::spawn(follow(app.clone(), site.clone(), watch.reloads(), stop.clone())),
        tokio::spawn(gauges(app.clone(), stop.clone())),
        listen("ops", settings.ops_listen, site.ops_router(), &stop).await?,
    ];
    if role.web {
        tasks.push(listen("web", settings.listen, site.router(), &stop).await?);
        if site.has_hub() {
            tasks.push(tokio::spawn(hub(app.clone(), site.clone(), stop.clone())));
        }
    }
    announce(&app, role);
    if role.worker {
        app.pipeline.work(stop.clone()).await;
    } else {
        stop.cancelled().await;
    }
    // A connection that does not end in time is cut with the process.
    let _ended = tokio::time::timeout(LAST_REQUESTS, futures::future::join_all(tasks)).await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves a router until `stop`; then finishes the requests under way.
async fn listen(
    name: &'static str,
    address: SocketAddr,
    router: Router,
    stop: &CancellationToken,
) -> Result<JoinHandle<()>> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "The address {address} cannot be listened on. Another one can be set as web.{}",
            if name == "ops" { "ops_listen" } else { "listen" }
        )
    })?;
    let stop = stop.clone();
    Ok(tokio::spawn(async move {
        if let Err(error) = web::serve(listener, router, stop).await {
            tracing::error!(listener = name, %error, "the listener ended");
        }
    }))
}

/// Runs our hub.
async fn hub(app: Arc<App>, site: Web, stop: CancellationToken) {
    let settings = super::fetch_settings(&app.config);
    if let Err(error) = site.distribute(settings, stop).await {
        tracing::error!(kind = error.kind(), %error, "the hub does not run");
    }
}

/// Says where to look.
fn announce(app: &App, role: Role) {
    let (settings, config) = (&app.config.settings, &app.config);
    let sources = config.sources.iter().filter(|source| source.enabled).count();
    tracing::info!(database = %settings.database.url, sources, worker = role.worker, web = role.web,
        "rasad {} is running", env!("CARGO_PKG_VERSION"));
    if role.web {
        let url = settings
            .web
            .public_url
            .as_ref()
            .map_or_else(|| format!("http://{}/", settings.web.listen), ToString::to_string);
        tracing::info!(url, "the page and the feeds are here");
    }
    tracing::info!(
        url = format!("http://{}/metrics", settings.web.ops_listen),
        "health and metrics are here"
    );
}

/// Puts each changed configuration into use.
async fn follow(app: Arc<App>, site: Web, reloads: Reloads, stop: CancellationToken) {
    let Reloads { mut config, mut refused } = reloads;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = config.changed() => {
                if changed.is_err() { return }
                let new = config.borrow_and_update().clone();
                if let Err(error) = apply(&app, &site, &new).await {
                    site.refused(Some(format!("{error:#}")));
                    tracing::error!(error = format!("{error:#}"),
                        "the changed configuration could not be put into use");
                }
            }
            changed = refused.changed() => {
                if changed.is_err() { return }
                let errors = refused.borrow_and_update().clone();
                app.metrics.config_refused.set(i64::from(errors.is_some()));
                site.refused(errors.map(|errors| errors.to_string()));
            }
        }
    }
}

async fn apply(app: &App, site: &Web, config: &Arc<Config>) -> Result<()> {
    let compiled = Arc::new(catalog::compile(config)?);
    catalog::sync(&app.store, config, &compiled, app.clock.now(), true).await?;
    site.replace(site::catalog(config, &compiled));
    app.catalog.send_replace(compiled);
    Ok(())
}

/// Keeps the gauges fresh.
async fn gauges(app: Arc<App>, stop: CancellationToken) {
    loop {
        if let Err(error) = refresh(&app).await {
            tracing::debug!(%error, "the gauges are stale");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(GAUGES_EVERY) => {}
        }
    }
}

async fn refresh(app: &App) -> Result<(), StoreError> {
    let (metrics, now) = (&app.metrics, app.clock.now());
    let queue = app.store.queue_stats(now).await?;
    metrics.sources_due.set(queue.sources_due);
    metrics.sources_oldest.set(queue.sources_oldest_ms / 1000);
    metrics.entries_due.set(queue.entries_due);
    metrics.entries_waiting.set(queue.entries_waiting);
    metrics.entries_oldest.set(queue.entries_oldest_ms / 1000);
    metrics.groups.set(queue.groups);
    let hub = app.store.hub_stats(now).await?;
    metrics.hub_subscriptions.set(hub.subscriptions);
    metrics.hub_failing.set(hub.failing);
    for source in app.store.source_stats().await? {
        let success = source.last_success.map(|at| at.timestamp());
        metrics.source(&source.id, success, source.error_kind.is_some());
    }
    Ok(())
}
