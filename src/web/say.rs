//! Numbers and moments in words: plurals as each language has them, dates, "3 hours ago".

use chrono::{Datelike, Timelike};

use crate::model::Time;
use crate::publish::Tongue;

/// The forms of a counted noun; `{}` stands for the number.
pub(super) struct Noun {
    /// One, two, 3–10, 11–99, round hundreds: the last two digits decide from three on.
    ar: [&'static str; 5],
    /// One, more.
    en: [&'static str; 2],
    es: [&'static str; 2],
    fr: [&'static str; 2],
}

pub(super) const OTHER_SITES: Noun = Noun {
    ar: ["موقع آخر", "موقعين آخرين", "{} مواقع أخرى", "{} موقعًا آخر", "{} موقع آخر"],
    en: ["{} other site", "{} other sites"],
    es: ["{} sitio más", "{} sitios más"],
    fr: ["{} autre site", "{} autres sites"],
};
pub(super) const ARTICLES: Noun = Noun {
    ar: ["مقال واحد", "مقالان", "{} مقالات", "{} مقالًا", "{} مقال"],
    en: ["{} article", "{} articles"],
    es: ["{} artículo", "{} artículos"],
    fr: ["{} article", "{} articles"],
};
pub(super) const CHARACTERS: Noun = Noun {
    ar: ["حرف واحد", "حرفان", "{} أحرف", "{} حرفًا", "{} حرف"],
    en: ["{} character", "{} characters"],
    es: ["{} carácter", "{} caracteres"],
    fr: ["{} caractère", "{} caractères"],
};
const MINUTES: Noun = Noun {
    ar: ["منذ دقيقة", "منذ دقيقتين", "منذ {} دقائق", "منذ {} دقيقة", "منذ {} دقيقة"],
    en: ["{} minute ago", "{} minutes ago"],
    es: ["hace {} minuto", "hace {} minutos"],
    fr: ["il y a {} minute", "il y a {} minutes"],
};
const HOURS: Noun = Noun {
    ar: ["منذ ساعة", "منذ ساعتين", "منذ {} ساعات", "منذ {} ساعة", "منذ {} ساعة"],
    en: ["{} hour ago", "{} hours ago"],
    es: ["hace {} hora", "hace {} horas"],
    fr: ["il y a {} heure", "il y a {} heures"],
};

/// `count` of a noun in words.
pub(super) fn counted(tongue: Tongue, count: u64, noun: &Noun) -> String {
    let form = match tongue {
        Tongue::Ar => match (count, count % 100) {
            (1, _) => noun.ar[0],
            (2, _) => noun.ar[1],
            (_, 3..=10) => noun.ar[2],
            (_, 11..) => noun.ar[3],
            _ => noun.ar[4],
        },
        Tongue::En => noun.en[usize::from(count != 1)],
        Tongue::Es => noun.es[usize::from(count != 1)],
        Tongue::Fr => noun.fr[usize::from(count > 1)],
    };
    form.replace("{}", &number(tongue, count))
}

/// A number with its thousands apart. Western digits, which all of our readers know.
pub(super) fn number(tongue: Tongue, number: u64) -> String {
    let separator = match tongue {
        Tongue::Ar | Tongue::En => ",",
        Tongue::Es => ".",
        Tongue::Fr => "\u{202f}",
    };
    let digits = number.to_string();
    let mut parts: Vec<&str> = Vec::new();
    let mut end = digits.len();
    while end > 3 {
        parts.push(&digits[end - 3..end]);
        end -= 3;
    }
    parts.push(&digits[..end]);
    parts.reverse();
    parts.join(separator)
}

/// How long ago `then` was, in the first day; its date afterwards.
pub(super) fn ago(tongue: Tongue, now: Time, then: Time) -> String {
    let minutes = u64::try_from((now - then).num_minutes()).unwrap_or(0);
    match minutes {
        0..60 => counted(tongue, minutes.max(1), &MINUTES),
        60..1440 => counted(tongue, minutes / 60, &HOURS),
        _ => date(tongue, then),
    }
}

/// Day, month and year.
pub(super) fn date(tongue: Tongue, time: Time) -> String {
    let (day, year) = (time.day(), time.year());
    let month = MONTHS[tongue as usize][time.month0() as usize];
    match tongue {
        Tongue::Es => format!("{day} de {month} de {year}"),
        Tongue::Fr if day == 1 => format!("1er {month} {year}"),
        _ => format!("{day} {month} {year}"),
    }
}

/// Date and time of day, in UTC.
pub(super) fn moment(tongue: Tongue, time: Time) -> String {
    let comma = tongue.comma();
    format!("{}{comma}{:02}:{:02} UTC", date(tongue, time), time.hour(), time.minute())
}

/// Whole days since the epoch, UTC.
pub(super) fn day(time: Time) -> i64 {
    time.timestamp().div_euclid(86_400)
}

const MONTHS: [[&str; 12]; 4] = [
    [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_counts_in_its_own_way() {
        let say = |count| counted(Tongue::Ar, count, &ARTICLES);
        assert_eq!(say(1), "مقال واحد");
        assert_eq!(say(2), "مقالان");
        assert_eq!(say(7), "7 مقالات");
        assert_eq!(say(11), "11 مقالًا");
        assert_eq!(say(103), "103 مقالات");
        assert_eq!(say(1_000), "1,000 مقال");
    }

    #[test]
    fn the_others_have_one_and_more() {
        assert_eq!(counted(Tongue::Fr, 0, &ARTICLES), "0 article");
        assert_eq!(counted(Tongue::Fr, 1_234_567, &ARTICLES), "1\u{202f}234\u{202f}567 articles");
        assert_eq!(counted(Tongue::En, 0, &ARTICLES), "0 articles");
        assert_eq!(counted(Tongue::Es, 1, &OTHER_SITES), "1 sitio más");
    }

    #[test]
    fn moments_are_near_or_dated() {
        let now: Time = "2026-02-03T10:05:00Z".parse().unwrap();
        let said = |then: &str, tongue| ago(tongue, now, then.parse().unwrap());
        assert_eq!(said("2026-02-03T10:04:50Z", Tongue::En), "1 minute ago");
        assert_eq!(said("2026-02-03T08:00:00Z", Tongue::Ar), "منذ ساعتين");
        assert_eq!(said("2026-02-03T11:00:00Z", Tongue::Fr), "il y a 1 minute");
        assert_eq!(said("2026-02-01T08:00:00Z", Tongue::Fr), "1er février 2026");
        assert_eq!(said("2025-12-31T08:00:00Z", Tongue::Es), "31 de diciembre de 2025");
        assert_eq!(moment(Tongue::Ar, now), "3 فبراير 2026، 10:05 UTC");
    }
}
