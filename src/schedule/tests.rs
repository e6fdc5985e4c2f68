//! The decisions, rule by rule.

use std::time::Duration;

use chrono::TimeDelta;

use super::*;
use crate::model::{Time, UpdateHints};

fn now() -> Time {
    "2026-03-02T10:30:00Z".parse().unwrap()
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn policy(schedule: &str) -> Policy {
    Policy { schedule: Schedule::parse(schedule, None).unwrap(), ..Policy::default() }
}

/// Entries every `gap`, the newest one `gap` ago.
fn rhythm(gap: Duration, count: u32) -> Vec<Time> {
    (1..=count).map(|i| now() - TimeDelta::from_std(gap * i).unwrap()).collect()
}

fn wait(decision: &Decision) -> Duration {
    (decision.at.unwrap() - now()).to_std().unwrap()
}

fn fed(policy: &Policy, entries: &[Time], wishes: &Wishes, jitter: f64) -> Decision {
    next(Outcome::Fed, policy, Streak::default(), entries, wishes, now(), jitter)
}

fn adaptive(entries: &[Time]) -> Duration {
    wait(&fed(&policy("adaptive"), entries, &Wishes::default(), 0.0))
}

#[test]
fn adaptive_follows_the_rhythm() {
    assert_eq!(adaptive(&rhythm(minutes(2), 100)), minutes(5), "a wire service");
    assert_eq!(adaptive(&rhythm(minutes(60), 200)), minutes(30), "an hourly site");
    assert_eq!(adaptive(&rhythm(minutes(30 * 1440), 12)), minutes(360), "a monthly report");
    assert_eq!(adaptive(&[]), minutes(360), "an empty feed");
    assert_eq!(adaptive(&rhythm(minutes(90 * 1440), 3)), minutes(360), "nothing for months");
    let daily = adaptive(&rhythm(minutes(1440), 20));
    assert!(daily == minutes(360), "a daily: {daily:?}");
    let six_a_day = adaptive(&rhythm(minutes(240), 100));
    assert_eq!(six_a_day, minutes(120));
}

#[test]
fn a_burst_of_news_shortens_the_interval_at_once() {
    let mut entries = rhythm(minutes(600), 30);
    entries.extend((1..=6).map(|i| now() - TimeDelta::minutes(10 * i)));
    assert_eq!(adaptive(&entries), minutes(15));
}

#[test]
fn a_new_source_without_dates_starts_quickly() {
    // Twenty entries seen for the first time just now.
    let entries = vec![now(); 20];
    assert_eq!(adaptive(&entries), minutes(5));
}

#[test]
fn future_dates_do_no_harm() {
    let entries: Vec<Time> = (0..20).map(|i| now() + TimeDelta::days(i)).collect();
    assert_eq!(adaptive(&entries), minutes(5));
}

#[test]
fn the_reason_is_said() {
    let d = fed(&policy("adaptive"), &rhythm(minutes(60), 200), &Wishes::default(), 0.0);
    assert_eq!(d.reason, "every 30m: 3 entries within 3h");
    let d = fed(&policy("every 15m"), &[], &Wishes::default(), 0.0);
    assert_eq!(d.reason, "every 15m: as scheduled");
}

#[test]
fn chance_only_ever_adds() {
    for schedule in ["adaptive", "every 15m", "*/10 * * * *"] {
        let policy = policy(schedule);
        let entries = rhythm(minutes(60), 200);
        let least = wait(&fed(&policy, &entries, &Wishes::default(), 0.0));
        let most = wait(&fed(&policy, &entries, &Wishes::default(), 1.0));
        assert!(most > least && most <= least.mul_f64(1.1) + minutes(1), "{schedule}");
    }
}

#[test]
fn nothing_undercuts_the_minimum() {
    let entries = rhythm(Duration::from_secs(1), 500);
    for schedule in ["adaptive", "every 1s", "* * * * *"] {
        let d = fed(&policy(schedule), &entries, &Wishes::default(), 0.0);
        assert!(wait(&d) >= minutes(5), "{schedule}: {d:?}");
    }
}

#[test]
fn the_sources_wishes_are_never_undercut() {
    let policy = policy("every 5m");
    let ttl = UpdateHints { ttl_minutes: Some(90), ..UpdateHints::default() };
    for (wishes, want) in [
        (Wishes { fresh_for: Some(minutes(40)), ..Wishes::default() }, 40),
        (Wishes { retry_after: Some(minutes(3 * 1440)), ..Wishes::default() }, 3 * 1440),
        (Wishes { hints: ttl, ..Wishes::default() }, 90),
        (Wishes { fresh_for: Some(minutes(2)), ..Wishes::default() }, 5),
        // What is fresh for a year is still looked at daily.
        (Wishes { fresh_for: Some(minutes(365 * 1440)), ..Wishes::default() }, 1440),
    ] {
        for jitter in [0.0, 0.5, 1.0] {
            let d = fed(&policy, &[], &wishes, jitter);
            let (got, want) = (wait(&d), minutes(want));
            assert!(got >= want && got <= want.mul_f64(1.1), "{wishes:?}: {d:?}");
        }
    }
}

#[test]
fn skipped_hours_and_days_are_skipped() {
    let hints = UpdateHints { skip_hours: vec![10, 11], ..UpdateHints::default() };
    let d = fed(&policy("every 10m"), &[], &Wishes { hints, ..Wishes::default() }, 0.0);
    assert_eq!(d.at.unwrap().to_rfc3339(), "2026-03-02T12:40:00+00:00");
    // A Monday: 0.
    let hints = UpdateHints { skip_days: vec![0, 1], ..UpdateHints::default() };
    let d = fed(&policy("every 10m"), &[], &Wishes { hints, ..Wishes::default() }, 0.0);
    assert_eq!(d.at.unwrap().to_rfc3339(), "2026-03-04T00:40:00+00:00");
    let hints = UpdateHints { skip_hours: (0..24).collect(), ..UpdateHints::default() };
    let d = fed(&policy("every 10m"), &[], &Wishes { hints, ..Wishes::default() }, 0.0);
    assert_eq!(wait(&d), minutes(10), "who skips every hour skips none");
}

#[test]
fn failures_lengthen_the_interval_step_by_step_and_never_for_ever() {
    let policy = policy("every 10m");
    let waits = |soft| {
        let mut streak = Streak::default();
        (0..500)
            .map(|_| {
                let failed = Outcome::Failed { soft };
                let d = next(failed, &policy, streak, &[], &Wishes::default(), now(), 0.0);
                streak = d.streak;
                wait(&d)
            })
            .collect::<Vec<_>>()
    };
    let hard = waits(false);
    assert_eq!(hard[..3], [minutes(20), minutes(30), minutes(40)]);
    assert_eq!(hard[499], minutes(1440), "never given up");
    let soft = waits(true);
    assert_eq!(soft[3], minutes(20));
    assert!(soft[2] >= minutes(10).mul_f64(1.5), "three soft ones count too");
    assert!(soft.iter().zip(&hard).all(|(s, h)| s <= h));
}

#[test]
fn success_forgets_the_failures() {
    let streak = Streak { hard: 7, soft: 2 };
    let d = next(Outcome::Fed, &policy("every 10m"), streak, &[], &Wishes::default(), now(), 0.0);
    assert_eq!((wait(&d), d.streak), (minutes(10), Streak::default()));
}

#[test]
fn failing_crontab_sources_leave_times_out() {
    let streak = Streak { hard: 11, soft: 0 };
    let failed = Outcome::Failed { soft: false };
    let d = next(failed, &policy("*/10 * * * *"), streak, &[], &Wishes::default(), now(), 0.0);
    // Thirteen minimal intervals from 10:30 are 11:35.
    assert_eq!(d.at.unwrap().to_rfc3339(), "2026-03-02T11:40:00+00:00");
}

#[test]
fn gone_is_the_only_end() {
    let d = next(
        Outcome::Gone,
        &policy("adaptive"),
        Streak::default(),
        &[],
        &Wishes::default(),
        now(),
        0.5,
    );
    assert_eq!(d.at, None);
    assert!(d.reason.contains("410"));
}

#[test]
fn what_was_not_asked_is_not_counted() {
    let streak = Streak { hard: 1, soft: 1 };
    let wishes = Wishes { retry_after: Some(minutes(2)), ..Wishes::default() };
    let d = next(Outcome::NotAsked, &policy("every 1h"), streak, &[], &wishes, now(), 0.0);
    assert_eq!((d.streak, wait(&d)), (streak, minutes(2)));
}

#[test]
fn pushed_sources_are_polled_as_a_safety_net() {
    let wishes = Wishes { pushed: true, ..Wishes::default() };
    let d = fed(&policy("adaptive"), &rhythm(minutes(1), 100), &wishes, 0.0);
    assert_eq!(wait(&d), Policy::default().max_interval);
}

#[test]
fn new_sources_are_spread_but_soon() {
    let policy = policy("adaptive");
    assert_eq!(wait(&first(&policy, now(), 0.0)), Duration::ZERO);
    assert_eq!(wait(&first(&policy, now(), 1.0)), minutes(1));
}

#[test]
fn huge_numbers_do_not_overflow() {
    let policy = Policy {
        min_interval: Duration::MAX,
        max_interval: Duration::MAX,
        max_backoff: Duration::MAX,
        schedule: Schedule::Adaptive,
    };
    let streak = Streak { hard: u32::MAX, soft: u32::MAX };
    let wishes = Wishes { retry_after: Some(Duration::MAX), ..Wishes::default() };
    for outcome in [Outcome::Fed, Outcome::Failed { soft: true }, Outcome::NotAsked] {
        assert!(next(outcome, &policy, streak, &[now()], &wishes, now(), 1.0).at.is_some());
    }
}

#[test]
fn a_permanent_redirect_is_believed_after_three_feeds_and_doubted_after_failures() {
    let (old, new) = ("https://a.example/old", "https://a.example/new");
    let feed = |permanent| Found::Feed { permanent };
    let mut memory = None;
    for _ in 0..3 {
        assert_eq!(address(old, memory.as_ref()), old);
        memory = moved(old, memory, feed(Some(new)));
    }
    assert_eq!(address(old, memory.as_ref()), new);
    memory = moved(old, memory, feed(None));
    memory = moved(old, memory, Found::Failure);
    memory = moved(old, memory, Found::Failure);
    assert_eq!(address(old, memory.as_ref()), new);
    memory = moved(old, memory, feed(None));
    for _ in 0..3 {
        assert_eq!(address(old, memory.as_ref()), new);
        memory = moved(old, memory, Found::Failure);
    }
    assert_eq!((address(old, memory.as_ref()), &memory), (old, &None));
}

#[test]
fn redirects_that_change_or_vanish_are_not_believed() {
    let old = "https://a.example/old";
    let feed = |permanent| Found::Feed { permanent };
    let mut memory = None;
    for to in ["https://a.example/1", "https://a.example/2", "https://a.example/1"] {
        memory = moved(old, memory, feed(Some(to)));
    }
    assert_eq!(memory.as_ref().unwrap().seen, 1);
    assert_eq!(moved(old, memory.clone(), feed(None)), None);
    // A failure in between proves nothing either way.
    assert_eq!(moved(old, memory.clone(), Found::Failure), memory);
    // The admin wrote another address.
    assert_eq!(moved("https://b.example/", memory, feed(None)), None);
}

#[test]
fn a_second_move_begins_anew() {
    let old = "https://a.example/old";
    let believed =
        Moved { from: old.into(), to: "https://a.example/new".into(), seen: 3, failed: 0 };
    let feed = Found::Feed { permanent: Some("https://a.example/newer") };
    let memory = moved(old, Some(believed), feed);
    assert_eq!(address(old, memory.as_ref()), old);
}

#[test]
fn a_lost_network_is_told_from_failing_sources() {
    let attempt = |host: &str, ago: i64, sign| Attempt {
        host: host.into(),
        at: now() - TimeDelta::seconds(ago),
        sign,
    };
    let lost = |n: i64| -> Vec<Attempt> {
        (0..n).map(|i| attempt(&format!("h{i}.example"), i, Sign::Lost)).collect()
    };
    assert!(!network_is_down(&[], now()));
    assert!(!network_is_down(&lost(2), now()));
    assert!(network_is_down(&lost(3), now()));
    let mut one_answers = lost(9);
    one_answers.push(attempt("up.example", 0, Sign::Answered));
    assert!(!network_is_down(&one_answers, now()));
    let mut answered_before = lost(3);
    answered_before.push(attempt("up.example", 60, Sign::Answered));
    assert!(network_is_down(&answered_before, now()));
    let one_host: Vec<_> = (0..9).map(|i| attempt("h.example", i, Sign::Lost)).collect();
    assert!(!network_is_down(&one_host, now()));
    let long_ago: Vec<_> =
        (0..9).map(|i| attempt(&format!("h{i}"), 1000 + i, Sign::Lost)).collect();
    assert!(!network_is_down(&long_ago, now()));
    let hanging: Vec<_> = (0..9).map(|i| attempt(&format!("h{i}"), i, Sign::Nothing)).collect();
    assert!(!network_is_down(&hanging, now()));
}

#[test]
fn a_304_is_not_believed_for_ever() {
    let days = |n| now() - TimeDelta::days(n);
    assert!(!full_fetch_is_due(days(6), now(), 0.0));
    assert!(full_fetch_is_due(days(7), now(), 0.0));
    assert!(!full_fetch_is_due(days(10), now(), 1.0));
    assert!(full_fetch_is_due(days(11), now(), 1.0));
}
