//! Reload: a valid change is live within seconds, an invalid one is refused and shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::load::Texts;
use super::{Config, ConfigErrors};

/// Editors save in several steps; the files count when they stay the same for so long.
const QUIET: Duration = Duration::from_millis(300);

/// The files are also looked at without being told: not every file system tells
/// (network mounts, some container volumes).
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Where the present configuration, and what is wrong with the files, can be read.
#[derive(Debug, Clone)]
pub struct Reloads {
    /// The configuration in force.
    pub config: watch::Receiver<Arc<Config>>,
    /// Why the files as they stand are refused; nothing when they are in force.
    pub refused: watch::Receiver<Option<Arc<ConfigErrors>>>,
}

/// Watches the files that a [`Config`] came from. Stops when it is dropped.
#[derive(Debug)]
pub struct Watch {
    reloads: Reloads,
    task: JoinHandle<()>,
}

impl Watch {
    /// The present configuration and what is wrong with the files.
    pub fn reloads(&self) -> Reloads {
        self.reloads.clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps the configuration of `dir` current, beginning with `config`, under the same environment.
/// Must be called inside a tokio runtime.
pub fn watch(dir: &Path, variables: Vec<(String, String)>, config: Arc<Config>) -> Watch {
    let (config, config_receiver) = watch::channel(config);
    let (refused, refused_receiver) = watch::channel(None);
    let reloads = Reloads { config: config_receiver, refused: refused_receiver };
    let reloader = Reloader { dir: dir.to_owned(), variables, seen: None, config, refused };
    Watch { reloads, task: tokio::spawn(reloader.run()) }
}

struct Reloader {
    dir: PathBuf,
    variables: Vec<(String, String)>,
    seen: Option<Texts>,
    config: watch::Sender<Arc<Config>>,
    refused: watch::Sender<Option<Arc<ConfigErrors>>>,
}

impl Reloader {
    async fn run(mut self) {
        let (told, mut events) = mpsc::channel(1);
        // Without the system's help the files are looked at every few seconds all the same;
        // `told` lives here, so that the channel stays open.
        let _watcher = tell_on_change(&self.dir, told.clone())
            .inspect_err(|error| tracing::debug!(%error, "config files are polled only"));
        loop {
            self = match tokio::task::spawn_blocking(move || self.look()).await {
                Ok(reloader) => reloader,
                Err(error) => return tracing::error!(%error, "config files are no longer watched"),
            };
            let _told_or_not = tokio::time::timeout(LOOK_EVERY, events.recv()).await;
        }
    }

    /// Reads the files; where they have changed, checks them and takes them into use.
    fn look(mut self) -> Self {
        let mut texts = Texts::read(&self.dir);
        if self.seen.as_ref() == Some(&texts) {
            return self;
        }
        loop {
            std::thread::sleep(QUIET);
            let before = std::mem::replace(&mut texts, Texts::read(&self.dir));
            if before == texts {
                break;
            }
        }
        self.seen = Some(texts.clone());
        // To fall back to what was built in would replace all of an admin's sources.
        texts.refuse_loss(&self.config.borrow().built_in);
        match texts.check(self.variables.iter().cloned()) {
            Ok(config) => self.accept(config),
            Err(errors) => self.refuse(errors),
        }
        self
    }

    fn accept(&self, config: Config) {
        self.refused.send_if_modified(|refused| refused.take().is_some());
        let old = self.config.borrow().clone();
        if *old == config {
            return;
        }
        let waiting = config.settings.needs_restart(&old.settings);
        self.config.send_replace(Arc::new(config));
        tracing::info!("the changed configuration is in force");
        if !waiting.is_empty() {
            tracing::warn!(settings = ?waiting, "these settings are read at start only: restart to apply them");
        }
    }

    fn refuse(&self, errors: ConfigErrors) {
        let (count, detail) = (errors.count(), errors.to_string());
        tracing::error!(mistakes = count, %detail, "the changed configuration is refused, the old one stays");
        self.refused.send_replace(Some(Arc::new(errors)));
    }
}

/// Sends a message for each change in `dir`, as long as the watcher lives.
fn tell_on_change(
    dir: &Path,
    told: mpsc::Sender<()>,
) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading the files is an event too; answering it would never end.
        if event.map_or(true, |event| !event.kind.is_access()) {
            let _full_is_enough = told.try_send(());
        }
    })?;
    watcher.watch(dir, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}
