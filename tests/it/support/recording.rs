//! The real recording path without a network: entries that are claimed, articles that are prepared.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, TimeZone, Utc};
use rasad::dedupe::{self, StoryText};
use rasad::model::{Article, Method, Time, TopicScore, Verdict};
use rasad::pipeline::{Catalog, Prepared, Settings};
use rasad::store::{
    Claim, ConfiguredSource, EntryDetail, NewArticle, NewEntry, NextTurn, Poll, PollOutcome,
    Polled, Store,
};
use rasad::topics::Topics;

/// Who claims and records.
pub const WORKER: &str = "w";

/// A Sunday.
pub fn noon() -> Time {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).single().expect("a date")
}

/// A configuration with the built-in topics and no source.
pub fn catalog() -> Catalog {
    let files = rasad::config::FILES;
    let topics = files.iter().find(|file| file.0 == "topics.toml").expect("built-in topics").1;
    Catalog {
        sources: HashMap::new(),
        topics: Arc::new(Topics::from_toml(topics).expect("valid topics")),
        rules: "1".into(),
        settings: Settings {
            min_interval: TimeDelta::minutes(5),
            max_interval: TimeDelta::days(1),
            max_entries: 100,
            concurrency: 8,
            per_host: 1,
            idle_wait: Duration::from_secs(1),
            claim_time: TimeDelta::minutes(5),
            attempts: 3,
            article_pages: 5,
            retry_after: TimeDelta::minutes(5),
            keep_rejected: TimeDelta::days(30),
            dedupe_window: TimeDelta::days(30),
            story_window: TimeDelta::days(4),
            shutdown_time: Duration::from_secs(10),
            tag_authority: "reader.example,2026".into(),
            callback: None,
            lease: Duration::from_secs(864_000),
        },
    }
}

/// A text as a source brings it.
#[derive(Debug, Clone)]
pub struct Brought {
    pub source: String,
    pub title: String,
    pub text: String,
    pub at: Time,
    pub relevant: bool,
}

/// Polls one entry under `key` for each text, claims them all, and returns their rows in order.
/// An entry that stands there already is claimed again as changed.
pub async fn claimed(store: &Store, brought: &[(String, Brought)], round: i64) -> Vec<i64> {
    let mut by_source: HashMap<&str, Vec<NewEntry>> = HashMap::new();
    for (key, brought) in brought {
        by_source.entry(&brought.source).or_default().push(entry(key, brought, round));
    }
    let sources: Vec<ConfiguredSource> = by_source.keys().map(|id| source(id)).collect();
    store.sync_sources(&sources, noon()).await.expect("sources");
    let claim = Claim { worker: WORKER, now: noon(), until: noon() + TimeDelta::days(900) };
    let names: Vec<String> = by_source.keys().map(|id| (*id).to_owned()).collect();
    store.claim_named_sources(&claim, &names, &[]).await.expect("claims");
    for (source, entries) in by_source {
        let next = NextTurn { at: noon(), reason: "test".into(), plan: "{}".into() };
        let polled = polled(source, entries);
        let poll = Poll { polled, at: noon(), next: next.clone(), next_if_new: next };
        store.record_polls(WORKER, &[&poll]).await.expect("a poll");
    }
    let most = u32::try_from(brought.len()).expect("a few");
    let got = store.claim_entries(&claim, most, most, &[]).await.expect("claims");
    let rows: HashMap<String, i64> =
        got.into_iter().filter_map(|entry| Some((entry.link?, entry.id))).collect();
    brought.iter().map(|(key, brought)| rows[&link(key, brought)]).collect()
}

/// A source of this id at a host of its own.
pub fn source(id: &str) -> ConfiguredSource {
    ConfiguredSource {
        id: id.into(),
        url: format!("https://{id}.example/feed"),
        host: format!("{id}.example"),
        enabled: true,
        schedule: "adaptive".into(),
        first: noon(),
    }
}

fn link(key: &str, brought: &Brought) -> String {
    format!("https://{}.example/{key}", brought.source)
}

fn entry(key: &str, brought: &Brought, round: i64) -> NewEntry {
    NewEntry {
        key: key.into(),
        link: Some(link(key, brought)),
        url_key: Some(link(key, brought)),
        host: format!("{}.example", brought.source),
        title: brought.title.clone(),
        published: Some(brought.at),
        content_hash: round,
        detail: EntryDetail::default(),
    }
}

fn polled(source: &str, entries: Vec<NewEntry>) -> Polled {
    Polled {
        source: source.into(),
        outcome: PollOutcome {
            word: "ok".into(),
            error: None,
            status: Some(200),
            millis: 1,
            bytes: 1,
            entries: entries.len(),
        },
        validators: None,
        body_hash: None,
        facts: None,
        entries,
        hold_until: None,
    }
}

/// What the stages would have made of a text.
pub fn prepared(id: i64, brought: &Brought) -> Prepared {
    let Brought { source, title, text, at, relevant } = brought;
    let topic = |id: &str| TopicScore { id: id.into(), score: 4.0, evidence: Vec::new() };
    let verdict = Verdict {
        relevant: *relevant,
        score: if *relevant { 4.0 } else { 0.0 },
        lang: Some("ar".into()),
        topics: if *relevant { vec![topic("mig"), topic("mig.sea")] } else { Vec::new() },
        countries: vec!["LY".into()],
        ..Verdict::default()
    };
    let fingerprint =
        dedupe::fingerprint(&dedupe::Text { title, text, published: Some(*at), seen: *at, source });
    let features = dedupe::story_features(&StoryText {
        title,
        text,
        lang: Some("ar"),
        countries: &verdict.countries,
        concepts: &verdict.concepts,
    });
    let url = format!("https://{source}.example/article/{id}");
    let article = NewArticle {
        id,
        source: source.clone(),
        url_key: url.clone(),
        url,
        article: body(text),
        title: title.clone(),
        summary: text.chars().take(300).collect(),
        published: *at,
        rights: None,
        enclosures: Vec::new(),
        credits: false,
        etag: None,
        last_modified: None,
        verdict,
        rules: "1".into(),
    };
    Prepared { article, fingerprint, features: Some(features), scraped: true }
}

fn body(text: &str) -> Article {
    Article {
        url: None,
        canonical_url: None,
        title: None,
        text: text.into(),
        html: format!("<p>{text}</p>"),
        author: None,
        date: None,
        lang: Some("ar".into()),
        image: None,
        site_name: None,
        method: Method::Blocks,
        wall: None,
    }
}
