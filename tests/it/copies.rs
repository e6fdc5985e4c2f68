//! One text, one group: under several workers, over restarts, and after an admin's split.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use rasad::pipeline::{Prepared, Recorder, SplitError};
use rasad::store::{Connections, GroupRow, Store, StoreError};
use sqlx::Connection;

use crate::support::db::{TestStore, on_both};
use crate::support::program::{Engine, Program, on_postgres};
use crate::support::published::published;
use crate::support::recording::{Brought, WORKER, catalog, claimed, noon, prepared};
use crate::support::web::Web;

const DISPATCH: &str = "أعلن خفر السواحل مساء السبت إنقاذ 43 مهاجرا كانوا على متن قارب خشبي تعطل محركه قبالة المدينة، وقال ناطق باسمه إن عائلات بينها 9 أطفال نقلت إلى الميناء حيث قدمت لها فرق الهلال الأحمر الإسعافات الأولى والماء والغطاء. وأضاف أن القارب أبحر قبل 3 أيام من شاطئ مهجور، وأن المهربين تقاضوا من كل راكب 1200 دولار قبل أن يختفوا، فيما فتحت النيابة العامة تحقيقا لتحديد هوية أفراد الشبكة وشركائهم. ودعت منظمات محلية إلى توفير مأوى للناجين وترجمة شهاداتهم، محذرة من تكرار مآسي الشتاء الماضي في المياه ذاتها، بينما وعدت البلدية بفتح مدرسة قديمة لإيوائهم مؤقتا ريثما يعرض ملفهم على القضاء.";
const REVISED: &str = "كشفت وزارة العدل يوم الأحد أن قاضي التحقيق أمر بحبس سبعة أشخاص على ذمة قضية القارب، بعدما تعرف عليهم ناجون في جلسة مغلقة دامت خمس ساعات. وقال محامي الضحايا إن موكليه يطالبون بالتعويض وبحماية الشهود، وإن بعضهم تلقى تهديدات عبر الهاتف من خارج البلاد. ومن المقرر أن تنظر المحكمة في طلبات الإفراج خلال أسبوعين، وسط مطالب بنشر أسماء الشركات التي باعت المحركات دون رخصة.";

/// The dispatch as fifteen papers print it: whole, cut, with a date line, with their own words around.
fn fifteen() -> Vec<(String, Brought)> {
    (0..15)
        .map(|n| {
            let sentences: Vec<&str> = DISPATCH.split(". ").collect();
            let text = match n % 5 {
                0 | 1 => DISPATCH.to_owned(),
                2 => sentences[..2].join(". "),
                3 => format!("المدينة (وكالات) – {DISPATCH}"),
                _ => DISPATCH.replace('أ', "ا").replace("43", "٤٣"),
            };
            ("dispatch".to_owned(), brought(&format!("paper{n}"), &text, i64::from(n) * 7))
        })
        .collect()
}

fn brought(source: &str, text: &str, minutes: i64) -> Brought {
    Brought {
        source: source.into(),
        title: "إنقاذ مهاجرين قبالة المدينة".into(),
        text: text.into(),
        at: noon() + TimeDelta::minutes(minutes),
        relevant: true,
    }
}

/// Records by a recorder of its own that enters phrases into the store after three articles, so that
/// some are found there and some are not entered yet.
async fn record(store: &Store, id: i64, brought: &Brought) {
    let recorder = Recorder::new(store.clone()).entering_after(3);
    let prepared = prepared(id, brought);
    for result in recorder.record(WORKER, &catalog(), vec![prepared], noon()).await {
        result.expect("it is recorded");
    }
}

/// Polls, claims and records one text.
async fn bring(store: &Store, key: &str, brought: &Brought, round: i64) -> i64 {
    let ids = claimed(store, &[(key.to_owned(), brought.clone())], round).await;
    record(store, ids[0], brought).await;
    ids[0]
}

async fn group_of(store: &Store, article: i64) -> GroupRow {
    let article = store.article(article).await.unwrap().expect("it was recorded");
    store.group(article.group).await.unwrap().expect("its group")
}

