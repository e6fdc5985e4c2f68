//! The store's contract, on both engines.

use std::collections::HashSet;

use chrono::Duration;
use rasad::model::{Article, Method, Time, Verdict};
use rasad::store::{
    Claim, ClaimedEntry, ConfiguredSource, Connections, EntryDetail, FeedFacts, GroupState,
    NewArticle, NewEntry, NewGroup, NextTurn, Poll, PollOutcome, Polled, Recorded, Store,
    SubscriptionRow, Turn, Validators,
};

use crate::support::db::{TestStore, on_both};
use crate::support::recording::{noon, source};

fn entry(key: &str, link: &str) -> NewEntry {
    NewEntry {
        key: key.into(),
        link: Some(link.into()),
        url_key: Some(link.into()),
        host: "news.example".into(),
        title: format!("مائدة مستديرة {key}"),
        published: Some(noon()),
        content_hash: 1,
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
            millis: 12,
            bytes: 345,
            entries: entries.len(),
        },
        validators: Some(Validators { etag: Some("\"a\"".into()), ..Validators::default() }),
        body_hash: Some(7),
        facts: Some(FeedFacts { title: Some("أخبار".into()), ..FeedFacts::default() }),
        entries,
        hold_until: None,
    }
}

fn in_an_hour() -> NextTurn {
    NextTurn { at: noon() + Duration::hours(1), reason: "test".into(), plan: "{}".into() }
}

fn claim(worker: &str, now: Time) -> Claim<'_> {
    Claim { worker, now, until: now + Duration::minutes(5) }
}

async fn with_sources(store: &Store, ids: &[&str]) {
    let sources: Vec<ConfiguredSource> = ids.iter().map(|id| source(id)).collect();
    store.sync_sources(&sources, noon()).await.unwrap();
}

async fn poll(store: &Store, source: &str, entries: Vec<NewEntry>) -> rasad::store::Inserted {
    let claimed =
        store.claim_named_sources(&claim("w", noon()), &[source.into()], &[]).await.unwrap();
    assert_eq!(claimed.len(), 1, "the source is free");
    let poll = at(noon(), polled(source, entries));
    let done = store.record_polls("w", &[&poll]).await.unwrap();
    done.into_iter().next().flatten().expect("the claim is held")
}

/// A poll after which the source is asked again in an hour.
fn at(time: Time, polled: Polled) -> Poll {
    Poll { polled, at: time, next: in_an_hour(), next_if_new: in_an_hour() }
}

#[tokio::test]
async fn a_poll_is_recorded_once() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        let entries = vec![entry("1", "https://x/1"), entry("2", "https://x/2")];
        assert_eq!(poll(&store, "a", entries.clone()).await.new, 2);
        assert_eq!(poll(&store, "a", entries).await.new, 0, "the same entries are not new again");
        let states = store.source_states().await.unwrap();
        assert_eq!(states[0].last_success, Some(noon()));
        assert_eq!(states[0].facts.title.as_deref(), Some("أخبار"));
        assert_eq!(states[0].next_at, noon() + Duration::hours(1));
        let claimed =
            store.claim_named_sources(&claim("w", noon()), &["a".into()], &[]).await.unwrap();
        assert_eq!(claimed[0].validators.etag.as_deref(), Some("\"a\""));
        assert_eq!(claimed[0].body_hash, Some(7));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_entry_in_one_feed_counts_once() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        let twice =
            vec![entry("1", "https://x/1"), entry("1", "https://x/1"), entry("9", "https://x/1")];
        assert_eq!(poll(&store, "a", twice).await.new, 1);
    })
    .await;
}

