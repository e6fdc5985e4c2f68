//! Our hub: requests verified, news delivered in time, the slow kept apart, nothing lost.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rasad::store::{Connections, Store};

use crate::support::news::{ARABIC, Told, noon, tell};
use crate::support::program::{Engine, Program, on_postgres, until, wait_for};
use crate::support::subscribers::{Manner, Subscribers, post, secret};

/// The promise: so long after it was stored, a group has reached every healthy subscriber.
const PROMISED: Duration = Duration::from_secs(5);
/// What a test waits for things that take a moment, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

fn program(engine: &Engine) -> Program {
    let program = Program::empty(engine);
    let public = format!("http://{}/", program.web);
    program.with("web.public_url", &public)
}

fn topic(program: &Program, file: &str) -> String {
    format!("http://{}/feeds/{file}", program.web)
}

/// Sends a request to the hub.
fn ask(program: &Program, mode: &str, callback: &str, topic: &str, more: &[(&str, &str)]) -> u16 {
    let mut fields = vec![("hub.mode", mode), ("hub.callback", callback), ("hub.topic", topic)];
    fields.extend(more);
    post(program.web, "/hub", &fields).0
}

/// Stores news beside the running program; their ids.
fn publish(program: &Program, titles: &[String]) -> BTreeSet<String> {
    wait_for(async {
        let store = Store::open(&program.database, Connections::default()).await.unwrap();
        let mut ids = BTreeSet::new();
        for title in titles {
            let told = Told { title, ..ARABIC };
            let group = tell(&store, &told, None).await.0;
            let entry = store.published_entry(group).await.unwrap().expect("it is published");
            ids.insert(entry.id);
        }
        store.close().await;
        ids
    })
}

fn subscribe(program: &Program, subscribers: &Subscribers, number: usize) {
    const FILES: [&str; 4] = ["all.atom", "all.rss", "all.json", "custom.atom?lang=ar"];
    let topic = topic(program, FILES[number % FILES.len()]);
    let secret = secret(number);
    let signed = [("hub.secret", secret.as_str())];
    let more = if number.is_multiple_of(3) { &[][..] } else { &signed[..] };
    let status = ask(program, "subscribe", &subscribers.callback(number), &topic, more);
    assert_eq!(status, 202);
}

/// How many subscribers the hub has.
fn subscribed(program: &Program) -> i64 {
    wait_for(async {
        let store = Store::open(&program.database, Connections::default()).await.unwrap();
        let stats = store.hub_stats(noon() - chrono::Duration::days(9000)).await.unwrap();
        store.close().await;
        stats.subscriptions
    })
}

fn everybody_is_told(engine: &Engine, count: usize) {
    let (program, subscribers) = (program(engine), Subscribers::start());
    let running = program.start_ready("web");
    (0..count).for_each(|number| subscribe(&program, &subscribers, number));
    let all = until(PATIENCE, || subscribed(&program) == count as i64);
    assert!(all, "{} of {count}\n{}", subscribed(&program), running.log());

    // One in ten hangs or fails; the others do not notice.
    let healthy = |number: &usize| !number.is_multiple_of(10);
    for number in (0..count).filter(|number| !healthy(number)) {
        let manner = if number.is_multiple_of(20) { Manner::Hangs } else { Manner::Fails };
        subscribers.behave(number, manner);
    }
    let mut told = publish(&program, &["الخبر الأول".to_owned()]);
    let stored = Instant::now();
    let has = |number: usize, told: &BTreeSet<String>| subscribers.ids(number).is_superset(told);
    let done = until(PATIENCE, || (0..count).filter(healthy).all(|number| has(number, &told)));
    let last = (0..count).filter(healthy).filter_map(|number| subscribers.brought(number).pop());
    let took = last.map(|brought| brought.at.duration_since(stored)).max().unwrap();
    eprintln!("{count} subscribers, {} of them healthy: told within {took:?}", count - count / 10);
    assert!(done && took < PROMISED, "{took:?}\n{}", running.log());

    // Killed in the middle of the next news, and with news while it is down: nothing is lost.
    (0..count).filter(healthy).for_each(|number| {
        subscribers.behave(number, Manner::After(Duration::from_millis(number as u64 % 7 * 100)));
    });
    told.extend(publish(&program, &["الخبر الثاني".to_owned()]));
    let before = subscribers.posts();
    assert!(until(PATIENCE, || subscribers.posts() > before), "{}", running.log());
    assert!(running.kill());
    told.extend(publish(&program, &["الخبر الثالث".to_owned(), "الخبر الرابع".to_owned()]));
    for number in (0..count).filter(|number| !healthy(number)) {
        subscribers.behave(number, Manner::After(Duration::ZERO));
    }
    let running = program.start_ready("web");
    let begun = Instant::now();
    let done = until(PATIENCE * 3, || (0..count).all(|number| has(number, &told)));
    let missing: Vec<usize> = (0..count).filter(|number| !has(*number, &told)).collect();
    assert!(done, "{missing:?} miss something\n{}", running.log());
    eprintln!("after the restart everybody has everything within {:?}", begun.elapsed());
}

