//! The composition root: builds the parts, starts worker and web, shuts down.

mod catalog;
mod serve;
mod site;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigErrors, Watch};
use crate::fetch::{Client, HostGate};
use crate::pipeline::{Catalog, Pipeline, StoreGate};
use crate::store::{Connections, Store};
use crate::telemetry::{self, Metrics};

pub use catalog::{fetch_settings, topics};
pub use serve::{Role, serve};

/// The parts of a running program.
pub struct App {
    /// The configuration that it was started with.
    pub config: Arc<Config>,
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The one HTTP client.
    pub client: Client,
    /// The work.
    pub pipeline: Pipeline,
    /// The configuration as work needs it; replaced on reload.
    pub catalog: watch::Sender<Arc<Catalog>>,
    /// Every metric.
    pub metrics: Arc<Metrics>,
    /// Held where this is the only process that works on the database file.
    _sole_worker: Option<std::fs::File>,
}

/// Reads the configuration of `dir` under the present environment and sets up the log.
///
/// # Errors
/// All mistakes of all files.
pub fn load(dir: &Path) -> Result<Arc<Config>, ConfigErrors> {
    let config = crate::config::load(dir, std::env::vars())?;
    let log = &config.settings.log;
    telemetry::init(catalog::log_format(log.format), &log.level.0);
    if !config.built_in.is_empty() {
        tracing::info!(files = ?config.built_in, dir = %dir.display(),
            "these files are missing; those that the program was built with are used");
    }
    Ok(Arc::new(config))
}

/// Cancels `stop` at SIGINT or SIGTERM; a second signal ends the process at once.
///
/// # Errors
/// Where the system refuses to tell of signals.
pub fn stop_on_signal(stop: CancellationToken) -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        for code in [None, Some(130)] {
            tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            match code {
                None => {
                    tracing::info!("stopping; a second signal stops at once");
                    stop.cancel();
                }
                Some(code) => std::process::exit(code),
            }
        }
    });
    Ok(())
}

/// Watches the configuration of `dir` from now on.
pub fn watch(dir: &Path, config: &Arc<Config>) -> Watch {
    crate::config::watch(dir, std::env::vars().collect(), config.clone())
}

/// Opens the store that the configuration names and brings its schema up to date.
///
/// # Errors
/// See [`crate::store::StoreError`].
pub async fn open_store(config: &Config) -> Result<Store> {
    let database = &config.settings.database;
    Store::open(database.url.as_str(), connections(config))
        .await
        .with_context(|| format!("The database {} is not usable", database.url))
}

/// Opens the store that the configuration names as it is: nothing is made or brought up to date.
///
/// # Errors
/// See [`crate::store::StoreError`].
pub async fn open_store_as_is(config: &Config) -> Result<Store> {
    let url = &config.settings.database.url;
    Store::open_as_is(url.as_str(), connections(config))
        .await
        .with_context(|| format!("The database {url} is not usable"))
}

fn connections(config: &Config) -> Connections {
    let database = &config.settings.database;
    Connections { max: database.max_connections, patience: database.busy_timeout }
}

impl App {
    /// Builds the parts and makes the store's sources those of the configuration. `soon` spreads
    /// the first polls of new sources over a minute; else they are due at once. `works` where this
    /// process polls and processes.
    ///
    /// # Errors
    /// What keeps the program from starting, in whole sentences.
    pub async fn build(config: Arc<Config>, soon: bool, works: bool) -> Result<Self> {
        let store = open_store(&config).await?;
        let sole_worker = if works { store.become_sole_worker().await? } else { None };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let gate: Arc<dyn HostGate> =
            Arc::new(StoreGate::new(store.clone(), clock.clone(), sole_worker.is_some()));
        let settings = catalog::fetch_settings(&config);
        let client = Client::new(settings, clock.clone(), gate)
            .context("The HTTP client cannot be built")?;
        let first = Arc::new(catalog::compile(&config)?);
        catalog::sync(&store, &config, &first, clock.now(), soon).await?;
        let (sender, receiver) = watch::channel(first);
        let metrics = Arc::new(Metrics::default());
        let pipeline =
            Pipeline::new(store.clone(), client.clone(), clock.clone(), receiver, metrics.clone());
        Ok(Self {
            config,
            store,
            clock,
            client,
            pipeline,
            catalog: sender,
            metrics,
            _sole_worker: sole_worker,
        })
    }
}