#[tokio::test]
async fn a_changed_id_is_no_new_entry_and_a_changed_text_is_processed_again() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        poll(&store, "a", vec![entry("1", "https://x/1")]).await;
        let got = store.claim_entries(&claim("w", noon()), 10, 5, &[]).await.unwrap();
        record(&store, got[0].id, "a", "نص").await;
        assert_eq!(store.pending_entries().await.unwrap(), 0);

        let inserted = poll(&store, "a", vec![entry("other-id", "https://x/1")]).await;
        assert_eq!((inserted.new, inserted.changed), (0, 0));
        let mut edited = entry("1", "https://x/1");
        edited.content_hash = 2;
        let inserted = poll(&store, "a", vec![edited]).await;
        assert_eq!((inserted.new, inserted.changed), (0, 1));
        assert_eq!(store.pending_entries().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_address_in_two_sources_is_downloaded_once() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a", "b"]).await;
        poll(&store, "a", vec![entry("1", "https://x/1")]).await;
        poll(&store, "b", vec![entry("z", "https://x/1")]).await;
        assert_eq!(store.pending_entries().await.unwrap(), 1);
        let found = store.find_entries("https://x/1", "https://x/1").await.unwrap();
        assert_eq!(found[1].state, "twin");
        assert_eq!(found[1].twin_of, Some(found[0].id));
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_hold_the_same_work() {
    on_both(async |TestStore { store, .. }| {
        let ids: Vec<String> = (0..40).map(|n| format!("s{n}")).collect();
        with_sources(&store, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let workers: Vec<String> = (0..8).map(|n| format!("w{n}")).collect();
        let claims = workers.iter().map(|worker| {
            let store = store.clone();
            async move {
                let mut mine = Vec::new();
                for _ in 0..3 {
                    mine.extend(store.claim_sources(&claim(worker, noon()), 4, &[]).await.unwrap());
                }
                mine.into_iter().map(|s| s.id).collect::<Vec<_>>()
            }
        });
        let mut all: Vec<String> =
            futures::future::join_all(claims).await.into_iter().flatten().collect();
        // A row that another worker is just looking at is passed over, and comes with a later claim.
        let left = store.claim_sources(&claim("late", noon()), 40, &[]).await.unwrap();
        all.extend(left.into_iter().map(|source| source.id));
        let distinct: HashSet<&String> = all.iter().collect();
        assert_eq!(all.len(), distinct.len(), "no source is claimed twice");
        assert_eq!(all.len(), 40, "every source is claimed");
    })
    .await;
}

#[tokio::test]
async fn entries_are_shared_out_fairly_between_hosts() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        let mut entries: Vec<NewEntry> =
            (0..20).map(|n| entry(&n.to_string(), &format!("https://x/{n}"))).collect();
        entries.push(NewEntry { host: "other.example".into(), ..entry("o", "https://other/1") });
        poll(&store, "a", entries).await;
        let got = store.claim_entries(&claim("w", noon()), 10, 1, &[]).await.unwrap();
        let hosts: Vec<&str> = got.iter().map(|e| e.host.as_str()).collect();
        assert_eq!(hosts.len(), 2, "one entry of each host: {hosts:?}");
        let busy = ["news.example".to_owned()];
        assert!(store.claim_entries(&claim("v", noon()), 10, 1, &busy).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_claim_expires_and_the_late_worker_is_refused() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        store.claim_sources(&claim("dead", noon()), 1, &[]).await.unwrap();
        assert!(store.claim_sources(&claim("w", noon()), 1, &[]).await.unwrap().is_empty());
        let later = noon() + Duration::minutes(6);
        assert_eq!(store.claim_sources(&claim("w", later), 1, &[]).await.unwrap().len(), 1);
        let late = at(later, polled("a", vec![entry("1", "https://x/1")]));
        assert_eq!(store.record_polls("dead", &[&late]).await.unwrap(), [None]);
        assert_eq!(store.pending_entries().await.unwrap(), 0, "nothing of the late poll is kept");
    })
    .await;
}

#[tokio::test]
async fn polls_recorded_together_are_as_if_recorded_one_by_one() {
    on_both(async |TestStore { store, .. }| {
        let sources = ["a", "b", "c"];
        with_sources(&store, &sources).await;
        let names = sources.map(str::to_owned);
        store.claim_named_sources(&claim("w", noon()), &names, &[]).await.unwrap();
        let one = || vec![entry("1", "https://x/1")];
        let found = |source| at(noon(), polled(source, one()));
        let (first, lost, second) = (found("a"), found("elsewhere"), found("b"));
        let many = (0..900).map(|n| entry(&n.to_string(), &format!("https://many/{n}"))).collect();
        let third = at(noon(), polled("c", many));
        let done = store.record_polls("w", &[&first, &lost, &second, &third]).await.unwrap();
        let new: Vec<Option<usize>> =
            done.iter().map(|done| done.as_ref().map(|inserted| inserted.new)).collect();
        assert_eq!(new, [Some(1), None, Some(1), Some(900)]);
        // The same address is one page, whichever of them named it.
        let known = store.find_entries("", "https://x/1").await.unwrap();
        let states: Vec<_> = known.iter().map(|e| (e.state.as_str(), e.twin_of)).collect();
        assert_eq!(states, [("pending", None), ("twin", Some(known[0].id))]);
        assert_eq!(store.pending_entries().await.unwrap(), 901);
    })
    .await;
}