/// `RASAD_TEST_SUBSCRIBERS=500` measures the promise with as many.
#[test]
fn everybody_is_told_in_time_and_nothing_is_lost() {
    let count = std::env::var("RASAD_TEST_SUBSCRIBERS").map_or(60, |count| count.parse().unwrap());
    everybody_is_told(&Engine::Sqlite, count);
}

#[test]
fn on_postgres_too() {
    on_postgres(|engine| everybody_is_told(engine, 30));
}

#[test]
fn news_is_a_small_feed_of_its_own() {
    let (program, subscribers) = (program(&Engine::Sqlite), Subscribers::start());
    publish(&program, &["قديم".to_owned()]);
    let running = program.start_ready("web");
    let own = topic(&program, "all.atom");
    let feed = program.get("/feeds/all.atom");
    let hub = format!("http://{}/hub", program.web);
    let links = format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\"");
    assert_eq!(feed.header("link"), Some(links.as_str()));
    assert!(feed.body.contains(&format!("<link href=\"{hub}\" rel=\"hub\"/>")), "{}", feed.body);
    for (file, said) in [("all.rss", "rel=\"hub\""), ("all.json", "\"type\":\"WebSub\"")] {
        let body = program.get(&format!("/feeds/{file}")).body;
        assert!(body.contains(said), "{file}: {body}");
    }

    (0..2).for_each(|number| subscribe(&program, &subscribers, number * 4));
    let secret = secret(8);
    let lease = [("hub.secret", secret.as_str()), ("hub.lease_seconds", "99999999999")];
    assert_eq!(ask(&program, "subscribe", &subscribers.callback(8), &own, &lease), 202);
    assert!(until(PATIENCE, || subscribed(&program) == 3), "{}", running.log());
    let asked = &subscribers.asked(8)[0];
    assert_eq!((asked["own"].as_str(), asked["hub.mode"].as_str()), ("1", "subscribe"));
    assert_eq!(
        (asked["hub.topic"].as_str(), asked["hub.lease_seconds"].as_str()),
        (&*own, "2592000")
    );
    assert_eq!(
        subscribers.asked(0)[0]["hub.lease_seconds"],
        "864000",
        "ten days where none is asked for"
    );

    let new = publish(&program, &["جديد".to_owned()]);
    assert!(until(PATIENCE, || [0, 4, 8].iter().all(|n| !subscribers.brought(*n).is_empty())));
    let brought = &subscribers.brought(8)[0];
    assert_eq!(brought.ids, new, "what is old is not told again");
    assert!(brought.content_type.starts_with("application/atom+xml"));
    assert_eq!(brought.link, links);
    assert!(brought.signed.as_ref().is_some_and(|signed| signed.starts_with("sha256=")));
    assert_eq!(subscribers.brought(0)[0].signed, None, "no secret, no signature");
    let body = String::from_utf8(brought.body.clone()).unwrap();
    assert!(body.contains("جديد") && body.contains(&format!("href=\"{own}\" rel=\"self\"")));

    // A withdrawal is news, where the form has words for it.
    let id = new.first().unwrap();
    assert_eq!(program.run(&["withdraw", id, "--reason", "court order"]).code, Some(0));
    assert!(until(PATIENCE, || subscribers.brought(8).len() == 2), "{}", running.log());
    let body = String::from_utf8(subscribers.brought(8)[1].body.clone()).unwrap();
    assert!(body.contains("at:deleted-entry") && body.contains(id) && !body.contains("<entry>"));
}

