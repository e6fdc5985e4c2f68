//! The decision: when a source is asked again, and why.

use std::time::Duration;

use chrono::{DurationRound, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

use super::plan::Schedule;
use super::rhythm;
use crate::model::{Time, UpdateHints};

/// What a hard failure adds to the interval, in intervals.
const HARD: f64 = 1.0;
/// What a soft one adds: three of them still make the interval longer by three quarters.
const SOFT: f64 = 0.25;
/// Share of the interval that chance may add. Nothing is ever taken away, so that whatever must
/// not be undercut is not.
const JITTER: f64 = 0.1;
/// Most that chance adds to a time that an admin wrote down.
const CRONTAB_JITTER: Duration = Duration::from_secs(30);
/// Longest time for which freshness and `ttl` keep us away: a day.
const FRESH_AT_MOST: Duration = Duration::from_secs(86400);
/// Pause before asking again what could not be asked at all.
const NOT_ASKED: Duration = Duration::from_secs(15);
/// What counts as for ever: a hundred years.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86400);
/// Most seconds over which the first polls of new sources are spread.
const FIRST_WITHIN: Duration = Duration::from_secs(60);

/// The limits within which intervals are chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What the admin wants.
    pub schedule: Schedule,
    /// No source is asked sooner after it was asked.
    pub min_interval: Duration,
    /// `adaptive` never waits longer.
    pub max_interval: Duration,
    /// Failures never make the interval longer than this: no source is ever given up.
    pub max_backoff: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            schedule: Schedule::Adaptive,
            min_interval: Duration::from_secs(5 * 60),
            max_interval: Duration::from_secs(6 * 3600),
            max_backoff: Duration::from_secs(24 * 3600),
        }
    }
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A feed was read, or had not changed.
    Fed,
    /// It failed; soft for what usually passes by itself.
    Failed {
        /// True for overload, slowness, a broken connection.
        soft: bool,
    },
    /// The source says that it is gone for good (410).
    Gone,
    /// It was not asked, or our own network is down: nothing is counted.
    NotAsked,
}

/// Failures in a row. Kept with the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// Hard failures since the last success.
    pub hard: u32,
    /// Soft failures since the last success.
    pub soft: u32,
}

impl Streak {
    /// The streak after one more outcome.
    #[must_use]
    pub fn after(self, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fed => Self::default(),
            Outcome::Failed { soft: true } => Self { soft: self.soft.saturating_add(1), ..self },
            Outcome::Failed { soft: false } | Outcome::Gone => {
                Self { hard: self.hard.saturating_add(1), ..self }
            }
            Outcome::NotAsked => self,
        }
    }

    /// Failures of both sorts.
    pub fn failures(self) -> u32 {
        self.hard.saturating_add(self.soft)
    }

    fn factor(self) -> f64 {
        1.0 + HARD * f64::from(self.hard) + SOFT * f64::from(self.soft)
    }
}

/// What the source itself asks for. All of it is optional and remembered between polls: a 304
/// does not repeat what the feed said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    /// How long the answer is fresh (`Cache-Control`, `Expires`).
    pub fresh_for: Option<Duration>,
    /// How long it wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// What the feed says about its rhythm.
    pub hints: UpdateHints,
    /// True while a hub tells us of changes: then polling is a slow safety net.
    pub pushed: bool,
}

/// When to ask again.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The moment; None where the source is not asked until an admin acts.
    pub at: Option<Time>,
    /// Why, in a phrase for the admin.
    pub reason: String,
    /// The failures in a row to remember.
    pub streak: Streak,
}

/// When a source is asked for the first time: soon, but not all at the same moment. `jitter` is a
/// random number from 0 up to 1.
pub fn first(policy: &Policy, now: Time, jitter: f64) -> Decision {
    let spread = policy.min_interval.min(FIRST_WITHIN).mul_f64(jitter.clamp(0.0, 1.0));
    Decision {
        at: Some(now + delta(spread)),
        reason: "new source".into(),
        streak: Streak::default(),
    }
}

/// When a source is asked again after it was asked, at `now` (the end of the poll).
///
/// `entries` are the times of the newest entries known (published, else first seen), in any order;
/// more than a few hundred add nothing. `jitter` is a random number from 0 up to 1.
pub fn next(
    outcome: Outcome,
    policy: &Policy,
    streak: Streak,
    entries: &[Time],
    wishes: &Wishes,
    now: Time,
    jitter: f64,
) -> Decision {
    let streak = streak.after(outcome);
    let jitter = jitter.clamp(0.0, 1.0);
    match outcome {
        Outcome::Gone => {
            let reason = "the source answered 410: it is gone for good".into();
            return Decision { at: None, reason, streak };
        }
        Outcome::NotAsked => {
            let pause = wishes.retry_after.unwrap_or_default().max(NOT_ASKED);
            let at = Some(now + delta(times(pause, 1.0 + JITTER * jitter)));
            return Decision { at, reason: "it could not be asked".into(), streak };
        }
        Outcome::Fed | Outcome::Failed { .. } => {}
    }
    let mut plan = planned(policy, streak, entries, wishes, now, jitter);
    for (wish, why) in floors(policy, wishes) {
        let at = now + delta(times(wish, 1.0 + JITTER * jitter));
        if plan.0 < now + delta(wish) {
            plan = (at, format!("{why} {}", words(wish)));
        }
    }
    if let Some(at) = after_skips(&wishes.hints, plan.0) {
        plan = (at, "the feed names hours or days without news".into());
    }
    Decision { at: Some(plan.0), reason: plan.1, streak }
}

