//! Made-up news in a store: what the pipeline would have recorded.

use chrono::Duration;
use rasad::model::{Article, Evidence, Method, TopicScore, Verdict, Zone};
use rasad::store::{
    Claim, ConfiguredSource, EntryDetail, GroupState, NewArticle, NewEntry, NewGroup, NextTurn,
    Poll, PollOutcome, Polled, Recorded, Store,
};

pub use super::recording::noon;

/// A text to be stored.
pub struct Told<'a> {
    pub source: &'a str,
    pub lang: &'a str,
    pub title: &'a str,
    pub text: &'a str,
    pub topics: &'a [&'a str],
    pub countries: &'a [&'a str],
    pub hours: i64,
}

pub const ARABIC: Told<'static> = Told {
    source: "wakala",
    lang: "ar",
    title: "ورشة حول الاتجار بالبشر",
    text: "ناقش القضاة حماية المهاجرين في القوارب.",
    topics: &["ht.labour", "ht"],
    countries: &["MA"],
    hours: 1,
};
pub const FRENCH: Told<'static> = Told {
    source: "littoral",
    lang: "fr",
    title: "Deux pirogues secourues",
    text: "Les migrants étaient à l’abri à Nouadhibou.",
    topics: &["mig.sea", "mig"],
    countries: &["MR", "SN"],
    hours: 2,
};
pub const ENGLISH: Told<'static> = Told {
    source: "harbour",
    lang: "en",
    title: "The log of a pushback",
    text: "Survivors say the boats were turned back off Zuwara.",
    topics: &["mig.sea", "mig"],
    countries: &["LY"],
    hours: 3,
};

/// Polls one entry per text and records each as a group of its own, or into `group`.
pub async fn tell(store: &Store, told: &Told<'_>, group: Option<i64>) -> (i64, i64) {
    let source = ConfiguredSource {
        id: told.source.into(),
        url: format!("https://{}.example/feed", told.source),
        host: format!("{}.example", told.source),
        enabled: true,
        schedule: "adaptive".into(),
        first: noon(),
    };
    store.sync_sources(&[source], noon()).await.unwrap();
    let claim = Claim { worker: "w", now: noon(), until: noon() + Duration::hours(1) };
    store.claim_named_sources(&claim, &[told.source.into()], &[]).await.unwrap();
    let key = format!("{}-{}", told.source, told.title);
    let entry = NewEntry {
        key: key.clone(),
        link: Some(format!("https://{}.example/{}", told.source, key.len())),
        url_key: Some(key.clone()),
        host: format!("{}.example", told.source),
        title: told.title.into(),
        published: Some(noon()),
        content_hash: 1,
        detail: EntryDetail::default(),
    };
    let polled = Polled {
        source: told.source.into(),
        outcome: PollOutcome {
            word: "ok".into(),
            error: None,
            status: Some(200),
            millis: 1,
            bytes: 1,
            entries: 1,
        },
        validators: None,
        body_hash: None,
        facts: None,
        entries: vec![entry],
        hold_until: None,
    };
    let next =
        NextTurn { at: noon() + Duration::hours(1), reason: "test".into(), plan: "{}".into() };
    let poll = Poll { polled, at: noon(), next: next.clone(), next_if_new: next };
    store.record_polls("w", &[&poll]).await.unwrap();
    let claimed = store.claim_entries(&claim, 10, 10, &[]).await.unwrap();
    let id = claimed.last().expect("the entry just polled").id;
    record(store, told, id, group).await
}

fn verdict(told: &Told<'_>) -> Verdict {
    let topics = told.topics.iter().map(|id| TopicScore {
        id: (*id).into(),
        score: 5.0,
        evidence: vec![Evidence { term: "x".into(), field: Zone::Title, weight: 5.0, span: None }],
    });
    Verdict {
        relevant: true,
        score: 5.0,
        lang: Some(told.lang.into()),
        topics: topics.collect(),
        countries: told.countries.iter().map(|code| (*code).into()).collect(),
        ..Verdict::default()
    }
}

async fn record(store: &Store, told: &Told<'_>, id: i64, group: Option<i64>) -> (i64, i64) {
    let published = noon() - Duration::hours(told.hours);
    let article = NewArticle {
        id,
        source: told.source.into(),
        url: format!("https://{}.example/{id}", told.source),
        url_key: format!("{}.example/{id}", told.source),
        article: Article {
            url: None,
            canonical_url: None,
            title: None,
            text: told.text.into(),
            html: format!("<p>{}</p>", told.text),
            author: None,
            date: None,
            lang: Some(told.lang.into()),
            image: None,
            site_name: None,
            method: Method::Blocks,
            wall: None,
        },
        title: told.title.into(),
        summary: told.text.into(),
        published,
        rights: None,
        enclosures: vec![],
        credits: false,
        etag: None,
        last_modified: None,
        verdict: verdict(told),
        rules: "1".into(),
    };
    let mut recording = store.begin_recording(noon()).await.unwrap();
    recording.finish_entries("w", &[id]).await.unwrap();
    let copy = Recorded::of(&article, 0);
    let state = GroupState {
        lead: &copy,
        published,
        updated: published,
        relevant: true,
        review: false,
        verdict: &article.verdict,
    };
    let group = match group {
        Some(group) => group,
        None => {
            let tag = format!("tag:x.example,2026:{id}");
            recording.open_groups(&[NewGroup { tag, state: state.clone() }]).await.unwrap()[0]
        }
    };
    recording.insert_articles(&[(&article, group)]).await.unwrap();
    let copies = recording.copies(&[group]).await.unwrap();
    recording.write_group(group, &GroupState { lead: &copies[0], ..state }).await.unwrap();
    recording.show(&[group]).await.unwrap();
    recording.commit().await.unwrap();
    (group, id)
}

pub async fn three(store: &Store) -> [i64; 3] {
    let mut groups = [0; 3];
    for (at, told) in [&ARABIC, &FRENCH, &ENGLISH].into_iter().enumerate() {
        groups[at] = tell(store, told, None).await.0;
    }
    groups
}
