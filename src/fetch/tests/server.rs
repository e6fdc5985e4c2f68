//! A server on loopback that does what it is told, however wrong.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::clock::SystemClock;
use crate::fetch::{Client, MemoryGate, Settings};

/// What the server does with one request.
#[derive(Clone)]
pub enum Act {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Sends these bytes, then the second ones again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Sends these bytes one by one, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Sends these bytes and then nothing, without closing.
    Hang(Vec<u8>),
    /// Closes without a word.
    Close,
}

/// A response with a body and `Content-Length`.
pub fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Act {
    let body = body.as_ref();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    Act::Send(bytes)
}

/// A 200 with a body.
pub fn ok(headers: &str, body: impl AsRef<[u8]>) -> Act {
    answer("200 OK", headers, body)
}

/// A redirect.
pub fn redirect(status: &str, location: &str) -> Act {
    answer(status, &format!("Location: {location}\r\n"), "")
}

/// A running server and what it was asked.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server that answers each request head as `plan` says.
    pub async fn start(plan: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heads, plan) = (Arc::clone(&asked), Arc::new(plan));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&plan), Arc::clone(&heads)));
            }
        });
        Self { address, asked }
    }

    /// The address of a path, for any host name on loopback.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The heads of all requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths of all requests so far.
    pub fn paths(&self) -> Vec<String> {
        self.asked().iter().map(|head| path(head).to_owned()).collect()
    }
}

/// The path of a request head.
pub fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or("")
}

/// The value of a request's header.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

async fn serve(
    mut stream: TcpStream,
    plan: Arc<impl Fn(&str) -> Act>,
    heads: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|w| w == b"\r\n\r\n") {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).await?;
        if n == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(&part[..n]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    heads.lock().unwrap().push(head.clone());
    match plan(&head) {
        Act::Send(bytes) => stream.write_all(&bytes).await?,
        Act::Endless(first, again) => {
            stream.write_all(&first).await?;
            loop {
                stream.write_all(&again).await?;
            }
        }
        Act::Drip(bytes, pause) => {
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(pause).await;
            }
        }
        Act::Hang(bytes) => {
            stream.write_all(&bytes).await?;
            let _ = stream.read(&mut [0; 1]).await;
        }
        Act::Close => {}
    }
    stream.shutdown().await
}

/// Settings for tests: loopback open, no gap, short limits.
pub fn settings() -> Settings {
    Settings {
        allow_addresses: vec!["127.0.0.1/32".parse().unwrap()],
        host_gap: Duration::ZERO,
        deadline: Duration::from_secs(20),
        feed_bytes: 1 << 20,
        page_bytes: 1 << 20,
        contact: "https://watcher.example/about".into(),
        ..Settings::default()
    }
}

/// A client with these settings.
pub fn client(settings: Settings) -> Client {
    Client::new(settings, Arc::new(SystemClock), Arc::new(MemoryGate::new())).unwrap()
}
