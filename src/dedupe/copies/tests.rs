//! Whole decisions, through the index in memory: what joins and what must not.

use chrono::TimeDelta;

use crate::dedupe::{Index, Text, fingerprint};
use crate::model::Time;

const RESCUE: &str = "أنقذ خفر السواحل الإيطالي، الثلاثاء، 87 مهاجرا قبالة جزيرة لامبيدوزا كانوا على متن \
    قارب خشبي انطلق من سواحل صفاقس، بحسب ما أعلنته السلطات المحلية. وقالت متحدثة باسم المنظمة الدولية \
    للهجرة إن بين الناجين 12 امرأة و24 قاصرا، نقلوا جميعا إلى مركز الاستقبال في الجزيرة حيث تلقوا \
    الإسعافات الأولية. وأضافت أن القارب تعطل محركه بعد يومين في البحر، وأن فرق الإنقاذ عثرت عليه على بعد \
    خمسة عشر ميلا من الساحل بعد نداء استغاثة من أحد الركاب.";

const COURT: &str = "The criminal court of Sfax on Monday sentenced 5 people to 12 years in prison for \
    trafficking in persons and for forming a gang that smuggled migrants across the sea. The court also \
    fined each of the defendants 60,000 dinars and ordered that the boats, vehicles and sums of money \
    seized by the investigators be confiscated for the benefit of the public treasury. The defendants \
    had been arrested last spring in the port after a long investigation by the national guard.";

struct Desk {
    index: Index,
    start: Time,
}

impl Desk {
    fn new() -> Self {
        Self { index: Index::default(), start: Time::UNIX_EPOCH + TimeDelta::days(20_000) }
    }

    /// The group of a text that a source prints at an hour.
    fn prints(&mut self, hour: i64, source: &str, text: &str) -> i64 {
        let at = self.start + TimeDelta::hours(hour);
        let text = Text { title: "", text, source, published: Some(at), seen: at };
        self.index.add(fingerprint(&text)).0
    }
}

#[test]
fn copies_join_however_they_are_spelt_cut_or_framed() {
    let mut desk = Desk::new();
    let group = desk.prints(0, "agency", RESCUE);
    let marks =
        RESCUE.replace("مهاجرا", "مُهَاجِرًا").replace("الإيطالي", "الايطـــالي").replace("12", "١٢");
    let cut = RESCUE.split(". ").next().expect("a first sentence");
    let framed = format!("الرئيسية > أخبار > دولي\n\n{RESCUE}\n\nشارك المقال\nاقرأ أيضا");
    for (n, copy) in [RESCUE, &marks, cut, &framed].into_iter().enumerate() {
        assert_eq!(desk.prints(1 + n as i64, &format!("paper-{n}"), copy), group, "{n}");
    }
}

#[test]
fn a_copy_with_words_changed_joins() {
    let mut desk = Desk::new();
    let group = desk.prints(0, "agency", COURT);
    let reworded = COURT
        .replace("in prison", "behind bars")
        .replace("also fined", "fined meanwhile")
        .replace("a long investigation", "an investigation")
        .replace("had been arrested", "were arrested");
    assert_eq!(desk.prints(3, "paper", &reworded), group);
}

#[test]
fn the_next_dispatch_of_a_kind_is_another_text() {
    let mut desk = Desk::new();
    let mut groups = Vec::new();
    for (day, (people, years, fine, weekday)) in [
        ("5", "12", "60,000", "Monday"),
        ("3", "7", "45,000", "Tuesday"),
        ("9", "12", "80,000", "Thursday"),
        ("4", "10", "60,000", "Friday"),
        ("6", "8", "20,000", "Monday"),
    ]
    .into_iter()
    .enumerate()
    {
        let text = COURT
            .replace("5 people", &format!("{people} people"))
            .replace("12 years", &format!("{years} years"))
            .replace("60,000", fine)
            .replace("Monday", weekday);
        let hour = day as i64 * 40;
        let group = desk.prints(hour, "agency", &text);
        assert!(!groups.contains(&group), "day {day} joined another day");
        assert_eq!(desk.prints(hour + 2, "paper", &text), group, "the reprint of day {day}");
        groups.push(group);
    }
}

#[test]
fn fourteen_dead_is_not_fifteen_dead() {
    let mut desk = Desk::new();
    let group = desk.prints(0, "agency", RESCUE);
    assert_ne!(desk.prints(1, "paper", &RESCUE.replace("87", "88")), group);
}

#[test]
fn a_dispatch_that_ends_another_is_background() {
    let mut desk = Desk::new();
    let yesterday = "Four fishermen were found alive on a sandbank near the islands of Kerkennah after \
        their trawler had lost its rudder in the storm, the harbour master told reporters at noon.";
    let group = desk.prints(0, "paper", yesterday);
    let today = format!("{COURT} {yesterday}");
    assert_ne!(desk.prints(20, "paper", &today), group);
}

#[test]
fn a_house_frame_joins_nothing() {
    let frame = "Follow us on all networks and never miss a story. Sign up for our daily newsletter, \
        which brings the most important news of the region to your inbox every morning, free of charge. \
        This material may not be published, broadcast, rewritten or redistributed in whole or in part.";
    let bodies = [
        "The ferry to the southern islands was late again because of the wind off the cape.",
        "Olive growers expect the best harvest in a decade after the heavy rains of March.",
        "A museum of pearl diving opened its doors in the old customs house on the quay.",
        "The mayor promised two new schools for the eastern quarter before the next autumn.",
        "Engineers closed the bridge for repairs and advised drivers to take the tunnel.",
    ];
    let mut desk = Desk::new();
    let groups: Vec<i64> = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| desk.prints(n as i64, "paper", &format!("{body} {frame}")))
        .collect();
    let mut distinct = groups.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), groups.len());
}

#[test]
fn what_left_the_window_is_forgotten() {
    let mut desk = Desk::new();
    let group = desk.prints(0, "agency", RESCUE);
    assert_ne!(desk.prints(24 * 31, "paper", RESCUE), group);
}

#[test]
fn odd_texts_break_nothing() {
    let mut desk = Desk::new();
    for odd in ["", " ", "٫", "a b", "1 2 3 4 5 6 7 8", "\u{202e}\u{0}\u{fffd}", &"و ".repeat(5000)]
    {
        desk.prints(0, "", odd);
        desk.prints(0, "", odd);
    }
}
