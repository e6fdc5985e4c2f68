//! The service that runs: pages, feeds, health, signals, changed configuration, a lost network.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::program::{Engine, Program, Running, try_get, until};
use crate::support::published::published;
use crate::support::stored::queue;
use crate::support::web::Web;

/// The forms of every output feed, and how they are called.
const FORMS: [(&str, &str); 3] = [
    ("atom", "application/atom+xml"),
    ("rss", "application/rss+xml"),
    ("json", "application/feed+json"),
];

/// Time within which a change of the configuration is live.
const SECONDS: Duration = Duration::from_secs(15);

#[test]
fn an_empty_folder_is_enough() {
    // Without the worker: the sources that the program comes with are real ones.
    let program = Program::empty(&Engine::Sqlite).without("database.url");
    let running = program.start_ready("web");
    let home = program.get("/");
    assert_eq!(home.status, 200);
    assert!(home.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    assert!(
        home.body.contains("dir=\"rtl\"") && home.body.contains("lang=\"ar\""),
        "{}",
        home.body
    );
    assert!(home.body.contains("/feeds/all.atom"), "no feed is named: {}", home.body);
    assert_eq!(published(&program, "all"), BTreeMap::new());
    assert!(program.folder().join("data/rasad.db").exists());
    let said = running.log();
    assert!(said.contains(&format!("http://{}/", program.web)), "it does not say where: {said}");
}

#[test]
fn it_serves_what_it_pulls() {
    let web = Web::of(&["atlas", "harbour", "littoral", "sahil"]);
    let program = Program::watching(&web);
    program.write("sources.toml", &web.sources("schedule = \"every 1h\""));
    let running = program.start_ready("serve");
    let relevant = web.articles().into_values().filter(|article| article.is_relevant());
    let relevant = relevant.map(|article| article.original).collect::<BTreeSet<_>>().len();
    let filled = until(Duration::from_secs(40), || published(&program, "all").len() == relevant);
    let entries = published(&program, "all");
    assert!(filled, "{} of {relevant}: {:#?}\n{}", entries.len(), entries.keys(), running.log());

    assert_eq!(program.get_ops("/livez").status, 200);
    assert_eq!(program.get_ops("/readyz").status, 200);
    assert_eq!(program.run(&["healthcheck"]).code, Some(0));
    assert!(try_get(program.web, "/metrics", &[]).is_none_or(|answer| answer.status == 404));
    let metrics = program.get_ops("/metrics").body;
    for name in ["rasad_polls", "rasad_pages", "rasad_verdicts", "rasad_entries_new"] {
        assert!(metrics.contains(name), "no {name} in\n{metrics}");
    }
    let home = program.get("/").body;
    assert!(home.contains(&web.article("atlas/round-table").title), "{home}");
    assert!(!home.contains(&web.article("atlas/storks").title), "{home}");
    let old = before_and_after_a_restart(&program, running);
    let _running = program.start_ready("serve");
    assert_eq!(ids(&program), old);
}

/// The ids of the entries in every form; the running program is stopped afterwards.
fn before_and_after_a_restart(program: &Program, mut running: Running) -> Vec<Vec<String>> {
    conditional_requests_are_answered(program);
    let old = ids(program);
    assert!(old[0].len() > 5 && old.iter().all(|ids| *ids == old[0]), "{old:#?}");
    assert!(old[0].iter().all(|id| id.starts_with("tag:reader.example,2026")), "{old:#?}");
    running.terminate();
    let status = running.wait(Duration::from_secs(15)).expect("it stops");
    assert!(status.success(), "{status}\n{}", running.log());
    assert_eq!(program.run(&["healthcheck"]).code, Some(1));
    old
}

fn conditional_requests_are_answered(program: &Program) {
    for (form, kind) in FORMS {
        let path = format!("/feeds/all.{form}");
        let answer = program.get(&path);
        assert_eq!(answer.status, 200, "{path}");
        let content_type = answer.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with(kind), "{path}: {content_type}");
        assert!(answer.header("cache-control").is_some(), "{path}: no Cache-Control");
        let etag = answer.header("etag").unwrap_or_default();
        assert!(etag.starts_with('"'), "{path}: {etag:?} is not a strong ETag");
        let modified = answer.header("last-modified").unwrap_or_else(|| panic!("{path}: no date"));
        for validator in [("If-None-Match", etag), ("If-Modified-Since", modified)] {
            let again = program.get_with(&path, &[validator]);
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}: {validator:?}");
        }
        let other = program.get_with(&path, &[("If-None-Match", "\"something else\"")]);
        assert_eq!(other.status, 200, "{path}");
    }
    assert_eq!(program.get("/feeds/no-such-feed.atom").status, 404);
}