#[tokio::test]
async fn who_polls_holds_the_entries_that_need_no_page() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        let claim_of_w = claim("w", noon());
        store.claim_sources(&claim_of_w, 1, &[]).await.unwrap();
        let carried =
            |n: &str| NewEntry { host: String::new(), ..entry(n, &format!("https://x/{n}")) };
        let entries = vec![entry("1", "https://x/1"), carried("2"), carried("3")];
        let found = Polled { hold_until: Some(claim_of_w.until), ..polled("a", entries.clone()) };
        let done = store.record_polls("w", &[&at(noon(), found)]).await.unwrap();
        let held = &done[0].as_ref().unwrap().held;
        assert_eq!(held.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2]);

        // Nobody else gets them, until they are given up; then they are read as they were held.
        assert!(store.claim_carried(&claim("v", noon()), 9).await.unwrap().is_empty());
        assert_eq!(store.claim_entries(&claim("v", noon()), 9, 9, &[]).await.unwrap().len(), 1);
        store.release_entries("w").await.unwrap();
        let read = store.claim_carried(&claim("v", noon()), 9).await.unwrap();
        let handed: Vec<ClaimedEntry> = held
            .iter()
            .map(|(place, id)| ClaimedEntry::held(*id, "a", entries[*place].clone(), noon()))
            .collect();
        assert_eq!(format!("{read:?}"), format!("{handed:?}"));
    })
    .await;
}

#[tokio::test]
async fn old_fetches_are_forgotten_and_no_others() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        for days in [0, 10, 40] {
            let now = noon() + Duration::days(days);
            store.claim_named_sources(&claim("w", now), &["a".into()], &[]).await.unwrap();
            store.record_polls("w", &[&at(now, polled("a", vec![]))]).await.unwrap();
        }
        let forgotten = |days| store.forget_fetches(noon() + Duration::days(days));
        assert_eq!(forgotten(0).await.unwrap(), 0);
        assert_eq!(forgotten(20).await.unwrap(), 2);
        assert_eq!(forgotten(20).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_abandoned_recording_leaves_nothing() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        poll(&store, "a", vec![entry("1", "https://x/1")]).await;
        let got = store.claim_entries(&claim("w", noon()), 1, 1, &[]).await.unwrap();
        let article = new_article(got[0].id, "a", "نص");
        let mut recording = store.begin_recording(noon()).await.unwrap();
        recording.finish_entries("w", &[article.id]).await.unwrap();
        let lead = Recorded::of(&article, 0);
        let new = NewGroup { tag: "tag:x,2026:1".into(), state: shown(&article, &lead) };
        let group = recording.open_groups(&[new]).await.unwrap()[0];
        recording.insert_articles(&[(&article, group)]).await.unwrap();
        drop(recording);
        assert_eq!(store.pending_entries().await.unwrap(), 1);
        assert!(store.article(article.id).await.unwrap().is_none());
        assert!(store.group(group).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_new_address_drops_the_validators_and_a_removed_source_sleeps() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a", "b"]).await;
        poll(&store, "a", vec![]).await;
        let mut moved = source("a");
        moved.url = "https://new.example/feed".into();
        store.sync_sources(&[moved], noon()).await.unwrap();
        let claimed = store.claim_sources(&claim("w", noon()), 9, &[]).await.unwrap();
        assert_eq!(claimed.len(), 1, "the removed source is not due");
        assert_eq!(claimed[0].validators, Validators::default());
    })
    .await;
}

