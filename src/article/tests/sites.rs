//! Made-up sites: five layouts, Arabic and French, pages whose furniture recurs inside the body.

/// One made-up page and what a reader would call its article.
pub(super) struct Made {
    pub url: String,
    pub html: String,
    pub paragraphs: Vec<String>,
}

/// A made-up site: its pages, and the boxes inside its bodies that are no article.
pub(super) struct Site {
    pub pages: Vec<Made>,
    pub junk: Vec<&'static str>,
}

/// Number of layouts.
pub(super) const LAYOUTS: usize = 5;

const ARABIC: [&str; 48] = [
    "قالت",
    "السلطات",
    "إن",
    "القارب",
    "غرق",
    "قبالة",
    "الساحل",
    "صباح",
    "الثلاثاء",
    "وعلى",
    "متنه",
    "عشرات",
    "المهاجرين",
    "بينهم",
    "نساء",
    "وأطفال",
    "وأضاف",
    "المتحدث",
    "أن",
    "فرق",
    "الإنقاذ",
    "واصلت",
    "البحث",
    "حتى",
    "المساء",
    "في",
    "ظروف",
    "صعبة",
    "من",
    "جهة",
    "أخرى",
    "أعلنت",
    "المنظمة",
    "عن",
    "فتح",
    "تحقيق",
    "حول",
    "شبكة",
    "تهريب",
    "البشر",
    "بعد",
    "شكاوى",
    "عائلات",
    "الضحايا",
    "التي",
    "طالبت",
    "بكشف",
    "الحقيقة",
];
const FRENCH: [&str; 48] = [
    "les",
    "autorités",
    "ont",
    "annoncé",
    "mardi",
    "que",
    "le",
    "bateau",
    "avait",
    "coulé",
    "au",
    "large",
    "de",
    "la",
    "côte",
    "avec",
    "des",
    "dizaines",
    "de",
    "migrants",
    "dont",
    "plusieurs",
    "femmes",
    "et",
    "enfants",
    "selon",
    "un",
    "porte-parole",
    "du",
    "port",
    "les",
    "secours",
    "poursuivent",
    "leurs",
    "recherches",
    "malgré",
    "une",
    "mer",
    "agitée",
    "tandis",
    "qu'une",
    "enquête",
    "est",
    "ouverte",
    "sur",
    "un",
    "réseau",
    "criminel",
];
const ARABIC_JUNK: [&str; 3] = [
    "اشترك في نشرتنا اليومية، واحصل كل صباح على أهم الأخبار والتقارير التي أعدها فريق التحرير لك مجانا.",
    "صحيفة النخيل مؤسسة إعلامية مستقلة تأسست قبل عشرين عاما، وتعتمد على دعم قرائها في كل مكان.",
    "لا تفوتوا تغطيتنا الخاصة: خرائط وشهادات وأرقام عن الرحلة عبر البحر، يحدثها مراسلونا كل يوم.",
];
const FRENCH_JUNK: [&str; 3] = [
    "Recevez chaque matin notre lettre d'information, et retrouvez l'essentiel de l'actualité choisi par la rédaction.",
    "Le Palmier est un journal indépendant, fondé il y a vingt ans, qui vit grâce au soutien de ses lecteurs.",
    "Ne manquez pas notre dossier spécial : cartes, témoignages et chiffres, mis à jour chaque jour par nos reporters.",
];

/// A small generator of numbers: the same pages in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn sentence(&mut self, words: &[&str], stop: &str) -> String {
        let count = 9 + self.roll(14);
        let mut text: Vec<String> =
            (0..count).map(|_| words[self.roll(words.len())].to_owned()).collect();
        let comma = if stop == "،" { "،" } else { "," };
        let at = 3 + self.roll(count - 5);
        text[at].push_str(comma);
        format!("{} {}.", text.join(" "), 10 + self.roll(900))
    }

    fn paragraph(&mut self, words: &[&str], stop: &str) -> String {
        let sentences = 2 + self.roll(3);
        (0..sentences).map(|_| self.sentence(words, stop)).collect::<Vec<_>>().join(" ")
    }
}

