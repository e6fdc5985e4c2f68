//! Killed at any moment, run by several at once: the same work is done, once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rasad::clock::{Clock, SystemClock};
use rasad::store::{Connections, QueueStats, Store};

use crate::support::program::{Engine, Program, engines, until, wait_for};
use crate::support::published::published;
use crate::support::web::{Hit, Web};

/// Times that a pull is killed.
const KILLS: u32 = 6;

/// Gap that two workers together must keep at each host.
const GAP: Duration = Duration::from_millis(250);

/// What subscribers see, apart from ids and times: leads, copies, topics.
type State = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

#[test]
fn a_pull_killed_at_any_moment_is_completed_by_the_next() {
    for engine in engines() {
        let web = Web::start();
        web.delay(Duration::from_millis(15));
        let undisturbed = Program::on(&engine, &web);
        let begun = Instant::now();
        undisturbed.run(&["pull"]).well();
        let whole = begun.elapsed();
        let expected = state(&undisturbed);
        assert!(!expected.is_empty());

        let program = Program::on(&engine, &web);
        let mut killed = 0;
        for _ in 0..KILLS {
            let pull = program.start(&["pull"]);
            std::thread::sleep(whole.mul_f64(0.05 + 0.6 * fastrand::f64()));
            killed += u32::from(pull.kill());
            is_sound(&program);
        }
        assert!(killed > 0, "no pull took long enough to be killed");
        program.run(&["pull"]).well();
        let left = queue(&program);
        assert_eq!((left.entries_due, left.entries_waiting), (0, 0), "work is left behind");
        assert_eq!(state(&program), expected);
    }
}

#[test]
fn two_workers_share_the_work_and_keep_each_hosts_gap() {
    for engine in engines().into_iter().filter(|engine| matches!(engine, Engine::Postgres(_))) {
        let web = Web::of(&["harbour", "lantern", "tribune", "ufuq"]);
        let first = Program::on(&engine, &web)
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
        state(&first);
    }
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

fn queue(program: &Program) -> QueueStats {
    wait_for(async {
        let store = Store::open(&program.database, Connections::default()).await.unwrap();
        let stats = store.queue_stats(SystemClock.now()).await.unwrap();
        store.close().await;
        stats
    })
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

/// Fails where an address or id comes twice (see [`published`]).
fn state(program: &Program) -> State {
    let running = program.start_ready("web");
    let entries = published(program, "all");
    running.kill();
    entries
        .into_iter()
        .map(|(url, entry)| (url, (entry.copies.into_keys().collect(), entry.topics)))
        .collect()
}
