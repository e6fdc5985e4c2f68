//! Words and tables for a terminal. Everything from outside is one line without control
//! characters before it is printed.

use comfy_table::{Table, presets};

use crate::config::Config;
use crate::model::Time;
use crate::publish;

/// A table as all commands print it.
pub(super) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_header(header);
    table
}

/// A text from outside in one line of at most `chars` characters.
pub(super) fn line(text: &str, chars: usize) -> String {
    publish::shorten(&publish::line(text), chars)
}

/// How long ago something was: `3 hours ago`; what is ahead is `in 3 hours`.
pub(super) fn ago(then: Time, now: Time) -> String {
    let seconds = (now - then).num_seconds();
    let span = match seconds.abs() {
        0..60 => return "just now".to_owned(),
        s @ 60..3_600 => count(s / 60, "minute"),
        s @ 3_600..172_800 => count(s / 3_600, "hour"),
        s @ 172_800..5_184_000 => count(s / 86_400, "day"),
        s @ 5_184_000..63_072_000 => count(s / 2_592_000, "month"),
        s => count(s / 31_536_000, "year"),
    };
    if seconds < 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// A number of things.
pub(super) fn count(number: i64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The number of a list's items as `count` takes it.
pub(super) fn number(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

/// What `rasad sources` says where it looks for a source in vain.
pub(super) fn no_source(config: &Config, id: &str) -> String {
    let near = config
        .sources
        .iter()
        .map(|source| (strsim::jaro_winkler(id, &source.id), &source.id))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let meant = near.map(|(_, id)| format!(" Did you mean `{id}`?")).unwrap_or_default();
    format!(
        "There is no source `{}` in sources.toml.{meant} `rasad sources list` names them.",
        line(id, 80)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_words() {
        let now = Time::from_timestamp(1_800_000_000, 0).unwrap();
        let told = |seconds: i64| ago(now - chrono::TimeDelta::seconds(seconds), now);
        for (seconds, expected) in [
            (0, "just now"),
            (60, "1 minute ago"),
            (7_200, "2 hours ago"),
            (-7_200, "in 2 hours"),
            (172_800, "2 days ago"),
            (90 * 86_400, "3 months ago"),
            (800 * 86_400, "2 years ago"),
        ] {
            assert_eq!(told(seconds), expected);
        }
    }

    #[test]
    fn nothing_from_outside_reaches_the_terminal_as_it_is() {
        assert_eq!(line("خبر\u{1b}[31m\n\u{202e}عاجل", 50), "خبر[31m عاجل");
        assert_eq!(line("واحد اثنان ثلاثة", 10).chars().last(), Some('…'));
    }
}
