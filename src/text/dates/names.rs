//! Names of months, in the languages that our sources write, and of the halves of a day.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

/// Gregorian months: one line each, January first.
const MONTHS: [&str; 12] = [
    "january jan januari janvier janv enero ene gennaio gen janeiro januar jänner janner ocak oca \
     januára január ianuarie ian styczeń stycznia sty leden ledna led siječanj ιανουάριος \
     ιανουαρίου ιαν январь января янв січня січ tammikuu tammikuuta janar \
     يناير جانفي جنوری ژانویه ژانويه ינואר",
    "february feb februari février févr fév fevr fev febrero febbraio fevereiro februar feber \
     şubat şub február febr februarie luty lutego lut únor února úno φεβρουάριος φεβρουαρίου \
     φεβ φεβρ февраль февраля фев лютого лют helmikuu helmikuuta shkurt \
     فبراير فيفري شباط فروری فوریه فبرایر פברואר",
    "march mar mars marzo março maart mrt märz marz mär mrz mart március márc martie marzec marca \
     březen března bře μάρτιος μαρτίου μαρ μάρ март марта мар березня бер maaliskuu \
     maaliskuuta maret mac مارس آذار اذار مارچ מרץ",
    "april apr avril avr abril abr aprile nisan nis április ápr aprilie kwiecień kwietnia kwi \
     duben dubna dub απρίλιος απριλίου απρ апрель апреля апр квітня кві huhtikuu huhtikuuta prill \
     أبريل ابريل إبريل أفريل نيسان اپریل آوریل آپریل אפריל",
    "may mai mayo maggio mag maio mei mayıs máj május maj maja květen května kvě μάιος μαΐου μαι μάι \
     май мая травня тра toukokuu toukokuuta مايو ماي أيار ايار مئی مه می מאי",
    "june jun juin junio giugno giu junho juni haziran haz június jún iunie iun czerwiec czerwca \
     cze červen června čvn ιούνιος ιουνίου ιουν ιούν июнь июня июн червня чер kesäkuu kesäkuuta \
     يونيو يونيه جوان حزيران جون ژوئن יוני",
    "july jul juillet juil julio luglio lug julho juli temmuz tem július júl iulie iul lipiec \
     lipca lip červenec července čvc ιούλιος ιουλίου ιουλ ιούλ июль июля июл липня лип heinäkuu \
     heinäkuuta يوليو يوليه جويلية يوليوز تموز جولائی ژوئیه יולי",
    "august aug août aout agosto ago augustus ağustos ağu augusztus avg sierpień sierpnia sie \
     srpen srpna srp αύγουστος αυγούστου αυγ αύγ август августа авг серпня сер elokuu elokuuta \
     agustus ogos gusht أغسطس اغسطس أوت غشت أغشت آب اب اگست اوت אוגוסט",
    "september sep sept septembre septiembre setiembre settembre set setembro eylül eyl \
     szeptember szept septembrie wrzesień września wrz září zář σεπτέμβριος σεπτεμβρίου σεπ σεπτ \
     сентябрь сентября сен сент вересня вер syyskuu syyskuuta \
     سبتمبر شتنبر شتمبر أيلول ايلول ستمبر سپتامبر ספטמבר",
    "october oct octobre octubre ottobre ott outubro out oktober okt ekim eki október octombrie \
     październik października paź říjen října říj οκτώβριος οκτωβρίου οκτ октябрь октября окт \
     жовтня жов lokakuu lokakuuta tetor أكتوبر اكتوبر أكتوبير اکتوبر اکتبر אוקטובר",
    "november nov novembre noviembre novembro kasım kas noiembrie listopad listopada lis \
     νοέμβριος νοεμβρίου νοε νοέ ноябрь ноября ноя листопада marraskuu marraskuuta nentor \
     نوفمبر نونبر نومبر نوامبر נובמבר",
    "december dec décembre déc diciembre dic dicembre dezembro dez dezember aralık ara desember \
     des decembrie grudzień grudnia gru prosinec prosince pro δεκέμβριος δεκεμβρίου δεκ декабрь \
     декабря дек грудня гру joulukuu joulukuuta disember dhjetor \
     ديسمبر دجنبر دجمبر دسمبر دسامبر דצמבר",
];

/// Months of the Islamic calendar with one word, and their numbers.
const HIJRI: [(&str, u8); 6] =
    [("محرم", 1), ("صفر", 2), ("رجب", 7), ("شعبان", 8), ("رمضان", 9), ("شوال", 10)];

