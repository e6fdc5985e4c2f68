//! Killed at any moment, run by several at once: the same work is done, once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::support::program::{Engine, Program, on_postgres, until, wait_for};
use crate::support::stored::{Stored, queue, stored};
use crate::support::web::{Hit, Web};

/// Times that a pull is killed.
const KILLS: u32 = 6;

/// Gap that two workers together must keep at each host.
const GAP: Duration = Duration::from_millis(250);

#[test]
fn a_pull_killed_at_any_moment_is_completed_by_the_next() {
    killed_and_completed(&Engine::Sqlite);
}

#[test]
fn a_pull_killed_at_any_moment_is_completed_by_the_next_on_postgres() {
    on_postgres(killed_and_completed);
}

fn killed_and_completed(engine: &Engine) {
    let web = Web::start();
    web.delay(Duration::from_millis(15));
    let undisturbed = Program::on(engine, &web);
    let begun = Instant::now();
    undisturbed.run(&["pull"]).well();
    let whole = begun.elapsed();
    let expected = stored(&undisturbed, &web);
    assert!(expected.values().any(|article| article.published && article.copies.len() > 2));

    let program = Program::on(engine, &web);
    let mut killed = 0;
    for _ in 0..KILLS {
        let pull = program.start(&["pull"]);
        std::thread::sleep(whole.mul_f64(0.05 + 0.6 * fastrand::f64()));
        killed += u32::from(pull.kill());
        is_sound(&program);
        claims_expire(&program);
    }
    assert!(killed > 0, "no pull took long enough to be killed");
    program.run(&["pull"]).well();
    let (left, groups) = (queue(&program), queue(&undisturbed).groups);
    assert_eq!((left.entries_due, left.entries_waiting), (0, 0), "work is left behind");
    assert_eq!(left.groups, groups, "something is published twice, or lost");
    assert_same(&stored(&program, &web), &expected);
}

#[test]
fn two_workers_share_the_work_and_keep_each_hosts_gap() {
    on_postgres(|engine| {
        let web = Web::of(&["harbour", "lantern", "tribune", "ufuq"]);
        let first = Program::on(engine, &web)
            .with("fetch.host_gap", &format!("{}ms", GAP.as_millis()))
            .with("fetch.min_interval", "1s");
        first.write("sources.toml", &web.sources("schedule = \"every 1h\""));
        let second = first.twin();
        let workers = [first.start_ready("worker"), second.start_ready("worker")];
        let all = web.articles().len();
        let done = until(Duration::from_secs(30), || counts(&first, "done") == all);
        let logs = || workers.iter().map(|worker| worker.log()).collect::<Vec<_>>().join("\n---\n");
        assert!(done, "{} of {all} are done:\n{}", counts(&first, "done"), logs());

        assert!(web.downloads().values().all(|times| *times == 1), "{:#?}", web.downloads());
        each_gap_was_held(&web.hits());
        let shares = workers.each_ref().map(|worker| worker.logged("source polled").len());
        assert_eq!(shares.iter().sum::<usize>(), web.source_ids().len(), "{}", logs());
        let groups = stored(&first, &web);
        let published =
            groups.iter().filter(|(url, article)| article.published && article.lead == **url);
        assert_eq!(queue(&first).groups as usize, published.count());
    });
}

fn each_gap_was_held(hits: &[Hit]) {
    let mut last: BTreeMap<&str, Instant> = BTreeMap::new();
    for hit in hits {
        if let Some(before) = last.insert(&hit.site, hit.at) {
            let gap = hit.at - before;
            // What the network and a busy machine add to one request, they may lack at the next.
            assert!(gap + Duration::from_millis(50) >= GAP, "{gap:?} before {hit:?}");
        }
    }
}

/// Nobody else works on a file: what a killed process held is taken over at once. On a server
/// others may, so a claim is believed until it expires; here the time for that passes at once.
fn claims_expire(program: &Program) {
    if !program.database.starts_with("postgres://") {
        return;
    }
    wait_for(async {
        use sqlx::Connection;
        let mut database = sqlx::PgConnection::connect(&program.database).await.unwrap();
        for table in ["sources", "entries"] {
            let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
                .bind(table)
                .fetch_one(&mut database)
                .await
                .unwrap();
            if there {
                let sql = format!("UPDATE {table} SET claimed_until = 0 WHERE claimed_until > 0");
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut database).await.unwrap();
            }
        }
    });
}

/// A crash leaves a database that is whole.
fn is_sound(program: &Program) {
    let Some(file) = program.database.strip_prefix("sqlite://") else { return };
    if !std::path::Path::new(file).exists() {
        return;
    }
    let found: String = wait_for(async {
        use sqlx::Connection;
        let mut file = sqlx::SqliteConnection::connect(&program.database).await.unwrap();
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut file).await.unwrap()
    });
    assert_eq!(found, "ok");
}

fn counts(program: &Program, state: &str) -> usize {
    let count: i64 = wait_for(async {
        use sqlx::Connection;
        let mut database = sqlx::PgConnection::connect(&program.database).await.unwrap();
        sqlx::query_scalar("SELECT COUNT(*) FROM entries WHERE state = $1")
            .bind(state)
            .fetch_one(&mut database)
            .await
            .unwrap()
    });
    count as usize
}

#[track_caller]
fn assert_same(found: &BTreeMap<String, Stored>, expected: &BTreeMap<String, Stored>) {
    for (url, expected) in expected {
        assert_eq!(found.get(url), Some(expected), "{url}");
    }
    assert_eq!(found.len(), expected.len());
}
