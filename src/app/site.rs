//! From the configuration to what the web takes.

use std::sync::Arc;

use anyhow::{Context, Result};

use super::App;
use crate::config::{self, Config};
use crate::fetch::Guard;
use crate::model::{Filter, Source};
use crate::pipeline;
use crate::publish::Tongue;
use crate::web::{Catalog, Decision, Localised, OutputFeed, Settings, TopicInfo, Web};

/// The web over the app's parts.
pub(super) fn site(app: &App) -> Result<Web> {
    let catalog = catalog(&app.config, &app.catalog.borrow());
    Ok(Web::new(app.store.clone(), app.clock.clone(), app.metrics.clone(), settings(app)?, catalog))
}

fn settings(app: &App) -> Result<Settings> {
    let config = &app.config;
    let (web, publish) = (&config.settings.web, &config.settings.publish);
    let base_url = match &web.public_url {
        Some(url) => url.clone(),
        None => format!("http://{}/", web.listen).parse().context("The address of the page")?,
    };
    let (proxies, pipeline) = (web.trusted_proxies.clone(), app.pipeline.clone());
    Ok(Settings {
        base_url,
        tag_authority: publish.tag_authority.0.clone(),
        lang: Tongue::of(Some(&web.lang.0)),
        page_size: web.page_size as usize,
        query_rate: web.query_rate,
        timeout: web.timeout,
        cache_time: publish.cache_time,
        // Without a public address no hub can reach us.
        hub: web.public_url.is_some() && config.settings.websub.hub,
        lease: config.settings.websub.lease,
        callbacks: Guard::new(&super::fetch_settings(config).allow_addresses),
        admin_token: admin_token(config)?,
        admin_header: web.admin_header.as_ref().map(|header| header.0.to_ascii_lowercase()),
        trusts: Arc::new(move |ip| proxies.iter().any(|range| range.contains(ip))),
        decide: Arc::new(move |Decision { group, accept, topics }| {
            let pipeline = pipeline.clone();
            Box::pin(async move { pipeline.decide(group, accept, &topics).await })
        }),
    })
}

fn admin_token(config: &Config) -> Result<Option<String>> {
    let Some(file) = &config.settings.web.admin_token_file else { return Ok(None) };
    let text = std::fs::read_to_string(file).with_context(|| {
        format!("The file {} of web.admin_token_file cannot be read", file.display())
    })?;
    let token = text.trim().to_owned();
    Ok((!token.is_empty()).then_some(token))
}

/// What pages and feeds are made of beside the store.
pub(super) fn catalog(config: &Config, compiled: &pipeline::Catalog) -> Catalog {
    let publish = &config.settings.publish;
    let lang = Tongue::of(Some(&publish.lang.0));
    Catalog {
        title: Localised([("en".to_owned(), config.settings.web.title.clone())].into()),
        feeds: config.feeds.iter().map(|feed| output_feed(feed, lang)).collect(),
        topics: compiled.topics.tree().iter().map(topic).collect(),
        sources: config.sources.iter().filter(|s| s.enabled).map(Source::clone).collect(),
        excerpt_chars: publish.excerpt_chars,
    }
}

fn output_feed(feed: &config::OutputFeed, lang: Tongue) -> OutputFeed {
    OutputFeed {
        id: feed.id.clone(),
        title: Localised(feed.title.clone()),
        description: Localised(feed.description.clone()),
        // A feed in one language speaks it.
        lang: match feed.langs.as_slice() {
            [only] => Tongue::parse(only).unwrap_or(lang),
            _ => lang,
        },
        filter: Filter {
            topics: feed.topics.clone(),
            langs: feed.langs.clone(),
            countries: feed.countries.clone(),
            sources: feed.sources.clone(),
            kinds: feed.kinds.clone(),
            words: feed.words.clone(),
            min_score: (feed.min_score > 0.0).then_some(feed.min_score),
        },
        content: feed.content,
        limit: feed.limit as usize,
    }
}

fn topic(topic: &crate::topics::Topic) -> TopicInfo {
    TopicInfo {
        id: topic.id.clone(),
        parent: topic.parent.clone(),
        label: Localised(topic.labels.clone()),
        description: Localised(topic.covers.clone()),
    }
}