/// The entries' ids by form, sorted.
fn ids(program: &Program) -> Vec<Vec<String>> {
    let of = |(form, _): &(&str, &str)| {
        let body = program.get(&format!("/feeds/all.{form}")).body;
        let mut ids: Vec<String> = if *form == "json" {
            let feed: Value = serde_json::from_str(&body).unwrap();
            let items = feed["items"].as_array().unwrap();
            items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        } else {
            let feed = feed_rs::parser::parse(body.as_bytes()).unwrap();
            feed.entries.into_iter().map(|entry| entry.id).collect()
        };
        ids.sort();
        ids
    };
    FORMS.iter().map(of).collect()
}

#[test]
fn without_network_it_runs_and_shows_each_error_once() {
    let names = ["north", "east", "south", "west"];
    let source = |(n, name): (usize, &&str)| {
        let nobody = TcpListener::bind(format!("127.0.3.{}:0", 240 + n)).unwrap();
        let address = nobody.local_addr().unwrap();
        format!(
            "[[source]]\nid = \"{name}\"\nurl = \"http://{address}/feed\"\nschedule = \"every 1h\"\n"
        )
    };
    let program = Program::empty(&Engine::Sqlite);
    program.write("sources.toml", &names.iter().enumerate().map(source).collect::<String>());
    let mut running = program.start_ready("serve");
    let failures = |running: &Running| running.logged("source failed");
    let all = until(Duration::from_secs(20), || failures(&running).len() >= names.len());
    assert!(all, "{}", running.log());
    // Time for what must not come: a second line about one attempt.
    std::thread::sleep(Duration::from_millis(1500));
    assert!(running.wait(Duration::ZERO).is_none(), "{}", running.log());
    assert_eq!(program.get_ops("/livez").status, 200);
    let page = program.get("/sources");
    assert_eq!(page.status, 200);
    for name in names {
        let mentions = |line: &Value| line["source"] == name;
        let lines = running.log();
        let lines = lines.lines().filter_map(|line| serde_json::from_str(line).ok());
        let said: Vec<Value> = lines.filter(mentions).collect();
        assert_eq!(said.len(), 1, "{name} has one attempt behind it: {said:#?}");
        assert_eq!(said[0]["kind"], "refused");
        let error = said[0]["error"].as_str().unwrap();
        assert!(page.body.contains(name), "{name} is not on the page");
        assert!(
            page.body.contains(&escaped(error)),
            "{error:?} is not on the page:\n{}",
            page.body
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

#[test]
fn a_signal_stops_it_in_time_and_releases_its_work() {
    let web = Web::of(&["atlas", "harbour"]);
    let program = Program::watching(&web)
        .with("fetch.timeout", "60s")
        .with("worker.shutdown_time", "2s")
        .with("worker.claim_time", "5m");
    let mut running = program.start_ready("serve");
    assert!(until(Duration::from_secs(20), || web.hits().iter().any(|hit| hit.is_feed())));
    web.delay(Duration::from_secs(30));
    // A page, or the robots.txt before it: on a slow machine that is what is held up.
    let begun = until(Duration::from_secs(20), || web.hits().iter().any(|hit| !hit.is_feed()));
    assert!(begun, "no page is asked for:\n{}", running.log());
    // A reader that keeps its connection open does not hold it up.
    let mut reader = TcpStream::connect(program.web).unwrap();
    write!(reader, "GET /feeds/all.atom HTTP/1.1\r\nHost: reader\r\n\r\n").unwrap();
    let asked = Instant::now();
    running.terminate();
    let status = running.wait(Duration::from_secs(10));
    let log = running.log();
    assert!(
        status.is_some_and(|status| status.success()),
        "{status:?} after {:?}\n{log}",
        asked.elapsed()
    );
    let waiting = queue(&program).entries_waiting;
    assert_eq!(waiting, 0, "claims are left behind:\n{log}");
}

#[test]
fn a_valid_change_is_live_and_an_invalid_one_is_refused() {
    let web = Web::of(&["littoral", "tribune"]);
    let program = Program::empty(&Engine::Sqlite);
    let sources = web.sources("schedule = \"every 1h\"");
    let one = sources.split_once("[[source]]\nid = \"tribune\"").unwrap().0;
    program.write("sources.toml", one);
    let feed = |id: &str, topic: &str| {
        format!("[[feed]]\nid = \"{id}\"\ntitle = {{ en = \"Ours\" }}\ntopics = [\"{topic}\"]\n")
    };
    program.write("feeds.toml", &feed("old", "ht"));
    let running = program.start_ready("serve");
    let status = |id: &str| program.get(&format!("/feeds/{id}.atom")).status;
    assert_eq!((status("old"), status("new")), (200, 404));

    program.write("feeds.toml", &(feed("old", "ht") + &feed("new", "mig")));
    program.write("sources.toml", &sources);
    assert!(until(SECONDS, || status("new") == 200), "{}", running.log());
    let asked = || web.hits().iter().any(|hit| hit.site == "tribune");
    assert!(until(SECONDS, asked), "the new source is not asked:\n{}", running.log());

    program.write("feeds.toml", &feed("newest", "no-such-topic"));
    let refused = || metric(&program, "rasad_config_refused");
    assert!(until(SECONDS, || refused() == 1.0), "{}", program.get_ops("/metrics").body);
    assert_eq!((status("old"), status("new"), status("newest")), (200, 200, 404));
    let log = running.log();
    assert!(log.contains("no-such-topic") && log.contains("feeds.toml"), "{log}");

    program.write("feeds.toml", &feed("newest", "ht"));
    assert!(until(SECONDS, || status("newest") == 200), "{}", running.log());
    assert!(until(SECONDS, || refused() == 0.0), "{}", program.get_ops("/metrics").body);
    assert_eq!(status("old"), 404);
}

fn metric(program: &Program, name: &str) -> f64 {
    let metrics = program.get_ops("/metrics").body;
    let mut lines = metrics.lines().filter(|line| !line.starts_with('#'));
    let value = lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name} in\n{metrics}"))
}

#[test]
fn check_shows_every_mistake_of_every_file_at_its_place() {
    let program = Program::empty(&Engine::Sqlite);
    assert_eq!(program.run(&["check"]).code, Some(0));
    program.write(
        "sources.toml",
        "[[source]]\nid = \"one\"\nurl = \"https://example.org/feed\"\nshcedule = \"every 15m\"\n\n\
         [[source]]\nid = \"one\"\nurl = \"ftp://example.org/feed\"\n",
    );
    program.write("rasad.toml", "[fetch]\ntimeout = \"soon\"\n");
    let check = program.run(&["check"]);
    assert_eq!(check.code, Some(2));
    let shown = format!("{}{}", check.out, check.log);
    for said in [
        "sources.toml:4:1",
        "`schedule`",
        "sources.toml:7:",
        "sources.toml:8:",
        "rasad.toml:2:",
        "^^^^",
    ] {
        assert!(shown.contains(said), "no {said:?} in\n{shown}");
    }
    let pull = program.run(&["pull"]);
    assert_eq!(pull.code, Some(2), "{}", pull.log);
}
