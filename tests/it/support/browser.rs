//! A real Chromium, driven through chromedriver.
//!
//! Both must be installed (Debian: `chromium`, `chromium-driver`). Where they are not, browser
//! tests are skipped, unless `RASAD_TEST_REQUIRE` names `chromium`.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::program::wait_for;

/// Without a sandbox because tests run as root; quiet, because tests need no network.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// How the page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// CSS pixels.
    pub width: u32,
    /// Whether the reader likes it dark.
    pub dark: bool,
}

pub const DESK: Look = Look { width: 1280, dark: false };
pub const PHONE: Look = Look { width: 390, dark: false };

/// A browser that lasts as long as this.
pub struct Browser {
    driver: Child,
    port: u16,
    profiles: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Gone already is as well.
        let _gone = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

fn found(program: &str) -> Option<String> {
    let folders = std::env::var("PATH").unwrap_or_default();
    let mut places = folders.split(':').map(|folder| format!("{folder}/{program}"));
    places.find(|path| Path::new(path).is_file())
}

/// Whether tests that need `what` must run.
pub fn is_required(what: &str) -> bool {
    std::env::var("RASAD_TEST_REQUIRE").unwrap_or_default().split(',').any(|one| one == what)
}

impl Browser {
    /// A browser, or none where there is none and none is required.
    pub fn start() -> Option<Self> {
        let (Some(driver), Some(_)) = (found("chromedriver"), found("chromium")) else {
            assert!(!is_required("chromium"), "chromium and chromedriver are required");
            eprintln!("no browser is tested: chromium and chromedriver are not installed");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new(driver)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { driver, port, profiles: tempfile::tempdir().unwrap() })
    }

    /// Runs a reader's visit with a fresh profile.
    pub fn visit<T>(&self, lang: &str, scripts: bool, visit: impl AsyncFnOnce(&Client) -> T) -> T {
        wait_for(async {
            let client = self.client(lang).await;
            let off = json!({ "value": !scripts });
            cdp(&client, "Emulation.setScriptExecutionDisabled", off).await;
            let result = visit(&client).await;
            client.close().await.unwrap();
            result
        })
    }

    async fn client(&self, lang: &str) -> Client {
        let profile = self.profiles.path().join(uuid::Uuid::new_v4().to_string());
        let mut args: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        args.push(format!("--user-data-dir={}", profile.display()));
        args.push(format!("--lang={lang}"));
        let prefs = json!({ "intl.accept_languages": lang });
        let options = json!({ "args": args, "prefs": prefs, "binary": found("chromium") });
        let capabilities: Capabilities =
            [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let address = format!("http://127.0.0.1:{}", self.port);
        let mut last = None;
        for _ in 0..100 {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&address).await {
                Ok(client) => return client,
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("no browser: {last:?}");
    }
}

/// A command of Chromium's own protocol.
#[derive(Debug)]
struct Cdp(Value);

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

async fn cdp(client: &Client, command: &str, params: Value) -> Value {
    client.issue_cmd(Cdp(json!({ "cmd": command, "params": params }))).await.unwrap()
}

/// Looks at pages in this way from now on.
pub async fn look(client: &Client, look: Look) {
    let metrics = json!({
        "width": look.width, "height": 844, "deviceScaleFactor": 1, "mobile": look.width < 600,
    });
    cdp(client, "Emulation.setDeviceMetricsOverride", metrics).await;
    let scheme = if look.dark { "dark" } else { "light" };
    let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
    cdp(client, "Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

/// The whole page as a PNG file.
pub async fn screenshot(client: &Client, file: &Path) {
    let shot = json!({ "format": "png", "captureBeyondViewport": true });
    let shot = cdp(client, "Page.captureScreenshot", shot).await;
    let data = shot["data"].as_str().unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).unwrap();
    std::fs::write(file, bytes).unwrap();
}