/// What the schedule and the failures say, before the source's own wishes.
fn planned(
    policy: &Policy,
    streak: Streak,
    entries: &[Time],
    wishes: &Wishes,
    now: Time,
    jitter: f64,
) -> (Time, String) {
    let chance = 1.0 + JITTER * jitter;
    let (interval, why) = match &policy.schedule {
        Schedule::Every(interval) => (*interval, "as scheduled".to_owned()),
        Schedule::Crontab(line) => {
            let late = CRONTAB_JITTER.min(policy.min_interval).mul_f64(jitter);
            let written = line.next(now).unwrap_or(now + delta(policy.max_interval)) + delta(late);
            let waited = now + delta(times(backoff(policy, policy.min_interval, streak), chance));
            return if streak.failures() > 0 && waited > written {
                // Times that fall into the pause are left out.
                let at = line.next(waited).unwrap_or(waited);
                (at + delta(late), failed(streak))
            } else {
                (written, "as scheduled".to_owned())
            };
        }
        Schedule::Adaptive if wishes.pushed => (policy.max_interval, "a hub tells of news".into()),
        Schedule::Adaptive => rhythm::interval(entries, policy, now),
    };
    let interval = interval.max(policy.min_interval);
    if streak.failures() == 0 {
        return (now + delta(times(interval, chance)), format!("every {}: {why}", words(interval)));
    }
    (now + delta(times(backoff(policy, interval, streak), chance)), failed(streak))
}

/// Longer by one interval with each hard failure, by a quarter with each soft one.
fn backoff(policy: &Policy, interval: Duration, streak: Streak) -> Duration {
    let most = policy.max_backoff.max(interval);
    times(interval, streak.factor().min(1e6)).min(most)
}

fn failed(streak: Streak) -> String {
    format!("failed {} times in a row", streak.failures())
}

/// The times before which the source must not be asked, whatever the schedule says.
fn floors(policy: &Policy, wishes: &Wishes) -> Vec<(Duration, &'static str)> {
    let ttl = wishes.hints.ttl_minutes.map(|m| Duration::from_secs(60 * u64::from(m)));
    let mut floors = vec![(policy.min_interval, "never sooner than")];
    floors.extend(wishes.fresh_for.map(|d| (d.min(FRESH_AT_MOST), "the answer is fresh for")));
    floors.extend(ttl.map(|d| (d.min(FRESH_AT_MOST), "the feed asks for an interval of")));
    floors.extend(wishes.retry_after.map(|d| (d, "the server asks to wait for")));
    floors
}

/// The first moment from `at` on that lies in no skipped hour or day; None where `at` does, or
/// where every hour is skipped.
fn after_skips(hints: &UpdateHints, at: Time) -> Option<Time> {
    use chrono::Datelike;
    let skipped = |t: Time| {
        let day = t.weekday().num_days_from_monday();
        hints.skip_hours.iter().any(|h| u32::from(*h) == t.hour())
            || hints.skip_days.iter().any(|d| u32::from(*d) == day)
    };
    if !skipped(at) {
        return None;
    }
    let hour = TimeDelta::hours(1);
    let mut t = at.duration_trunc(hour).ok()?;
    // The same minute of another hour, so that not all come back on the hour.
    let minute = at - t;
    for _ in 0..7 * 24 {
        t += hour;
        if !skipped(t) {
            return Some(t + minute);
        }
    }
    None
}

/// A length of time that can be added to any moment.
pub(super) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration.min(FOR_EVER)).unwrap_or_default()
}

/// A multiple that does not overflow.
fn times(duration: Duration, factor: f64) -> Duration {
    duration.min(FOR_EVER).mul_f64(factor)
}

/// A length of time for people, without more precision than they need.
pub(super) fn words(duration: Duration) -> String {
    let secs = duration.min(FOR_EVER).as_secs();
    let rounded = match secs {
        0..=119 => secs,
        120..=7199 => (secs + 30) / 60 * 60,
        _ => (secs + 1800) / 3600 * 3600,
    };
    humantime::format_duration(Duration::from_secs(rounded)).to_string()
}
