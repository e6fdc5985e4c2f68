//! Tags of languages in the form that readers of feeds and their checkers know: ISO 639-1 where
//! there is a code, else one of ISO 639-2.

/// ISO 639-1.
const TWO: &str = " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie \
    ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi \
    mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc \
    sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve \
    vi vo wa wo xh yi yo za zh zu ";
/// Languages without a code of two letters that news are written in (ISO 639-2).
const THREE: &str = " ast bal ber ceb crh cop fil fur gaa gez hau haw kab luo mai mni nso rom sat sco syr tig tpi war ";
/// Codes of ISO 639-2 and 639-3 with a shorter or wider one.
const WIDER: [(&str, &str); 24] = [
    ("ar", " ara arb arz ary arq apc ajp acm aeb ayl apd afb acw shu "),
    ("ku", " kur ckb kmr sdh "),
    ("fa", " fas per prs pes "),
    ("ber", " zgh tzm rif shi taq tmh "),
    ("az", " aze azj azb "),
    ("zh", " zho chi cmn yue "),
    ("ps", " pus pbt pbu "),
    ("en", " eng "),
    ("fr", " fra fre "),
    ("es", " spa "),
    ("de", " deu ger "),
    ("it", " ita "),
    ("pt", " por "),
    ("tr", " tur "),
    ("ru", " rus "),
    ("uk", " ukr "),
    ("ur", " urd "),
    ("he", " heb iw "),
    ("am", " amh "),
    ("ti", " tir "),
    ("so", " som "),
    ("sw", " swa swh "),
    ("nl", " nld dut "),
    ("el", " ell gre "),
];

/// `lang` as a tag that checkers of feeds accept; none for `und` and for what is no language.
pub(super) fn tag(lang: &str) -> Option<String> {
    let (primary, rest) = lang.split_at(lang.find('-').unwrap_or(lang.len()));
    let primary = primary.to_ascii_lowercase();
    let mut parts = rest.split('-').skip(1);
    let fits = parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let word = format!(" {primary} ");
    let wider = WIDER.iter().find(|(_, codes)| codes.contains(&word)).map(|(code, _)| *code);
    let known = matches!(primary.len(), 2 | 3)
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && (TWO.contains(&word) || THREE.contains(&word) || wider.is_some());
    (known && fits).then(|| format!("{}{rest}", wider.unwrap_or(&primary)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn tags_are_those_that_checkers_know() {
        for (given, tag) in [("ar", "ar"), ("AR-eg", "ar-eg"), ("ckb", "ku"), ("prs-AF", "fa-AF")] {
            assert_eq!(super::tag(given).as_deref(), Some(tag));
        }
        for (given, tag) in [("fil", "fil"), ("zgh", "ber"), ("eng", "en"), ("pt-BR", "pt-BR")] {
            assert_eq!(super::tag(given).as_deref(), Some(tag));
        }
        for none in ["und", "zz", "qqq", "", "-", "a", "en-", "ar-\"x\"", "english", "  ", "عر"] {
            assert_eq!(super::tag(none), None, "{none}");
        }
    }
}
