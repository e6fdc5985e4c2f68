//! Dates as people and programs write them.
//!
//! One tolerant reader for everything: RFC 822 and 3339, epoch seconds and milliseconds, numeric
//! dates of all orders, month and day names in Arabic (Egyptian, Levantine, Maghrebi), Persian
//! and fifteen other languages, Arabic-Indic and Persian digits, AM/PM in several languages,
//! zone names and offsets, Hijri dates. It splits the text into numbers and words and fits them
//! together; words that mean nothing to it ("Published:", "à", "الساعة") are passed over.

mod clock;
mod day;
mod names;
mod read;
mod zones;

use chrono::{NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::model::Time;

/// Texts longer than this are no dates, in bytes.
const LONGEST: usize = 200;

/// A date that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The moment.
    pub time: Time,
    /// How exactly it was given.
    pub precision: Precision,
    /// True where the text names a zone or offset; else the default zone was taken.
    pub zoned: bool,
    /// True where it was given in the Islamic calendar (tabular: a day off is possible).
    pub hijri: bool,
}

/// How exactly a date was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Only a year.
    Year,
    /// Year and month.
    Month,
    /// Year, month and day.
    Day,
    /// With hours and minutes.
    Minute,
    /// With seconds or finer.
    Second,
}

/// Reads a date. A text without a zone is taken in `zone`, else in UTC; one without a time of
/// day is its midnight. `None` where no whole date is found or the day does not exist.
///
/// Numeric dates are read day first, unless only the other order is possible or an English
/// AM/PM clock follows (`02/03/2025 10:05 PM` is of February).
pub fn parse(text: &str, zone: Option<Tz>) -> Option<Found> {
    if text.len() > LONGEST {
        return None;
    }
    let civil = read::read(text)?;
    let (time, zoned) = match civil.offset {
        Some(seconds) => {
            (civil.local.checked_sub_signed(chrono::Duration::seconds(seconds))?.and_utc(), true)
        }
        None => (in_zone(civil.local, zone), false),
    };
    Some(Found { time, precision: civil.precision, zoned, hijri: civil.hijri })
}

/// A local time in a zone; in the gap of a clock change it is taken an hour later.
fn in_zone(local: NaiveDateTime, zone: Option<Tz>) -> Time {
    let Some(zone) = zone else { return local.and_utc() };
    let found = zone
        .from_local_datetime(&local)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest());
    found.map_or_else(|| local.and_utc(), |time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests;
