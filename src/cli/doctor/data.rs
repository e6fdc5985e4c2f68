//! The database, the disk that it is on, and the clock.

use std::path::{Path, PathBuf};

use chrono::{Datelike, TimeDelta};

use super::finding::Finding;
use crate::app;
use crate::config::Config;
use crate::model::Time;
use crate::store::{Condition, Store};

/// Free space below which the disk is full soon.
const LITTLE_BYTES: u64 = 2 << 30;
/// Free space below which nothing can be relied upon.
const LEAST_BYTES: u64 = 200 << 20;
/// Two clocks may differ by so much.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(30);
/// This program was not written before.
const FIRST_YEAR: i32 = 2026;

/// Looks at the database; gives it back where it can be asked further.
pub async fn look(config: &Config, now: Time, findings: &mut Vec<Finding>) -> Option<Store> {
    findings.push(clock(now));
    let url = &config.settings.database.url;
    let file = sqlite_file(url.as_str());
    if let Some(file) = &file {
        findings.push(disk(file));
        if !file.is_file() {
            let sentence = format!(
                "There is no database at {} yet: the first `rasad serve` makes it.",
                file.display()
            );
            findings.push(Finding::odd("database", sentence));
            return None;
        }
    }
    let store = match app::open_store_as_is(config).await {
        Ok(store) => store,
        Err(error) => {
            let advice = if file.is_some() {
                "Check the file's owner and permissions."
            } else {
                "Check that the server runs, that this machine may reach it, and the user and password in `database.url`."
            };
            findings.push(Finding::fails("database", format!("{error:#}. {advice}")));
            return None;
        }
    };
    match store.condition().await {
        Ok(condition) => judge(url.as_str(), &condition, now, findings),
        Err(error) => {
            findings.push(Finding::fails("database", error.to_string()));
            store.close().await;
            return None;
        }
    }
    if let Ok((entry, poll)) = store.newest().await {
        findings.extend(future(entry.max(poll), now));
        return Some(store);
    }
    // Without the tables that this version needs there is nothing to ask further.
    store.close().await;
    None
}

/// Where the file of an embedded database is.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (path != ":memory:").then(|| PathBuf::from(path))
}

fn judge(url: &str, condition: &Condition, now: Time, findings: &mut Vec<Finding>) {
    let Condition { engine, pending, unknown, bytes, clock } = condition;
    let size = *bytes as f64 / 1e6;
    findings.push(Finding::well("database", format!("{url} answers: {engine}, {size:.1} MB.")));
    if *unknown > 0 {
        findings.push(Finding::fails(
            "database",
            "A newer version of Rasad has changed its schema. Use that version, or go back to a backup.",
        ));
    } else if !pending.is_empty() {
        let sentence = format!(
            "Its schema is older than this program (pending: {}). The next start brings it up to date, or `rasad migrate` now. Make a backup before.",
            pending.join(", ")
        );
        findings.push(Finding::odd("database", sentence));
    }
    let Some(clock) = clock else { return };
    let off = *clock - now;
    if off.abs() > CLOCK_SLACK {
        let sentence = format!(
            "The database server's clock differs from this machine's by {} seconds. Claims would expire too soon or too late: set both by NTP.",
            off.num_seconds()
        );
        findings.push(Finding::fails("clock", sentence));
    }
}

fn clock(now: Time) -> Finding {
    if now.year() < FIRST_YEAR {
        let sentence = format!("This machine believes that it is {now}. Set its clock by NTP.");
        return Finding::fails("clock", sentence);
    }
    Finding::well("clock", format!("It is {}.", now.format("%Y-%m-%d %H:%M:%S UTC")))
}

/// What was stored cannot have come later than now.
fn future(newest: Option<Time>, now: Time) -> Option<Finding> {
    let ahead = newest? - now;
    (ahead > CLOCK_SLACK).then(|| {
        let sentence = format!(
            "The database holds what was stored {} minutes from now. The clock was set back, or was wrong then: set it by NTP.",
            ahead.num_minutes().max(1)
        );
        Finding::fails("clock", sentence)
    })
}

fn disk(file: &Path) -> Finding {
    let there = file.ancestors().skip(1).find(|folder| folder.is_dir());
    let folder = there.unwrap_or(Path::new("."));
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let sentence =
                format!("The disk of {} cannot be looked at: {error}.", folder.display());
            return Finding::odd("disk", sentence);
        }
    };
    let said = format!("{:.1} GB are free in {}.", free as f64 / 1e9, folder.display());
    match free {
        0..LEAST_BYTES => Finding::fails(
            "disk",
            format!("{said} Work stops when it is full: make room, or move the database."),
        ),
        LEAST_BYTES..LITTLE_BYTES => Finding::odd("disk", format!("{said} Make room soon.")),
        _ => Finding::well("disk", said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;
    use chrono::{TimeZone, Utc};

    fn at(year: i32) -> Time {
        Utc.with_ymd_and_hms(year, 3, 1, 12, 0, 0).single().expect("a date")
    }

    #[test]
    fn a_wrong_clock_is_found() {
        assert_eq!(clock(at(1970)).level, Level::Fails);
        assert_eq!(clock(at(2027)).level, Level::Well);
        assert_eq!(future(Some(at(2028)), at(2027)).expect("a finding").level, Level::Fails);
        assert_eq!(future(Some(at(2026)), at(2027)), None);
        assert_eq!(future(None, at(2027)), None);
    }

    #[test]
    fn the_schema_and_the_servers_clock_are_looked_at() {
        let mut condition = Condition {
            engine: "PostgreSQL 17".into(),
            pending: Vec::new(),
            unknown: 0,
            bytes: 1,
            clock: Some(at(2027)),
        };
        let levels = |condition: &Condition| {
            let mut findings = Vec::new();
            judge("postgres://h/d", condition, at(2027), &mut findings);
            findings.iter().map(|finding| finding.level).collect::<Vec<_>>()
        };
        assert_eq!(levels(&condition), [Level::Well]);
        condition.pending.push("0030_decisions".into());
        assert_eq!(levels(&condition), [Level::Well, Level::Odd]);
        condition.unknown = 1;
        assert_eq!(levels(&condition), [Level::Well, Level::Fails]);
        condition.clock = Some(at(2028));
        assert_eq!(levels(&condition), [Level::Well, Level::Fails, Level::Fails]);
    }

    #[test]
    fn files_are_read_out_of_addresses() {
        let file = |url| sqlite_file(url).map(|file| file.display().to_string());
        assert_eq!(file("sqlite://data/rasad.db?mode=rwc").as_deref(), Some("data/rasad.db"));
        assert_eq!(file("sqlite:///var/rasad.db").as_deref(), Some("/var/rasad.db"));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://h/d"), None);
    }

    #[test]
    fn the_disk_of_a_folder_that_is_not_made_yet_is_its_parents() {
        let folder = tempfile::tempdir().expect("a folder");
        let finding = disk(&folder.path().join("data/rasad.db"));
        assert!(finding.sentence.contains("free in"), "{finding:?}");
    }
}
