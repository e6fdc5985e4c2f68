//! The main job, end to end: feeds in, one entry for each relevant text out, nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::Duration;

use rasad::html::plain_text;

use crate::support::program::{Engine, Program, on_postgres};
use crate::support::published::{Published, published};
use crate::support::stored::stored;
use crate::support::web::{About, Article, Web};

/// What stands around the articles on the pages, and must not be published as theirs.
const LEFTOVERS: [&str; 24] = [
    "Related posts",
    "Top",
    "فيسبوك",
    "التعليقات",
    "شكرا على هذا الخبر",
    "جميع الحقوق محفوظة",
    "مواضيع ذات صلة",
    "شارك هذا الموضوع",
    "اضغط للمشاركة",
    "النشرة البريدية",
    "نسخة للطباعة",
    "اقرأ أيضا",
    "أخبار متعلقة",
    "الأكثر مشاهدة",
    "كتب:",
    "Partager",
    "newsletter",
    "Articles liés",
    "commentaires",
    "Haut de page",
    "Share this",
    "cookie",
    "Join the discussion",
    "Support our work",
];

type Entries = BTreeMap<String, Published>;

#[test]
fn each_relevant_text_is_published_once_and_stays_the_same() {
    the_main_job(&Engine::Sqlite);
}

#[test]
fn each_relevant_text_is_published_once_and_stays_the_same_on_postgres() {
    on_postgres(the_main_job);
}

fn the_main_job(engine: &Engine) {
    let web = Web::start();
    web.hide("lantern/rescue");
    let program = Program::on(engine, &web);

    let table = program.run(&["pull"]).well().out;
    every_source_stands_in(&table, &web);
    every_entry_arrived(&program, &web);
    every_body_was_scraped(&web);
    let first = in_a_reader(&program, |program| {
        let entries = published(program, "all");
        each_text_is_one_entry(&entries, &web);
        the_agency_leads(&entries, &web);
        texts_are_whole_and_clean(&entries, &web);
        all_publishers_are_named(&entries, &web);
        topics_divide_the_feeds(program, &web);
        entries
    });
    what_is_off_topic_is_explained(&program, &web);

    let downloads = web.downloads();
    sleep(Duration::from_millis(1200));
    program.run(&["pull"]).well();
    assert_eq!(web.downloads(), downloads, "a page was downloaded again");
    feeds_are_asked_with_validators(&web);
    assert_eq!(in_a_reader(&program, |p| published(p, "all")), first);

    web.show("lantern/rescue");
    let mut all = vec!["pull".to_owned()];
    all.extend(web.source_ids());
    program.run(&all.iter().map(String::as_str).collect::<Vec<_>>()).well();
    let last = in_a_reader(&program, |p| published(p, "all"));
    a_later_copy_changes_nothing_else(&first, &last, &web);
    every_body_was_scraped(&web);
}

#[test]
fn the_round_table_is_one_entry_of_two_publishers_and_one_story_in_two_languages() {
    the_round_table(&Engine::Sqlite);
}

#[test]
fn the_round_table_is_one_entry_of_two_publishers_and_one_story_in_two_languages_on_postgres() {
    on_postgres(the_round_table);
}

