//! Crontab lines as every crontab(5) reads them.
//!
//! The `cron` crate does the calendar: leap years, time zones, clocks that jump. What it reads
//! differs from crontab(5) in three ways that are mended here: it wants a field for seconds, it
//! counts the days of the week from 1 = Sunday, and where both the day of the month and the day
//! of the week are given it wants both to hold, while crontab(5) is content with either. So each
//! field is read here and handed on as a plain list of numbers.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::model::Time;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Short forms, with what they stand for.
const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A crontab line in a time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Crontab {
    /// One, or two of which either may hold.
    either: Vec<cron::Schedule>,
    zone: Tz,
}

/// One field of a line.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
    /// What the first of `names` counts as.
    first: u32,
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, names: &[], first: 0 },
    Field { name: "hour", least: 0, most: 23, names: &[], first: 0 },
    Field { name: "day of the month", least: 1, most: 31, names: &[], first: 0 },
    Field { name: "month", least: 1, most: 12, names: &MONTHS, first: 1 },
    Field { name: "day of the week", least: 0, most: 7, names: &DAYS, first: 0 },
];

impl Crontab {
    /// Reads five fields or a nickname such as `@hourly`.
    ///
    /// # Errors
    ///
    /// A sentence that says which field cannot be read, or that no such day ever comes.
    pub fn parse(line: &str, zone: Tz) -> Result<Self, String> {
        let line = line.trim().to_ascii_lowercase();
        let line = NICKNAMES.iter().find(|(name, _)| *name == line).map_or(&*line, |(_, is)| is);
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if words.len() != FIELDS.len() {
            return Err(format!(
                "A crontab line has five fields (minute, hour, day of the month, month, day of \
                 the week), but this one has {}.",
                words.len()
            ));
        }
        let sets: Vec<BTreeSet<u32>> = FIELDS
            .iter()
            .zip(&words)
            .map(|(field, word)| field.read(word))
            .collect::<Result<_, _>>()?;
        let either = alternatives(&sets, &words)?;
        let crontab = Self { either, zone };
        // Any start does: what never comes within a hundred years never comes.
        match crontab.next(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(crontab),
            None => Err("There is no such day in any year.".to_owned()),
        }
    }

    /// The first moment after `now` at which the line holds.
    pub fn next(&self, now: Time) -> Option<Time> {
        let now = now.with_timezone(&self.zone);
        self.either.iter().filter_map(|line| line.after(&now).next()).map(|t| t.to_utc()).min()
    }
}

/// The lines for the `cron` crate. A day field that begins with a star restricts nothing, so
/// only where neither does there are two lines, either of which may hold.
fn alternatives(sets: &[BTreeSet<u32>], words: &[&str]) -> Result<Vec<cron::Schedule>, String> {
    let list = |set: &BTreeSet<u32>| set.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    // 7 is Sunday as well as 0; the crate counts from 1 = Sunday.
    let days: BTreeSet<u32> = sets[4].iter().map(|day| day % 7 + 1).collect();
    let (minute, hour, month) = (list(&sets[0]), list(&sets[1]), list(&sets[3]));
    let line = |date: &str, day: &str| {
        let text = format!("0 {minute} {hour} {date} {month} {day}");
        cron::Schedule::from_str(&text)
            .map_err(|error| format!("The line cannot be read: {error}."))
    };
    if words[2].starts_with('*') || words[4].starts_with('*') {
        return Ok(vec![line(&list(&sets[2]), &list(&days))?]);
    }
    Ok(vec![line(&list(&sets[2]), "*")?, line("*", &list(&days))?])
}

