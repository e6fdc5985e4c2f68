//! The program itself, as people run it: its own folder, configuration, database and ports.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::db;
use super::web::Web;

/// Longest time that a command may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A database engine.
#[derive(Debug, Clone)]
pub enum Engine {
    /// A file in the program's folder.
    Sqlite,
    /// A database of its own on this server.
    Postgres(String),
}

/// Runs a test on PostgreSQL, where there is a server.
pub fn on_postgres(test: impl FnOnce(&Engine)) {
    if let Some(server) = db::postgres() {
        test(&Engine::Postgres(server));
    }
}

/// The program with everything that it needs. The database is dropped with it.
pub struct Program {
    folder: tempfile::TempDir,
    /// Address of the database.
    pub database: String,
    postgres: Option<(String, String)>,
    /// Where `serve` and `web` listen.
    pub web: SocketAddr,
    /// Where health and metrics are.
    pub ops: SocketAddr,
    settings: Vec<(String, String)>,
}

/// What a command that ended left behind.
#[derive(Debug)]
pub struct Ended {
    /// Exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error: the log.
    pub log: String,
}

impl Ended {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.log);
        self
    }
}

impl Program {
    /// The program over the sites of `web`, on SQLite.
    pub fn watching(web: &Web) -> Self {
        Self::on(&Engine::Sqlite, web)
    }

    /// The program over the sites of `web`.
    pub fn on(engine: &Engine, web: &Web) -> Self {
        let program = Self::empty(engine);
        program.write("sources.toml", &web.sources("schedule = \"every 1s\""));
        program
    }