#[tokio::test]
async fn turns_on_a_host_keep_their_distance_over_all_workers() {
    on_both(async |TestStore { store, .. }| {
        let second = |n| noon() + Duration::seconds(n);
        let turns = (0..10).map(|_| store.take_turn("h", noon(), second(30)));
        let turns: Vec<Turn> =
            futures::future::join_all(turns).await.into_iter().map(Result::unwrap).collect();
        let taken = turns.iter().filter(|turn| **turn == Turn::Taken(second(30))).count();
        let refused = turns.iter().filter(|turn| **turn == Turn::NotBefore(second(30))).count();
        assert_eq!((taken, refused), (1, 9));
        // Given back, it is free a gap later.
        store.end_turn("h", second(30), second(3)).await.unwrap();
        let early = store.take_turn("h", second(2), second(40)).await.unwrap();
        assert_eq!(early, Turn::NotBefore(second(3)));
        let next = store.take_turn("h", second(3), second(33)).await.unwrap();
        assert_eq!(next, Turn::Taken(second(33)));
        // Who comes back late takes nothing away from who holds it now.
        store.end_turn("h", second(30), second(31)).await.unwrap();
        let still = store.take_turn("h", second(32), second(60)).await.unwrap();
        assert_eq!(still, Turn::NotBefore(second(33)));
        // A host that asks for a long pause is left alone by all, until it is over.
        store.end_turn("h", second(33), second(600)).await.unwrap();
        let held = store.take_turn("h", second(60), second(90)).await.unwrap();
        assert_eq!(held, Turn::NotBefore(second(600)));
        let other = store.take_turn("i", second(60), second(90)).await.unwrap();
        assert_eq!(other, Turn::Taken(second(90)));
    })
    .await;
}