/// The pages of one site.
pub(super) fn site(layout: usize, arabic: bool, pages: usize) -> Site {
    let mut dice = Dice(7 + layout as u64 * 31 + u64::from(arabic) * 1009);
    let junk = if arabic { ARABIC_JUNK } else { FRENCH_JUNK }.to_vec();
    let made = (0..pages).map(|n| page(layout, arabic, n, &junk, &mut dice)).collect();
    Site { pages: made, junk }
}

fn page(layout: usize, arabic: bool, n: usize, junk: &[&str], dice: &mut Dice) -> Made {
    let (words, stop): (&[&str], &str) = if arabic { (&ARABIC, "،") } else { (&FRENCH, ",") };
    let title = dice.sentence(words, stop);
    let count = 6 + dice.roll(6);
    let paragraphs: Vec<String> = (0..count).map(|_| dice.paragraph(words, stop)).collect();
    let others: String = (0..8)
        .map(|i| format!("<li><a href='/n/{i}'>{}</a></li>", dice.sentence(words, stop)))
        .collect();
    let body = body(layout, &paragraphs, junk, n);
    let (lang, dir, site) =
        if arabic { ("ar", "rtl", "النخيل") } else { ("fr", "ltr", "Le Palmier") };
    let html = format!(
        "<!doctype html><html lang={lang} dir={dir}><head><meta charset=utf-8><title>{title} | {site}</title>\
         <meta property=og:site_name content='{site}'></head><body>\
         <div class=top><ul><li><a href=/>1</a><li><a href=/w>2</a></ul></div>\
         <div class=wrap><h1>{title}</h1><div class=d>2024-05-{:02}</div>{body}\
         <div class=sidebar><ul>{others}</ul></div></div>\
         <footer><p>© {site} 2024</p></footer></body></html>",
        n + 1
    );
    Made { url: format!("https://palmier-{layout}.example/n/{n}"), html, paragraphs }
}

fn body(layout: usize, paragraphs: &[String], junk: &[&str], n: usize) -> String {
    let half = paragraphs.len() / 2;
    let (first, second) = paragraphs.split_at(half);
    let all = |texts: &[String], open: &str, close: &str| {
        texts.iter().map(|t| format!("{open}{t}{close}\n")).collect::<String>()
    };
    match layout {
        // Paragraphs, the boxes among them, one of them at its end.
        0 => format!(
            "<article><div class=entry-content>{}<p>{}</p>{}<p>{}</p></div></article>",
            all(first, "<p>", "</p>"),
            junk[0],
            all(second, "<p>", "</p>"),
            junk[1]
        ),
        // No paragraphs at all: line breaks.
        1 => format!(
            "<div class=t><div>{}{}<br><br>{}{}<br><br>{}</div></div>",
            all(first, "", "<br><br>"),
            junk[0],
            all(second, "", "<br><br>"),
            junk[1],
            junk[2]
        ),
        // The body is split over two containers.
        2 => format!(
            "<div class=c1><div class=part>{}</div><div class=ad><p>{}</p></div><div class=part>{}<p>{}</p></div></div>",
            all(first, "<p>", "</p>"),
            junk[2],
            all(second, "<p>", "</p>"),
            junk[0]
        ),
        // A layout table.
        3 => format!(
            "<table><tr><td width=160><a href=/a>a</a></td><td class=x>{}<font>{}</font>{}<p>{}</p></td></tr></table>",
            all(first, "<p>", "</p>"),
            junk[1],
            all(second, "<p>", "</p>"),
            junk[2]
        ),
        // Class names that say nothing; the boxes move.
        _ => {
            let at = 1 + n % (paragraphs.len() - 1);
            let (first, second) = paragraphs.split_at(at);
            format!(
                "<section class=css-1x9k><div class=css-77a>{}<div class=css-0q><span>{}</span></div>{}<div class=css-0q><span>{}</span></div></div></section>",
                all(first, "<div class=css-p><span>", "</span></div>"),
                junk[0],
                all(second, "<div class=css-p><span>", "</span></div>"),
                junk[1]
            )
        }
    }
}
