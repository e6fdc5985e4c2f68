//! What subscribers read from the store: filters, search, pages, copies, withdrawal.

use chrono::Duration;
use rasad::model::{Cursor, Filter};
use rasad::store::{Depth, Selection, Shelf, Store};
use rasad::text::fold::fold_str;
use rasad::text::question::stems;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::support::db::on_both;
use crate::support::news::{ARABIC, ENGLISH, FRENCH, Told, noon, tell, three};
use crate::support::word::decide;

async fn titles(store: &Store, filter: Filter) -> Vec<String> {
    let selection = Selection {
        country_sources: if filter.countries == ["INT"] { vec!["harbour".into()] } else { vec![] },
        kind_sources: vec!["wakala".into()],
        filter,
    };
    let page = store.published(&selection, Shelf::Published, None, 10, Depth::List).await.unwrap();
    page.into_iter().map(|entry| entry.title).collect()
}

fn words(text: &str) -> Filter {
    Filter { words: vec![text.into()], ..Filter::default() }
}

#[tokio::test]
async fn criteria_combine_as_one_expects() {
    on_both(|test| async move {
        let store = &test.store;
        three(store).await;
        let all = [ARABIC.title, FRENCH.title, ENGLISH.title];
        let list =
            |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let filter = Filter::default;
        assert_eq!(titles(store, filter()).await, all, "newest first");
        let mig = Filter { topics: list(&["mig"]), ..filter() };
        assert_eq!(titles(store, mig.clone()).await, all[1..]);
        let or = Filter { topics: list(&["ht", "mig.sea"]), ..filter() };
        assert_eq!(titles(store, or).await, all);
        let and = Filter { langs: list(&["ar", "fr"]), ..mig };
        assert_eq!(titles(store, and).await, [FRENCH.title]);
        let about = Filter { countries: list(&["SN"]), ..filter() };
        assert_eq!(titles(store, about).await, [FRENCH.title]);
        let from = Filter { countries: list(&["INT"]), ..filter() };
        assert_eq!(titles(store, from).await, [ENGLISH.title], "by the publisher's country");
        let source = Filter { sources: list(&["wakala"]), ..filter() };
        assert_eq!(titles(store, source).await, [ARABIC.title]);
        let kind = Filter { kinds: vec![rasad::model::SourceKind::Agency], ..filter() };
        assert_eq!(titles(store, kind).await, [ARABIC.title]);
        let score = Filter { min_score: Some(5.5), ..filter() };
        assert!(titles(store, score).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_every_spelling() {
    on_both(|test| async move {
        let store = &test.store;
        three(store).await;
        for asked in [
            "الاتجار بالبشر",
            "الإتّجار",
            "اتجار",
            "مهاجر",
            "المُهاجرون",
            "قوارب",
            "ورشه",
            "\"حول الاتجار\"",
            "ناقش اتجار",
        ] {
            assert_eq!(titles(store, words(asked)).await, [ARABIC.title], "{asked}");
        }
        assert_eq!(titles(store, words("PIROGUE etaient")).await, [FRENCH.title]);
        assert_eq!(titles(store, words("l'abri")).await, [FRENCH.title]);
        assert_eq!(titles(store, words("boat zuwara")).await, [ENGLISH.title]);
        let either =
            Filter { words: vec!["pirogue".into(), "pushback".into()], ..Filter::default() };
        assert_eq!(titles(store, either).await, [FRENCH.title, ENGLISH.title]);
        for asked in ["\"الاتجار حول\"", "pirogue pushback", "\"secourues les\"", "!!!", "xyzzy"]
        {
            assert!(titles(store, words(asked)).await.is_empty(), "{asked}");
        }
        for hostile in
            ["'\"*(", "a OR b NEAR(", "x' ; DROP TABLE search; --", "\\ & | ! <->", "title:x"]
        {
            titles(store, words(hostile)).await;
        }
        assert_eq!(titles(store, Filter::default()).await.len(), 3);
    })
    .await;
}

/// Puts what the search knows of the Arabic text there so often again that a search goes along the
/// list.
async fn make_frequent(url: &str, group: i64) {
    let numbers = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6000)";
    let insert = format!("{numbers} INSERT INTO search");
    let rows = if url.starts_with("postgres") {
        let sql =
            format!("{insert} SELECT 1000000 + n, words FROM search, n WHERE group_id = {group}");
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap().rows_affected()
    } else {
        let sql = format!("{insert} (rowid, title, body) SELECT 1000000 + n, $1, $2 FROM n");
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let [title, body] =
            [ARABIC.title, ARABIC.text].map(|text| stems(&fold_str(text)).join(" "));
        let insert = sqlx::query(AssertSqlSafe(sql)).bind(title).bind(body);
        insert.execute(&mut connection).await.unwrap().rows_affected()
    };
    assert_eq!(rows, 6000);
}

#[tokio::test]
async fn a_search_for_frequent_words_finds_the_same() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        make_frequent(&test.url, group).await;
        for asked in ["الاتجار", "ناقش اتجار", "\"حول الاتجار\"", "\"ناقش القضاة\" \"حول الاتجار\""]
        {
            assert_eq!(titles(store, words(asked)).await, [ARABIC.title], "{asked}");
            let french = Filter { langs: vec!["fr".into()], ..words(asked) };
            assert!(titles(store, french).await.is_empty(), "{asked}");
        }
        for asked in ["\"الاتجار حول\"", "\"بالبشر ناقش\"", "\"حول الاتجار\" pirogue"]
        {
            assert!(titles(store, words(asked)).await.is_empty(), "{asked}");
        }
        let either = Filter {
            words: vec!["\"pirogues secourues\"".into(), "\"حول الاتجار\"".into()],
            ..Filter::default()
        };
        assert_eq!(titles(store, either).await, [ARABIC.title, FRENCH.title]);
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    on_both(|test| async move {
        let store = &test.store;
        three(store).await;
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let selection = Selection::default();
            let page = store
                .published(&selection, Shelf::Published, before, 2, Depth::List)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            before = Some(Cursor { published: last.published, group: last.group });
            seen.extend(page.into_iter().map(|entry| entry.title));
        }
        assert_eq!(seen, [ARABIC.title, FRENCH.title, ENGLISH.title]);
    })
    .await;
}

#[tokio::test]
async fn copies_stand_under_their_lead_and_stories_need_two() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        let copy = Told { source: "nuskha", title: "نسخة", ..ARABIC };
        tell(store, &copy, Some(group)).await;
        let entry = store.published_entry(group).await.unwrap().expect("published");
        assert_eq!(entry.title, ARABIC.title);
        assert_eq!(entry.html, format!("<p>{}</p>", ARABIC.text));
        assert_eq!(entry.copies.len(), 1);
        assert_eq!(entry.copies[0].source_id, "nuskha");
        assert_eq!(entry.story, None, "a story of one group is none");
        let by_copy = Filter { sources: vec!["nuskha".into()], ..Filter::default() };
        assert_eq!(titles(store, by_copy).await, [ARABIC.title], "found by any copy's source");
        assert!(store.published_entry(9_999).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_for_ever() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        let version = store.content_version().await.unwrap();
        let tag = store.published_entry(group).await.unwrap().expect("published").id;
        assert!(store.withdraw(&tag, "names a victim", noon()).await.unwrap());
        assert!(!store.withdraw(&tag, "again", noon()).await.unwrap());
        assert!(store.content_version().await.unwrap() > version);
        assert_eq!(titles(store, Filter::default()).await, [FRENCH.title, ENGLISH.title]);
        assert!(titles(store, words("الاتجار")).await.is_empty());
        let graves = store
            .published(&Selection::default(), Shelf::Withdrawn, None, 10, Depth::List)
            .await
            .unwrap();
        assert_eq!(graves[0].withdrawn, Some((noon(), "names a victim".to_owned())));
        // A further copy does not bring it back.
        tell(store, &Told { source: "nuskha", ..ARABIC }, Some(group)).await;
        assert_eq!(titles(store, Filter::default()).await, [FRENCH.title, ENGLISH.title]);
        assert!(titles(store, words("الاتجار")).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_admin_decides() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        assert!(decide(store, group, Some(false), noon()).await);
        assert_eq!(titles(store, Filter::default()).await, [FRENCH.title, ENGLISH.title]);
        assert!(titles(store, words("الاتجار")).await.is_empty());
        assert!(decide(store, group, Some(true), noon()).await);
        assert_eq!(titles(store, words("الاتجار")).await, [ARABIC.title]);
        assert!(!decide(store, 9_999, Some(true), noon()).await);
    })
    .await;
}

#[tokio::test]
async fn counts_are_of_what_is_published() {
    on_both(|test| async move {
        let store = &test.store;
        let [group, ..] = three(store).await;
        let since = noon() - Duration::days(2);
        let facets = store.facets(since).await.unwrap();
        assert_eq!(facets.topics[0], ("mig".to_owned(), 2));
        assert!(facets.langs.contains(&("ar".to_owned(), 1)));
        assert!(facets.countries.contains(&("SN".to_owned(), 1)));
        let days = store.topic_days(since).await.unwrap();
        let day = noon().timestamp() / 86_400;
        assert!(days.iter().any(|d| d.day == day && d.of == "mig.sea" && d.count == 2), "{days:?}");
        assert_eq!(store.source_days(since).await.unwrap().len(), 3);
        store.withdraw(&group.to_string(), "", noon()).await.unwrap();
        let facets = store.facets(since).await.unwrap();
        assert!(!facets.langs.contains(&("ar".to_owned(), 1)));
        assert!(store.facets(noon()).await.unwrap().langs.is_empty());
    })
    .await;
}