fn the_round_table(engine: &Engine) {
    let web = Web::of(&["atlas", "littoral", "sahil"]);
    let program = Program::on(engine, &web);
    program.run(&["pull"]).well();
    let dispatch = web.url("atlas/round-table");
    let reprint = web.url("sahil/round-table");
    let french = web.url("littoral/table-ronde");
    let entries = in_a_reader(&program, |p| published(p, "ht"));

    let entry = &entries[&dispatch];
    assert_eq!(entry.addresses(&dispatch), BTreeSet::from([dispatch.clone(), reprint]));
    let text = plain_text(&entry.content);
    for leftover in ["Related posts", "Top"] {
        assert!(!text.contains(leftover), "{leftover} in: {text}");
    }
    assert!(text.contains("أول أمس") && text.contains("في شهر يونيو المقبل"), "{text}");
    for publisher in [web.publisher("atlas/round-table"), web.publisher("sahil/round-table")] {
        let named = entry.publisher == publisher || text.contains(publisher);
        assert!(named, "{publisher} is not named: {text}");
    }
    for url in [&dispatch, &french] {
        let topics = &entries[url].topics;
        assert!(topics.iter().any(|topic| topic.starts_with("ht.")), "{url}: {topics:?}");
    }
    assert_eq!(story(&program, &dispatch), story(&program, &french));
    let other = web.url("littoral/saisonniers");
    assert_ne!(story(&program, &dispatch), story(&program, &other));
}

/// Opens the reader's side of the program for a moment.
fn in_a_reader<T>(program: &Program, look: impl FnOnce(&Program) -> T) -> T {
    let _running = program.start_ready("web");
    look(program)
}

fn every_source_stands_in(table: &str, web: &Web) {
    for source in web.source_ids() {
        let articles = web.articles().into_values();
        let new = articles.filter(|a| a.name.starts_with(&format!("{source}/"))).count();
        let row = table.lines().find(|line| line.contains(&source));
        let row = row.unwrap_or_else(|| panic!("{source} is missing:\n{table}"));
        let cells: Vec<&str> = row.split(['│', '┆', '|']).map(str::trim).collect();
        assert!(cells.contains(&"ok") && cells.contains(&new.to_string().as_str()), "{table}");
    }
}

fn every_entry_arrived(program: &Program, web: &Web) {
    for (url, article) in stored(program, web) {
        assert_eq!(article.state, "done", "{url}");
        assert_eq!(article.published, web.articles()[&url].is_relevant(), "{url}");
    }
}

/// Each page once; where the feed carries the articles, none.
fn every_body_was_scraped(web: &Web) {
    let scraped = web.articles().into_iter().filter(|(_, article)| !is_carried(article));
    let expected: BTreeMap<String, usize> = scraped.map(|(url, _)| (url, 1)).collect();
    assert_eq!(web.downloads(), expected);
    for hit in web.hits() {
        let agent = &hit.user_agent;
        assert!(
            agent.contains("Rasad") && agent.contains("https://example.org/our-reader"),
            "{agent}"
        );
    }
}

fn is_carried(article: &Article) -> bool {
    article.name.starts_with("tribune/")
}

/// The addresses of each text, the relevant ones only.
fn texts(web: &Web) -> BTreeSet<BTreeSet<String>> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (url, article) in web.articles().into_iter().filter(|(_, article)| article.is_relevant()) {
        texts.entry(article.original).or_default().insert(url);
    }
    texts.into_values().collect()
}

fn each_text_is_one_entry(entries: &Entries, web: &Web) {
    let found: BTreeSet<_> = entries.iter().map(|(url, entry)| entry.addresses(url)).collect();
    let expected = texts(web);
    let missing: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "missing: {missing:#?}\nnot expected: {wrong:#?}"
    );
}

fn the_agency_leads(entries: &Entries, web: &Web) {
    for (url, article) in web.articles() {
        if article.is_relevant() && article.name.starts_with("atlas/") {
            assert_eq!(entries[&url].title, article.title);
        }
    }
}

