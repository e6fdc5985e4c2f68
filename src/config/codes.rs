//! Language and country codes that config may name.

use serde_json::json;

use super::text::Fault;

/// ISO 639-1, and the three-letter codes of languages that our sources write in
/// without a two-letter one (Sorani, Darija, Egyptian, Tamazight, Dari, Filipino, …).
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch \
    co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he \
    hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv \
    kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny \
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su \
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu \
    ary arz apc acm aeb arq ayl ber ckb fil kab kmr prs rif shi tzm zgh";

/// ISO 3166-1 alpha-2, `XK` (Kosovo), `EU`, and `INT` for publishers of no country.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
    BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE \
    DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR \
    GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP \
    KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW \
    XK EU INT";

/// Checks a language code.
pub fn check_language(code: &str) -> Result<(), Fault> {
    if LANGUAGES.split_whitespace().any(|known| known == code) {
        return Ok(());
    }
    let help =
        "Write an ISO 639 code in small letters, without a region: `ar`, `fr`, `en`, `es`, …";
    Err(Fault::new(format!("`{code}` is not a language code.")).help(help))
}

/// Checks a country code.
pub fn check_country(code: &str) -> Result<(), Fault> {
    if COUNTRIES.split_whitespace().any(|known| known == code) {
        return Ok(());
    }
    let help = match code {
        "UK" => "The United Kingdom is `GB`.",
        _ => "Write an ISO 3166 code of two capital letters such as `MA`, else `INT` or `EU`.",
    };
    Err(Fault::new(format!("`{code}` is not a country code.")).help(help))
}

/// The JSON Schema of a language code.
pub fn language_schema() -> serde_json::Value {
    json!({ "type": "string", "enum": LANGUAGES.split_whitespace().collect::<Vec<_>>() })
}

/// The JSON Schema of a country code.
pub fn country_schema() -> serde_json::Value {
    json!({ "type": "string", "enum": COUNTRIES.split_whitespace().collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_exact() {
        for code in ["ar", "fr", "ckb", "ary"] {
            assert_eq!(check_language(code), Ok(()));
        }
        for code in ["AR", "arabic", "ar-MA", "xx", "", "ع"] {
            assert!(check_language(code).is_err(), "{code}");
        }
        for code in ["MA", "INT", "EU", "XK"] {
            assert_eq!(check_country(code), Ok(()));
        }
        assert_eq!(check_country("UK").unwrap_err().help.unwrap(), "The United Kingdom is `GB`.");
        assert!(check_country("ma").is_err());
    }

    #[test]
    fn no_code_is_listed_twice_and_none_is_missing() {
        for (list, count) in [(LANGUAGES, 184 + 17), (COUNTRIES, 249 + 3)] {
            let all: Vec<_> = list.split_whitespace().collect();
            let distinct: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!((all.len(), distinct.len()), (count, count));
        }
    }
}
