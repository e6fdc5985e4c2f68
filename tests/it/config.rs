//! Config: every mistake shown at its place, generated files current, reload.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rasad::config::{self, Config, ConfigErrors, generate};
use rasad::model::{
    ContentPolicy, ListSelect, ScrapePolicy, Select, Source, SourceFormat, SourceKind, SourceMode,
};

/// Set to write the generated files instead of comparing them.
const UPDATE: &str = "RASAD_UPDATE_GENERATED";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn load(dir: &Path) -> Result<Config, ConfigErrors> {
    config::load(dir, std::iter::empty())
}

/// A directory with these files; the others are the built-in ones.
fn dir_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

/// The smallest topic tree that there is.
const TOPICS: &str = r#"version = 1
[scoring]
title = 2.0
lead = 1.0
body = 0.3
body_cap = 1.2
lead_chars = 350
body_chars = 3000
near_words = 10
phrase = 3.0
accept = 3.0
review = 2.2
topic_accept = 2.0
topic_share = 0.5
against_cap = 4.0
[small_words]
en = "the"
[[topic]]
id = "ht"
fallback = "ht.crime"
label = { en = "Trafficking" }
[[topic]]
id = "ht.crime"
label = { en = "Crime" }
[[topic]]
id = "mig"
fallback = "mig.policy"
label = { en = "Migration" }
[[topic]]
id = "mig.policy"
label = { en = "Policy" }
"#;

/// The mistakes of one file as `(line, column, message, help)`, the other files being right.
fn mistakes(name: &str, text: &str) -> Vec<(usize, usize, String, String)> {
    let mut files = vec![("topics.toml", TOPICS), ("feeds.toml", ""), ("sources.toml", "")];
    files.retain(|(other, _)| *other != name);
    files.push((name, text));
    let dir = dir_with(&files);
    let Err(errors) = load(dir.path()) else { panic!("nothing wrong in:\n{text}") };
    let found = errors.located().map(|place| {
        assert!(place.origin.ends_with(name), "{} is not {name}", place.origin);
        let help = place.problem.help.clone().unwrap_or_default();
        (place.line, place.column, place.problem.message.clone(), help)
    });
    found.collect()
}

#[track_caller]
fn expect(name: &str, text: &str, expected: &[(usize, usize, &str, &str)]) {
    let found = mistakes(name, text);
    let places: Vec<_> = found.iter().map(|m| (m.0, m.1)).collect();
    assert_eq!(places, expected.iter().map(|m| (m.0, m.1)).collect::<Vec<_>>(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.2.contains(expected.2), "{found:?} lacks {:?}", expected.2);
        assert!(found.3.contains(expected.3), "{found:?} lacks {:?}", expected.3);
    }
}

#[test]
fn the_shipped_config_is_valid() {
    let config = load(&root().join("config")).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(config.sources.iter().filter(|source| source.enabled).count() > 100);
    let ids: Vec<_> = config.feeds.iter().map(|feed| feed.id.as_str()).collect();
    let expected = [
        "all", "ht", "ht-ar", "ht-fr", "ht-en", "ht-es", "mig", "mig-ar", "mig-fr", "mig-en",
        "mig-es",
    ];
    assert_eq!(ids, expected);
    assert!(config.built_in.is_empty());
    for feed in &config.feeds {
        for lang in ["ar", "fr", "en", "es"] {
            assert_eq!(feed.title(lang).0, lang);
            assert!(feed.description(lang).is_some_and(|(found, _)| found == lang));
        }
    }
}

