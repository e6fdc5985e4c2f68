//! Settings from the environment: `RASAD_SECTION__KEY=value` overrides `rasad.toml`.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::advice::advise;
use super::errors::Report;
use super::settings::Settings;
use super::table::{self, Shape};
use crate::model::Problem;

const PREFIX: &str = "RASAD_";

/// Applies the variables that name settings, in order. Others are left alone, unless
/// they were plainly meant: `RASAD_DATABASE_URL` lacks an underscore.
pub fn apply(
    mut settings: Settings,
    variables: impl IntoIterator<Item = (String, String)>,
    reports: &mut Vec<Report>,
) -> Settings {
    let mut variables: Vec<_> = variables.into_iter().collect();
    variables.sort();
    for (name, value) in variables {
        let Some(setting) = name.strip_prefix(PREFIX).map(str::to_ascii_lowercase) else {
            continue;
        };
        match setting.split_once("__") {
            Some((section, key)) => {
                let mut problems = Vec::new();
                settings = set(&settings, section, key, &value, &mut problems);
                report(reports, name, value, problems);
            }
            None => {
                let problems = meant(&setting).into_iter().collect();
                report(reports, name, value, problems);
            }
        }
    }
    settings
}

fn report(reports: &mut Vec<Report>, origin: String, text: String, problems: Vec<Problem>) {
    if !problems.is_empty() {
        reports.push(Report::new(origin, &text, problems));
    }
}

/// Reads `value` as the setting `section.key` over `settings`.
///
/// A value is what TOML would read (`8`, `true`, `["a", "b"]`); where that is not what the setting
/// wants, a plain string (`127.0.0.1:80`); else a list with commas.
fn set(
    settings: &Settings,
    section: &str,
    key: &str,
    value: &str,
    problems: &mut Vec<Problem>,
) -> Settings {
    let mut first_problems = None;
    for reading in readings(value) {
        let mut found = Vec::new();
        let document = document(section, key, reading, value.len());
        let read = table::read(&document, 0..value.len(), &mut found, |t| settings.read(t));
        if found.is_empty() {
            return read;
        }
        first_problems.get_or_insert(found);
    }
    problems.extend(first_problems.unwrap_or_default());
    settings.clone()
}

/// The ways to read a value, the likeliest first.
fn readings(value: &str) -> Vec<Spanned<DeValue<'_>>> {
    let string = |text: &str, start: usize| {
        let text = text.trim().to_owned();
        Spanned::new(start..start + text.len(), DeValue::String(Cow::Owned(text)))
    };
    let mut readings: Vec<_> = DeValue::parse(value).ok().into_iter().collect();
    readings.push(Spanned::new(0..value.len(), DeValue::String(Cow::Borrowed(value))));
    let mut list = DeArray::new();
    let mut start = 0;
    for item in value.split(',') {
        let blank = item.len() - item.trim_start().len();
        if !item.trim().is_empty() {
            list.push(string(item, start + blank));
        }
        start += item.len() + 1;
    }
    readings.push(Spanned::new(0..value.len(), DeValue::Array(list)));
    readings
}

fn document<'v>(
    section: &'v str,
    key: &'v str,
    value: Spanned<DeValue<'v>>,
    len: usize,
) -> DeTable<'v> {
    let name = |text: &'v str| Spanned::new(0..len, Cow::Borrowed(text));
    let mut inner = DeTable::new();
    inner.insert(name(key), value);
    let mut outer = DeTable::new();
    outer.insert(name(section), Spanned::new(0..len, DeValue::Table(inner)));
    outer
}

/// A variable that spells a setting with one underscore.
fn meant(setting: &str) -> Option<Problem> {
    let sections = table::describe(|t| Settings::default().read(t));
    let names: Vec<_> = sections
        .iter()
        .filter_map(|section| match &section.shape {
            Shape::Table(fields) => Some((section.key, fields)),
            _ => None,
        })
        .flat_map(|(section, fields)| fields.iter().map(move |field| (section, field.key)))
        .collect();
    let (section, key) =
        names.into_iter().find(|(section, key)| setting == format!("{section}_{key}"))?;
    let name = format!("{PREFIX}{section}__{key}").to_ascii_uppercase();
    Some(
        Problem::new(
            0..0,
            "This variable sets nothing: two underscores stand between section and key.",
        )
        .help(advise(&name, &[&name])),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(pairs: &[(&str, &str)]) -> (Settings, Vec<Report>) {
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let mut reports = Vec::new();
        let settings = apply(Settings::default(), pairs, &mut reports);
        (settings, reports)
    }

    #[test]
    fn strings_numbers_lists_and_durations() {
        let (settings, reports) = applied(&[
            ("RASAD_DATABASE__URL", "postgres://u:p@db/rasad"),
            ("RASAD_FETCH__MIN_INTERVAL", "10s"),
            ("RASAD_FETCH__MAX_REDIRECTS", "3"),
            ("RASAD_FETCH__ALLOW_ADDRESSES", "127.0.1.0/24, 10.0.0.0/8"),
            ("RASAD_WEB__TRUSTED_PROXIES", "[\"10.0.0.1\"]"),
            ("RASAD_WEB__TITLE", "2026"),
            ("RASAD_WEB__LISTEN", "0.0.0.0:80"),
            ("RASAD_FETCH__ROBOTS_FOR_FEEDS", "true"),
            ("RASAD_WEB__PUBLIC_URL", ""),
            ("RASAD_CONFIG", "/etc/rasad"),
            ("RASAD_SERVICE_HOST", "10.1.2.3"),
            ("PATH", "/bin"),
        ]);
        assert_eq!(reports, []);
        assert_eq!(settings.database.url.as_str(), "postgres://u:p@db/rasad");
        assert_eq!(settings.fetch.min_interval.as_secs(), 10);
        assert_eq!(settings.fetch.max_redirects, 3);
        assert_eq!(settings.fetch.allow_addresses.len(), 2);
        assert_eq!(settings.web.trusted_proxies.len(), 1);
        assert_eq!(settings.web.title, "2026");
        assert_eq!(settings.web.listen.port(), 80);
        assert!(settings.fetch.robots_for_feeds);
        assert_eq!(settings.fetch.host_gap, Settings::default().fetch.host_gap);
    }

    #[test]
    fn mistakes_name_the_variable() {
        let (settings, reports) = applied(&[
            ("RASAD_DATABASE_URL", "sqlite://x"),
            ("RASAD_FETCH__MAX_REDIRECTS", "900"),
            ("RASAD_FETCH__MIN_INTERVALL", "5m"),
            ("RASAD_FECH__MIN_INTERVAL", "5m"),
            ("RASAD_WEB__LISTEN", "everywhere"),
        ]);
        assert_eq!(settings, Settings::default());
        let found: Vec<_> = reports
            .iter()
            .map(|r| (&*r.origin, &*r.problems[0].message, r.problems[0].help.clone().unwrap()))
            .collect();
        assert_eq!(found.len(), 5);
        assert_eq!(found[0].0, "RASAD_DATABASE_URL");
        assert_eq!(found[0].2, "Did you mean `RASAD_DATABASE__URL`?");
        assert_eq!(found[1].2, "Did you mean `fetch`?");
        assert_eq!(found[2].1, "`900` is too large for `max_redirects`.");
        assert_eq!(found[3].2, "Did you mean `min_interval`?");
        assert_eq!(found[4].1, "`everywhere` is not an address to listen at.");
    }
}
