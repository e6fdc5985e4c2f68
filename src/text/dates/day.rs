//! The day in a text.

use chrono::NaiveDate;

use super::Precision;
use super::names::{self, Month};
use super::read::{Piece, Pieces, What, bare_number};

impl Pieces {
    /// The day, how exactly it is given, and whether it was given in the Islamic calendar.
    pub(super) fn date(&mut self, english_clock: bool) -> Option<(NaiveDate, Precision, bool)> {
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
