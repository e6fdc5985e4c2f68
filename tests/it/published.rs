//! What subscribers read from the store: filters, search, pages, copies, withdrawal.

use chrono::{Duration, TimeZone, Utc};
use rasad::model::{
    Article, Cursor, Evidence, Filter, Method, Time, TopicScore, Verdict, Zone,
};
use rasad::store::{
    Claim, ConfiguredSource, Depth, EntryDetail, GroupState, NewArticle, NewEntry, NextTurn,
    PollOutcome, Polled, Selection, Shelf, Store,
};

use crate::support::db::on_both;

fn noon() -> Time {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).single().expect("a date")
}

/// A text to be stored.
struct Told<'a> {
    source: &'a str,
    lang: &'a str,
    title: &'a str,
    text: &'a str,
    topics: &'a [&'a str],
    countries: &'a [&'a str],
    hours: i64,
}

const ARABIC: Told<'static> = Told {
    source: "wakala",
    lang: "ar",
    title: "ورشة حول الاتجار بالبشر",
    text: "ناقش القضاة حماية المهاجرين في القوارب.",
    topics: &["ht.labour", "ht"],
    countries: &["MA"],
    hours: 1,
};
const FRENCH: Told<'static> = Told {
    source: "littoral",
    lang: "fr",
    title: "Deux pirogues secourues",
    text: "Les migrants étaient à l’abri à Nouadhibou.",
    topics: &["mig.sea", "mig"],
    countries: &["MR", "SN"],
    hours: 2,
};
const ENGLISH: Told<'static> = Told {
    source: "harbour",
    lang: "en",
    title: "The log of a pushback",
    text: "Survivors say the boats were turned back off Zuwara.",
    topics: &["mig.sea", "mig"],
    countries: &["LY"],
    hours: 3,
};

/// Polls one entry per text and records each as a group of its own, or into `group`.
async fn tell(store: &Store, told: &Told<'_>, group: Option<i64>) -> (i64, i64) {
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
    };
    let next = || NextTurn { at: noon() + Duration::hours(1), reason: "test".into(), plan: "{}".into() };
    store.record_poll("w", &polled, noon(), |_| next()).await.unwrap();
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
        etag: None,
        last_modified: None,
        verdict: verdict(told),
        rules: "1".into(),
    };
    let mut recording = store.begin_recording(noon()).await.unwrap();
    recording.finish_entry("w", id).await.unwrap();
    let group = match group {
        Some(group) => group,
        None => {
            recording.create_group(&format!("tag:x.example,2026:{id}"), &article, None).await.unwrap()
        }
    };
    recording.write_article(&article, group).await.unwrap();
    let copies = recording.copies(group).await.unwrap();
    let state = GroupState {
        lead: &copies[0],
        published,
        updated: published,
        relevant: true,
        review: false,
        verdict: &article.verdict,
    };
    recording.write_group(group, &state).await.unwrap();
    recording.commit().await.unwrap();
    (group, id)
}

async fn three(store: &Store) -> [i64; 3] {
    let mut groups = [0; 3];
    for (at, told) in [&ARABIC, &FRENCH, &ENGLISH].into_iter().enumerate() {
        groups[at] = tell(store, told, None).await.0;
    }
    groups
}

async fn titles(store: &Store, filter: Filter) -> Vec<String> {
    let selection = Selection {
        country_sources: if filter.countries == ["INT"] { vec!["harbour".into()] } else { vec![] },
        kind_sources: vec!["wakala".into()],
        filter,
    };
    let page = store.published(&selection, Shelf::Published, None, 10, Depth::List).await.unwrap();
    page.into_iter().map(|entry| entry.title).collect()
}

fn words(text: &str) -> Filter {
    Filter { words: vec![text.into()], ..Filter::default() }
}