/// Month names of two words: the first, what the second starts with, the number, Islamic or not.
const PAIRS: [(&str, &[&str], u8, bool); 12] = [
    ("كانون", &["الثاني", "ثاني", "ثان"], 1, false),
    ("تشرين", &["الاول", "اول"], 10, false),
    ("تشرين", &["الثاني", "ثاني", "ثان"], 11, false),
    ("كانون", &["الاول", "اول"], 12, false),
    ("ربيع", &["الاول", "اول"], 3, true),
    ("ربيع", &["الاخر", "الثاني", "ثاني", "اخر"], 4, true),
    ("جمادي", &["الاولي", "الاول", "اولي"], 5, true),
    ("جمادي", &["الاخره", "الثانيه", "الاخر", "ثانيه"], 6, true),
    ("ذو", &["القعده"], 11, true),
    ("ذي", &["القعده"], 11, true),
    ("ذو", &["الحجه"], 12, true),
    ("ذي", &["الحجه"], 12, true),
];

/// A month: its number from 1 and whether it is of the Islamic calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month {
    /// 1 to 12.
    pub number: u8,
    /// True in the Islamic calendar.
    pub hijri: bool,
    /// True where the word is also short for a day of the week.
    pub doubtful: bool,
}

/// The month that starts with `word`, given the word after it, both folded; and how many of the
/// two words it takes.
pub(super) fn month(word: &str, next: Option<&str>) -> Option<(Month, usize)> {
    static NAMES: LazyLock<FxHashMap<String, Month>> = LazyLock::new(table);
    if let Some(next) = next {
        for (first, seconds, number, hijri) in PAIRS {
            if word == fold(first) && seconds.iter().any(|second| next == fold(second)) {
                return Some((Month { number, hijri, doubtful: false }, 2));
            }
        }
    }
    let found = NAMES.get(word).or_else(|| {
        // Arabic glues "in", "and", "of" to the name.
        let bare = ["ب", "و", "ل", "ال"].iter().find_map(|p| word.strip_prefix(p))?;
        (bare.chars().count() >= 4).then(|| NAMES.get(bare)).flatten()
    })?;
    Some((*found, 1))
}

fn table() -> FxHashMap<String, Month> {
    let gregorian = MONTHS.iter().zip(1u8..).flat_map(|(names, number)| {
        names.split_whitespace().map(move |name| {
            // Tuesday is `mar` in French, Spanish, Italian and Romanian.
            let name = fold(name);
            let doubtful = name == "mar";
            (name, Month { number, hijri: false, doubtful })
        })
    });
    let hijri = HIJRI
        .iter()
        .map(|&(name, number)| (fold(name), Month { number, hijri: true, doubtful: false }));
    gregorian.chain(hijri).collect()
}

/// True for afternoon, false for morning, for a folded word that says one of them.
pub(super) fn half_of_day(word: &str) -> Option<bool> {
    match word {
        "am" | "ص" | "صباحا" | "صباح" | "오전" | "上午" | "午前" | "قبل" | "фм" | "öö" | "πμ" => {
            Some(false)
        }
        "pm" | "م" | "مساء" | "ظهرا" | "عصرا" | "오후" | "下午" | "午後" | "μμ" => {
            Some(true)
        }
        _ => None,
    }
}

/// Lower case, without marks; Arabic letters that are confused made one; digits ASCII.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '가'..='힣' => out.push(c),
            _ => {
                for d in c.to_lowercase().nfkd().filter(|&d| !is_mark(d)) {
                    out.push(letter(d));
                }
            }
        }
    }
    out
}

fn letter(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ے' => 'ي',
        'ک' => 'ك',
        'ة' | 'ۀ' => 'ه',
        'ı' => 'i',
        '٠'..='٩' => ascii_digit(c, '٠'),
        '۰'..='۹' => ascii_digit(c, '۰'),
        '०'..='९' => ascii_digit(c, '०'),
        '০'..='৯' => ascii_digit(c, '০'),
        '\u{2212}' | '\u{2010}'..='\u{2014}' => '-',
        _ => c,
    }
}

fn ascii_digit(c: char, zero: char) -> char {
    u8::try_from(u32::from(c) - u32::from(zero)).map_or(c, |n| char::from(b'0' + n))
}

/// Combining marks, tashkeel, tatweel and invisible direction marks.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
