//! Labels of boxes inside a body that are not the article, in many languages.
//!
//! The learnt model needs no language; these labels are what it cannot see:
//! "Read also" in front of a link looks like any short bold sentence.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Anchored, Input, Match, MatchKind, StartKind};

/// Labels that announce links to other articles.
const RELATED: &[&str] = &[
    "related posts",
    "related articles",
    "related stories",
    "related news",
    "related content",
    "اقرا ايضا",
    "اقرا المزيد",
    "اقرا كذلك",
    "قد يهمك",
    "قد يعجبك",
    "مواضيع ذات صله",
    "موضوعات ذات صله",
    "اخبار ذات صله",
    "مقالات ذات صله",
    "ذات صله",
    "مواضيع متعلقه",
    "موضوعات متعلقه",
    "اخبار متعلقه",
    "مواضيع مشابهه",
    "شاهد ايضا",
    "طالع ايضا",
    "المزيد من",
    "للمزيد",
    "الاكثر قراءه",
    "تابع ايضا",
    "انظر ايضا",
    "اقرءوا ايضا",
    "اقراوا ايضا",
    "مقالات مشابهه",
    "اخبار مشابهه",
    "related",
    "read also",
    "read more",
    "more:",
    "read:",
    "watch:",
    "also read",
    "see also",
    "more on this",
    "more from",
    "more stories",
    "you may also",
    "you might also",
    "recommended",
    "don't miss",
    "most read",
    "most popular",
    "trending",
    "further reading",
    "watch also",
    "also see",
    "also watch",
    "keep reading",
    "up next",
    "a lire aussi",
    "à lire aussi",
    "lire aussi",
    "a lire",
    "à lire",
    "voir aussi",
    "a voir aussi",
    "à voir aussi",
    "sur le même sujet",
    "lire la suite",
    "articles liés",
    "dans la même rubrique",
    "a découvrir",
    "les plus lus",
    "notre sélection",
    "te puede interesar",
    "lee también",
    "lea también",
    "leer más",
    "leer también",
    "ver también",
    "más información",
    "más noticias",
    "noticias relacionadas",
    "relacionado",
    "le puede interesar",
    "también te puede",
    "leia também",
    "leia mais",
    "veja também",
    "saiba mais",
    "mais lidas",
    "relacionadas",
    "leggi anche",
    "leggi tutto",
    "per approfondire",
    "vedi anche",
    "articoli correlati",
    "potrebbe interessarti",
    "lesen sie auch",
    "lesen sie mehr",
    "mehr zum thema",
    "mehr dazu",
    "auch interessant",
    "das könnte sie",
    "weiterlesen",
    "lesen sie hier",
    "passend dazu",
    "meistgelesen",
    "das könnte dich",
    "zum thema",
    "siehe auch",
    "mehr lesen",
    "lees ook",
    "lees verder",
    "lees meer",
    "meer over",
    "les også",
    "les mer",
    "læs også",
    "läs också",
    "läs mer",
    "läs även",
    "lue myös",
    "lue lisää",
    "czytaj także",
    "czytaj też",
    "czytaj więcej",
    "zobacz także",
    "zobacz też",
    "przeczytaj także",
    "přečtěte si",
    "čtěte také",
    "citește și",
    "olvasta már",
    "kapcsolódó",
    "прочитайте також",
    "читайте также",
    "читайте також",
    "читать также",
    "по теме",
    "διαβάστε επίσης",
    "διαβάστε ακόμα",
    "ilgili haber",
    "ayrıca oku",
    "bunlar da ilginizi",
    "ilginizi çekebilir",
    "بیشتر بخوانید",
    "همچنین بخوانید",
    "مطالب مرتبط",
    "مزید پڑھیں",
    "यह भी पढ़ें",
    "baca juga",
    "xem thêm",
    "関連記事",
    "あわせて読みたい",
    "相关阅读",
    "延伸阅读",
    "相關新聞",
    "관련기사",
    "더보기",
];

