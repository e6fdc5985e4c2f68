//! What recording an article costs as the archive grows: `cargo bench --bench growth`.
//!
//! Made-up articles of a seeded generator are recorded on the real path, one after the other and
//! spread over 29 days, into a new SQLite file and, where `RASAD_TEST_POSTGRES` names a server, into
//! a new database there. A line is printed at each tenth of the way: wall time, and processor time of
//! this process (of PostgreSQL's client alone). `RASAD_BENCH_ARTICLES` sets how many are recorded
//! (100,000 where it is not set); `RASAD_BENCH_ENGINE` takes one engine only (`sqlite`, `postgres`);
//! `RASAD_BENCH_STREAM` names a file of JSON Lines (`title`, `text`, `source`, `published`, `lang`)
//! whose articles are recorded in place of made-up ones.

#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on shall panic")]

#[path = "../tests/it/support/recording.rs"]
mod recording;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use rasad::pipeline::{Prepared, Recorder};
use rasad::store::{Connections, Store};
use rayon::prelude::*;
use recording::{Brought, WORKER, catalog, claimed, noon, prepared};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Articles that are polled together.
const BATCH: usize = 1000;
/// Sources that they come from.
const SOURCES: usize = 200;
/// Words of the language: as many as common ones in news.
const WORDS: usize = 40_000;
/// One article in so many is a copy of a recent one.
const COPIES: usize = 6;
/// One article in so many is published.
const RELEVANT: usize = 20;

/// A generator of numbers that is the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    /// A word: rare ones are rare, as in any language.
    fn word(&mut self) -> String {
        let most = self.roll(WORDS) + 1;
        let mut rank = self.roll(most);
        let letters: Vec<char> = "ابتثجحخدرزسشصضطعغفقكلمنهوي".chars().collect();
        let mut word = String::new();
        while rank > 0 || word.is_empty() {
            word.push(letters[rank % letters.len()]);
            rank /= letters.len();
        }
        word
    }

    fn prose(&mut self, words: usize) -> String {
        let mut text = String::new();
        for n in 0..words {
            text.push_str(if n == 0 { "" } else { " " });
            match self.roll(30) {
                0 => text.push_str(&self.roll(900).to_string()),
                _ => text.push_str(&self.word()),
            }
        }
        text
    }
}

/// Where articles come from.
enum News {
    /// Made up: how many.
    Made(usize),
    /// Read from a file.
    Read(Vec<Brought>),
}

impl News {
    fn find() -> Self {
        if let Ok(file) = std::env::var("RASAD_BENCH_STREAM") {
            return Self::Read(std::fs::read_to_string(file).unwrap().lines().map(read).collect());
        }
        let articles = std::env::var("RASAD_BENCH_ARTICLES").ok().and_then(|n| n.parse().ok());
        Self::Made(articles.unwrap_or(100_000))
    }

    fn len(&self) -> usize {
        match self {
            Self::Made(articles) => *articles,
            Self::Read(articles) => articles.len(),
        }
    }
}

/// An article in a line of JSON.
fn read(line: &str) -> Brought {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let at = text("published").parse().unwrap_or_else(|_| noon());
    Brought {
        // As a host's name.
        source: format!("s{}", xxhash_rust::xxh3::xxh3_64(text("source").as_bytes())),
        title: text("title"),
        text: text("text"),
        at,
        relevant: false,
    }
}

fn main() {
    let news = News::find();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!(
        "{:<11} {:>9} {:>9} {:>12} {:>10} {:>10} {:>9}",
        "engine", "in window", "copies", "µs/article", "of CPU", "articles/s", "size MB"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rasad.db");
    let engine = std::env::var("RASAD_BENCH_ENGINE").ok();
    let wanted = |name: &str| engine.as_deref().is_none_or(|engine| engine == name);
    runtime.block_on(async {
        if wanted("postgres")
            && let Ok(server) = std::env::var("RASAD_TEST_POSTGRES")
        {
            on_postgres(&server, &news).await;
        }
        if !wanted("sqlite") {
            return;
        }
        let store = open(&format!("sqlite://{}", file.display())).await;
        let size = async || std::fs::metadata(&file).map_or(0, |file| file.len());
        grow(&store, &news, size).await;
        store.close().await;
    });
}

async fn open(url: &str) -> Store {
    Store::open(url, Connections::default()).await.unwrap()
}

async fn on_postgres(server: &str, news: &News) {
    let name = format!("rasad_bench_{}", uuid::Uuid::new_v4().simple());
    let mut admin = PgConnection::connect(server).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut admin).await.unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    let store = open(url.as_str()).await;
    let size = async || {
        let mut admin = PgConnection::connect(server).await.unwrap();
        let size: i64 = sqlx::query_scalar("SELECT pg_database_size($1)")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        size as u64
    };
    grow(&store, news, size).await;
    store.close().await;
    let remove = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::query(remove).execute(&mut admin).await.unwrap();
}

