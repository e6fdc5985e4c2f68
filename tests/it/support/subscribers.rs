//! Subscribers of our hub: callbacks on one address, some of which hang.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rasad::websub;

/// How a callback answers what the hub brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// 202 after this time.
    After(Duration),
    /// It takes the connection and says nothing.
    Hangs,
    /// 500.
    Fails,
    /// 410.
    Gone,
}

/// Something that the hub brought.
#[derive(Debug, Clone)]
pub struct Brought {
    pub at: Instant,
    /// The ids of the entries in it.
    pub ids: BTreeSet<String>,
    pub content_type: String,
    pub link: String,
    pub signed: Option<String>,
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Kept {
    manners: BTreeMap<usize, Manner>,
    /// What the hub asked each callback: its parameters.
    asked: BTreeMap<usize, Vec<BTreeMap<String, String>>>,
    refusing: BTreeSet<usize>,
    brought: BTreeMap<usize, Vec<Brought>>,
    posts: usize,
}

/// The server of all callbacks.
pub struct Subscribers {
    pub address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

/// The secret of a subscriber.
pub fn secret(number: usize) -> String {
    format!("secret of {number}")
}

impl Subscribers {
    pub fn start() -> Self {
        let kept = Arc::<Mutex<Kept>>::default();
        let router = Router::new()
            .route("/callback/{number}", get(asked).post(brought))
            .with_state(kept.clone());
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            super::program::wait_for(async move {
                let listener = tokio::net::TcpListener::bind("127.0.3.200:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { address: told.recv().unwrap(), kept }
    }

    pub fn callback(&self, number: usize) -> String {
        format!("http://{}/callback/{number}?own=1", self.address)
    }

    pub fn behave(&self, number: usize, manner: Manner) {
        self.kept.lock().unwrap().manners.insert(number, manner);
    }

    /// The callback says that it never asked for anything.
    pub fn refuse(&self, number: usize) {
        self.kept.lock().unwrap().refusing.insert(number);
    }

    /// What the hub asked a callback.
    pub fn asked(&self, number: usize) -> Vec<BTreeMap<String, String>> {
        self.kept.lock().unwrap().asked.get(&number).cloned().unwrap_or_default()
    }

    /// What a callback took.
    pub fn brought(&self, number: usize) -> Vec<Brought> {
        self.kept.lock().unwrap().brought.get(&number).cloned().unwrap_or_default()
    }

    /// The ids of all entries that a callback took.
    pub fn ids(&self, number: usize) -> BTreeSet<String> {
        self.brought(number).into_iter().flat_map(|brought| brought.ids).collect()
    }

    /// Everything that was brought to anybody, taken or not.
    pub fn posts(&self) -> usize {
        self.kept.lock().unwrap().posts
    }
}

async fn asked(
    State(kept): State<Arc<Mutex<Kept>>>,
    Path(number): Path<usize>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let pairs: BTreeMap<String, String> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let challenge = pairs.get("hub.challenge").cloned().unwrap_or_default();
    let mut kept = kept.lock().unwrap();
    kept.asked.entry(number).or_default().push(pairs);
    if kept.refusing.contains(&number) {
        return StatusCode::NOT_FOUND.into_response();
    }
    challenge.into_response()
}

async fn brought(
    State(kept): State<Arc<Mutex<Kept>>>,
    Path(number): Path<usize>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let manner = {
        let mut kept = kept.lock().unwrap();
        kept.posts += 1;
        kept.manners.get(&number).copied().unwrap_or(Manner::After(Duration::ZERO))
    };
    match manner {
        Manner::Hangs => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        Manner::Fails => return StatusCode::INTERNAL_SERVER_ERROR,
        Manner::Gone => return StatusCode::GONE,
        Manner::After(time) => tokio::time::sleep(time).await,
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let signed = text("x-hub-signature");
    if signed.is_some() {
        websub::check(signed.as_deref(), &body, &secret(number)).expect("a good signature");
    }
    let content_type = text("content-type").unwrap();
    let brought = Brought {
        at: Instant::now(),
        ids: ids(&body, content_type.contains("json")),
        content_type,
        link: text("link").unwrap_or_default(),
        signed,
        body: body.to_vec(),
    };
    kept.lock().unwrap().brought.entry(number).or_default().push(brought);
    StatusCode::ACCEPTED
}

fn ids(body: &[u8], json: bool) -> BTreeSet<String> {
    if json {
        let feed: serde_json::Value = serde_json::from_slice(body).unwrap();
        let items = feed["items"].as_array().unwrap().iter();
        return items.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    }
    feed_rs::parser::parse(body).unwrap().entries.into_iter().map(|entry| entry.id).collect()
}

/// Sends a form; the answer's status and body.
pub fn post(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let form = form.finish();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}