#[test]
fn generated_files_are_current() {
    let mut files: Vec<(PathBuf, String)> =
        vec![(root().join("config/rasad.toml"), generate::settings_toml())];
    for (name, text) in generate::schemas() {
        files.push((root().join("docs/schema").join(name), text));
    }
    let reference = root().join("docs/configuration.md");
    let page = fs::read_to_string(&reference).unwrap();
    let (before, rest) = page.split_once("<!-- generated -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of generated -->\n").unwrap();
    let reference_text = format!(
        "{before}<!-- generated -->\n\n{}\n<!-- end of generated -->\n{after}",
        generate::reference()
    );
    files.push((reference, reference_text));
    for (path, text) in files {
        if std::env::var_os(UPDATE).is_some() {
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is old: run {UPDATE}=1 cargo test generated", path.display());
    }
}

#[test]
fn a_missing_file_is_replaced_by_the_built_in_one_and_named() {
    let dir = dir_with(&[("feeds.toml", "")]);
    let config = load(dir.path()).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.built_in, ["rasad.toml", "sources.toml", "topics.toml"]);
    assert!(config.feeds.is_empty() && !config.sources.is_empty());
}

#[test]
fn a_missing_directory_is_a_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let errors = load(&dir.path().join("cofnig")).unwrap_err();
    assert!(errors.to_string().contains("There is no such directory."), "{errors}");
    assert_eq!(errors.kind(), "config");
}

#[test]
fn a_minimal_source_has_all_defaults() {
    let sources = "[[source]]\nid = \"a\"\nurl = \"https://a.example/feed\"\n";
    let dir = dir_with(&[("sources.toml", sources), ("feeds.toml", ""), ("topics.toml", TOPICS)]);
    let config = load(dir.path()).unwrap_or_else(|errors| panic!("{errors}"));
    let source = config.source("a").unwrap();
    assert_eq!((source.name.as_str(), source.schedule.as_str()), ("a", "adaptive"));
    assert!(source.enabled && source.weight == 1.0 && source.select.is_none());
}

#[test]
fn every_key_of_a_source_is_read() {
    let sources = r#"
        [[source]]
        id = "a"
        name = "مثال"
        names = { en = "Example" }
        url = "https://a.example/الأخبار"
        lang = "ar"
        country = "MA"
        kind = "agency"
        format = "page"
        mode = "trusted"
        weight = 2
        schedule = "*/15 6-22 * * *"
        timezone = "Africa/Casablanca"
        content = "excerpt"
        scrape = "always"
        select = { body = "article", title = "h1", author = ".by", date = "time", remove = [".شارك"] }
        list = { item = "li", link = "a", title = "b", date = "time" }
        enabled = false
        note = "n"
        topics = ["mig"]
    "#;
    let dir = dir_with(&[("sources.toml", sources), ("feeds.toml", ""), ("topics.toml", TOPICS)]);
    let config = load(dir.path()).unwrap_or_else(|errors| panic!("{errors}"));
    let text = |text: &str| Some(text.to_owned());
    let expected = Source {
        id: "a".into(),
        name: "مثال".into(),
        url: "https://a.example/الأخبار".into(),
        lang: text("ar"),
        country: text("MA"),
        kind: SourceKind::Agency,
        format: SourceFormat::Page,
        mode: SourceMode::Trusted,
        weight: 2.0,
        schedule: "*/15 6-22 * * *".into(),
        timezone: text("Africa/Casablanca"),
        content: ContentPolicy::Excerpt,
        scrape: ScrapePolicy::Always,
        select: Some(Select {
            body: text("article"),
            title: text("h1"),
            author: text(".by"),
            date: text("time"),
            remove: vec![".شارك".into()],
        }),
        list: Some(ListSelect {
            item: "li".into(),
            link: text("a"),
            title: text("b"),
            date: text("time"),
        }),
        enabled: false,
        note: text("n"),
        topics: vec!["mig".into()],
        names: [("en".to_owned(), "Example".to_owned())].into(),
    };
    assert_eq!(config.source("a"), Some(&expected));
}

