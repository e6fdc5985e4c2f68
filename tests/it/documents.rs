//! The documents that the running program serves, read by validators and by a reader's library.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::browser::is_required;
use crate::support::program::{Program, until};
use crate::support::published::published;
use crate::support::schemas;
use crate::support::web::Web;

/// Feeds of the default set.
const FEEDS: [&str; 5] = ["all", "ht", "ht-ar", "mig-fr", "mig-en"];

#[test]
fn the_schemas_see_what_is_broken() {
    let entry = "<entry><id>urn:e</id><title>t</title><updated>2026-02-03T10:05:00Z</updated>\
        <link href=\"https://news.example/\"/></entry>";
    let feed = |inside: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:f</id><title>t</title>\
            <updated>2026-02-03T10:05:00Z</updated>{inside}</feed>"
        )
    };
    assert_eq!(schemas::atom(&feed(entry)), Vec::<String>::new());
    for broken in [
        feed("<entry/>"),
        feed("<title>another</title>"),
        feed("<unknown/>"),
        feed(&entry.replace("03T10", "03 10")),
        feed(&entry.replace("<link href", "<link url")),
        feed(&entry.replace("https://", "https:// ")),
        feed(&entry.replace("<title>", "<title type=\"markdown\">")),
        feed(&entry.replace("<entry>", "<entry xml:lang=\"ar_MA\">")),
        feed(&entry.replace("</entry>", "<summary type=\"xhtml\">text</summary></entry>")),
        feed("<deleted-entry xmlns=\"http://purl.org/atompub/tombstones/1.0\"/>"),
        feed("<entry>"),
    ] {
        assert_ne!(schemas::atom(&broken), Vec::<String>::new(), "{broken}");
    }

    let item = r#"{"id": "1", "content_text": "t", "date_published": "2026-02-03T10:05:00Z"}"#;
    let feed = |item: &str| {
        format!(
            r#"{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{item}]}}"#
        )
    };
    assert_eq!(schemas::json_feed(&feed(item)), Vec::<String>::new());
    for broken in [
        feed(&item.replace("\"id\"", "\"guid\"")),
        feed(&item.replace("content_text", "content")),
        feed(&item.replace("03T10", "03 at 10")),
        feed(&item.replace('}', ", \"url\": \"/relative\"}")),
        feed(&item.replace('}', ", \"authors\": [{}]}")),
        feed(&item.replace('}', ", \"attachments\": [{\"url\": \"https://news.example/a\"}]}")),
        feed(item).replace("1.1", "1.2"),
        feed("]"),
    ] {
        assert_ne!(schemas::json_feed(&broken), Vec::<String>::new(), "{broken}");
    }
}

#[test]
fn every_document_obeys_its_schema() {
    let web = Web::start();
    let program = Program::watching(&web);
    program.run(&["pull"]).well();
    let _running = program.start_ready("web");
    let entry = published(&program, "all").into_values().next().expect("an entry");
    program.run(&["withdraw", &entry.id, "--reason", "names a victim"]).well();
    let gone = || program.get("/feeds/all.atom").body.contains("<at:deleted-entry ");
    assert!(until(Duration::from_secs(20), gone), "no tombstone");
    // In Arabic: trafficking.
    let asked = ["?q=%D8%A7%D9%84%D8%A7%D8%AA%D8%AC%D8%A7%D8%B1", "?lang=fr&topic=ht"];
    let feeds = FEEDS.iter().map(|feed| (*feed, "")).chain(asked.map(|query| ("all", query)));
    let paths = feeds.flat_map(|(feed, query)| {
        ["atom", "json"].map(|form| format!("/feeds/{feed}.{form}{query}"))
    });
    for path in paths {
        let body = program.get(&path).body;
        let found =
            if path.contains(".atom") { schemas::atom(&body) } else { schemas::json_feed(&body) };
        assert_eq!(found, Vec::<String>::new(), "{path}\n{body}");
    }
}

/// A feed reader's own library accepts every form without complaint.
#[test]
fn feedparser_accepts_every_form() {
    if !feedparser_is_here() {
        return;
    }
    let web = Web::start();
    let program = Program::watching(&web);
    program.run(&["pull"]).well();
    let _running = program.start_ready("web");
    for feed in FEEDS {
        // The library reads no JSON.
        for form in ["atom", "rss"] {
            let answer = program.get(&format!("/feeds/{feed}.{form}"));
            let kind = answer.header("content-type").unwrap().to_owned();
            let read = feedparser(&answer.body, &kind);
            assert_eq!(read["bozo"], 0, "{feed}.{form}: {}\n{}", read["why"], answer.body);
            let mut entries =
                published(&program, feed).into_values().map(|entry| entry.id).collect::<Vec<_>>();
            let mut found: Vec<String> = serde_json::from_value(read["ids"].clone()).unwrap();
            entries.sort();
            found.sort();
            assert_eq!(found, entries, "{feed}.{form}");
        }
    }
}

fn feedparser_is_here() -> bool {
    let import =
        Command::new("python3").args(["-c", "import feedparser"]).stderr(Stdio::null()).status();
    let here = import.is_ok_and(|status| status.success());
    assert!(here || !is_required("feedparser"), "feedparser is required: pip install feedparser");
    if !here {
        eprintln!("Feeds are not read with feedparser: python3 has none");
    }
    here
}

fn feedparser(document: &str, content_type: &str) -> Value {
    const READ: &str = "import feedparser, json, sys\n\
        feed = feedparser.parse(sys.stdin.buffer.read(), response_headers={'content-type': sys.argv[1]})\n\
        print(json.dumps({'bozo': int(feed.bozo), 'why': repr(feed.get('bozo_exception')), 'ids': [e.id for e in feed.entries]}))";
    let mut python = Command::new("python3")
        .args(["-c", READ, content_type])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    serde_json::from_slice(&python.wait_with_output().unwrap().stdout).unwrap()
}
