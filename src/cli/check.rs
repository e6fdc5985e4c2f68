//! `rasad check`: validates all config, and shows every mistake at once.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use comfy_table::{Table, presets};

use crate::config::{self, Config};
use crate::topics::Model;

/// Checks the configuration of `dir` under the present environment. Mistakes go to standard error
/// with exit code 2; a summary goes to standard output with 0.
pub fn run(dir: &Path) -> ExitCode {
    match config::load(dir, std::env::vars()) {
        Ok(config) => {
            println!("{}", summary(dir, &config));
            ExitCode::SUCCESS
        }
        Err(errors) => {
            eprint!("{}", errors.render(std::io::stderr().is_terminal()));
            ExitCode::from(2)
        }
    }
}

/// What the configuration holds, and what an admin may have overlooked.
fn summary(dir: &Path, config: &Config) -> String {
    let enabled = config.sources.iter().filter(|source| source.enabled).count();
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED);
    table.set_header(["file", "holds", "from"]);
    for (name, holds) in [
        ("rasad.toml", format!("settings; database {}", config.settings.database.url)),
        ("sources.toml", format!("{} sources, {enabled} enabled", config.sources.len())),
        ("topics.toml", topics(config)),
        ("feeds.toml", format!("{} output feeds", config.feeds.len())),
    ] {
        let built_in = config.built_in.contains(&name);
        let from = if built_in { "built in".into() } else { dir.join(name).display().to_string() };
        table.add_row([name.to_owned(), holds, from]);
    }
    let advice: String = advice(config).iter().map(|line| format!("\nnote: {line}")).collect();
    format!("{table}\nThe configuration is valid.{advice}")
}

fn topics(config: &Config) -> String {
    let count = config.topics.ids.len();
    match config.topics.model.as_deref().and_then(|model| Model::from_json(model).ok()) {
        Some(model) => format!("{count} topics; model v{} is asked", model.version()),
        None => format!("{count} topics"),
    }
}

/// What is allowed and yet seldom meant.
pub(super) fn advice(config: &Config) -> Vec<String> {
    let settings = &config.settings;
    let mut advice = Vec::new();
    if settings.fetch.contact.is_none() {
        advice.push(
            "`fetch.contact` is empty: publishers cannot reach you and may block you.".into(),
        );
    }
    let own_ids =
        settings.publish.tag_authority != config::Settings::default().publish.tag_authority;
    if settings.web.public_url.is_some() && !own_ids {
        advice.push(
            "`publish.tag_authority` is the default: set it before anybody subscribes.".into(),
        );
    }
    if !config.sources.iter().any(|source| source.enabled) {
        advice.push("No source is enabled: nothing will be fetched.".into());
    }
    if config.feeds.is_empty() {
        advice.push("No feed is published.".into());
    }
    advice
}