/// Labels that ask for something: sharing, subscribing, following, commenting.
const ASKS: &[&str] = &[
    "شارك",
    "مشاركه",
    "تابعنا",
    "تابعونا",
    "اشترك",
    "النشره البريديه",
    "حمل التطبيق",
    "نسخ الرابط",
    "اضف تعليق",
    "التعليقات",
    "طباعه",
    "انضم الي",
    "وسوم",
    "كلمات دلاليه",
    "كلمات مفتاحيه",
    "share",
    "follow us",
    "subscribe",
    "sign up",
    "newsletter",
    "copy link",
    "leave a comment",
    "comments",
    "join the",
    "download the app",
    "advertisement",
    "sponsored",
    "tags",
    "print",
    "get the latest",
    "log in",
    "story continues",
    "article continues",
    "this article was originally",
    "topics",
    "filed under",
    "get our",
    "support our",
    "click here",
    "partager",
    "abonnez-vous",
    "suivez-nous",
    "inscrivez-vous",
    "commentaires",
    "publicité",
    "s'abonner",
    "recevez",
    "mots-clés",
    "compartir",
    "suscríbete",
    "síguenos",
    "comentarios",
    "publicidad",
    "regístrate",
    "únete",
    "etiquetas",
    "compartilh",
    "assine",
    "siga",
    "publicidade",
    "condividi",
    "iscriviti",
    "seguici",
    "pubblicità",
    "teilen",
    "abonnieren",
    "folgen sie",
    "kommentare",
    "anzeige",
    "werbung",
    "jetzt anmelden",
    "newsletter",
    "schlagworte",
    "delen",
    "abonneer",
    "del artikkel",
    "dela",
    "udostępnij",
    "komentarze",
    "reklama",
    "zapisz się",
    "поделиться",
    "подписывайтесь",
    "подпишитесь",
    "комментарии",
    "paylaş",
    "abone ol",
    "yorum",
];

/// Bytes at the start of a text where a label is looked for.
const REACH: usize = 48;

static LABELS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = RELATED.iter().chain(ASKS).map(|label| plain(label));
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .start_kind(StartKind::Anchored)
        .build(words)
        .expect("a short constant list always builds")
});

/// The text is nothing but the announcement of other articles.
pub(crate) fn only_announces(text: &str) -> bool {
    let start = text.trim_matches(|c: char| !c.is_alphanumeric());
    let head = plain(start);
    let whole =
        |hit: Match| hit.pattern().as_usize() < RELATED.len() && hit.range() == (0..head.len());
    start.len() <= REACH * 2 && at_start(&head).is_some_and(whole)
}

/// 0: no label; 1: asks for something; 2: announces other articles.
///
/// A label stands at the start of the text, after decoration such as `>` or `•`.
pub(crate) fn label(text: &str) -> u8 {
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut end = start.len().min(REACH * 2);
    while !start.is_char_boundary(end) {
        end -= 1;
    }
    let head = plain(&start[..end]);
    let hit = at_start(&head).filter(|hit| {
        let word_ends = head[hit.end()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        word_ends || hit.end() > 8
    });
    match hit {
        Some(hit) if hit.pattern().as_usize() < RELATED.len() => 2,
        Some(_) => 1,
        None => 0,
    }
}

/// The label at the start of a plain text.
fn at_start(head: &str) -> Option<Match> {
    LABELS.find(Input::new(head).anchored(Anchored::Yes))
}

/// Lower case; Arabic letters that are written in several ways brought to one.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            '\u{064b}'..='\u{065f}' | '\u{0640}' | '\u{0670}' => {}
            'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
            'ى' | 'ئ' => out.push('ي'),
            'ة' => out.push('ه'),
            'ؤ' => out.push('و'),
            '’' => out.push('\''),
            '\u{0600}'..='\u{06ff}' => out.push(c),
            // `İ` is lower-cased to an `i` and a dot above.
            c => out.extend(c.to_lowercase().filter(|c| *c != '\u{0307}')),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_at_the_start_whatever_the_spelling() {
        assert_eq!(label("اقرأ أيضاً: خبر آخر"), 2);
        assert_eq!(label("إقرأ أيضا"), 2);
        assert_eq!(label("» مواضيع ذات صلة"), 2);
        assert_eq!(label("À lire aussi : un autre article"), 2);
        assert_eq!(label("READ MORE: another story"), 2);
        assert_eq!(label("Share this"), 1);
        assert_eq!(label("Shareholders met on Monday"), 0);
        assert_eq!(label("He said that you may also go"), 0);
        assert_eq!(label(""), 0);
        assert!(only_announces("مواضيع ذات صلة:") && !only_announces("Recommended settings"));
    }
}