    /// The program with an empty folder and an empty configuration.
    pub fn empty(engine: &Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("config")).unwrap();
        let mut postgres = None;
        let database = match engine {
            Engine::Sqlite => format!("sqlite://{}/data/rasad.db", folder.path().display()),
            Engine::Postgres(server) => {
                let name = format!("rasad_test_{}", uuid::Uuid::new_v4().simple());
                wait_for(db::admin_query(server, format!("CREATE DATABASE {name}")));
                postgres = Some((server.clone(), name.clone()));
                db::with_database(server, &name)
            }
        };
        let (web, ops) = (free_address(), free_address());
        let settings = [
            ("RASAD_DATABASE__URL", database.clone()),
            ("RASAD_FETCH__CONTACT", "https://example.org/our-reader".into()),
            ("RASAD_FETCH__ALLOW_ADDRESSES", "127.0.3.0/24".into()),
            ("RASAD_FETCH__MIN_INTERVAL", "1s".into()),
            ("RASAD_FETCH__HOST_GAP", "0s".into()),
            ("RASAD_FETCH__TIMEOUT", "10s".into()),
            ("RASAD_WORKER__IDLE_WAIT", "100ms".into()),
            ("RASAD_WEB__LISTEN", web.to_string()),
            ("RASAD_WEB__OPS_LISTEN", ops.to_string()),
            ("RASAD_PUBLISH__LIMIT", "500".into()),
            ("RASAD_PUBLISH__TAG_AUTHORITY", "reader.example,2026".into()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value)).into();
        Self { folder, database, postgres, web, ops, settings }
    }

    /// Changes a setting: `fetch.host_gap`.
    #[must_use]
    pub fn with(mut self, setting: &str, value: &str) -> Self {
        self = self.without(setting);
        self.settings.push((variable(setting), value.to_owned()));
        self
    }

    /// Leaves a setting to the files and defaults.
    #[must_use]
    pub fn without(mut self, setting: &str) -> Self {
        self.settings.retain(|(known, _)| *known != variable(setting));
        self
    }

    /// The same program on the same database, listening elsewhere: another process beside it.
    pub fn twin(&self) -> Self {
        let mut twin = Self::empty(&Engine::Sqlite);
        for file in fs::read_dir(self.config()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), twin.config().join(file.file_name())).unwrap();
        }
        let listens = |(name, _): &&(String, String)| name.contains("LISTEN");
        let own = twin.settings.iter().filter(listens).cloned();
        let shared = self.settings.iter().filter(|setting| !listens(setting)).cloned();
        twin.settings = shared.chain(own).collect();
        twin.database.clone_from(&self.database);
        twin
    }

    /// The folder in which it runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the configuration.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Writes a configuration file.
    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.config().join(file), text).unwrap();
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        let mut running = self.start(args);
        let status = running.wait(PATIENCE).unwrap_or_else(|| {
            panic!("rasad {args:?} has not ended after {PATIENCE:?}:\n{}", running.log())
        });
        Ended { code: status.code(), out: running.out(), log: running.log() }
    }

    /// Starts a command and leaves it running.
    pub fn start(&self, args: &[&str]) -> Running {
        let run = self.folder.path().join(uuid::Uuid::new_v4().to_string());
        fs::create_dir(&run).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rasad"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RASAD_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args(args)
            .envs(self.settings.iter().cloned())
            .env("RASAD_CONFIG", self.config())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(File::create(run.join("out")).unwrap())
            .stderr(File::create(run.join("log")).unwrap())
            .spawn()
            .unwrap();
        Running { child, run, ended: None }
    }

    /// Starts `serve`, `web` or `worker` and waits until it is ready.
    #[track_caller]
    pub fn start_ready(&self, command: &str) -> Running {
        let mut running = self.start(&[command]);
        let ready = until(Duration::from_secs(30), || {
            if let Some(status) = running.wait(Duration::ZERO) {
                panic!("rasad {command} ended with {status}:\n{}", running.log());
            }
            try_get(self.ops, "/readyz", &[]).is_some_and(|answer| answer.status == 200)
        });
        assert!(ready, "rasad {command} is not ready:\n{}", running.log());
        running
    }

    /// Asks the running program for a page or feed.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        try_get(self.web, path, &[]).unwrap_or_else(|| panic!("no answer to {path}"))
    }

    /// The same with request headers.
    #[track_caller]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        try_get(self.web, path, headers).unwrap_or_else(|| panic!("no answer to {path}"))
    }

    /// Asks the second listener.
    #[track_caller]
    pub fn get_ops(&self, path: &str) -> Answer {
        try_get(self.ops, path, &[]).unwrap_or_else(|| panic!("no answer to {path}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.postgres {
            wait_for(db::admin_query(server, format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// A command that runs. It is killed when this is dropped.
pub struct Running {
    child: Child,
    run: PathBuf,
    ended: Option<ExitStatus>,
}

impl Running {
    /// What it has written to standard output.
    pub fn out(&self) -> String {
        read(&self.run.join("out"))
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        read(&self.run.join("log"))
    }

    /// Its log lines whose message is `message`, as JSON.
    pub fn logged(&self, message: &str) -> Vec<serde_json::Value> {
        let log = self.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
        let said = |line: &serde_json::Value| {
            let own = line.get("message").or_else(|| line.pointer("/fields/message"));
            own.is_some_and(|own| own == message)
        };
        lines.filter(said).collect()
    }

    /// Waits for its end; none where it still runs.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        while self.ended.is_none() {
            self.ended = self.child.try_wait().unwrap();
            if self.ended.is_some() || begun.elapsed() >= patience {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.ended
    }

    /// SIGKILL. Returns false where it had ended before.
    pub fn kill(mut self) -> bool {
        let ran = self.wait(Duration::ZERO).is_none();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        ran
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended.is_none() {
            // Gone already is as well.
            let _gone = self.child.kill();
            let _reaped = self.child.wait();
        }
    }
}

/// An answer of the running program.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A response header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A plain request, in a form whose answer needs no decoding; none where nobody answers.
pub fn try_get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Option<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n{more}\r\n").ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pair = |line: &str| line.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned()));
    Some(Answer { status, headers: lines.filter_map(pair).collect(), body: body.to_owned() })
}

/// Tries until it is true or the time is over.
pub fn until(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if begun.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The environment variable of a setting.
fn variable(setting: &str) -> String {
    format!("RASAD_{}", setting.replace('.', "__").to_uppercase())
}

/// Runs a piece of asynchronous work to its end.
pub fn wait_for<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work)
}

/// An address for one listener: a loopback address that nobody else uses, so that the port that
/// is free now stays free.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let ip = [127, 64 + (process >> 8 & 63) as u8, process as u8, 1 + (number % 250) as u8];
    let listener = TcpListener::bind((std::net::Ipv4Addr::from(ip), 0)).unwrap();
    listener.local_addr().unwrap()
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}
