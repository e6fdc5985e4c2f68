//! Every store test runs on both engines.
//!
//! SQLite needs nothing. PostgreSQL is found through `RASAD_TEST_POSTGRES`; each test makes a
//! database of its own there. Where `RASAD_TEST_REQUIRE` names `postgres`, a missing server
//! fails the test instead of skipping it.

use std::future::Future;

use rasad::store::{Connections, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A fresh store and what is needed to open it again.
#[derive(Clone)]
pub struct TestStore {
    pub store: Store,
    pub url: String,
}

/// Runs `test` with a fresh store on each engine.
pub async fn on_both<F, Fut>(test: F)
where
    F: Fn(TestStore) -> Fut,
    Fut: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a folder for the database");
    let url = format!("sqlite://{}", folder.path().join("rasad.db").display());
    let store = Store::open(&url, Connections::default()).await.expect("SQLite opens");
    test(TestStore { store: store.clone(), url }).await;
    store.close().await;

    let Some(admin) = postgres() else { return };
    let name = format!("rasad_test_{}", uuid::Uuid::new_v4().simple());
    admin_query(&admin, format!("CREATE DATABASE {name}")).await;
    let url = with_database(&admin, &name);
    let store = Store::open(&url, Connections::default()).await.expect("PostgreSQL opens");
    test(TestStore { store: store.clone(), url }).await;
    store.close().await;
    admin_query(&admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// The address of the test server, or none where it may be missing.
pub fn postgres() -> Option<String> {
    if let Ok(url) = std::env::var("RASAD_TEST_POSTGRES") {
        return Some(url);
    }
    let required = std::env::var("RASAD_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.contains("postgres"), "PostgreSQL is required: set RASAD_TEST_POSTGRES");
    eprintln!("PostgreSQL is not tested: RASAD_TEST_POSTGRES is not set");
    None
}

/// Runs a statement on the test server.
pub async fn admin_query(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.expect("the test server answers");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a test database");
}

/// The address of another database on the same server.
pub fn with_database(url: &str, name: &str) -> String {
    let mut url = url::Url::parse(url).expect("RASAD_TEST_POSTGRES is an address");
    url.set_path(name);
    url.to_string()
}
