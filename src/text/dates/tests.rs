use super::*;

fn utc(text: &str) -> Option<String> {
    parse(text, None).map(|found| found.time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[track_caller]
fn reads(pairs: &[(&str, &str)]) {
    for (written, meant) in pairs {
        assert_eq!(utc(written).as_deref(), Some(*meant), "{written}");
    }
}

#[test]
fn standard_forms() {
    reads(&[
        ("Tue, 04 Mar 2025 08:30:15 GMT", "2025-03-04T08:30:15Z"),
        ("4 Mar 25 08:30 EST", "2025-03-04T13:30:00Z"),
        ("2025-03-04T08:30:15Z", "2025-03-04T08:30:15Z"),
        ("2025-03-04T08:30:15.123+02:00", "2025-03-04T06:30:15Z"),
        ("2025-03-04T08:30:15,5-0330", "2025-03-04T12:00:15Z"),
        ("20250304T083015Z", "2025-03-04T08:30:15Z"),
        ("20250304T0830+01", "2025-03-04T07:30:00Z"),
        ("2025-03-04", "2025-03-04T00:00:00Z"),
        ("2025-063", "2025-03-04T00:00:00Z"),
        ("2025063", "2025-03-04T00:00:00Z"),
        ("2025-03", "2025-03-01T00:00:00Z"),
        ("2025", "2025-01-01T00:00:00Z"),
        ("Tue Mar  4 08:30:15 2025", "2025-03-04T08:30:15Z"),
        ("Tue Mar 04 08:30:15 PST 2025", "2025-03-04T16:30:15Z"),
        ("Tue Mar 04 2025 08:30:15 GMT+0300 (Arab Standard Time)", "2025-03-04T05:30:15Z"),
        ("Tuesday, March 4th, 2025 at 8:30 p.m.", "2025-03-04T20:30:00Z"),
    ]);
}

#[test]
fn numbers_alone() {
    reads(&[
        ("1741077015", "2025-03-04T08:30:15Z"),
        ("1741077015000", "2025-03-04T08:30:15Z"),
        ("1741077015.25", "2025-03-04T08:30:15Z"),
        ("20250304", "2025-03-04T00:00:00Z"),
        ("20250304083015", "2025-03-04T08:30:15Z"),
    ]);
}

#[test]
fn numeric_orders() {
    reads(&[
        ("04.03.2025 08:30", "2025-03-04T08:30:00Z"),
        ("04/03/2025", "2025-03-04T00:00:00Z"),
        ("03/14/2025 08:30", "2025-03-14T08:30:00Z"),
        ("03/04/2025 08:30:15 PM", "2025-03-04T20:30:15Z"),
        ("2025/03/04 08:30:15", "2025-03-04T08:30:15Z"),
        ("04-03-2025", "2025-03-04T00:00:00Z"),
        ("4.3.2025, 8.30", "2025-03-04T08:30:00Z"),
        ("08:30 - 04/03/2025", "2025-03-04T08:30:00Z"),
    ]);
}

#[test]
fn zones_by_name_and_number() {
    reads(&[
        ("2025-03-04 08:30:15 CET", "2025-03-04T07:30:15Z"),
        ("2025-03-04 08:30:15 UTC+3", "2025-03-04T05:30:15Z"),
        ("2025-03-04 08:30:15 GMT-04:30", "2025-03-04T13:00:15Z"),
        ("2025-03-04 08:30:15 +0530", "2025-03-04T03:00:15Z"),
        ("Tue, 4 Mar 2025 08:30:15 −0200", "2025-03-04T10:30:15Z"),
        ("2025-03-04 08:30 (EEST)", "2025-03-04T05:30:00Z"),
        ("2025-03-04+02:00", "2025-03-03T22:00:00Z"),
    ]);
}

#[test]
fn the_default_zone_serves_where_none_is_given() {
    let amman: Tz = "Asia/Amman".parse().unwrap();
    let found = parse("4 Mar 2025 08:30", Some(amman)).unwrap();
    assert_eq!(found.time.to_rfc3339(), "2025-03-04T05:30:00+00:00");
    assert!(!found.zoned);
    assert!(parse("4 Mar 2025 08:30 GMT", Some(amman)).unwrap().zoned);
    // 30 March 2025, 02:30 does not exist in Paris.
    let paris: Tz = "Europe/Paris".parse().unwrap();
    let found = parse("2025-03-30 02:30", Some(paris)).unwrap();
    assert_eq!(found.time.to_rfc3339(), "2025-03-30T01:30:00+00:00");
}

#[test]
fn arabic_of_all_regions() {
    reads(&[
        ("الثلاثاء، 04 مارس 2025 08:30:15 +0000", "2025-03-04T08:30:15Z"),
        ("٤ آذار ٢٠٢٥", "2025-03-04T00:00:00Z"),
        ("٤ مارس ٢٠٢٥ ٠٨:٣٠", "2025-03-04T08:30:00Z"),
        ("4 تشرين الثاني 2024 - 08:30", "2024-11-04T08:30:00Z"),
        ("4 كانون الأول/ديسمبر 2024", "2024-12-04T00:00:00Z"),
        ("نشر في: 4 جويلية 2025 على الساعة 8:30", "2025-07-04T08:30:00Z"),
        ("4 غشت 2025", "2025-08-04T00:00:00Z"),
        ("04 أُكْتُوبر 2025م 08:30 مساءً", "2025-10-04T20:30:00Z"),
        ("2025/3/4 8:30 ص", "2025-03-04T08:30:00Z"),
        ("۴ فوریه ۲۰۲۵", "2025-02-04T00:00:00Z"),
        ("4 نونبر 2024", "2024-11-04T00:00:00Z"),
        ("\u{200f}4 حزيران 2025", "2025-06-04T00:00:00Z"),
    ]);
}

#[test]
fn islamic_dates_are_recognised() {
    let found = parse("4 رمضان 1446 هـ", None).unwrap();
    assert!(found.hijri);
    assert_eq!(found.time.date_naive().to_string(), "2025-03-04");
    assert_eq!(utc("1446/9/4هـ").as_deref(), Some("2025-03-04T00:00:00Z"));
    // Where both calendars are given the Gregorian one counts.
    let both = parse("الثلاثاء 4 مارس 2025 الموافق 4 رمضان 1446", None).unwrap();
    assert!(!both.hijri);
    assert_eq!(both.time.date_naive().to_string(), "2025-03-04");
}

#[test]
fn other_languages() {
    reads(&[
        ("mardi 4 mars 2025 à 08h30", "2025-03-04T08:30:00Z"),
        ("mar. 1er avr. 2025", "2025-04-01T00:00:00Z"),
        ("mar, 04 mar 2025 08:30:15 +0000", "2025-03-04T08:30:15Z"),
        ("4 de agosto de 2025", "2025-08-04T00:00:00Z"),
        ("Di, 04. März 2025 08:30 Uhr", "2025-03-04T08:30:00Z"),
        ("Sal, 04 Ağu 2025 08:30:15 +0300", "2025-08-04T05:30:15Z"),
        ("4 İyun 2025, 4 Haziran 2025", "2025-06-04T00:00:00Z"),
        ("4 мая 2025 г.", "2025-05-04T00:00:00Z"),
        ("4 czerwca 2025", "2025-06-04T00:00:00Z"),
        ("2025-július-04T08:30Z", "2025-07-04T08:30:00Z"),
        ("Τρι, 04 Μάρ 2025 08:30:15 EET", "2025-03-04T06:30:15Z"),
        ("2025년 3월 4일 오후 8시 30분", "2025-03-04T20:30:00Z"),
        ("2025年3月4日 08:30", "2025-03-04T08:30:00Z"),
        ("4 out 2025", "2025-10-04T00:00:00Z"),
    ]);
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        "yesterday",
        "12",
        "10:30",
        "3 days ago",
        "32 Jan 2025",
        "30 February 2025",
        "2025-02-32T10:00:00-05:00",
        "2025-13-45",
        "Mar",
        "99999999999999999999999999",
        "4 March",
        "0000-00-00 00:00:00",
        "Room 4, 2025 seats",
        "+1 555 123 4567",
        "a/b/c",
        "--",
    ] {
        assert_eq!(utc(text), None, "{text}");
    }
    assert_eq!(utc(&"4 March 2025 ".repeat(50)), None);
}

#[test]
fn a_zone_of_endless_minutes_is_none() {
    let _ = parse("8:03 -8:3333333333333333264 4 Mar 2025", None);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = parse(&text, None);
    }

    #[test]
    fn no_mix_of_parts_makes_it_panic(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "4", "31", "2025", "99", "20250304", "mar", "مارس", "كانون", "الثاني", "T", ":", "+",
                "-", "/", ".", " ", "pm", "GMT", "24", "60", "년", "h", "هـ", "0", "9999999999",
            ]), 0..16)
    ) {
        let _ = parse(&parts.concat(), Some(chrono_tz::Tz::Europe__Paris));
    }
}
