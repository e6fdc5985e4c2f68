//! Runs a pure stage over many inputs on all cores and prints the answers in order.

use std::io::{self, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::input::Line;

/// Inputs taken together: enough to keep all cores busy, few enough to keep memory flat.
const BATCH: usize = 256;

/// Why an input failed: a stable word and a sentence.
#[derive(Debug)]
pub struct Failure {
    /// A stable word, e.g. `not_a_feed`.
    pub kind: String,
    /// A sentence for people.
    pub message: String,
}

impl Failure {
    /// A failure of `kind`.
    pub fn new(kind: impl Into<String>, message: impl ToString) -> Self {
        Self { kind: kind.into(), message: message.to_string() }
    }
}

/// Applies `stage` to every input on all cores; prints one line each, in input order.
pub fn parallel<T, R>(
    inputs: impl Iterator<Item = Result<Line<T>>>,
    id: impl Fn(&T) -> String + Sync,
    stage: impl Fn(T) -> Result<R, Failure> + Sync,
) -> Result<()>
where
    T: Send,
    R: Serialize,
{
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut inputs = inputs.peekable();
    while inputs.peek().is_some() {
        let batch: Vec<Line<T>> = inputs.by_ref().take(BATCH).collect::<Result<_>>()?;
        let lines: Vec<String> = batch.into_par_iter().map(|line| one(line, &id, &stage)).collect();
        for line in lines {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn one<T, R: Serialize>(
    line: Line<T>,
    id: &impl Fn(&T) -> String,
    stage: &impl Fn(T) -> Result<R, Failure>,
) -> String {
    let input = match line {
        Ok(input) => input,
        Err(bad) => return error_line(&bad.id, &Failure::new("bad_input", bad.message)),
    };
    let id = id(&input);
    match catch_unwind(AssertUnwindSafe(|| stage(input))) {
        Ok(Ok(answer)) => json_line(&answer),
        Ok(Err(failure)) => error_line(&id, &failure),
        Err(_) => error_line(&id, &Failure::new("bug", "The stage broke on this input.")),
    }
}

/// The line of an input that failed.
pub fn error_line(id: &str, failure: &Failure) -> String {
    json_line(&json!({"id": id, "error": {"kind": failure.kind, "message": failure.message}}))
}

/// A value as one line of JSON.
pub fn json_line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|error| Value::String(error.to_string()).to_string())
}
