//! The import rule: arrows point down only.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from the top down. A room may use what stands below it; rooms on one line
/// know nothing of each other.
const LEVELS: [&[&str]; 8] = [
    &["cli"],
    &["app"],
    &["config", "pipeline", "web"],
    &[
        "article",
        "dedupe",
        "feed",
        "fetch",
        "publish",
        "schedule",
        "store",
        "telemetry",
        "topics",
        "websub",
    ],
    &["html"],
    &["text"],
    &["model"],
    &["clock"],
];

/// Only these use `config`; every other room takes its own small settings.
const READ_CONFIG: [&str; 2] = ["app", "cli"];

/// Libraries that one room alone may name, so that what it promises holds everywhere.
const LIBRARIES: [(&str, &[&str]); 2] = [("reqwest", &["fetch"]), ("sqlx", &["store"])];

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

/// What is wrong with `code` in `room`, which stands at the crate's root for `None`.
fn wrong_arrows(room: &str, code: &str) -> Vec<String> {
    let own = level(room).unwrap_or_else(|| panic!("`{room}` has no place in the import rule"));
    let mut wrong = Vec::new();
    for target in targets(code) {
        let Some(other) = level(&target) else { continue };
        // `clock` is the exception that proves nothing: it only needs the model's `Time`.
        let down = other > own || target == room || (room == "clock" && target == "model");
        let may_configure = target != "config" || target == room || READ_CONFIG.contains(&room);
        if !down || !may_configure {
            wrong.push(format!("`{room}` uses `{target}`"));
        }
    }
    for (library, rooms) in LIBRARIES {
        if !rooms.contains(&room) && names_library(code, library) {
            wrong.push(format!("`{room}` names the library `{library}`"));
        }
    }
    wrong
}

/// The rooms that `code` names after `crate::`, in `use` lines and in paths.
fn targets(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_items(group)),
            None => found.push(identifier(rest)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// The first names of the items of a `use` group, after its opening brace.
fn group_items(group: &str) -> Vec<String> {
    let (mut depth, mut items, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                items.push(identifier(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    items
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn names_library(code: &str, library: &str) -> bool {
    code.match_indices(library).any(|(at, _)| {
        let path = code[at + library.len()..].starts_with("::");
        path && !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

/// The code without comments: links in documentation are not imports.
fn without_comments(code: &str) -> String {
    code.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    )
}

fn rust_files(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn arrows_point_down_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > LEVELS.len(), "the sources are not where they are looked for");
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let room = first.trim_end_matches(".rs");
        if ["lib", "main"].contains(&room) {
            continue;
        }
        let code = without_comments(&fs::read_to_string(&file).unwrap());
        for arrow in wrong_arrows(room, &code) {
            wrong.push(format!("{}: {arrow}", relative.display()));
        }
    }
    assert!(wrong.is_empty(), "arrows that point up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn the_rule_notices_what_it_must() {
    for (room, code) in [
        ("feed", "use crate::store::Store;"),
        ("feed", "use crate::{model::Source, article::extract};"),
        ("feed", "fn f() { crate::dedupe::canonical_url() }"),
        ("model", "use crate::text::fold;"),
        ("text", "use crate::html::sanitize;"),
        ("web", "use crate::pipeline::run;"),
        ("pipeline", "use crate::config::Config;"),
        ("web", "use crate::{\n    model::{Source, Time},\n    config,\n};"),
        ("pipeline", "let client = reqwest::Client::new();"),
        ("web", "sqlx::query(\"SELECT 1\")"),
    ] {
        assert_eq!(wrong_arrows(room, code).len(), 1, "{room}: {code}");
    }
    for (room, code) in [
        ("cli", "use crate::{app, config::Config, pipeline::{self, Worker}};"),
        ("web", "use crate::{model::{Source, Time}, store::Store};"),
        ("feed", "use crate::feed::dates; use crate::clock::Clock; use crate::html::sanitize;"),
        ("fetch", "use reqwest::Client;"),
        ("store", "use sqlx::Row;"),
        ("html", "use crate::text::charset;"),
    ] {
        assert_eq!(wrong_arrows(room, code), [] as [String; 0], "{room}: {code}");
    }
    assert_eq!(without_comments("a // crate::store\nb"), "a \nb\n");
}
