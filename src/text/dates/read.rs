//! Numbers and words to a civil date and time.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::names::{self, Month};
use super::{Precision, zones};

/// A date and time as written.
pub(super) struct Civil {
    pub local: NaiveDateTime,
    /// Seconds east of UTC.
    pub offset: Option<i64>,
    pub precision: Precision,
    pub hijri: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Number(u64),
    Word(String),
    Sign(char),
}

#[derive(Debug, Clone)]
struct Piece {
    what: What,
    /// Length in characters: `03` is 2.
    length: usize,
    /// White space stands before it.
    gap: bool,
    used: bool,
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
fn bare_number(value: u64, length: usize) -> Option<NaiveDateTime> {
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

struct Pieces(Vec<Piece>);

/// A time of day.
struct Clock {
    since_midnight: chrono::Duration,
    precision: Precision,
    offset: Option<i64>,
    /// Written with AM or PM.
    half: bool,
}

impl Pieces {
    fn number(&self, at: usize) -> Option<(u64, usize)> {
        match self.0.get(at) {
            Some(Piece { what: What::Number(value), length, used: false, .. }) => {
                Some((*value, *length))
            }
            _ => None,
        }
    }

    fn word(&self, at: usize) -> Option<&str> {
        match self.0.get(at) {
            Some(Piece { what: What::Word(word), used: false, .. }) => Some(word),
            _ => None,
        }
    }

    fn sign(&self, at: usize) -> Option<char> {
        match self.0.get(at) {
            Some(Piece { what: What::Sign(sign), used: false, .. }) => Some(*sign),
            _ => None,
        }
    }

    fn gap(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|piece| piece.gap)
    }

    fn mark(&mut self, from: usize, to: usize) {
        for piece in &mut self.0[from..to] {
            piece.used = true;
        }
    }

    // --- time of day

    fn clock(&mut self) -> Option<Clock> {
        let (start, end, mut parts, precision) =
            (0..self.0.len()).find_map(|at| self.clock_at(at))?;
        self.mark(start, end);
        let mut end = end;
        let after = self.half_after(end);
        let before = start.checked_sub(1).and_then(|at| names::half_of_day(self.word(at)?));
        if let Some((_, past)) = after {
            self.mark(end, past);
            end = past;
        }
        let half = after.map(|(half, _)| half).or(before);
        if let Some(pm) = half
            && parts[0] <= 12
        {
            parts[0] = parts[0] % 12 + if pm { 12 } else { 0 };
        }
        let offset = self.zone_after(end).map(|(offset, past)| {
            self.mark(end, past);
            offset
        });
        let [h, m, s] = parts;
        if h > 24 || m > 59 || s > 60 || (h == 24 && m + s > 0) {
            return None;
        }
        Some(Clock {
            since_midnight: chrono::Duration::seconds(i64::from(h * 3600 + m * 60 + s)),
            precision,
            offset,
            half: after.is_some(),
        })
    }

    /// Where a time of day starts and ends, with its parts.
    fn clock_at(&self, at: usize) -> Option<(usize, usize, [u32; 3], Precision)> {
        let (hour, length) = self.number(at)?;
        let small = |(value, length): (u64, usize)| {
            u32::try_from(value).ok().filter(|_| length <= 2 && value < 61)
        };
        // T100500
        let after_t = at > 0 && self.word(at - 1) == Some("t");
        if after_t && (length == 6 || length == 4) {
            let value = u32::try_from(hour).ok()? * if length == 4 { 100 } else { 1 };
            let parts = [value / 10_000, value / 100 % 100, value % 100];
            let precision = if length == 4 { Precision::Minute } else { Precision::Second };
            return Some((at - 1, self.past_fraction(at + 1), parts, precision));
        }
        let is_offset = at > 0 && self.sign(at - 1) == Some('+') && !self.gap(at);
        let h = small((hour, length)).filter(|&h| h <= 24 && !is_offset)?;
        let start = if after_t { at - 1 } else { at };
        if self.sign(at + 1) == Some(':') {
            let m = small(self.number(at + 2)?)?;
            if self.sign(at + 3) == Some(':')
                && let Some(s) = self.number(at + 4).and_then(small)
            {
                return Some((start, self.past_fraction(at + 5), [h, m, s], Precision::Second));
            }
            return Some((start, at + 3, [h, m, 0], Precision::Minute));
        }
        self.clock_in_words(at, h)
    }

    /// `10h05`, `10시 05분 20초`, `10 Uhr`, `5 pm`.
    fn clock_in_words(&self, at: usize, h: u32) -> Option<(usize, usize, [u32; 3], Precision)> {
        let unit = self.word(at + 1)?;
        if names::half_of_day(unit).is_some() && unit.is_ascii() && h <= 12 {
            return Some((at, at + 1, [h, 0, 0], Precision::Minute));
        }
        if !matches!(unit, "h" | "uhr" | "시" | "时" | "時" | "点" | "hrs" | "heures") {
            return None;
        }
        let mut end = at + 2;
        let mut parts = [h, 0, 0];
        for (n, names) in [(1, ["분", "分", "min", "m"]), (2, ["초", "秒", "s", "sec"])] {
            let Some((value, length)) = self.number(end).filter(|n| n.1 <= 2) else { break };
            let named = self.word(end + 1).is_some_and(|w| names.contains(&w));
            if !named && (length != 2 || n == 2) {
                break;
            }
            parts[n] = u32::try_from(value).ok()?;
            end += 1 + usize::from(named);
        }
        Some((at, end, parts, Precision::Minute))
    }

    fn past_fraction(&self, at: usize) -> usize {
        let fraction = matches!(self.sign(at), Some('.' | ','))
            && !self.gap(at + 1)
            && self.number(at + 1).is_some();
        if fraction { at + 2 } else { at }
    }

    /// AM or PM after the time: `pm`, `p.m.`, `مساءً`.
    fn half_after(&self, at: usize) -> Option<(bool, usize)> {
        let at = at + usize::from(matches!(self.sign(at), Some(',' | '،')));
        let word = self.word(at)?;
        if let Some(half) = names::half_of_day(word) {
            return Some((half, at + 1));
        }
        let dotted = matches!(word, "a" | "p")
            && self.sign(at + 1) == Some('.')
            && self.word(at + 2) == Some("m");
        dotted.then(|| (word == "p", at + 3 + usize::from(self.sign(at + 3) == Some('.'))))
    }

    /// A zone right after the time: its offset and where it ends.
    fn zone_after(&self, at: usize) -> Option<(i64, usize)> {
        let at = at + usize::from(matches!(self.sign(at), Some('(' | '[' | ',')));
        if let Some(numeric) = self.numeric_offset(at) {
            return Some(numeric);
        }
        let named = zones::offset(self.word(at)?)?;
        // `GMT+3`: the number counts; after other names it is no offset.
        match self.numeric_offset(at + 1) {
            Some(numeric) if named == 0 => Some(numeric),
            _ => Some((named, at + 1)),
        }
    }

    fn numeric_offset(&self, at: usize) -> Option<(i64, usize)> {
        let sign = match self.sign(at)? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (value, length) = self.number(at + 1).filter(|_| !self.gap(at + 1))?;
        let value = i64::try_from(value).ok()?;
        let (hours, minutes, end) = match length {
            1 | 2 if self.sign(at + 2) == Some(':') => {
                (value, i64::try_from(self.number(at + 3)?.0).ok()?, at + 4)
            }
            1 | 2 => (value, 0, at + 2),
            3 | 4 => (value / 100, value % 100, at + 2),
            _ => return None,
        };
        // `10:05 -3/2/2025` and `-3 February` go on with a date.
        let goes_on = matches!(self.sign(end), Some('/' | '-' | '.'))
            || self.word(end).is_some_and(|w| names::month(w, None).is_some());
        (hours <= 14 && minutes < 60 && !goes_on)
            .then_some((sign * (hours * 3600 + minutes * 60), end))
    }

    /// A zone after a date without a time of day: `2025-02-03+03:00`, `2025-02-03Z`.
    fn trailing_zone(&self) -> Option<i64> {
        let first = self.0.iter().rposition(|piece| piece.used)? + 1;
        self.zone_after(first).filter(|(_, end)| *end == self.0.len()).map(|(offset, _)| offset)
    }

    /// `10.05` after the date was found.
    fn dotted_clock(&mut self) -> Option<Clock> {
        let at = (0..self.0.len()).find(|&at| {
            self.number(at).is_some_and(|(h, l)| h < 24 && l <= 2)
                && self.sign(at + 1) == Some('.')
                && !self.gap(at + 2)
                && self.number(at + 2).is_some_and(|(m, l)| m < 60 && l == 2)
        })?;
        let (h, m) = (self.number(at)?.0, self.number(at + 2)?.0);
        self.mark(at, at + 3);
        let minutes = i64::try_from(h * 60 + m).ok()?;
        Some(Clock {
            since_midnight: chrono::Duration::minutes(minutes),
            precision: Precision::Minute,
            offset: self.zone_after(at + 3).map(|(offset, _)| offset),
            half: false,
        })
    }

    // --- date

    fn date(&mut self, english_clock: bool) -> Option<(NaiveDate, Precision, bool)> {
        let months = self.months();
        let found = self
            .named_date(&months, false)
            .or_else(|| self.counted_date())
            .or_else(|| self.numeric_date(english_clock))
            .or_else(|| self.named_date(&months, true))
            .or_else(|| self.loose_date(&months))?;
        let (year, month, day) = found;
        let hijri = months.iter().any(|m| m.2.hijri && u32::from(m.2.number) == month)
            || self.0.iter().any(|p| p.what == What::Word("ه".to_owned()));
        if hijri && (1300..1600).contains(&year) {
            return Some((hijri_date(year, month, day.unwrap_or(1))?, precision(1, day), true));
        }
        if !(1900..2200).contains(&year) {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(year, month.max(1), day.unwrap_or(1))?;
        Some((date, precision(month, day), false))
    }

    /// Where months are named: first piece, piece after the last, month.
    fn months(&self) -> Vec<(usize, usize, Month)> {
        let mut found = Vec::new();
        for at in 0..self.0.len() {
            let Some(word) = self.word(at) else { continue };
            if let Some((month, words)) = names::month(word, self.word(at + 1)) {
                found.push((at, at + words, month));
            }
        }
        if found.iter().any(|m| !m.2.doubtful) {
            found.retain(|m| !m.2.doubtful);
        }
        found
    }

    /// A named month with day and year next to it, in any order.
    fn named_date(&mut self, months: &[(usize, usize, Month)], hijri: bool) -> Option<Ymd> {
        for &(start, end, month) in months.iter().filter(|m| m.2.hijri == hijri) {
            let before = self.nearest_before(start);
            let after = self.nearest_after(end);
            let second = after.and_then(|(at, _)| self.nearest_after(at + 1));
            let earlier = before.and_then(|(at, _)| self.nearest_before(at));
            let is_day = |n: Option<Near>| {
                n.and_then(|(at, (v, l))| {
                    (l <= 2 && (1..=31).contains(&v)).then_some((at, u32::try_from(v).ok()?))
                })
            };
            let is_year = |n: Option<Near>| n.and_then(|(at, (v, l))| Some((at, full_year(v, l)?)));
            let choice = match (is_day(before), is_year(after)) {
                (Some(day), Some(year)) => Some((day, year)),
                (Some(day), None) => is_year(earlier).map(|year| (day, year)),
                (None, _) => match (is_day(after), is_year(second)) {
                    (Some(day), Some(year)) => Some((day, year)),
                    (Some(day), None) => is_year(before).map(|year| (day, year)),
                    _ => None,
                },
            };
            if let Some(((day_at, day), (year_at, year))) = choice {
                self.mark(day_at, day_at + 1);
                self.mark(year_at, year_at + 1);
                self.mark(start, end);
                return Some((year, u32::from(month.number), Some(day)));
            }
        }
        None
    }

    fn nearest_before(&self, at: usize) -> Option<Near> {
        (0..at)
            .rev()
            .filter(|&n| !self.0[n].used)
            .take(4)
            .find_map(|n| self.number(n).map(|v| (n, v)))
    }

    fn nearest_after(&self, at: usize) -> Option<Near> {
        (at..self.0.len())
            .filter(|&n| !self.0[n].used)
            .take(4)
            .find_map(|n| self.number(n).map(|v| (n, v)))
    }

    /// `2025년 02월 03일`, `2025年2月3日`.
    fn counted_date(&mut self) -> Option<Ymd> {
        let counted = |names: [&str; 2]| {
            (1..self.0.len()).find_map(|at| {
                let word = self.word(at)?;
                names.iter().any(|n| word.starts_with(n)).then(|| self.number(at - 1))?
            })
        };
        let year = counted(["년", "年"]).and_then(|(v, l)| full_year(v, l))?;
        let month = counted(["월", "月"]).and_then(|(v, _)| u32::try_from(v).ok())?;
        let day = counted(["일", "日"]).and_then(|(v, _)| u32::try_from(v).ok());
        for piece in &mut self.0 {
            piece.used |= matches!(piece.what, What::Number(_));
        }
        Some((year, month, day))
    }

    /// Three numbers with the same sign between them, or eight digits in one.
    fn numeric_date(&mut self, english_clock: bool) -> Option<Ymd> {
        for at in 0..self.0.len() {
            let Some(first) = self.number(at) else { continue };
            if first.1 == 8
                && let Some(date) = bare_number(first.0, 8)
            {
                self.mark(at, at + 1);
                return Some(parts_of(date.date()));
            }
            let Some(sign @ ('-' | '/' | '.' | '\\' | '،' | ',')) = self.sign(at + 1) else {
                continue;
            };
            let (Some(second), Some(third)) = (self.number(at + 2), self.number(at + 4)) else {
                continue;
            };
            if self.sign(at + 3) != Some(sign) {
                continue;
            }
            if let Some(date) = order([first, second, third], sign, english_clock) {
                self.mark(at, at + 5);
                return Some(date);
            }
        }
        None
    }

    /// What is left when there is no whole date: year and day of the year, year and month, year.
    fn loose_date(&mut self, months: &[(usize, usize, Month)]) -> Option<Ymd> {
        if let [(_, end, month)] = months
            && let Some((at, (year, 4))) = self.nearest_after(*end)
            && (0..self.0.len()).all(|n| n == at || self.number(n).is_none())
        {
            self.mark(at, at + 1);
            return Some((i32::try_from(year).ok()?, u32::from(month.number), None));
        }
        let free = |p: &Piece| !p.used;
        let (year, length) = self.number(0)?;
        let year = i32::try_from(year).ok()?;
        if length == 7 {
            let date = NaiveDate::from_yo_opt(year / 1000, u32::try_from(year % 1000).ok()?)?;
            self.mark(0, 1);
            return Some(parts_of(date));
        }
        if length != 4 {
            return None;
        }
        if self.0.iter().filter(|p| free(p)).count() == 1 {
            self.mark(0, 1);
            return Some((year, 0, None));
        }
        let (value, length) = self.number(2).filter(|_| matches!(self.sign(1), Some('-' | '/')))?;
        if self.sign(3) == self.sign(1) && self.number(4).is_some() {
            return None; // a whole date, of a day that does not exist
        }
        let value = u32::try_from(value).ok()?;
        self.mark(0, 3);
        match length {
            3 => NaiveDate::from_yo_opt(year, value).map(parts_of),
            1 | 2 if (1..=12).contains(&value) => Some((year, value, None)),
            _ => None,
        }
    }
}

/// A number with its length, and where it stands.
type Near = (usize, (u64, usize));
/// Year, month (0 where unknown), day.
type Ymd = (i32, u32, Option<u32>);

fn parts_of(date: NaiveDate) -> Ymd {
    use chrono::Datelike;
    (date.year(), date.month(), Some(date.day()))
}

fn precision(month: u32, day: Option<u32>) -> Precision {
    match (month, day) {
        (0, _) => Precision::Year,
        (_, None) => Precision::Month,
        _ => Precision::Day,
    }
}

fn full_year(value: u64, length: usize) -> Option<i32> {
    let year = i32::try_from(value).ok()?;
    match length {
        4 => Some(year),
        2 if year < 69 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// Three numbers to year, month, day.
fn order(numbers: [(u64, usize); 3], sign: char, english_clock: bool) -> Option<Ymd> {
    let [(a, a_len), (b, b_len), (c, c_len)] = numbers;
    if a_len > 4 || b_len > 2 || c_len > 4 {
        return None;
    }
    let small = |n: u64| u32::try_from(n).ok();
    let ymd = |y: u64, len: usize, m: u64, d: u64| {
        ((1..=12).contains(&m) && (1..=31).contains(&d))
            .then(|| Some((full_year(y, len)?, small(m)?, Some(small(d)?))))
            .flatten()
    };
    if a_len == 4 {
        return ymd(a, 4, b, c).or_else(|| ymd(a, 4, c, b));
    }
    if c_len <= 2 && sign == '-' && a_len == 2 {
        // ISO 8601 with two digits of the year.
        if let Some(date) = ymd(a, 2, b, c) {
            return Some(date);
        }
    }
    let day_first = || ymd(c, c_len, b, a);
    let month_first = || ymd(c, c_len, a, b);
    if sign == '/' && english_clock {
        month_first().or_else(day_first)
    } else {
        day_first().or_else(month_first)
    }
}

/// The tabular Islamic calendar (epoch 16 July 622, Julian; leap years 2, 5, 7, 10, 13, 16, 18,
/// 21, 24, 26, 29 of 30).
fn hijri_date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    if !(1..=12).contains(&month) || !(1..=30).contains(&day) {
        return None;
    }
    let (y, m, d) = (i64::from(year), i64::from(month), i64::from(day));
    let days = d + (59 * (m - 1) + 1) / 2 + (y - 1) * 354 + (3 + 11 * y) / 30;
    // Day 1 is 19 July 622 in the Gregorian calendar carried back.
    NaiveDate::from_ymd_opt(622, 7, 18)?.checked_add_signed(chrono::Duration::days(days))
}
