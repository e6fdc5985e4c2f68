//! The admin's work on rules: measured, tried on what is stored, applied, learnt, explained.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use rasad::config::FILES;
use rasad::store::{Connections, Store};

use crate::support::program::{Ended, Engine, Program, on_postgres, until, wait_for};
use crate::support::published::{Published, published};
use crate::support::stored::stored;
use crate::support::web::Web;

type Entries = BTreeMap<String, Published>;

/// The built-in rules without their examples.
fn rules() -> String {
    let text = FILES.iter().find(|(name, _)| *name == "topics.toml").expect("topics").1;
    text.split("\n[[example]]").next().unwrap_or(text).to_owned()
}

/// The same rules with another number under `[scoring]`.
fn with(rules: &str, key: &str, value: &str) -> String {
    let line = |line: &str| {
        let is = line.split('=').next().is_some_and(|name| name.trim() == key);
        if is { format!("{key} = {value}") } else { line.to_owned() }
    };
    rules.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn ids(entries: &Entries) -> BTreeMap<String, (String, String)> {
    entries
        .iter()
        .map(|(url, entry)| (url.clone(), (entry.id.clone(), entry.published.clone())))
        .collect()
}

#[test]
fn changed_rules_reach_what_is_stored() {
    replay(&Engine::Sqlite);
}

#[test]
fn changed_rules_reach_what_is_stored_on_postgres() {
    on_postgres(replay);
}

fn replay(engine: &Engine) {
    let web = Web::of(&["atlas", "littoral", "sahil"]);
    let program = Program::on(engine, &web);
    program.write("topics.toml", &rules());
    program.run(&["pull"]).well();
    // A worker polls and processes all the while.
    let running = program.start_ready("serve");
    let before = published(&program, "all");
    assert!(before.len() > 3, "{before:?}");
    let nothing = program.run(&["replay"]).well().out;
    assert!(nothing.contains("0 newly in, 0 newly out"), "{nothing}");

    let [kept, withdrawn] = [0, 1].map(|n| before.keys().nth(n).expect("entries").clone());
    program.run(&["judge", &kept, "relevant", "--topics", "ht.child"]).well();
    program.run(&["withdraw", &withdrawn, "--reason", "names a victim"]).well();

    // Nothing is enough any more.
    program.write("topics.toml", &with(&rules(), "accept", "99.0"));
    let dry = program.run(&["replay"]).well().out;
    assert!(dry.contains("newly out") && dry.contains("Nothing is stored"), "{dry}");
    assert!(stored(&program, &web)[&kept].published);
    let tried: serde_json::Value =
        serde_json::from_str(&program.run(&["replay", "--json"]).well().out).expect("JSON");
    assert!(tried["moved"].as_array().expect("a list").len() >= before.len(), "{tried}");
    assert!(tried["applied"].is_null());

    let applied = program.run(&["replay", "--apply"]).well().out;
    let left = before.len() - 2;
    assert!(applied.contains(&format!("0 texts entered the feeds, {left} left them")), "{applied}");
    let gone = until(Duration::from_secs(20), || {
        let now = published(&program, "all");
        now.keys().filter(|url| **url != withdrawn).eq([&kept])
    });
    assert!(gone, "{:?}", published(&program, "all").keys());
    let named = &published(&program, "all")[&kept];
    assert_eq!(named.id, before[&kept].id);
    assert!(named.topics.contains("ht.child"), "{:?}", named.topics);

    // And back: the same texts under the same ids and dates, but not what was withdrawn.
    program.write("topics.toml", &rules());
    let applied = program.run(&["replay", "--apply"]).well().out;
    assert!(applied.contains(&format!("{left} texts entered the feeds, 0 left them")), "{applied}");
    let mut expected = ids(&before);
    expected.remove(&withdrawn);
    let shown = || {
        let mut shown = ids(&published(&program, "all"));
        shown.remove(&withdrawn);
        shown
    };
    assert!(until(Duration::from_secs(20), || shown() == expected), "{:?}", shown());
    assert!(program.run(&["replay"]).well().out.contains("0 newly in, 0 newly out"));

    // Left to the rules again, it is what they say at once.
    program.run(&["judge", &kept, "irrelevant"]).well();
    assert!(!stored(&program, &web)[&kept].published);
    program.run(&["judge", &kept, "undecided"]).well();
    assert!(stored(&program, &web)[&kept].published);
    running.terminate();
}

#[test]
fn a_verdict_is_explained_in_the_words_of_the_article() {
    let web = Web::of(&["atlas", "littoral"]);
    let program = Program::watching(&web);
    program.run(&["pull"]).well();
    let dispatch = web.url("atlas/round-table");
    let told = program.run(&["explain", &dispatch]).well().out;
    for part in ["verdict    relevant", "evidence", "│ weight ┆ where", "what if", "Without “"]
    {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
    // The words are marked where they stand.
    assert!(told.contains("*") && told.contains("الاتجار"), "{told}");
    let of = |relevant: bool| {
        let articles = web.articles().into_iter();
        articles.filter(move |(_, article)| article.is_relevant() == relevant).map(|(url, _)| url)
    };
    for url in of(false).take(3) {
        let told = program.run(&["explain", &url]).well().out;
        assert!(told.contains("irrelevant") && told.contains("what if"), "{told}");
    }
    // A verdict of other rules says so.
    program.write("topics.toml", &with(&rules(), "accept", "99.0"));
    let told = program.run(&["explain", &dispatch]).well().out;
    assert!(told.contains("the present rules say: review"), "{told}");
}

#[test]
fn terms_that_no_text_needs_are_listed() {
    unused(&Engine::Sqlite);
}

#[test]
fn terms_that_no_text_needs_are_listed_on_postgres() {
    on_postgres(unused);
}

fn unused(engine: &Engine) {
    let web = Web::of(&["atlas", "littoral"]);
    let program = Program::on(engine, &web);
    let own = "\n\n[concept.unheard]\nar = \"قسطنطينوبوليس\"\nfr = \"anticonstitutionnellement\"\n";
    program.write("topics.toml", &(rules() + own));
    program.run(&["pull"]).well();
    let out = program.run(&["topics", "unused", "--json"]).well().out;
    let found: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let terms: BTreeSet<&str> = found["unused"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|unused| unused["text"].as_str())
        .collect();
    assert!(terms.contains("قسطنطينوبوليس") && terms.contains("anticonstitutionnellement"));
    // No text was in German: nothing is said of its words.
    let langs: BTreeSet<&str> = found["unused"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|unused| unused["lang"].as_str())
        .collect();
    assert!(langs.contains("ar") && !langs.contains("de"), "{langs:?}");
    let table = program.run(&["topics", "unused", "--days", "3"]).well().out;
    assert!(table.contains("concept.unheard") && table.contains("No text was in"), "{table}");
    let none = program.run(&["topics", "unused", "--days", "0"]).well().out;
    assert!(none.contains("0 texts read: 0 terms and 0 rules"), "{none}");
}

/// A file of labelled texts: fairs for the diaspora, and floods.
fn labelled() -> String {
    let places = ["Geneva", "Rabat", "Lyon", "Tunis", "Dakar"];
    let line = |n: usize| {
        let (relevant, what) = match n % 2 {
            0 => (true, "Diaspora investors invited to forum"),
            _ => (false, "River floods damage old bridge"),
        };
        let place = places[n / 2 % places.len()];
        serde_json::json!({
            "id": format!("t{n}"),
            "lang": "en",
            "title": format!("{what} in {place}"),
            "text": format!("Report {n} from {place}."),
            "relevant": relevant,
            "topics": if relevant { vec!["mig.diaspora"] } else { vec![] },
        })
    };
    (0..60).map(|n| line(n).to_string() + "\n").collect()
}

fn json(ended: &Ended) -> serde_json::Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {}", ended.out))
}

#[test]
fn a_model_decides_only_where_the_rules_leave_it_to_a_person() {
    let program = Program::empty(&Engine::Sqlite);
    program.write("sources.toml", "");
    // What speaks for the diaspora is left to a person, nothing else is.
    program.write("topics.toml", &with(&with(&rules(), "accept", "90.0"), "review", "0.1"));
    fs::write(program.folder().join("labelled.jsonl"), labelled()).unwrap();
    let docs = [
        r#"{"id":"band","lang":"en","title":"Diaspora investors invited to forum in Bern","text":""}"#,
        r#"{"id":"out","lang":"en","title":"River floods damage old bridge in Bern","text":""}"#,
    ];
    fs::write(program.folder().join("docs.jsonl"), docs.join("\n")).unwrap();
    let classify = || {
        let out = program.run(&["inspect", "classify", "--jsonl", "docs.jsonl"]).well().out;
        let lines = out.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        lines.collect::<Vec<serde_json::Value>>()
    };
    let before = classify();
    assert_eq!(before[0]["review"], true, "{before:?}");

    let none = program.run(&["train"]);
    assert_eq!(none.code, Some(1));
    assert!(none.log.contains("rasad judge"), "{}", none.log);
    let tried = program.run(&["train", "labelled.jsonl", "--dry-run"]).well().out;
    assert!(tried.contains("Nothing is written") && tried.contains("F1"), "{tried}");
    assert!(!program.config().join("topics.model").exists());
    assert_eq!(classify(), before);

    program.run(&["train", "labelled.jsonl"]).well();
    let after = classify();
    assert_eq!(after[0]["relevant"], true, "{after:?}");
    let decided = after[0]["decided_by"].as_str().expect("who decided");
    assert!(decided.starts_with("model v1: 0."), "{decided}");
    assert_eq!(after[1], before[1], "outside the band nothing changes");
    assert!(program.run(&["check"]).well().out.contains("model v1 is asked"));

    program.run(&["train", "labelled.jsonl"]).well();
    assert!(program.run(&["check"]).well().out.contains("model v2 is asked"));
    program.write("topics.model", "{}");
    let damaged = program.run(&["check"]);
    assert_eq!(damaged.code, Some(2));
    assert!(damaged.log.contains("topics.model") && damaged.log.contains("rasad train"));
}

#[test]
fn decisions_are_kept_and_learnt_from() {
    decisions(&Engine::Sqlite);
}

#[test]
fn decisions_are_kept_and_learnt_from_on_postgres() {
    on_postgres(decisions);
}

fn decisions(engine: &Engine) {
    let web = Web::of(&["atlas", "littoral"]);
    let program = Program::on(engine, &web);
    program.run(&["pull"]).well();
    let articles = web.articles();
    let relevant = articles.iter().find(|(_, article)| article.is_relevant()).expect("one").0;
    let other = articles.iter().find(|(_, article)| !article.is_relevant()).expect("one").0;
    program.run(&["judge", relevant, "relevant"]).well();
    program.run(&["judge", other, "irrelevant"]).well();
    for (topics, word) in [("mig.moon", "relevant"), ("mig.sea", "irrelevant")] {
        let refused = program.run(&["judge", other, word, "--topics", topics]);
        assert_eq!(refused.code, Some(2), "{}", refused.log);
    }
    let decided = wait_for(async {
        let store = Store::open(&program.database, Connections::default()).await.unwrap();
        // A decided text is not forgotten: it is learnt from.
        let later = "2100-01-01T00:00:00Z".parse().unwrap();
        store.drop_rejected_texts(later).await.unwrap();
        let decided = store.decided_texts().await.unwrap();
        store.close().await;
        decided
    });
    let words: BTreeSet<(&str, bool)> =
        decided.iter().map(|text| (text.decision.as_str(), text.text.is_empty())).collect();
    assert_eq!(words, BTreeSet::from([("accept", false), ("reject", false)]));
    let told = program.run(&["train"]);
    assert!(told.out.contains("2 decisions"), "{}", told.out);
    // What was forgotten is counted.
    let replayed = program.run(&["replay"]).well().out;
    assert!(replayed.contains("texts are forgotten"), "{replayed}");
    let explained = program.run(&["explain", relevant]).well().out;
    assert!(explained.contains("decided    relevant, by an admin"), "{explained}");
}

#[test]
fn rules_are_measured_on_labelled_texts() {
    let program = Program::empty(&Engine::Sqlite);
    let lines = [
        r#"{"id":"a","lang":"en","title":"Dinghy with 40 migrants capsizes off Lesbos","text":"","relevant":true,"topics":["mig.sea"]}"#,
        r#"{"id":"b","lang":"ar","title":"إنقاذ عشرات المهاجرين قبالة سواحل الجزيرة","text":"","relevant":true,"topics":["mig.sea"]}"#,
        r#"{"id":"c","lang":"en","title":"Storks begin their migration south","text":"","relevant":false,"topics":[],"hard":"birds"}"#,
        r#"{"id":"d","lang":"en","title":"Village wins cup","text":"","relevant":true,"topics":["mig.sea"]}"#,
    ];
    let file = program.folder().join("labelled.jsonl");
    fs::write(&file, lines.join("\n")).unwrap();
    let measured = json(&program.run(&["eval", "labelled.jsonl", "--json"]).well());
    assert_eq!(measured["texts"], 4);
    let relevance = &measured["relevance"];
    assert_eq!(
        (&relevance["found"], &relevance["missed"], &relevance["wrong"]),
        (&2.into(), &1.into(), &0.into())
    );
    assert_eq!(measured["topics"]["mig"]["found"], 2);
    assert_eq!(measured["hard"]["birds"]["taken"], 0);
    let table = program.run(&["eval", "labelled.jsonl"]).well().out;
    let widths: BTreeSet<usize> = table
        .lines()
        .take_while(|line| !line.starts_with('└'))
        .map(|line| line.chars().count())
        .collect();
    assert_eq!(widths.len(), 1, "columns line up:\n{table}");

    // Against rules that take nothing: what is newly in, and by which evidence.
    let other = program.folder().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("topics.toml"), with(&rules(), "accept", "99.0")).unwrap();
    let against = program.run(&["eval", "labelled.jsonl", "--against", "other"]).well().out;
    assert!(against.contains("2: newly in, 2 of them rightly"), "{against}");
    assert!(against.contains("before from 99"), "{against}");
    // A bad line is named, and the rest goes on.
    fs::write(&file, format!("{}\nnot json\n{}", lines[0], lines[2])).unwrap();
    let ended = program.run(&["eval", "labelled.jsonl"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("labelled.jsonl:2: This is not"), "{}", ended.log);
    assert!(ended.out.contains("1 lines could not be read"), "{}", ended.out);
}

#[test]
fn a_wrong_example_is_shown_with_line_and_column() {
    let program = Program::empty(&Engine::Sqlite);
    let wrong = "\n\n[[example]]\nlang = \"en\"\ntitle = \"Village wins cup\"\ntext = \"\"\nexpect = [\"mig.sea\"]\n";
    let text = rules() + wrong;
    let line = text.lines().count();
    program.write("topics.toml", &text);
    let ended = program.run(&["check"]);
    assert_eq!(ended.code, Some(2));
    let place = format!("topics.toml:{line}:11");
    assert!(ended.log.contains(&place), "{place} is not in:\n{}", ended.log);
    assert!(ended.log.contains("should be mig.sea, but it is irrelevant"), "{}", ended.log);
}
