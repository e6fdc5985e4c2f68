//! The language of a text: its script, its letters, its small words.
//!
//! Where a script serves one language (Greek, Hebrew, Thai, …) the script decides.
//! Arabic script is parted by letters and small words, so that Persian, Urdu,
//! Sorani and Pashto are not taken for Arabic, nor Arabic typed on a Persian
//! keyboard for Persian. Latin and Cyrillic script are parted by small words and
//! telling letters; a short text without any falls back to what was declared,
//! then to trigrams.

mod small_words;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::fold::fold_str;
use super::words::words;

/// Bytes looked at: enough for certainty, little enough to cost nothing.
const SAMPLE_BYTES: usize = 1200;
/// Points by which another language must beat the declared one.
const DECLARED_BONUS: f32 = 2.5;
/// Points without which small words prove nothing.
const ENOUGH: f32 = 1.5;

/// The language of `text` as a BCP 47 primary subtag; `declared` is what feed or
/// page say, which the text itself may overrule. `None` where nothing speaks for any.
pub fn detect(text: &str, declared: Option<&str>) -> Option<String> {
    let declared = declared.and_then(primary);
    let sample = head(text);
    let found = match script(sample) {
        Script::None => return declared,
        Script::Only(lang) => Some(lang),
        Script::Arabic => by_words(sample, declared.as_deref(), ARABIC).or(Some("ar")),
        Script::Cyrillic => by_words(sample, declared.as_deref(), CYRILLIC).or(Some("ru")),
        Script::Latin => by_words(sample, declared.as_deref(), LATIN),
    };
    match found {
        Some(lang) => Some(lang.to_owned()),
        None => declared.or_else(|| by_trigrams(sample)),
    }
}

/// `ar` of `ar-MA`, `AR_ma`; `None` for what is no tag.
pub fn primary(tag: &str) -> Option<String> {
    let subtag = tag.trim().split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    let plausible =
        (2..=3).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_lowercase());
    match subtag.as_str() {
        "und" | "mul" | "zxx" => None,
        "ara" => Some("ar".to_owned()),
        "iw" => Some("he".to_owned()),
        "in" => Some("id".to_owned()),
        _ => plausible.then_some(subtag),
    }
}

