//! `rasad inspect fetch`: addresses through the one polite, guarded client.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::FetchArgs;
use super::input::{BadLine, Line, lines};
use super::run::{Failure, error_line};
use crate::clock::SystemClock;
use crate::fetch::{Client, Fetched, Kind, MemoryGate, Request, Settings};

/// Fetches in flight at once, over all hosts.
const AT_ONCE: usize = 64;
/// Addresses looked at ahead of the oldest unfinished one, so that one slow server does not hold
/// up the rest although answers are printed in order.
const AHEAD: usize = 1024;
/// A person asked for all of these: however long the queue of a host, nothing is given up.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);
/// Longest file name made of an id.
const LONGEST_NAME: usize = 180;

/// One address to fetch.
#[derive(Debug, Clone, Deserialize)]
struct Input {
    id: String,
    url: String,
}

/// Fetches each address through the one client; prints one line each, in input order.
pub fn run(args: FetchArgs, settings: Settings) -> Result<()> {
    if let Some(folder) = &args.save {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("The folder {} cannot be made", folder.display()))?;
    }
    let inputs: Box<dyn Iterator<Item = Result<Line<Input>>>> = match &args.jsonl {
        Some(list) => Box::new(lines(list)?),
        None => Box::new(args.urls.into_iter().map(|url| Ok(Ok(Input { id: url.clone(), url })))),
    };
    let runtime = tokio::runtime::Runtime::new().context("The runtime cannot be started")?;
    runtime.block_on(all(inputs, settings, args.save))
}

async fn all(
    inputs: impl Iterator<Item = Result<Line<Input>>>,
    settings: Settings,
    save: Option<PathBuf>,
) -> Result<()> {
    let client = Client::new(settings, Arc::new(SystemClock), Arc::new(MemoryGate::new()))?;
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let save = save.map(Arc::new);
    let mut answers = stream::iter(inputs)
        .map(|line| {
            let (client, slots, save) = (client.clone(), Arc::clone(&slots), save.clone());
            async move {
                let input = match line? {
                    Ok(input) => input,
                    Err(BadLine { id, message }) => {
                        return Ok(error_line(&id, &Failure::new("bad_input", message)));
                    }
                };
                let task = tokio::spawn(async move {
                    let _slot = slots.acquire_owned().await;
                    one(&client, &input, save.as_deref().map(PathBuf::as_path)).await
                });
                anyhow::Ok(task.await?)
            }
        })
        .buffered(AHEAD);
    while let Some(line) = answers.next().await {
        writeln!(io::stdout(), "{}", line?)?;
    }
    Ok(())
}

async fn one(client: &Client, input: &Input, save: Option<&Path>) -> String {
    let request = Request { patience: Some(PATIENCE), ..Request::new(&input.url, Kind::Other) };
    let fetched = match client.get(request).await {
        Ok(fetched) => fetched,
        Err(error) => return error_line(&input.id, &Failure::new(error.kind(), error)),
    };
    if let Some(folder) = save {
        let path = folder.join(file_name(&input.id));
        if let Err(error) = tokio::fs::write(&path, &fetched.body).await {
            let message = format!("The body cannot be written to {}: {error}.", path.display());
            return error_line(&input.id, &Failure::new("save", message));
        }
    }
    answer(input, &fetched).to_string()
}

fn answer(input: &Input, fetched: &Fetched) -> serde_json::Value {
    json!({
        "id": input.id,
        "url": input.url,
        "final_url": fetched.final_url,
        "status": fetched.status,
        "content_type": fetched.content_type,
        "charset": fetched.charset,
        "bytes": fetched.body.len(),
        "ms": u64::try_from(fetched.elapsed.as_millis()).unwrap_or(u64::MAX),
        "redirects": fetched.redirects,
    })
}

/// A name that no file system refuses and that leads out of no folder: other characters than
/// ASCII letters, digits, `-`, `_` and inner dots become `%XX`.
fn file_name(id: &str) -> String {
    let mut name = String::new();
    for byte in id.bytes() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_')
            || (byte == b'.' && !name.is_empty());
        if plain {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    if name.len() > LONGEST_NAME {
        let hash = xxhash_rust::xxh3::xxh3_64(id.as_bytes());
        name.truncate(LONGEST_NAME);
        name.push_str(&format!("-{hash:016x}"));
    }
    if name.is_empty() { "%".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_harmless_file_names() {
        assert_eq!(file_name("feed-12.xml"), "feed-12.xml");
        assert_eq!(file_name("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd");
        assert_eq!(file_name("https://a.example/خ"), "https%3A%2F%2Fa.example%2F%D8%AE");
        assert_eq!(file_name(""), "%");
        let (a, b) = ("x".repeat(5000), "x".repeat(5001));
        assert_ne!(file_name(&a), file_name(&b));
        assert!(file_name(&a).len() < 255);
    }
}