/// Records so many articles; prints what the last tenth cost at each tenth of the way.
async fn grow(store: &Store, news: &News, size: impl AsyncFn() -> u64) {
    let articles = news.len();
    let (recorder, catalog, mut dice) = (Recorder::new(store.clone()), catalog(), Dice(7));
    let mut recent: Vec<Brought> = Vec::new();
    let (mut took, mut worked, mut counted, mut copies) = (Duration::ZERO, Duration::ZERO, 0, 0);
    let step = (articles / 10).max(BATCH) / BATCH * BATCH;
    for first in (0..articles).step_by(BATCH) {
        let ready = prepare(store, &mut dice, &mut recent, (first, news)).await;
        let (started, before) = (Instant::now(), processor_time());
        for together in ready.chunks(rasad::pipeline::BATCH) {
            let now = together[together.len() - 1].article.published;
            for copy in recorder.record_all(WORKER, &catalog, together, now).await {
                copies += usize::from(copy.unwrap());
            }
        }
        // As the worker does, which forgets every hour.
        if let Some(last) = ready.last() {
            let before = last.article.published - catalog.settings.story_window * 2;
            store.forget_stories(before).await.unwrap();
        }
        took += started.elapsed();
        worked += processor_time().saturating_sub(before);
        counted += ready.len();
        let done = first + ready.len();
        if done % step == 0 || done == articles {
            let micros = |time: Duration| time.as_micros() as f64 / counted as f64;
            println!(
                "{:<11} {done:>9} {copies:>9} {:>12.0} {:>10.0} {:>10.0} {:>9}",
                store.engine(),
                micros(took),
                micros(worked),
                1e6 / micros(took),
                size().await / 1_000_000,
            );
            (took, worked, counted, copies) = (Duration::ZERO, Duration::ZERO, 0, 0);
        }
    }
}

/// Processor time of this process so far, of all its threads.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Makes, polls and claims the next articles. Not measured.
async fn prepare(
    store: &Store,
    dice: &mut Dice,
    recent: &mut Vec<Brought>,
    (first, news): (usize, &News),
) -> Vec<Prepared> {
    let articles = news.len();
    let batch: Vec<(String, Brought)> = (first..articles.min(first + BATCH))
        .map(|n| {
            let brought = match news {
                News::Made(_) => {
                    bring(dice, recent, TimeDelta::seconds((n * 29 * 86_400 / articles) as i64))
                }
                News::Read(articles) => articles[n].clone(),
            };
            (format!("{n}"), brought)
        })
        .collect();
    let ids = claimed(store, &batch, 1).await;
    ids.par_iter().zip(&batch).map(|(id, (_, brought))| prepared(*id, brought)).collect()
}

/// A new text, or one of the recent ones as another source prints it.
fn bring(dice: &mut Dice, recent: &mut Vec<Brought>, after: TimeDelta) -> Brought {
    let source = format!("source{}", dice.roll(SOURCES));
    let at = noon() + after;
    if !recent.is_empty() && dice.roll(COPIES) == 0 {
        let old = &recent[dice.roll(recent.len())];
        let text = format!("{} {}", dice.prose(6), old.text);
        return Brought { source, at, text, ..old.clone() };
    }
    let words = 80 + dice.roll(400);
    let (title, text) = (dice.prose(9), dice.prose(words));
    let relevant = dice.roll(RELEVANT) == 0;
    let brought = Brought { source, title, text, at, relevant };
    if recent.len() < 300 {
        recent.push(brought.clone());
    } else {
        let place = dice.roll(recent.len());
        recent[place] = brought.clone();
    }
    brought
}
