//! `rasad doctor`: looks at everything that Rasad needs, and says what to do where it is wrong.
//!
//! Nothing is changed: no database is made or brought up to date, no source is asked.

mod data;
mod finding;
mod network;
mod sources;

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use super::{Failed, check};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config};
use finding::{Finding, Level};

/// Looks and prints. Exit code 1 where anything keeps Rasad from doing its job, 2 where the
/// configuration is invalid.
pub fn run(dir: &Path) -> Result<ExitCode, Failed> {
    let config = config::load(dir, std::env::vars())?;
    let findings = super::runtime()?.block_on(look(dir, &config));
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for finding in &findings {
        println!("{}", finding.line(color));
    }
    println!("{}", summary(&findings));
    let failed = findings.iter().any(|finding| finding.level == Level::Fails);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn look(dir: &Path, config: &Config) -> Vec<Finding> {
    let now = SystemClock.now();
    let mut findings = configuration(dir, config);
    let database = data::look(config, now, &mut findings).await;
    network::look(config, &mut findings).await;
    if let Some(store) = database {
        sources::look(&store, config, now, &mut findings).await;
        store.close().await;
    }
    findings
}

fn configuration(dir: &Path, config: &Config) -> Vec<Finding> {
    let mut findings =
        vec![Finding::well("config", format!("The configuration in {} is valid.", dir.display()))];
    if !config.built_in.is_empty() {
        let files = config.built_in.join(", ");
        let sentence = format!(
            "These files are missing, so those that the program was built with are used: {files}. Copy them from the project's `config/` to change them."
        );
        findings.push(Finding::odd("config", sentence));
    }
    findings.extend(check::advice(config).into_iter().map(|line| Finding::odd("config", line)));
    findings
}

fn summary(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    match (count(Level::Fails), count(Level::Odd)) {
        (0, 0) => "All is well.".to_owned(),
        (0, odd) => format!("Rasad can work. To look at: {odd}."),
        (fails, odd) => format!("Rasad cannot do its job. To mend: {fails}. To look at: {odd}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_says_whether_rasad_can_work() {
        let well = Finding::well("a", "x");
        assert_eq!(summary(std::slice::from_ref(&well)), "All is well.");
        let odd = Finding::odd("a", "x");
        assert_eq!(summary(&[well.clone(), odd.clone()]), "Rasad can work. To look at: 1.");
        let fails = Finding::fails("a", "x");
        assert!(summary(&[well, odd, fails]).starts_with("Rasad cannot do its job. To mend: 1."));
    }
}