#[tokio::test]
async fn criteria_combine_as_one_expects() {
    on_both(|test| async move {
        let store = &test.store;
        three(store).await;
        let all = [ARABIC.title, FRENCH.title, ENGLISH.title];
        let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let filter = Filter::default;
        assert_eq!(titles(store, filter()).await, all, "newest first");
        let mig = Filter { topics: list(&["mig"]), ..filter() };
        assert_eq!(titles(store, mig.clone()).await, all[1..]);
        let or = Filter { topics: list(&["ht", "mig.sea"]), ..filter() };
        assert_eq!(titles(store, or).await, all);
        let and = Filter { langs: list(&["ar", "fr"]), ..mig };
        assert_eq!(titles(store, and).await, [FRENCH.title]);
        let about = Filter { countries: list(&["SN"]), ..filter() };
        assert_eq!(titles(store, about).await, [FRENCH.title]);
        let from = Filter { countries: list(&["INT"]), ..filter() };
        assert_eq!(titles(store, from).await, [ENGLISH.title], "by the publisher's country");
        let source = Filter { sources: list(&["wakala"]), ..filter() };
        assert_eq!(titles(store, source).await, [ARABIC.title]);
        let kind = Filter { kinds: vec![rasad::model::SourceKind::Agency], ..filter() };
        assert_eq!(titles(store, kind).await, [ARABIC.title]);
        let score = Filter { min_score: Some(5.5), ..filter() };
        assert!(titles(store, score).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_every_spelling() {
    on_both(|test| async move {
        let store = &test.store;
        three(store).await;
        for asked in [
            "الاتجار بالبشر", "الإتّجار", "اتجار", "مهاجر", "المُهاجرون", "قوارب", "ورشه",
            "\"حول الاتجار\"", "ناقش اتجار",
        ] {
            assert_eq!(titles(store, words(asked)).await, [ARABIC.title], "{asked}");
        }
        assert_eq!(titles(store, words("PIROGUE etaient")).await, [FRENCH.title]);
        assert_eq!(titles(store, words("l'abri")).await, [FRENCH.title]);
        assert_eq!(titles(store, words("boat zuwara")).await, [ENGLISH.title]);
        let either = Filter { words: vec!["pirogue".into(), "pushback".into()], ..Filter::default() };
        assert_eq!(titles(store, either).await, [FRENCH.title, ENGLISH.title]);
        for asked in ["\"الاتجار حول\"", "pirogue pushback", "\"secourues les\"", "!!!", "xyzzy"] {
            assert!(titles(store, words(asked)).await.is_empty(), "{asked}");
        }
        for hostile in ["'\"*(", "a OR b NEAR(", "x' ; DROP TABLE search; --", "\\ & | ! <->", "title:x"] {
            titles(store, words(hostile)).await;
        }
        assert_eq!(titles(store, Filter::default()).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    on_both(|test| async move {
        let store = &test.store;
        three(store).await;
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let selection = Selection::default();
            let page =
                store.published(&selection, Shelf::Published, before, 2, Depth::List).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(Cursor { published: last.published, group: last.group });
            seen.extend(page.into_iter().map(|entry| entry.title));
        }
        assert_eq!(seen, [ARABIC.title, FRENCH.title, ENGLISH.title]);
    })
    .await;
}

#[tokio::test]
async fn copies_stand_under_their_lead_and_stories_need_two() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        let copy = Told { source: "nuskha", title: "نسخة", ..ARABIC };
        tell(store, &copy, Some(group)).await;
        let entry = store.published_entry(group).await.unwrap().expect("published");
        assert_eq!(entry.title, ARABIC.title);
        assert_eq!(entry.html, format!("<p>{}</p>", ARABIC.text));
        assert_eq!(entry.copies.len(), 1);
        assert_eq!(entry.copies[0].source_id, "nuskha");
        assert_eq!(entry.story, None, "a story of one group is none");
        let by_copy = Filter { sources: vec!["nuskha".into()], ..Filter::default() };
        assert_eq!(titles(store, by_copy).await, [ARABIC.title], "found by any copy's source");
        assert!(store.published_entry(9_999).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_for_ever() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        let version = store.content_version().await.unwrap();
        let tag = store.published_entry(group).await.unwrap().expect("published").id;
        assert!(store.withdraw(&tag, "names a victim", noon()).await.unwrap());
        assert!(!store.withdraw(&tag, "again", noon()).await.unwrap());
        assert!(store.content_version().await.unwrap() > version);
        assert_eq!(titles(store, Filter::default()).await, [FRENCH.title, ENGLISH.title]);
        assert!(titles(store, words("الاتجار")).await.is_empty());
        let graves = store
            .published(&Selection::default(), Shelf::Withdrawn, None, 10, Depth::List)
            .await
            .unwrap();
        assert_eq!(graves[0].withdrawn, Some((noon(), "names a victim".to_owned())));
        // A further copy does not bring it back.
        tell(store, &Told { source: "nuskha", ..ARABIC }, Some(group)).await;
        assert_eq!(titles(store, Filter::default()).await, [FRENCH.title, ENGLISH.title]);
        assert!(titles(store, words("الاتجار")).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_admin_decides() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        assert!(store.decide(group, Some(false), noon()).await.unwrap());
        assert_eq!(titles(store, Filter::default()).await, [FRENCH.title, ENGLISH.title]);
        assert!(titles(store, words("الاتجار")).await.is_empty());
        assert!(store.decide(group, Some(true), noon()).await.unwrap());
        assert_eq!(titles(store, words("الاتجار")).await, [ARABIC.title]);
        assert!(!store.decide(9_999, Some(true), noon()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn counts_are_of_what_is_published() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        let since = noon() - Duration::days(2);
        let facets = store.facets(since).await.unwrap();
        assert_eq!(facets.topics[0], ("mig".to_owned(), 2));
        assert!(facets.langs.contains(&("ar".to_owned(), 1)));
        assert!(facets.countries.contains(&("SN".to_owned(), 1)));
        let days = store.topic_days(since).await.unwrap();
        let day = noon().timestamp() / 86_400;
        assert!(days.iter().any(|d| d.day == day && d.of == "mig.sea" && d.count == 2), "{days:?}");
        assert_eq!(store.source_days(since).await.unwrap().len(), 3);
        store.withdraw(&group.to_string(), "", noon()).await.unwrap();
        let facets = store.facets(since).await.unwrap();
        assert!(!facets.langs.contains(&("ar".to_owned(), 1)));
        assert!(store.facets(noon()).await.unwrap().langs.is_empty());
    })
    .await;
}
