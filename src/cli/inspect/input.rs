//! Inputs of `rasad inspect`: files by name or lines of JSON.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::FileArgs;

/// One file to read, with what is known about where it came from.
#[derive(Debug, Clone, Deserialize)]
pub struct FileInput {
    /// Name of the input in the output.
    pub id: String,
    /// Where its bytes are.
    pub path: PathBuf,
    /// The address it was fetched from: the base of its links.
    #[serde(default)]
    pub url: Option<String>,
    /// The `Content-Type` header it was served with.
    #[serde(default)]
    pub content_type: Option<String>,
}

/// A line of a list, or the reason why it could not be read.
pub type Line<T> = Result<T, BadLine>;

/// A line that is not what it should be.
#[derive(Debug)]
pub struct BadLine {
    /// The line's own id where it has one, else `line N`.
    pub id: String,
    /// What is wrong.
    pub message: String,
}

/// The files named on the command line or in the list, in order.
pub fn files(args: &FileArgs) -> Result<Vec<Line<FileInput>>> {
    let Some(list) = &args.jsonl else {
        return Ok(args.files.iter().map(|path| Ok(by_name(path))).collect());
    };
    let base = list.parent().unwrap_or(Path::new("")).to_owned();
    let mut inputs: Vec<Line<FileInput>> = lines(list)?.collect::<Result<_>>()?;
    for input in inputs.iter_mut().flatten() {
        // A path is relative to the working directory, else to the list itself.
        if input.path.is_relative() && !input.path.exists() {
            input.path = base.join(&input.path);
        }
    }
    Ok(inputs)
}

fn by_name(path: &Path) -> FileInput {
    FileInput {
        id: path.display().to_string(),
        path: path.to_owned(),
        url: None,
        content_type: None,
    }
}

/// The lines of a JSON Lines file, one value each; `-` is standard input.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<impl Iterator<Item = Result<Line<T>>>> {
    let reader: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let file = File::open(path)
            .with_context(|| format!("The list {} cannot be opened", path.display()))?;
        Box::new(BufReader::with_capacity(1 << 20, file))
    };
    let name = path.display().to_string();
    Ok(reader.split(b'\n').enumerate().filter_map(move |(n, line)| match line {
        Ok(line) if line.iter().all(u8::is_ascii_whitespace) => None,
        Ok(line) => Some(Ok(value(&line, n + 1))),
        Err(error) => Some(Err(error).with_context(|| format!("The list {name} breaks off"))),
    }))
}

fn value<T: DeserializeOwned>(line: &[u8], number: usize) -> Line<T> {
    serde_json::from_slice(line).map_err(|error| BadLine {
        id: serde_json::from_slice::<serde_json::Value>(line)
            .ok()
            .and_then(|v| v.get("id").and_then(|id| id.as_str().map(str::to_owned)))
            .unwrap_or_else(|| format!("line {number}")),
        message: format!("Line {number} is not what this command reads: {error}."),
    })
}