#[test]
fn mistakes_in_sources() {
    let two = "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n\n[[source]]\n";
    expect(
        "sources.toml",
        "[[source]]\n",
        &[(1, 1, "`id` is missing", "a short name"), (1, 1, "`url` is missing", "https://")],
    );
    expect(
        "sources.toml",
        "[[sources]]\nid = \"a\"\n",
        &[(1, 3, "`sources` is not known", "`source`")],
    );
    expect(
        "sources.toml",
        &format!("{two}id = \"a\"\nurl = \"https://b.example/\"\n"),
        &[(6, 6, "`a` is used twice", "another source")],
    );
    expect(
        "sources.toml",
        &format!("{two}id = \"b\"\nurl = \"https://a.example/\"\n"),
        &[(7, 7, "used twice", "the source `a`")],
    );
    for (line, column, message, help) in [
        ("shcedule = \"adaptive\"", 1, "`shcedule` is not known", "Did you mean `schedule`?"),
        ("lang = \"arabic\"", 8, "not a language code", "ISO 639"),
        ("country = \"UK\"", 11, "not a country code", "`GB`"),
        ("kind = \"meida\"", 8, "not one of the words", "Did you mean `media`?"),
        ("weight = 9", 10, "`9.0` is too large for `weight`", "3.0"),
        ("weight = \"1\"", 10, "Expected a number, found a string.", ""),
        ("schedule = \"61 * * * *\"", 12, "is not a minute", "every 15m"),
        ("schedule = \"every moment\"", 12, "is not a length of time", "every 15m"),
        ("timezone = \"Casablanca\"", 12, "not a time zone", "Africa/Casablanca"),
        ("select = { body = \"div[\" }", 19, "CSS selector", ""),
        ("select = { bdy = \"div\" }", 12, "`bdy` is not known", "`body`"),
        ("select = { remove = [\".a\", \"..\"] }", 28, "CSS selector", ""),
        ("select = \"article\"", 10, "Expected a table, found a string.", ""),
        ("enabled = \"no\"", 11, "Expected `true` or `false`", ""),
        ("topics = [\"ht\", \"migr\"]", 17, "There is no topic `migr`", "Did you mean `mig`?"),
        ("format = \"page\"", 10, "without `list`", "item"),
        ("list = { item = \"li\" }", 8, "`list` has no effect", "format = \"page\""),
        ("names = { english = \"x\" }", 11, "not a language code", ""),
    ] {
        let text = format!("[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n{line}\n");
        expect("sources.toml", &text, &[(4, column, message, help)]);
    }
    for (url, message) in [
        ("a.example/feed", "not a web address"),
        ("ftp://a.example/", "`ftp` addresses are not fetched"),
        ("https://u:p@a.example/", "user name or password"),
    ] {
        let text = format!("[[source]]\nid = \"a\"\nurl = \"{url}\"\n");
        expect("sources.toml", &text, &[(3, 7, message, "")]);
    }
}

#[test]
fn mistakes_in_feeds() {
    let title = "title = { en = \"t\" }";
    for (line, column, message, help) in [
        ("topics = [\"mgi\"]", 11, "There is no topic `mgi`", "Did you mean `mig`?"),
        ("sources = [\"nobody\"]", 12, "There is no source `nobody`", ""),
        ("langs = [\"ar\", \"xx\"]", 16, "`xx` is not a language code", ""),
        ("countries = [\"Maroc\"]", 14, "not a country code", "`MA`"),
        ("kinds = [\"press\"]", 10, "not one of the words", "`media`"),
        ("words = [\"\"]", 10, "This text is empty.", ""),
        ("words = \"boat\"", 9, "Expected a list", "brackets"),
        ("min_score = -1", 13, "too small", ""),
        ("content = \"all\"", 11, "not one of the words", "`full`"),
        ("limit = 0", 9, "too small", "from `1` to `500`"),
        ("limit = 99999999999999999999", 9, "not a number that fits", ""),
    ] {
        let text = format!("[[feed]]\nid = \"a\"\n{title}\n{line}\n");
        expect("feeds.toml", &text, &[(4, column, message, help)]);
    }
    expect(
        "feeds.toml",
        "[[feed]]\nid = \"review\"\ntitle = {}\n",
        &[(2, 6, "made by itself", "another id"), (3, 9, "a title in one language", "")],
    );
    expect(
        "feeds.toml",
        &format!("[[feed]]\nid = \"a\"\n{title}\n").repeat(2),
        &[(5, 6, "`a` is used twice", "another feed")],
    );
}