/// Eight workers, each with connections of its own, record these texts at once.
async fn at_once(url: &str, texts: &[(i64, Brought)]) {
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (url, mine): (String, Vec<_>) =
            (url.to_owned(), texts.iter().skip(worker).step_by(8).cloned().collect());
        workers.spawn(async move {
            let store = Store::open(&url, Connections::default()).await.unwrap();
            for (id, brought) in mine {
                record(&store, id, &brought).await;
            }
            store.close().await;
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
}

async fn one_group_of_all(store: &Store, ids: &[i64]) -> GroupRow {
    let mut tags = BTreeSet::new();
    for id in ids {
        tags.insert(group_of(store, *id).await.tag);
    }
    assert_eq!(tags.len(), 1, "one published id for all: {tags:?}");
    let group = group_of(store, ids[0]).await;
    let copies: BTreeSet<i64> =
        store.copies(group.id).await.unwrap().into_iter().map(|copy| copy.id).collect();
    assert_eq!(copies, ids.iter().copied().collect());
    group
}

async fn count(url: &str, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    if url.starts_with("sqlite:") {
        let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
        return sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    }
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_workers_make_one_group_of_fifteen_copies() {
    for seed in 1..=3 {
        on_both(async |TestStore { store, url }| {
            let texts = fifteen();
            let ids = claimed(&store, &texts, 1).await;
            let mut work: Vec<(i64, Brought)> =
                ids.iter().copied().zip(texts.into_iter().map(|(_, text)| text)).collect();
            fastrand::Rng::with_seed(seed).shuffle(&mut work);
            at_once(&url, &work).await;
            let group = one_group_of_all(&store, &ids).await;
            assert!(group.relevant);
            assert_eq!(count(&url, "groups").await, 1);
            let cut = [2, 7, 12].map(|n| ids[n]);
            assert!(!cut.contains(&group.lead), "a cut copy does not lead");
        })
        .await;
    }
}

#[tokio::test]
async fn fifteen_copies_in_one_batch_make_one_group() {
    on_both(async |TestStore { store, url }| {
        let texts = fifteen();
        let ids = claimed(&store, &texts, 1).await;
        let mut batch: Vec<Prepared> =
            ids.iter().zip(&texts).map(|(id, (_, brought))| prepared(*id, brought)).collect();
        let apart = Brought { relevant: false, ..brought("atlas", REVISED, 9) };
        let other = claimed(&store, &[("other".to_owned(), apart.clone())], 1).await[0];
        batch.insert(7, prepared(other, &apart));
        let recorder = Recorder::new(store.clone());
        let results = recorder.record_all(WORKER, &catalog(), &batch, noon()).await;
        let joined: Vec<bool> = results.into_iter().map(Result::unwrap).collect();
        let opened: Vec<usize> = (0..16).filter(|at| !joined[*at]).collect();
        assert_eq!(opened, [0, 7], "the first of each text opens a group");
        one_group_of_all(&store, &ids).await;
        assert_eq!(count(&url, "groups").await, 2);
        assert!(!group_of(&store, other).await.relevant);
        assert_eq!(store.pending_entries().await.unwrap(), 0);
        // Again: nobody holds a claim on them any more.
        let again = recorder.record_all(WORKER, &catalog(), &batch, noon()).await;
        assert!(again.iter().all(|result| matches!(result, Err(StoreError::ClaimLost))));
    })
    .await;
}

#[tokio::test]
async fn one_damaged_article_does_not_keep_its_batch_out() {
    on_both(async |TestStore { store, url }| {
        let texts = fifteen();
        let ids = claimed(&store, &texts, 1).await;
        let mut batch: Vec<Prepared> =
            ids.iter().zip(&texts).map(|(id, (_, brought))| prepared(*id, brought)).collect();
        let recorder = Recorder::new(store.clone());
        // A second one under the same number, which neither engine takes in one statement.
        batch.push(prepared(ids[3], &texts[3].1));
        // PostgreSQL takes no NUL in a text.
        batch[5].article.title = "\0".into();
        let results = recorder.record_all(WORKER, &catalog(), &batch, noon()).await;
        let good: Vec<i64> = ids
            .iter()
            .zip(&results)
            .filter_map(|(id, result)| result.is_ok().then_some(*id))
            .collect();
        assert_eq!(good.len(), if url.starts_with("sqlite:") { 15 } else { 14 }, "{results:?}");
        assert!(matches!(results[15], Err(StoreError::ClaimLost)), "{:?}", results[15]);
        one_group_of_all(&store, &good).await;
        assert_eq!(count(&url, "groups").await, 1);
        // And what is recorded afterwards finds them all.
        let late = bring(&store, "late", &brought("lantern", DISPATCH, 120), 1).await;
        one_group_of_all(&store, &[good, vec![late]].concat()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stopped_recording_leaves_nothing_behind() {
    on_both(async |TestStore { store, url }| {
        let texts = fifteen();
        let ids = claimed(&store, &texts, 1).await;
        let recorder = Recorder::new(store.clone());
        let catalog = catalog();
        for wait in [0, 1, 3, 6] {
            let first = prepared(ids[0], &texts[0].1);
            let recording =
                recorder.record_all(WORKER, &catalog, std::slice::from_ref(&first), noon());
            let stopped = tokio::time::timeout(std::time::Duration::from_millis(wait), recording);
            let _ = stopped.await;
        }
        // Recorded by one of those, or now.
        for (id, (_, brought)) in ids.iter().zip(&texts) {
            let one = [prepared(*id, brought)];
            recorder.record_all(WORKER, &catalog, &one, noon()).await;
        }
        one_group_of_all(&store, &ids).await;
        assert_eq!((count(&url, "groups").await, count(&url, "articles").await), (1, 15));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_restart_in_the_middle_changes_nothing() {
    on_both(async |TestStore { store, url }| {
        let texts = fifteen();
        let ids = claimed(&store, &texts, 1).await;
        let work: Vec<(i64, Brought)> =
            ids.iter().copied().zip(texts.into_iter().map(|(_, text)| text)).collect();
        at_once(&url, &work[..7]).await;
        let before = one_group_of_all(&store, &ids[..7]).await;
        store.close().await;
        let store = Store::open(&url, Connections::default()).await.unwrap();
        at_once(&url, &work[7..]).await;
        assert_eq!(one_group_of_all(&store, &ids).await.tag, before.tag);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_revised_text_stays_in_its_group_and_is_found_by_its_new_words() {
    on_both(async |TestStore { store, url }| {
        let first = bring(&store, "a", &brought("atlas", DISPATCH, 0), 1).await;
        let second = bring(&store, "b", &brought("sahil", DISPATCH, 5), 1).await;
        let tag = group_of(&store, first).await.tag;
        assert_eq!(bring(&store, "a", &brought("atlas", REVISED, 0), 2).await, first);
        assert_eq!(group_of(&store, first).await.tag, tag);
        let third = bring(&store, "c", &brought("lantern", REVISED, 30), 1).await;
        assert_eq!(group_of(&store, third).await.tag, tag, "found by the new words");
        one_group_of_all(&store, &[first, second, third]).await;

        let recorder = Recorder::new(store.clone());
        recorder.forget_fingerprints(noon() + TimeDelta::days(1)).await.unwrap();
        assert_eq!(count(&url, "fingerprints").await, 0);
        assert_eq!(count(&url, "postings").await, 0, "no phrase of any revision is left");
    })
    .await;
}

#[tokio::test]
async fn what_left_the_window_finds_nothing() {
    on_both(async |TestStore { store, .. }| {
        let old = bring(&store, "a", &brought("atlas", DISPATCH, 0), 1).await;
        let month = 31 * 24 * 60;
        let new = bring(&store, "b", &brought("sahil", DISPATCH, month), 1).await;
        assert_ne!(group_of(&store, old).await.tag, group_of(&store, new).await.tag);
    })
    .await;
}

#[tokio::test]
async fn a_split_copy_gets_an_id_of_its_own_and_never_comes_back() {
    on_both(async |TestStore { store, .. }| {
        let first = bring(&store, "a", &brought("atlas", DISPATCH, 0), 1).await;
        let second = bring(&store, "b", &brought("sahil", DISPATCH, 5), 1).await;
        let third = bring(&store, "c", &brought("lantern", DISPATCH, 9), 1).await;
        let before = group_of(&store, first).await;
        assert_eq!(before.lead, first);

        let recorder = Recorder::new(store.clone());
        let later = noon() + TimeDelta::hours(2);
        let split = recorder.split(&catalog(), first, later).await.unwrap();
        assert_eq!((split.from.as_str(), split.left, split.published), (&*before.tag, 2, true));
        let (old, new) = (group_of(&store, second).await, group_of(&store, first).await);
        assert_eq!((&old.tag, old.lead, old.updated), (&before.tag, second, later));
        assert_ne!(new.tag, before.tag);
        assert_eq!((new.lead, new.relevant, new.published), (first, true, noon()));
        one_group_of_all(&store, &[second, third]).await;

        // Revised, or brought by its source under another number: it stays apart.
        bring(&store, "a", &brought("atlas", &format!("{DISPATCH} وانتهى."), 0), 2).await;
        assert_eq!(group_of(&store, first).await.tag, new.tag);
        bring(&store, "a", &brought("atlas", DISPATCH, 0), 3).await;
        let again = bring(&store, "z", &brought("atlas", DISPATCH, 60), 1).await;
        assert_eq!(group_of(&store, again).await.tag, new.tag);
        one_group_of_all(&store, &[second, third]).await;
    })
    .await;
}

#[tokio::test]
async fn the_only_copy_and_what_is_not_there_cannot_be_split() {
    on_both(async |TestStore { store, .. }| {
        let only = bring(&store, "a", &brought("atlas", DISPATCH, 0), 1).await;
        let recorder = Recorder::new(store.clone());
        let alone = recorder.split(&catalog(), only, noon()).await;
        assert!(matches!(alone, Err(SplitError::Alone(_))), "{alone:?}");
        let nothing = recorder.split(&catalog(), 999, noon()).await;
        assert!(matches!(nothing, Err(SplitError::NoArticle(999))), "{nothing:?}");
    })
    .await;
}

#[test]
fn the_admin_splits_by_address() {
    the_admin_splits(&Engine::Sqlite);
}

#[test]
fn the_admin_splits_by_address_on_postgres() {
    on_postgres(the_admin_splits);
}

fn the_admin_splits(engine: &Engine) {
    let web = Web::of(&["atlas", "sahil"]);
    let program = Program::on(engine, &web);
    program.run(&["pull"]).well();
    let (dispatch, reprint) = (web.url("atlas/round-table"), web.url("sahil/round-table"));
    let told = program.run(&["groups", "split", &reprint]).well().out;
    assert!(told.contains("tag:reader.example,2026:") && told.contains("keeps 1 copy"), "{told}");
    let mut all = vec!["pull".to_owned()];
    all.extend(web.source_ids());
    program.run(&all.iter().map(String::as_str).collect::<Vec<_>>()).well();
    let running = program.start_ready("web");
    let entries = published(&program, "ht");
    drop(running);
    for url in [&dispatch, &reprint] {
        let entry = &entries[url];
        assert_eq!(entry.addresses(url), BTreeSet::from([url.clone()]), "{entries:?}");
    }
    let again = program.run(&["groups", "split", &reprint]);
    assert_eq!(again.code, Some(1));
    assert!(again.log.contains("is the only copy in its group"), "{}", again.log);
    let unknown = program.run(&["groups", "split", "https://nobody.example/"]);
    assert!(unknown.code == Some(1) && unknown.log.contains("No entry has"), "{}", unknown.log);
}
