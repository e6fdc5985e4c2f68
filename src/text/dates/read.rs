//! Numbers and words to a civil date and time.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::Precision;
use super::names;

/// A date and time as written.
pub(super) struct Civil {
    pub local: NaiveDateTime,
    /// Seconds east of UTC.
    pub offset: Option<i64>,
    pub precision: Precision,
    pub hijri: bool,
}

/// What a piece of text is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Number(u64),
    Word(String),
    Sign(char),
}

/// A number, word or sign.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub what: What,
    /// Length in characters: `03` is 2.
    pub length: usize,
    /// White space stands before it.
    pub gap: bool,
    pub used: bool,
}

/// Reads a text as one date; `None` where it holds no whole one.
pub(super) fn read(text: &str) -> Option<Civil> {
    let mut pieces = Pieces(split(text));
    if let [Piece { what: What::Number(value), length, .. }] = pieces.0.as_slice()
        && let Some(local) = bare_number(*value, *length)
    {
        let precision = match length {
            8 => Precision::Day,
            12 => Precision::Minute,
            _ => Precision::Second,
        };
        return Some(Civil { local, offset: None, precision, hijri: false });
    }
    if let Some(civil) = epoch_with_fraction(&pieces) {
        return Some(civil);
    }
    let clock = pieces.clock();
    let (date, precision, hijri) = pieces.date(clock.as_ref().is_some_and(|c| c.half))?;
    let clock = clock.or_else(|| pieces.dotted_clock());
    let offset = clock.as_ref().and_then(|c| c.offset).or_else(|| pieces.trailing_zone());
    let Some(clock) = clock.filter(|_| precision == Precision::Day) else {
        return Some(Civil { local: date.and_time(NaiveTime::MIN), offset, precision, hijri });
    };
    let local = date.and_time(NaiveTime::MIN).checked_add_signed(clock.since_midnight)?;
    Some(Civil { local, offset, precision: clock.precision, hijri })
}

/// Digits alone: compact date, or epoch seconds, milliseconds or microseconds.
pub(super) fn bare_number(value: u64, length: usize) -> Option<NaiveDateTime> {
    let part = |below: u64, width: u64| u32::try_from(value / below % width).ok();
    let compact = |unit: u64| {
        let year = i32::try_from(value / (unit * 10_000)).ok()?;
        let date = NaiveDate::from_ymd_opt(year, part(unit * 100, 100)?, part(unit, 100)?)?;
        (1900..2200).contains(&year).then_some(date)
    };
    match length {
        8 => compact(1).map(|date| date.and_time(NaiveTime::MIN)),
        12 => compact(10_000)?.and_hms_opt(part(100, 100)?, part(1, 100)?, 0),
        14 => compact(1_000_000)?.and_hms_opt(part(10_000, 100)?, part(100, 100)?, part(1, 100)?),
        9 | 10 => epoch(value, 1),
        13 => epoch(value, 1000),
        16 => epoch(value, 1_000_000),
        _ => None,
    }
}

fn epoch(value: u64, per_second: u64) -> Option<NaiveDateTime> {
    let seconds = i64::try_from(value / per_second).ok()?;
    Some(chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc())
}

/// `1738577100.123`.
fn epoch_with_fraction(pieces: &Pieces) -> Option<Civil> {
    let [a, dot, fraction] = pieces.0.as_slice() else { return None };
    let (What::Number(value), What::Sign('.'), What::Number(_)) =
        (&a.what, &dot.what, &fraction.what)
    else {
        return None;
    };
    let local = (a.length >= 9 && a.length <= 10).then(|| epoch(*value, 1)).flatten()?;
    Some(Civil { local, offset: None, precision: Precision::Second, hijri: false })
}

fn split(text: &str) -> Vec<Piece> {
    let folded = names::fold(text);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut gap = false;
    let mut chars = folded.chars().peekable();
    while let Some(&c) = chars.peek() {
        let mut run = String::new();
        let what = if c.is_ascii_digit() {
            take(&mut chars, &mut run, |c| c.is_ascii_digit());
            // Longer than any date: too large a number to mean anything.
            What::Number(run.parse().unwrap_or(u64::MAX))
        } else if c.is_alphabetic() {
            take(&mut chars, &mut run, char::is_alphabetic);
            What::Word(run.clone())
        } else {
            chars.next();
            if c.is_whitespace() {
                gap = true;
                continue;
            }
            run.push(c);
            What::Sign(c)
        };
        pieces.push(Piece { what, length: run.chars().count(), gap, used: false });
        gap = false;
    }
    pieces
}

fn take(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    run: &mut String,
    belongs: impl Fn(char) -> bool,
) {
    while let Some(&c) = chars.peek().filter(|&&c| belongs(c)) {
        run.push(c);
        chars.next();
    }
}

/// The pieces of a text, each used once.
pub(super) struct Pieces(pub(super) Vec<Piece>);

impl Pieces {
    pub(super) fn number(&self, at: usize) -> Option<(u64, usize)> {
        match self.0.get(at) {
            Some(Piece { what: What::Number(value), length, used: false, .. }) => {
                Some((*value, *length))
            }
            _ => None,
        }
    }

    pub(super) fn word(&self, at: usize) -> Option<&str> {
        match self.0.get(at) {
            Some(Piece { what: What::Word(word), used: false, .. }) => Some(word),
            _ => None,
        }
    }

    pub(super) fn sign(&self, at: usize) -> Option<char> {
        match self.0.get(at) {
            Some(Piece { what: What::Sign(sign), used: false, .. }) => Some(*sign),
            _ => None,
        }
    }

    pub(super) fn gap(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|piece| piece.gap)
    }

    pub(super) fn mark(&mut self, from: usize, to: usize) {
        for piece in &mut self.0[from..to] {
            piece.used = true;
        }
    }
}