#[test]
fn mistakes_in_settings() {
    for (text, line, column, message, help) in [
        (
            "[fetch]\nmin_intervall = \"5m\"\n",
            2,
            1,
            "`min_intervall` is not known",
            "`min_interval`",
        ),
        ("[fecth]\nmin_interval = \"5m\"\n", 1, 2, "`fecth` is not known", "`fetch`"),
        ("[fetch]\nmin_interval = 5\n", 2, 16, "Expected a duration", ""),
        ("[fetch]\nmin_interval = \"5 apples\"\n", 2, 16, "not a duration", "`5m`"),
        ("[fetch]\nmax_feed_size = \"10\"\n", 2, 17, "not a size", "`10MB`"),
        ("[fetch]\nallow_addresses = [\"127.0.0.1/40\"]\n", 2, 20, "not an address range", "/24"),
        ("[fetch]\nmin_interval = \"3d\"\nmax_interval = \"2d\"\n", 3, 1, "shorter", ""),
        ("[web]\nlisten = \"localhost\"\n", 2, 10, "not an address to listen at", "127.0.0.1:8080"),
        ("[web]\nlisten = \"127.0.0.1:9464\"\n", 1, 1, "the same address", ""),
        ("[web]\npublic_url = \"feeds.example.org\"\n", 2, 14, "not a web address", ""),
        (
            "[database]\nurl = \"mysql://u:geheim@h/d\"\n",
            2,
            7,
            "not the address of a database",
            "sqlite",
        ),
        ("[log]\nformat = \"xml\"\n", 2, 10, "not one of the words", "`json`"),
        ("[log]\nlevel = \"rasad=loud\"\n", 2, 9, "log level", ""),
        ("[publish]\ntag_authority = \"example.org\"\n", 2, 17, "`tag:` ids", ",2026"),
        ("fetch = 3\n", 1, 9, "Expected a table, found a whole number.", ""),
    ] {
        expect("rasad.toml", text, &[(line, column, message, help)]);
    }
}

#[test]
fn grammar_mistakes_are_all_shown() {
    let found = mistakes("sources.toml", "[[source]]\nid = a\nurl = \"x\nname = \"ok\"\n");
    assert!(found.len() >= 2, "{found:?}");
    assert_eq!((found[0].0, found[0].1), (2, 6));
}

#[test]
fn all_mistakes_of_all_files_and_variables_at_once() {
    let dir = dir_with(&[
        ("rasad.toml", "[web]\nlisten = 1\n"),
        ("sources.toml", "[[source]]\nid = \"a\"\nurl = \"x\"\nlang = \"zz\"\n"),
        ("topics.toml", TOPICS),
        ("feeds.toml", "[[feed]]\nid = \"f\"\ntitle = { en = \"t\" }\ntopics = [\"x\"]\n"),
    ]);
    let variable = ("RASAD_FETCH__TIMEOUT".to_owned(), "soon".to_owned());
    let errors = config::load(dir.path(), [variable]).unwrap_err();
    assert_eq!(errors.count(), 5);
    let shown = errors.to_string();
    for expected in [
        "rasad.toml:2:10",
        "sources.toml:3:7",
        "sources.toml:4:8",
        "feeds.toml:4:11",
        "RASAD_FETCH__TIMEOUT:1:1",
    ] {
        assert!(shown.contains(expected), "{expected} is not in\n{shown}");
    }
}

#[test]
fn a_password_is_never_shown() {
    let dir = dir_with(&[("feeds.toml", "")]);
    let variable = ("RASAD_DATABASE__URL".to_owned(), "postgres://u:geheim@h:port/d".to_owned());
    let errors = config::load(dir.path(), [variable]).unwrap_err();
    let shown = errors.to_string();
    assert!(shown.contains("RASAD_DATABASE__URL") && !shown.contains("geheim"), "{shown}");
}