fn texts_are_whole_and_clean(entries: &Entries, web: &Web) {
    for (url, article) in web.articles() {
        let Some(entry) = entries.get(&url) else { continue };
        assert_eq!(entry.title, article.title);
        let dir = if article.lang == "ar" { "rtl" } else { "ltr" };
        for attribute in [format!("lang=\"{}\"", article.lang), format!("dir=\"{dir}\"")] {
            assert!(entry.content.contains(&attribute), "{attribute}: {}", entry.content);
        }
        let text = words(&plain_text(&entry.content));
        for paragraph in &article.paragraphs {
            assert!(
                text.contains(&words(paragraph)),
                "{}: no {paragraph:?} in {text}",
                article.name
            );
        }
        for leftover in LEFTOVERS {
            let own = article.paragraphs.join(" ").contains(leftover);
            assert!(own || !text.contains(leftover), "{}: {leftover} in {text}", article.name);
        }
        for other in web.articles().values().filter(|other| other.original != article.original) {
            assert!(!text.contains(&words(&other.title)), "{}: {}", article.name, other.title);
        }
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn all_publishers_are_named(entries: &Entries, web: &Web) {
    let articles = web.articles();
    for (url, entry) in entries {
        assert_eq!(entry.publisher, web.publisher(&articles[url].name));
        for (copy, called) in &entry.copies {
            let article = &articles[copy];
            let publisher = web.publisher(&article.name);
            assert!(called.contains(publisher) && called.contains(&article.title), "{called}");
            assert!(plain_text(&entry.content).contains(publisher), "{publisher} is not named");
        }
    }
}

fn topics_divide_the_feeds(program: &Program, web: &Web) {
    let (trafficking, migration) = (published(program, "ht"), published(program, "mig"));
    for (url, article) in web.articles().into_iter().filter(|(_, article)| !article.is_copy()) {
        let (feed, root) = match article.about {
            About::Trafficking => (&trafficking, "ht."),
            About::Migration => (&migration, "mig."),
            About::Nothing => continue,
        };
        let entry = feed.get(&url).unwrap_or_else(|| panic!("{} is not in {root}", article.name));
        assert!(
            entry.topics.iter().any(|t| t.starts_with(root)),
            "{}: {:?}",
            article.name,
            entry.topics
        );
    }
}

fn what_is_off_topic_is_explained(program: &Program, web: &Web) {
    for (url, article) in web.articles().into_iter().filter(|(_, article)| !article.is_relevant()) {
        let explained = program.run(&["explain", &url]).well().out;
        for said in [article.title.as_str(), "verdict    irrelevant", "not published"] {
            assert!(explained.contains(said), "{}: no {said:?} in\n{explained}", article.name);
        }
    }
    let relevant = program.run(&["explain", &web.url("harbour/ring")]).well().out;
    assert!(
        relevant.contains("verdict    relevant") && relevant.contains("topic      ht."),
        "{relevant}"
    );
    let unknown = program.run(&["explain", "https://example.org/never-seen"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.log);
}

fn feeds_are_asked_with_validators(web: &Web) {
    for source in web.source_ids() {
        let asked: Vec<u16> = web
            .hits()
            .iter()
            .filter(|hit| hit.site == source && hit.is_feed())
            .map(|hit| hit.status)
            .collect();
        assert_eq!(asked, [200, 304], "{source}");
    }
}

/// The copy stands beside its lead, whose entry is otherwise as it was: no reader shows it anew.
fn a_later_copy_changes_nothing_else(first: &Entries, last: &Entries, web: &Web) {
    let (lead, copy) = (web.url("harbour/rescue"), web.url("lantern/rescue"));
    assert!(first[&lead].copies.is_empty());
    assert_eq!(last[&lead].copies.keys().collect::<Vec<_>>(), [&copy]);
    let without_copies = |entries: &Entries| {
        let entries = entries.iter().map(|(url, entry)| {
            (
                url.clone(),
                entry.id.clone(),
                entry.title.clone(),
                entry.published.clone(),
                entry.updated.clone(),
            )
        });
        entries.collect::<Vec<_>>()
    };
    assert_eq!(without_copies(last), without_copies(first));
}

/// The story that `rasad explain` names.
fn story(program: &Program, url: &str) -> String {
    let explained = program.run(&["explain", url]).well().out;
    let (_, rest) = explained.split_once("), story ").unwrap_or_else(|| panic!("{explained}"));
    rest.split(',').next().unwrap().to_owned()
}
