//! `schedule = "…"` of a source.

use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;

use super::crontab::Crontab;

/// Shortest and longest interval that can be written.
const INTERVALS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(31 * 86400));

/// When an admin wants a source to be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// As often as its entries come.
    Adaptive,
    /// At a fixed interval.
    Every(Duration),
    /// At the times of a crontab line.
    Crontab(Crontab),
}

impl Schedule {
    /// Reads `adaptive`, `every 15m`, a crontab line of five fields or a nickname (`@hourly`).
    /// Crontab lines run in `timezone` (an IANA name), else in UTC.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong and what to write.
    pub fn parse(text: &str, timezone: Option<&str>) -> Result<Self, String> {
        let text = text.trim();
        let zone = timezone.map_or(Ok(Tz::UTC), |name| {
            Tz::from_str(name.trim()).map_err(|_| {
                format!("{name:?} is not a time zone of the IANA list, such as \"Asia/Amman\".")
            })
        })?;
        if text.eq_ignore_ascii_case("adaptive") {
            return Ok(Self::Adaptive);
        }
        let interval = text.strip_prefix("every ").or_else(|| text.strip_prefix("@every "));
        if let Some(interval) = interval {
            return every(interval.trim());
        }
        if text.starts_with('@') || text.contains(' ') {
            return Crontab::parse(text, zone).map(Self::Crontab);
        }
        Err(format!(
            "{text:?} is not a schedule: write \"adaptive\", \"every 15m\", \"@hourly\" or a \
             crontab line such as \"*/15 6-22 * * *\"."
        ))
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, None)
    }
}

fn every(interval: &str) -> Result<Schedule, String> {
    let parsed = humantime::parse_duration(interval).map_err(|_| {
        format!("{interval:?} is not a length of time such as \"15m\", \"2h\" or \"1h 30m\".")
    })?;
    if parsed < INTERVALS.0 || parsed > INTERVALS.1 {
        return Err(format!("{interval:?} is not between one second and 31 days."));
    }
    Ok(Schedule::Every(parsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_read() {
        assert_eq!(Schedule::parse(" Adaptive ", None), Ok(Schedule::Adaptive));
        assert_eq!(
            Schedule::parse("every 1h 30m", None),
            Ok(Schedule::Every(Duration::from_secs(5400)))
        );
        assert!(matches!(Schedule::parse("@hourly", None), Ok(Schedule::Crontab(_))));
        assert!(matches!(
            Schedule::parse("*/15 6-22 * * *", Some("Africa/Casablanca")),
            Ok(Schedule::Crontab(_))
        ));
    }

    #[test]
    fn the_rest_is_refused_with_a_sentence() {
        for (text, zone) in [
            ("", None),
            ("sometimes", None),
            ("every", None),
            ("every day", None),
            ("every 0s", None),
            ("every 40days", None),
            ("15m", None),
            ("* * * *", None),
            ("adaptive", Some("Mars/Phobos")),
        ] {
            let error = Schedule::parse(text, zone).unwrap_err();
            assert!(error.ends_with('.'), "{text}: {error}");
        }
    }
}
