//! From the configuration to what each room takes.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use chrono::TimeDelta;
use url::Url;

use crate::article::Rules;
use crate::config::{Config, LogFormat};
use crate::fetch;
use crate::model::{Source, Time};
use crate::pipeline::{Catalog, Settings, Watched};
use crate::schedule::{self, Policy, Schedule};
use crate::store::{ConfiguredSource, Store};
use crate::telemetry::Format;
use crate::topics::Topics;

/// Compiles what work needs. The configuration was checked before, so errors here are bugs.
pub(super) fn compile(config: &Config) -> Result<Catalog> {
    let topics = topics(config)?;
    let sources = config
        .sources
        .iter()
        .map(|source| Ok((source.id.clone(), Arc::new(watched(source)?))))
        .collect::<Result<HashMap<_, _>>>()?;
    Ok(Catalog {
        sources,
        topics: Arc::new(topics),
        rules: config.topics.version(),
        settings: settings(config),
    })
}

/// The rules of a configuration that was checked before.
pub fn topics(config: &Config) -> Result<Topics> {
    config
        .topics
        .compile()
        .map_err(|problems| anyhow!("topics.toml: {}", problems.first().map_or("", |p| &p.message)))
}

fn watched(source: &Source) -> Result<Watched> {
    let named = || format!("The source `{}`", source.id);
    let schedule = Schedule::parse(&source.schedule, source.timezone.as_deref())
        .map_err(|error| anyhow!(error))
        .with_context(named)?;
    let zone = source.timezone.as_deref().and_then(|zone| zone.parse().ok());
    let rules = source
        .select
        .as_ref()
        .map(Rules::compile)
        .transpose()
        .map_err(|problems| anyhow!("{}", problems.first().map_or("", |p| &p.message)))
        .with_context(named)?;
    Ok(Watched { source: source.clone(), schedule, zone, rules })
}

fn settings(config: &Config) -> Settings {
    let (fetch, worker) = (&config.settings.fetch, &config.settings.worker);
    Settings {
        min_interval: delta(fetch.min_interval),
        max_interval: delta(fetch.max_interval),
        max_entries: fetch.max_entries,
        concurrency: worker.concurrency as usize,
        per_host: fetch.host_connections,
        idle_wait: worker.idle_wait,
        claim_time: delta(worker.claim_time),
        attempts: worker.attempts,
        retry_after: delta(worker.retry_after),
        article_pages: worker.article_pages,
        keep_rejected: delta(worker.keep_rejected),
        dedupe_window: delta(worker.dedupe_window),
        story_window: delta(worker.story_window),
        shutdown_time: worker.shutdown_time,
        callback: callback(config),
        lease: config.settings.websub.lease,
        tag_authority: config.settings.publish.tag_authority.0.clone(),
    }
}

/// Without a public address no hub can reach us.
fn callback(config: &Config) -> Option<Url> {
    let mut base = config.settings.web.public_url.clone()?;
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    base.join("websub/").ok().filter(|_| config.settings.websub.subscribe)
}

/// Settings come from ranges that fit.
fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// What the client takes.
pub fn fetch_settings(config: &Config) -> fetch::Settings {
    let (from, defaults) = (&config.settings.fetch, fetch::Settings::default());
    fetch::Settings {
        contact: from.contact.as_ref().map(|contact| contact.0.clone()).unwrap_or_default(),
        host_gap: from.host_gap,
        host_concurrency: from.host_connections as usize,
        allow_addresses: from.allow_addresses.clone(),
        feed_bytes: bytes(from.max_feed_size.0),
        page_bytes: bytes(from.max_page_size.0),
        header_bytes: bytes(from.max_header_size.0),
        deadline: from.timeout,
        connect_timeout: from.connect_timeout,
        redirects: from.max_redirects as usize,
        robots_for_feeds: from.robots_for_feeds,
        // A page may stand behind a poll and robots.txt in its host's queue.
        patience: 3 * defaults.crawl_delay_max,
        ..defaults
    }
}

fn bytes(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Makes the store's sources those of the configuration.
pub(super) async fn sync(
    store: &Store,
    config: &Config,
    catalog: &Catalog,
    now: Time,
    soon: bool,
) -> Result<()> {
    let sources: Vec<ConfiguredSource> = config
        .sources
        .iter()
        .map(|source| ConfiguredSource {
            id: source.id.clone(),
            url: source.url.clone(),
            host: Url::parse(&source.url).map(|url| fetch::host_key(&url)).unwrap_or_default(),
            enabled: source.enabled,
            schedule: source.schedule.clone(),
            first: first_turn(source, catalog, now, soon),
        })
        .collect();
    store.sync_sources(&sources, now).await.context("The sources cannot be stored")
}

fn first_turn(source: &Source, catalog: &Catalog, now: Time, soon: bool) -> Time {
    let Some(watched) = catalog.sources.get(&source.id).filter(|_| soon) else { return now };
    let policy = Policy {
        schedule: watched.schedule.clone(),
        min_interval: catalog.settings.min_interval.to_std().unwrap_or_default(),
        ..Policy::default()
    };
    schedule::first(&policy, now, fastrand::f64()).at.unwrap_or(now)
}

/// How log lines are written.
pub(super) fn log_format(format: LogFormat) -> Format {
    match format {
        LogFormat::Auto => Format::Auto,
        LogFormat::Text => Format::Text,
        LogFormat::Json => Format::Json,
    }
}