#[test]
fn files_that_are_not_text_are_refused() {
    let dir = dir_with(&[("feeds.toml", "")]);
    fs::write(dir.path().join("sources.toml"), b"[[source]]\nid = \"\xc7\xe1\"\n").unwrap();
    let errors = load(dir.path()).unwrap_err();
    let place = errors.located().next().unwrap();
    assert_eq!((place.line, place.column), (2, 7));
    assert_eq!(place.problem.message, "This is not UTF-8.");
    fs::remove_file(dir.path().join("sources.toml")).unwrap();
    fs::create_dir(dir.path().join("sources.toml")).unwrap();
    assert!(load(dir.path()).unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let text = "\u{feff}[[source]]\r\nid = \"a\"\r\nurl = \"https://a.example/\"\r\n";
    let dir = dir_with(&[("sources.toml", text), ("feeds.toml", ""), ("topics.toml", TOPICS)]);
    assert_eq!(load(dir.path()).unwrap_or_else(|errors| panic!("{errors}")).sources.len(), 1);
}

const ONE_SOURCE: &str = "[[source]]\nid = \"a\"\nurl = \"https://a.example/feed\"\n";

/// Waits until `holds`, at most ten seconds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("never happened: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valid_change_is_live_and_an_invalid_one_is_refused_and_shown() {
    let dir =
        dir_with(&[("sources.toml", ONE_SOURCE), ("topics.toml", TOPICS), ("feeds.toml", "")]);
    let sources = dir.path().join("sources.toml");
    let first = Arc::new(load(dir.path()).unwrap_or_else(|errors| panic!("{errors}")));
    let watch = config::watch(dir.path(), Vec::new(), first);
    let reloads = watch.reloads();
    let name = |reloads: &config::Reloads| reloads.config.borrow().sources[0].name.clone();
    let refused = |reloads: &config::Reloads| {
        reloads.refused.borrow().as_ref().map(|errors| errors.to_string())
    };

    fs::write(&sources, format!("{ONE_SOURCE}name = \"مثال\"\n")).unwrap();
    until("the name is taken over", || name(&reloads) == "مثال").await;
    assert_eq!(refused(&reloads), None);

    fs::write(&sources, format!("{ONE_SOURCE}nmae = \"x\"\n")).unwrap();
    until("the mistake is shown", || refused(&reloads).is_some()).await;
    assert!(refused(&reloads).unwrap().contains("sources.toml:4:1"), "{:?}", refused(&reloads));
    assert_eq!(name(&reloads), "مثال", "the old one stays");

    fs::remove_file(&sources).unwrap();
    until("the loss is shown", || refused(&reloads).unwrap().contains("This file is gone.")).await;
    assert_eq!(name(&reloads), "مثال", "the built-in list does not replace an admin's own");

    // As editors save: a new file takes the old one's name.
    let new = dir.path().join("sources.toml.new");
    fs::write(&new, format!("{ONE_SOURCE}name = \"back\"\n")).unwrap();
    fs::rename(&new, &sources).unwrap();
    until("the name is taken over again", || name(&reloads) == "back").await;
    assert_eq!(refused(&reloads), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_while_nobody_watched_is_noticed() {
    let dir =
        dir_with(&[("sources.toml", ONE_SOURCE), ("topics.toml", TOPICS), ("feeds.toml", "")]);
    let first = Arc::new(load(dir.path()).unwrap_or_else(|errors| panic!("{errors}")));
    fs::write(dir.path().join("sources.toml"), "").unwrap();
    let watch = config::watch(dir.path(), Vec::new(), first);
    until("the source is gone", || watch.reloads().config.borrow().sources.is_empty()).await;
}

#[test]
fn the_command_shows_mistakes_with_exit_code_2_and_else_a_summary() {
    let check = |dir: &Path| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_rasad"))
            .args(["check", "--config"])
            .arg(dir)
            .env_remove("RASAD_CONFIG")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = check(&root().join("config"));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("The configuration is valid."), "{out}");
    let bad = dir_with(&[("sources.toml", "[[source]]\nid = \"A\"\n"), ("feeds.toml", "a = 1")]);
    let (code, out, err) = check(bad.path());
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for expected in
        ["sources.toml:1:1", "sources.toml:2:6", "feeds.toml:1:1", "3 mistakes in 2 places"]
    {
        assert!(err.contains(expected), "{err}");
    }
}
