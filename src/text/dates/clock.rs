//! The time of day in a text, with its zone.

use super::read::Pieces;
use super::{Precision, names, zones};

/// A time of day.
pub(super) struct Clock {
    pub since_midnight: chrono::Duration,
    pub precision: Precision,
    pub offset: Option<i64>,
    /// Written with AM or PM.
    pub half: bool,
}

impl Pieces {
    /// The first time of day in the text.
    pub(super) fn clock(&mut self) -> Option<Clock> {
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
            .then(|| (sign * (hours * 3600 + minutes * 60), end))
    }

    /// A zone after a date without a time of day: `2025-02-03+03:00`, `2025-02-03Z`.
    pub(super) fn trailing_zone(&self) -> Option<i64> {
        let first = self.0.iter().rposition(|piece| piece.used)? + 1;
        self.zone_after(first).filter(|(_, end)| *end == self.0.len()).map(|(offset, _)| offset)
    }

    /// `10.05` after the date was found.
    pub(super) fn dotted_clock(&mut self) -> Option<Clock> {
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
}