#[test]
fn nobody_is_told_who_did_not_ask() {
    let (program, subscribers) = (program(&Engine::Sqlite), Subscribers::start());
    let running = program.start_ready("web");
    let own = topic(&program, "all.json");
    // What cannot be is refused at once.
    let other = "https://elsewhere.example/feeds/all.atom";
    let paged = topic(&program, "all.atom?before=5-7");
    let odd = topic(&program, "custom.atom?lang=fr&lang=ar");
    for (mode, callback, topic, more) in [
        ("publish", subscribers.callback(0), &*own, None),
        ("subscribe", "http://10.0.0.1/".to_owned(), &*own, None),
        ("subscribe", "http://169.254.169.254/latest".to_owned(), &*own, None),
        ("subscribe", "http://[::1]:80/".to_owned(), &*own, None),
        ("subscribe", "gopher://x/".to_owned(), &*own, None),
        ("subscribe", subscribers.callback(0), other, None),
        ("subscribe", subscribers.callback(0), &*paged, None),
        ("subscribe", subscribers.callback(0), &*odd, None),
        ("subscribe", subscribers.callback(0), &*own, Some(("hub.lease_seconds", "-1"))),
    ] {
        let status = ask(&program, mode, &callback, topic, more.as_slice());
        assert_eq!(status, 400, "{mode} {callback} {topic}");
    }
    let long = "x".repeat(20_000);
    let fields = [("hub.mode", "subscribe"), ("hub.callback", &long)];
    assert_eq!(post(program.web, "/hub", &fields).0, 413);
    assert!(subscribers.asked(0).is_empty());

    // Who says no is not subscribed; who says yes to leave is gone; who answers 410 as well.
    subscribers.refuse(1);
    subscribers.behave(2, Manner::Gone);
    for number in 1..4 {
        assert_eq!(ask(&program, "subscribe", &subscribers.callback(number), &own, &[]), 202);
    }
    let settled = || subscribed(&program) == 2 && subscribers.asked(1).len() == 1;
    assert!(until(PATIENCE, settled), "{}", running.log());
    subscribers.refuse(3);
    assert_eq!(ask(&program, "unsubscribe", &subscribers.callback(3), &own, &[]), 202);
    assert!(until(PATIENCE, || subscribers.asked(3).len() == 2));
    publish(&program, &["خبر".to_owned()]);
    assert!(until(PATIENCE, || subscribed(&program) == 1), "{}", running.log());
    assert!(until(PATIENCE, || subscribers.brought(3).len() == 1), "it did not mean to leave");
    assert!(subscribers.brought(1).is_empty() && subscribers.brought(2).is_empty());
}

#[test]
fn without_a_public_address_there_is_no_hub() {
    let program = Program::empty(&Engine::Sqlite);
    let _running = program.start_ready("web");
    let feed = program.get("/feeds/all.atom");
    assert_eq!(feed.header("link"), None);
    assert!(!feed.body.contains("rel=\"hub\""), "{}", feed.body);
    let own = topic(&program, "all.atom");
    assert_eq!(ask(&program, "subscribe", "http://127.0.3.200:1/", &own, &[]), 404);
}