#[tokio::test]
async fn robots_are_kept_for_all_workers_and_forgotten_when_they_are_old() {
    on_both(async |TestStore { store, .. }| {
        let origin = "https://news.example";
        assert_eq!(store.robots(origin).await.unwrap(), None);
        store.keep_robots(origin, "old", noon()).await.unwrap();
        store.keep_robots(origin, "new", noon() + Duration::days(1)).await.unwrap();
        store.take_turn("news.example", noon(), noon()).await.unwrap();
        assert_eq!(store.robots(origin).await.unwrap().as_deref(), Some("new"));
        assert_eq!(store.forget_hosts(noon() + Duration::hours(1)).await.unwrap(), 1);
        assert_eq!(store.robots(origin).await.unwrap().as_deref(), Some("new"));
        assert_eq!(store.forget_hosts(noon() + Duration::days(2)).await.unwrap(), 1);
        assert_eq!(store.robots(origin).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn migrating_twice_and_at_once_is_harmless() {
    on_both(async |TestStore { url, .. }| {
        let opened =
            futures::future::join_all((0..4).map(|_| Store::open(&url, Connections::default())))
                .await;
        for store in opened {
            store.unwrap().ping().await.unwrap();
        }
    })
    .await;
}

#[test]
fn both_schemas_have_the_same_tables_and_columns() {
    let tables = |engine: &str| {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
        files.sort();
        let names: Vec<String> =
            files.iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
        (
            names,
            files
                .iter()
                .map(|f| portable(&std::fs::read_to_string(f).unwrap()))
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(tables("sqlite"), tables("postgres"));
}

/// Names and types of columns, without comments and without what the engines must say differently.
fn portable(sql: &str) -> Vec<String> {
    let mut engine_part = false;
    sql.lines()
        .filter(|line| {
            if line.trim() == "-- engine: begin" {
                engine_part = true;
            }
            let keep = !engine_part;
            if line.trim() == "-- engine: end" {
                engine_part = false;
            }
            keep
        })
        .map(|line| line.split("--").next().unwrap_or("").to_owned())
        .map(|line| {
            line.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "ID")
                .replace("BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "ID")
                .replace("BYTEA", "BLOB")
                .replace(" WITHOUT ROWID", "")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|line| !line.is_empty())
        .collect()
}

fn new_article(id: i64, source: &str, text: &str) -> NewArticle {
    let verdict =
        Verdict { relevant: true, score: 4.0, lang: Some("ar".into()), ..Verdict::default() };
    NewArticle {
        id,
        source: source.into(),
        url: format!("https://x/{id}"),
        url_key: format!("https://x/{id}"),
        article: Article {
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
        },
        title: "عنوان".into(),
        summary: text.into(),
        published: noon(),
        rights: None,
        enclosures: vec![],
        credits: false,
        etag: None,
        last_modified: None,
        verdict,
        rules: "1".into(),
    }
}

/// What a group of one relevant article is.
fn shown<'a>(article: &'a NewArticle, lead: &'a Recorded) -> GroupState<'a> {
    GroupState {
        lead,
        published: noon(),
        updated: noon(),
        relevant: true,
        review: false,
        verdict: &article.verdict,
    }
}

async fn record(store: &Store, id: i64, source: &str, text: &str) -> i64 {
    let article = new_article(id, source, text);
    let lead = Recorded::of(&article, 0);
    let mut recording = store.begin_recording(noon()).await.unwrap();
    recording.finish_entries("w", &[id]).await.unwrap();
    let tag = format!("tag:rasad.example,2026:{id}");
    let new = NewGroup { tag, state: shown(&article, &lead) };
    let group = recording.open_groups(&[new]).await.unwrap()[0];
    recording.insert_articles(&[(&article, group)]).await.unwrap();
    recording.show(&[group]).await.unwrap();
    recording.commit().await.unwrap();
    group
}

#[tokio::test]
async fn only_what_is_held_is_prolonged() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a", "b"]).await;
        poll(&store, "a", vec![entry("1", "https://x/1"), entry("2", "https://x/2")]).await;
        let claimed = store.claim_entries(&claim("w", noon()), 10, 10, &[]).await.unwrap();
        assert_eq!(claimed.len(), 2);
        store.claim_named_sources(&claim("w", noon()), &["b".into()], &[]).await.unwrap();
        let (lost, held) = (claimed[0].id, claimed[1].id);
        let later = noon() + Duration::minutes(3);
        store.prolong_claims(&claim("w", later), &[], &[held]).await.unwrap();
        store.prolong_claims(&claim("other", later), &["b".into()], &[lost]).await.unwrap();
        let expired = claim("v", noon() + Duration::minutes(6));
        let again = store.claim_entries(&expired, 10, 10, &[]).await.unwrap();
        assert_eq!(again.iter().map(|entry| entry.id).collect::<Vec<_>>(), [lost]);
        let again = store.claim_named_sources(&expired, &["b".into()], &[]).await.unwrap();
        assert_eq!(again.len(), 1, "nobody prolonged it");
    })
    .await;
}

fn subscription(source: &str, token: &str, state: &str) -> SubscriptionRow {
    SubscriptionRow { source: source.into(), token: token.into(), state: state.into() }
}

#[tokio::test]
async fn a_subscription_is_found_by_its_callback_and_taken_by_one_worker_when_due() {
    on_both(async |TestStore { store, .. }| {
        let later = noon() + Duration::hours(1);
        let (old, new) = (subscription("a", "t1", "{}"), subscription("a", "t2", "[]"));
        store.keep_subscription(&old, noon()).await.unwrap();
        store.keep_subscription(&new, noon()).await.unwrap();
        assert_eq!(store.subscription_of("t1").await.unwrap(), None);
        assert_eq!(store.subscription_of("t2").await.unwrap().as_ref(), Some(&new));
        assert_eq!(store.subscription("a").await.unwrap().as_ref(), Some(&new));
        let early = noon() - Duration::seconds(1);
        assert_eq!(store.take_subscriptions(early, later, 9).await.unwrap(), []);
        let takers = (0..4).map(|_| store.take_subscriptions(noon(), later, 9));
        let taken: Vec<_> =
            futures::future::join_all(takers).await.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(taken, [new]);
        assert_eq!(store.take_subscriptions(later, later, 9).await.unwrap().len(), 1);
        store.forget_subscription("a").await.unwrap();
        assert_eq!(store.subscription("a").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_recorded_once_and_too_many_are_refused() {
    on_both(async |TestStore { store, .. }| {
        with_sources(&store, &["a"]).await;
        let deliver =
            || store.deliver("a", "https://a.example/f", Some("text/xml"), b"<rss/>", noon());
        assert!(deliver().await.unwrap());
        let waiting = store.deliveries(9).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].body.as_slice()), (1, &b"<rss/>"[..]));
        let found = [entry("k1", "https://a.example/1"), entry("k2", "https://a.example/2")];
        let records = (0..3).map(|_| store.record_delivery(&waiting[0], &found, noon()));
        let records: Vec<_> =
            futures::future::join_all(records).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(records.iter().flatten().map(|inserted| inserted.new).collect::<Vec<_>>(), [2]);
        assert_eq!(store.pending_entries().await.unwrap(), 2);
        assert_eq!(store.deliveries(9).await.unwrap(), []);
        for _ in 0..50 {
            assert!(deliver().await.unwrap());
        }
        assert!(!deliver().await.unwrap());
    })
    .await;
}