impl Field {
    /// A list of `*`, numbers, names and ranges, each with an optional step.
    fn read(&self, text: &str) -> Result<BTreeSet<u32>, String> {
        let mut set = BTreeSet::new();
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step)),
                None => (part, None),
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (self.least, self.most),
                Some((from, to)) => (self.value(from)?, self.value(to)?),
                // "5/15" runs from 5 to the end.
                None if step.is_some() => (self.value(range)?, self.most),
                None => (self.value(range)?, self.value(range)?),
            };
            let step = step.map_or(Some(1), |s| s.parse().ok().filter(|s| *s > 0));
            let (Some(step), true) = (step, from <= to) else {
                return Err(self.wrong(part));
            };
            // A star over the days of the week names Sunday once.
            let to = if range == "*" && self.most == 7 { 6 } else { to };
            set.extend((from..=to).step_by(step));
        }
        Ok(set)
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| *name == text);
        let value = match named.and_then(|n| u32::try_from(n).ok()) {
            Some(n) => Some(n + self.first),
            None => text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit())),
        };
        value.filter(|n| (self.least..=self.most).contains(n)).ok_or_else(|| self.wrong(text))
    }

    fn wrong(&self, part: &str) -> String {
        let names = match self.names {
            [first, .., last] => format!(", or a name from {first} to {last}"),
            _ => String::new(),
        };
        format!(
            "{part:?} is not a {}: it is a number from {} to {}{names}, a range such as {}-{}, or \
             a star, each with an optional step such as */2.",
            self.name,
            self.least,
            self.most,
            self.least,
            self.least + 2
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    /// The next moments of a line after a Sunday midnight (2026-03-01).
    fn runs(line: &str, n: usize) -> Vec<String> {
        runs_in(line, "UTC", "2026-03-01T00:00:00Z", n)
    }

    fn runs_in(line: &str, zone: &str, from: &str, n: usize) -> Vec<String> {
        let crontab = Crontab::parse(line, zone.parse().unwrap()).unwrap();
        let mut now = at(from);
        (0..n)
            .map(|_| {
                now = crontab.next(now).unwrap();
                now.format("%a %m-%d %H:%M").to_string()
            })
            .collect()
    }

    #[test]
    fn minutes_hours_steps_and_lists() {
        assert_eq!(
            runs("*/15 6-7 * * *", 3),
            ["Sun 03-01 06:00", "Sun 03-01 06:15", "Sun 03-01 06:30"]
        );
        assert_eq!(
            runs("5,35 0 * * *", 3),
            ["Sun 03-01 00:05", "Sun 03-01 00:35", "Mon 03-02 00:05"]
        );
        assert_eq!(
            runs("50/5 * * * *", 3),
            ["Sun 03-01 00:50", "Sun 03-01 00:55", "Sun 03-01 01:50"]
        );
        assert_eq!(
            runs("10-20/5 3 * * *", 3),
            ["Sun 03-01 03:10", "Sun 03-01 03:15", "Sun 03-01 03:20"]
        );
    }

    #[test]
    fn sunday_is_zero_and_seven() {
        for day in ["0", "7", "sun", "SUN"] {
            assert_eq!(
                runs(&format!("0 9 * * {day}"), 2),
                ["Sun 03-01 09:00", "Sun 03-08 09:00"],
                "{day}"
            );
        }
        assert_eq!(runs("0 9 * * 1", 1), ["Mon 03-02 09:00"]);
        assert_eq!(runs("0 9 * * 6", 1), ["Sat 03-07 09:00"]);
        assert_eq!(
            runs("0 9 * * 5-7", 3),
            ["Sun 03-01 09:00", "Fri 03-06 09:00", "Sat 03-07 09:00"]
        );
        assert_eq!(runs("0 9 * * mon-fri", 6).last().unwrap(), "Mon 03-09 09:00");
        assert_eq!(
            runs("0 9 * * */2", 4),
            ["Sun 03-01 09:00", "Tue 03-03 09:00", "Thu 03-05 09:00", "Sat 03-07 09:00"]
        );
        assert_eq!(runs("0 9 * * tue,thu", 2), ["Tue 03-03 09:00", "Thu 03-05 09:00"]);
    }

    #[test]
    fn either_of_two_day_fields_is_enough() {
        // The 13th, and every Friday.
        assert_eq!(
            runs("0 0 13 * 5", 3),
            ["Fri 03-06 00:00", "Fri 03-13 00:00", "Fri 03-20 00:00"]
        );
        assert_eq!(
            runs("0 0 10 * 5", 3),
            ["Fri 03-06 00:00", "Tue 03-10 00:00", "Fri 03-13 00:00"]
        );
        // A star restricts nothing: then both must hold.
        assert_eq!(runs("0 0 10 * *", 2), ["Tue 03-10 00:00", "Fri 04-10 00:00"]);
        assert_eq!(runs("0 0 */2 * 1", 1), ["Mon 03-09 00:00"]);
    }

    #[test]
    fn months_by_name_and_leap_days() {
        assert_eq!(runs("0 0 1 jan,JUL *", 2), ["Wed 07-01 00:00", "Fri 01-01 00:00"]);
        assert_eq!(runs("0 0 1 mar-may *", 2), ["Wed 04-01 00:00", "Fri 05-01 00:00"]);
        assert_eq!(runs("0 0 29 2 *", 1), ["Tue 02-29 00:00"]);
        assert_eq!(runs("0 0 31 * *", 2), ["Tue 03-31 00:00", "Sun 05-31 00:00"]);
    }

    #[test]
    fn nicknames() {
        assert_eq!(runs("@hourly", 1), ["Sun 03-01 01:00"]);
        assert_eq!(runs("@daily", 1), ["Mon 03-02 00:00"]);
        assert_eq!(runs("@weekly", 1), ["Sun 03-08 00:00"]);
        assert_eq!(runs("@monthly", 1), ["Wed 04-01 00:00"]);
        assert_eq!(runs("@yearly", 1), ["Fri 01-01 00:00"]);
    }

    #[test]
    fn lines_run_on_the_clock_of_their_zone() {
        assert_eq!(
            runs_in("0 8 * * *", "Asia/Riyadh", "2026-03-01T00:00:00Z", 1),
            ["Sun 03-01 05:00"]
        );
        // Beirut skips the hour after midnight on 2026-03-29 and repeats one on 2026-10-25.
        let spring = runs_in("30 0 * * *", "Asia/Beirut", "2026-03-27T23:00:00Z", 2);
        assert!(spring.iter().all(|run| !run.is_empty()), "{spring:?}");
        let every = runs_in("0 * * * *", "Asia/Beirut", "2026-10-24T19:30:00Z", 4);
        assert_eq!(every.first().unwrap(), "Sat 10-24 20:00");
    }

    #[test]
    fn what_cannot_be_read_is_said_in_a_sentence() {
        for line in [
            "",
            "*",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 8",
            "* * * foo *",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "+5 * * * *",
            "1--2 * * * *",
            ", * * * *",
            "0 0 30 2 *",
            "@reboot",
            "* * * * fri-mon",
        ] {
            let error = Crontab::parse(line, Tz::UTC).unwrap_err();
            assert!(error.ends_with('.'), "{line}: {error}");
        }
    }
}
