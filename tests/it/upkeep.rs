//! For operators: backup and doctor.

use std::fs;

use rasad::store::{Connections, Store};

use crate::support::program::{Engine, Program, on_postgres, wait_for};
use crate::support::published::published;
use crate::support::web::Web;

#[test]
fn a_backup_made_while_the_service_runs_is_whole() {
    let web = Web::of(&["atlas", "littoral"]);
    let program = Program::watching(&web);
    program.run(&["pull"]).well();
    let running = program.start_ready("serve");
    let said = program.run(&["backup", "copy.db"]).well().out;
    assert!(said.contains("holds the whole database"), "{said}");
    let shown = published(&program, "all");
    running.terminate();

    // The copy serves what the original did.
    let copy = program.folder().join("copy.db");
    let restored = program.twin().with("database.url", &format!("sqlite://{}", copy.display()));
    let serving = restored.start_ready("web");
    let again = published(&restored, "all");
    assert_eq!(again.keys().collect::<Vec<_>>(), shown.keys().collect::<Vec<_>>());
    assert!(again.iter().all(|(url, entry)| entry.id == shown[url].id));
    drop(serving);

    let refused = program.run(&["backup", "copy.db"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.log.contains("is not overwritten"), "{}", refused.log);
    assert!(program.run(&["backup", "no/such/folder/copy.db"]).code == Some(1));
    let left: Vec<_> = fs::read_dir(program.folder())
        .unwrap()
        .filter_map(|file| file.unwrap().file_name().into_string().ok())
        .filter(|name| name.ends_with(".part"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_backup_of_nothing_makes_nothing() {
    let program = Program::empty(&Engine::Sqlite);
    let ended = program.run(&["backup", "copy.db"]);
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert!(!program.folder().join("data").exists() && !program.folder().join("copy.db").exists());
}

#[test]
fn a_server_is_backed_up_with_its_own_tools() {
    let program =
        Program::empty(&Engine::Sqlite).with("database.url", "postgres://u@127.0.0.1:1/d");
    let ended = program.run(&["backup", "copy.db"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.log.contains("pg_dump"), "{}", ended.log);
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    doctor(&Engine::Sqlite);
}

#[test]
fn the_doctor_finds_what_is_wrong_on_postgres() {
    on_postgres(doctor);
}

fn doctor(engine: &Engine) {
    let web = Web::of(&["atlas"]);
    let program = Program::on(engine, &web);
    let fresh = program.run(&["doctor"]).well().out;
    assert!(fresh.contains("Rasad can work"), "{fresh}");
    assert!(!program.folder().join("data").exists(), "a look makes nothing");
    if matches!(engine, Engine::Postgres(_)) {
        assert!(fresh.contains("pending: 0001_base"), "{fresh}");
    }

    program.run(&["pull"]).well();
    let well = program.run(&["doctor"]).well().out;
    for part in ["sources answer", "answers: ", "can be reached", "It is 20"] {
        assert!(well.contains(part), "{part}:\n{well}");
    }
    assert!(well.contains("`web.public_url` is not set"), "{well}");

    // A host that has no name, beside one that has.
    let sources = web.sources("schedule = \"every 1s\"");
    let dead = "\n[[source]]\nid = \"gone\"\nurl = \"https://no-such-host.invalid/feed\"\n";
    program.write("sources.toml", &(sources + dead));
    let odd = program.run(&["doctor"]).well().out;
    assert!(odd.contains("but not no-such-host.invalid"), "{odd}");
    program.write("sources.toml", dead);
    let cut_off = program.run(&["doctor"]);
    assert_eq!(cut_off.code, Some(1));
    assert!(cut_off.out.contains("DNS") && cut_off.out.contains("FAIL"), "{}", cut_off.out);
}

#[test]
fn the_doctor_says_that_a_database_is_no_database() {
    let program = Program::empty(&Engine::Sqlite);
    program.write("sources.toml", "");
    fs::create_dir(program.folder().join("data")).unwrap();
    fs::write(
        program.folder().join("data/rasad.db"),
        "this is a letter, not a database. ".repeat(99),
    )
    .unwrap();
    let ended = program.run(&["doctor"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("FAIL  database"), "{}", ended.out);

    let gone = program.with("database.url", "postgres://u@127.0.0.1:1/d");
    let ended = gone.run(&["doctor"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("Check that the server runs"), "{}", ended.out);
}

#[test]
fn a_broken_off_backup_is_begun_anew() {
    wait_for(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("rasad.db").display());
        let store = Store::open(&url, Connections::default()).await.unwrap();
        let copy = folder.path().join("copy.db");
        fs::write(folder.path().join("copy.db.part"), "half of it").unwrap();
        let bytes = store.back_up(&copy).await.unwrap();
        assert_eq!(fs::metadata(&copy).unwrap().len(), bytes);
        let error = store.back_up(&copy).await.unwrap_err();
        assert_eq!(error.kind(), "folder");
        store.close().await;
    });
}