fn head(text: &str) -> &str {
    if text.len() <= SAMPLE_BYTES {
        return text;
    }
    let mut end = SAMPLE_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

enum Script {
    None,
    Arabic,
    Latin,
    Cyrillic,
    Only(&'static str),
}

/// The script of most letters.
fn script(sample: &str) -> Script {
    let mut counts = [0usize; ONLY.len() + 3];
    for c in sample.chars() {
        let place = match c as u32 {
            0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x24F | 0x1E00..=0x1EFF => 0,
            0x600..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => 1,
            0x400..=0x52F => 2,
            code => match ONLY.iter().position(|(_, from, to)| (*from..=*to).contains(&code)) {
                Some(n) => n + 3,
                None => continue,
            },
        };
        counts[place] += 1;
    }
    // A Japanese text is mostly Han; kana give it away.
    if counts[KANA + 3] > 0 && counts[KANA + 3] * 4 >= counts[HAN + 3] {
        counts[HAN + 3] = 0;
        counts[KANA + 3] += sample.len();
    }
    let best = (0..counts.len()).max_by_key(|&n| (counts[n], counts.len() - n)).unwrap_or(0);
    match (counts[best], best) {
        (0, _) => Script::None,
        (_, 0) => Script::Latin,
        (_, 1) => Script::Arabic,
        (_, 2) => Script::Cyrillic,
        (_, n) => Script::Only(ONLY[n - 3].0),
    }
}

const KANA: usize = 0;
const HAN: usize = 1;
/// Scripts that tell the language well enough.
const ONLY: [(&str, u32, u32); 16] = [
    ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF),
    ("ko", 0xAC00, 0xD7A3),
    ("el", 0x370, 0x3FF),
    ("he", 0x590, 0x5FF),
    ("hi", 0x900, 0x97F),
    ("bn", 0x980, 0x9FF),
    ("ta", 0xB80, 0xBFF),
    ("te", 0xC00, 0xC7F),
    ("th", 0xE00, 0xE7F),
    ("ka", 0x10A0, 0x10FF),
    ("am", 0x1200, 0x137F),
    ("hy", 0x530, 0x58F),
    ("km", 0x1780, 0x17FF),
    ("my", 0x1000, 0x109F),
    ("zgh", 0x2D30, 0x2D7F),
];

/// Which languages compete: a range of [`small_words::LANGUAGES`].
type Group = std::ops::Range<usize>;
const ARABIC: Group = 0..small_words::ARABIC_END;
const LATIN: Group = small_words::ARABIC_END..small_words::LATIN_END;
const CYRILLIC: Group = small_words::LATIN_END..small_words::LANGUAGES.len();

/// Folded small word to the set of languages that use it.
static SMALL: LazyLock<FxHashMap<String, u32>> = LazyLock::new(|| {
    let mut map = FxHashMap::default();
    for (n, language) in small_words::LANGUAGES.iter().enumerate() {
        for word in language.words.split_ascii_whitespace() {
            *map.entry(fold_str(word)).or_insert(0) |= 1u32 << n;
        }
    }
    map
});

/// The language with most small words and telling letters, if any has enough.
fn by_words(sample: &str, declared: Option<&str>, group: Group) -> Option<&'static str> {
    let mut points = [0f32; small_words::LANGUAGES.len()];
    let folded = fold_str(sample);
    for word in words(&folded) {
        let Some(&set) = SMALL.get(word.of(&folded)) else { continue };
        // A word that many languages share says little.
        let share = 1.0 / set.count_ones() as f32;
        for (n, points) in points.iter_mut().enumerate() {
            if set & (1 << n) != 0 {
                *points += share;
            }
        }
    }
    letters(sample, &mut points);
    let best = |declared: Option<&str>| {
        let bonus = |n: usize| match declared {
            Some(lang) if small_words::LANGUAGES[n].id == lang => DECLARED_BONUS,
            _ => 0.0,
        };
        group.clone().map(|n| (n, points[n] + bonus(n))).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    best(declared).filter(|(_, p)| *p >= ENOUGH).map(|(n, _)| small_words::LANGUAGES[n].id)
}

/// Telling letter to the set of languages that write it.
static LETTERS: LazyLock<FxHashMap<char, u32>> = LazyLock::new(|| {
    let mut map = FxHashMap::default();
    for (n, language) in small_words::LANGUAGES.iter().enumerate() {
        for c in language.letters.chars() {
            *map.entry(c).or_insert(0) |= 1u32 << n;
        }
    }
    map
});

/// Adds the points of letters that only some languages write.
fn letters(sample: &str, points: &mut [f32; small_words::LANGUAGES.len()]) {
    let letters = &*LETTERS;
    for c in sample.chars().filter(|c| !c.is_ascii()) {
        let mut set = letters.get(&c).copied().unwrap_or(0);
        while set != 0 {
            points[set.trailing_zeros() as usize] += 0.5;
            set &= set - 1;
        }
    }
}

/// The last resort for Latin letters without a known small word.
fn by_trigrams(sample: &str) -> Option<String> {
    let info = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    let code = match info.lang() {
        whatlang::Lang::Eng => "en",
        whatlang::Lang::Fra => "fr",
        whatlang::Lang::Spa => "es",
        whatlang::Lang::Ita => "it",
        whatlang::Lang::Por => "pt",
        whatlang::Lang::Deu => "de",
        whatlang::Lang::Tur => "tr",
        whatlang::Lang::Nld => "nl",
        whatlang::Lang::Pol => "pl",
        whatlang::Lang::Swe => "sv",
        whatlang::Lang::Ron => "ro",
        whatlang::Lang::Cat => "ca",
        other => other.code(),
    };
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str, lang: &str) {
        assert_eq!(detect(text, None).as_deref(), Some(lang), "{text}");
    }

    #[test]
    fn the_eight_languages() {
        is("أنقذ خفر السواحل عشرات المهاجرين قبالة سواحل الجزيرة", "ar");
        is("Dozens of people were pulled from the water by the coast guard", "en");
        is("Des dizaines de personnes ont été secourues au large des côtes", "fr");
        is("Decenas de personas fueron rescatadas frente a las costas de la isla", "es");
        is("Decine di persone sono state soccorse al largo delle coste", "it");
        is("Dezenas de pessoas foram resgatadas ao largo da costa e não há feridos", "pt");
        is("Dutzende Menschen wurden vor der Küste aus dem Wasser gerettet", "de");
        is("Onlarca kişi sahil güvenlik ekipleri tarafından kurtarıldı", "tr");
    }

    #[test]
    fn arabic_script_is_not_always_arabic() {
        is("ده‌ها نفر از مهاجران که در قایق بودند توسط گارد ساحلی نجات یافتند", "fa");
        is("کشتی میں سوار درجنوں افراد کو بچا لیا گیا ہے", "ur");
        is("دەیان کەس لە دەریا ڕزگار کران و گەیەنرانە کەنار", "ckb");
        is("په سمندر کې د لسګونو کسانو ژوند وژغورل شو", "ps");
    }

    #[test]
    fn arabic_on_a_persian_keyboard_stays_arabic() {
        is("أعلنت السلطات فی الیوم الأول عن إنقاذ المهاجرین من البحر إلى المرکز", "ar");
    }

    #[test]
    fn darija_in_latin_letters() {
        is("wach kayn chi wa7ed dyal lmghrib li bgha yahreg 3la wed spanya daba", "ary");
    }

    #[test]
    fn the_text_overrules_a_wrong_declaration() {
        assert_eq!(
            detect("Des dizaines de personnes ont été secourues au large des côtes", Some("en")),
            Some("fr".to_owned())
        );
        assert_eq!(detect("أنقذ خفر السواحل عشرات المهاجرين", Some("fr")), Some("ar".to_owned()));
    }

    #[test]
    fn a_short_text_takes_the_declaration() {
        assert_eq!(detect("Frontex", Some("DE-at")), Some("de".to_owned()));
        assert_eq!(detect("2024", Some("ar")), Some("ar".to_owned()));
        assert_eq!(detect("", None), None);
        assert_eq!(detect("2024", Some("und")), None);
    }

    #[test]
    fn one_script_one_language() {
        is("移民船が沈没した", "ja");
        is("移民船沉没", "zh");
        is("Μετανάστες διασώθηκαν", "el");
        is("מהגרים חולצו", "he");
        is("Мигранты были спасены у берегов острова", "ru");
        is("Мігранти були врятовані біля берегів острова", "uk");
    }
}
