//! Bytes to text, whatever the server says.
//!
//! In this order: byte order mark, the byte pattern of UTF-16 and UTF-32, valid UTF-8 (which
//! beats any declaration: other encodings almost never look like it), the encoding declared in
//! the document, the one declared by the HTTP header, and detection from the bytes themselves
//! with the feed's language or the site's country as a hint.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_6, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1256};

/// How far into a document a declaration is looked for.
const DECLARATION_WITHIN: usize = 4096;
/// How many bytes detection reads.
const DETECT_WITHIN: usize = 1 << 18;

/// What is known about the bytes from outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// The whole `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// Language of the source, BCP 47.
    pub lang: Option<&'a str>,
    /// Host that the bytes came from; its top-level domain hints at a country.
    pub host: Option<&'a str>,
}

/// Where the encoding was learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// Byte order mark.
    Bom,
    /// The pattern of zero bytes of UTF-16 or UTF-32.
    Pattern,
    /// The bytes are valid UTF-8.
    Valid,
    /// XML declaration or HTML `meta`.
    Document,
    /// `Content-Type` header.
    Header,
    /// Detection from the bytes.
    Detected,
}

/// A decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without byte order mark.
    pub text: Cow<'a, str>,
    /// WHATWG name of the encoding, e.g. `windows-1256`; `UTF-32LE` and `UTF-32BE` besides.
    pub encoding: &'static str,
    /// Where the encoding was learnt from.
    pub learnt: Learnt,
    /// The encoding that the document or the header declares, where that is another one.
    pub contradicts: Option<String>,
    /// True where some bytes had no character and became U+FFFD.
    pub lossy: bool,
}

/// Decodes `bytes`. Never fails: bytes without a character become U+FFFD.
pub fn decode<'a>(bytes: &'a [u8], hints: &Hints<'_>) -> Decoded<'a> {
    if let Some(wide) = utf32(bytes) {
        return wide;
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[length..], Learnt::Bom);
    }
    if let Some(encoding) = pattern(bytes) {
        return with(encoding, bytes, Learnt::Pattern);
    }
    let declared = declared(bytes);
    let header = hints.content_type.and_then(charset_parameter);
    if let Some(text) = valid_utf8(bytes) {
        let other = [&declared, &header]
            .into_iter()
            .flatten()
            .find(|label| !text.is_ascii() && encoding_for(label).is_none_or(|e| e != UTF_8));
        return Decoded {
            text: Cow::Borrowed(text),
            encoding: UTF_8.name(),
            learnt: Learnt::Valid,
            contradicts: other.cloned(),
            lossy: false,
        };
    }
    let candidates = [(&declared, Learnt::Document), (&header, Learnt::Header)];
    for (label, learnt) in candidates {
        let Some(encoding) = label.as_deref().and_then(encoding_for) else { continue };
        if encoding != UTF_8 && is_plausible(encoding, bytes, hints) {
            return with(encoding, bytes, learnt);
        }
    }
    undeclared(bytes, hints, declared.or(header))
}

/// Neither valid UTF-8 nor believably declared.
fn undeclared<'a>(bytes: &'a [u8], hints: &Hints<'_>, declared: Option<String>) -> Decoded<'a> {
    // A few broken bytes in what is otherwise UTF-8 (a text cut inside a letter) stay UTF-8.
    let (text, errors, letters) = count_utf8(bytes);
    if errors * 8 <= letters {
        return Decoded {
            text: Cow::Owned(text),
            encoding: UTF_8.name(),
            learnt: Learnt::Detected,
            contradicts: declared.filter(|label| encoding_for(label) != Some(UTF_8)),
            lossy: true,
        };
    }
    let mut decoded = with(detect(bytes, hints), bytes, Learnt::Detected);
    decoded.contradicts = declared;
    decoded
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8], learnt: Learnt) -> Decoded<'a> {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, encoding: encoding.name(), learnt, contradicts: None, lossy }
}

/// UTF-8 that is valid but for a letter cut off at the very end.
fn valid_utf8(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

/// The text as UTF-8, the broken sequences in it and the letters beyond ASCII.
fn count_utf8(bytes: &[u8]) -> (String, usize, usize) {
    let (mut text, mut errors, mut letters) = (String::with_capacity(bytes.len()), 0, 0);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            errors += 1;
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    (text, errors, letters)
}

fn utf32(bytes: &[u8]) -> Option<Decoded<'_>> {
    let (little, skip, learnt) = match bytes {
        [0xFF, 0xFE, 0, 0, ..] => (true, 4, Learnt::Bom),
        [0, 0, 0xFE, 0xFF, ..] => (false, 4, Learnt::Bom),
        [b'<' | b'{', 0, 0, 0, _, ..] => (true, 0, Learnt::Pattern),
        [0, 0, 0, b'<' | b'{', ..] => (false, 0, Learnt::Pattern),
        _ => return None,
    };
    let mut lossy = false;
    let text = bytes[skip..]
        .chunks(4)
        .map(|unit| {
            let number = <[u8; 4]>::try_from(unit).map(|unit| {
                if little { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) }
            });
            number.ok().and_then(char::from_u32).unwrap_or_else(|| {
                lossy = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect::<String>();
    let encoding = if little { "UTF-32LE" } else { "UTF-32BE" };
    Some(Decoded { text: text.into(), encoding, learnt, contradicts: None, lossy })
}

/// UTF-16 without a mark: markup begins with ASCII letters, so every second byte is zero.
fn pattern(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..4)?;
    let all = |zero: usize| {
        head.chunks_exact(2)
            .all(|pair| pair[zero] == 0 && pair[1 - zero].is_ascii() && pair[1 - zero] != 0)
    };
    if all(0) {
        Some(UTF_16BE)
    } else if all(1) {
        Some(UTF_16LE)
    } else {
        None
    }
}

/// The encoding of a label; ISO-8859-6 and some labels of old servers besides WHATWG's.
fn encoding_for(label: &str) -> Option<&'static Encoding> {
    let label = label.trim();
    Encoding::for_label(label.as_bytes()).or_else(|| {
        let simple: String = label
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match simple.as_str() {
            "windows1256" | "win1256" | "cp1256" | "arabic1256" | "1256" => Some(WINDOWS_1256),
            "iso88596" | "88596" | "isoarabic" => Some(ISO_8859_6),
            "utf8" | "unicode" | "utf8mb4" => Some(UTF_8),
            "win1252" | "windows1252" | "1252" => Some(WINDOWS_1252),
            _ => {
                let digits = simple.strip_prefix("windows").or(simple.strip_prefix("win"))?;
                Encoding::for_label(format!("windows-{digits}").as_bytes())
            }
        }
    })
}

/// A declared encoding is believed unless it leaves characters that no text holds, or says
/// Western where the source's language is written in another script.
fn is_plausible(encoding: &'static Encoding, bytes: &[u8], hints: &Hints<'_>) -> bool {
    if encoding == UTF_16BE || encoding == UTF_16LE {
        return false; // would have been seen by its pattern
    }
    let head = &bytes[..bytes.len().min(DETECT_WITHIN)];
    let (text, _) = encoding.decode_without_bom_handling(head);
    let odd = text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER || is_c1(c)).count();
    let letters = text.chars().filter(|c| !c.is_ascii()).count();
    if odd * 8 > letters {
        return false;
    }
    let other_script = matches!(tld_of(hints).as_deref(), Some("sa" | "ru" | "gr" | "il"));
    !(encoding == WINDOWS_1252 && other_script && looks_foreign(&text))
}

fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

/// Words of Latin-1 letters only, several in a row: another script read as Western.
fn looks_foreign(text: &str) -> bool {
    let (mut foreign, mut words) = (0usize, 0usize);
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() > 2) {
        if !word.is_ascii() {
            words += 1;
            foreign += usize::from(word.chars().all(|c| !c.is_ascii()));
        }
    }
    words >= 4 && foreign * 2 > words
}

fn detect(bytes: &[u8], hints: &Hints<'_>) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(DETECT_WITHIN)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, head.len() == bytes.len());
    let tld = tld_of(hints);
    let guess = detector.guess(tld.as_deref().map(str::as_bytes), Utf8Detection::Deny);
    if guess == WINDOWS_1252 && tld.is_none() {
        // Without a hint short Arabic texts are taken for Western ones.
        let arabic = detector.guess(Some(b"sa"), Utf8Detection::Deny);
        let (western, _) = WINDOWS_1252.decode_without_bom_handling(head);
        if (arabic == WINDOWS_1256 || arabic == ISO_8859_6) && looks_foreign(&western) {
            return arabic;
        }
    }
    guess
}

/// A top-level domain for the detector: one that stands for the source's language, else the
/// host's own.
fn tld_of(hints: &Hints<'_>) -> Option<String> {
    let lang = hints.lang.map(|l| l.split(['-', '_']).next().unwrap_or(l).to_ascii_lowercase());
    let by_lang = match lang.as_deref() {
        Some("ar" | "fa" | "ur" | "ps") => Some("sa"),
        Some("ru" | "uk" | "bg" | "sr" | "be" | "mk") => Some("ru"),
        Some("ja") => Some("jp"),
        Some("ko") => Some("kr"),
        Some("zh") => Some("cn"),
        Some("el") => Some("gr"),
        Some("he") => Some("il"),
        Some("tr" | "az") => Some("tr"),
        Some("th") => Some("th"),
        Some("vi") => Some("vn"),
        Some("pl" | "cs" | "sk" | "hu" | "hr" | "sl" | "ro") => Some("pl"),
        Some("lt" | "lv" | "et") => Some("lt"),
        _ => None,
    };
    let by_host = || {
        let last = hints.host?.rsplit('.').next()?.to_ascii_lowercase();
        (!last.is_empty() && last.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'))
            .then_some(last)
    };
    by_lang.map(str::to_owned).or_else(by_host)
}

/// The `charset` parameter of a `Content-Type` header.
fn charset_parameter(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let value = &lower[lower.find("charset")? + "charset".len()..];
    let value = value.trim_start().strip_prefix('=')?;
    label_in(value)
}

/// A label at the start of `text`, in quotes or not.
fn label_in(text: &str) -> Option<String> {
    let label: String = text
        .trim_start()
        .trim_start_matches(['"', '\'', '\\'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
        .collect();
    (!label.is_empty()).then_some(label)
}

/// The encoding that the document declares: XML declaration, else HTML `meta`.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_WITHIN)]);
    let lower = head.to_ascii_lowercase();
    if let Some(start) = lower.find("<?xml") {
        let end = lower[start..].find('>').map_or(lower.len(), |n| start + n);
        let declaration = &lower[start..end];
        let label = declaration.find("encoding").and_then(|at| {
            label_in(declaration[at + "encoding".len()..].trim_start().strip_prefix('=')?)
        });
        if label.is_some() {
            return label;
        }
    }
    let mut rest = lower.as_str();
    while let Some(at) = rest.find("<meta") {
        let end = rest[at..].find('>').map_or(rest.len(), |n| at + n);
        if let Some(label) = charset_parameter(&rest[at..end]) {
            return Some(label);
        }
        rest = &rest[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARABIC: &str =
        "وصل المهاجرون إلى الميناء بعد رحلة طويلة، وقالت الشرطة إن القارب كان مكتظا";

    fn arabic_1256() -> Vec<u8> {
        WINDOWS_1256.encode(ARABIC).0.into_owned()
    }

    #[test]
    fn valid_utf8_beats_every_declaration() {
        let text = format!("<?xml version='1.0' encoding='windows-1256'?><a>{ARABIC}</a>");
        let hints =
            Hints { content_type: Some("text/xml; charset=iso-8859-1"), ..Hints::default() };
        let decoded = decode(text.as_bytes(), &hints);
        assert_eq!((decoded.text.as_ref(), decoded.learnt), (text.as_str(), Learnt::Valid));
        assert_eq!(decoded.contradicts.as_deref(), Some("windows-1256"));
    }

    #[test]
    fn marks_and_patterns_of_wide_encodings_are_seen() {
        let text = "<a>نص</a>";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
        let widest: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (bytes, name) in [
            (little.clone(), "UTF-16LE"),
            ([vec![0xFF, 0xFE], little].concat(), "UTF-16LE"),
            (big.clone(), "UTF-16BE"),
            ([vec![0xFE, 0xFF], big].concat(), "UTF-16BE"),
            (widest.clone(), "UTF-32LE"),
            ([vec![0xFF, 0xFE, 0, 0], widest].concat(), "UTF-32LE"),
            ([vec![0xEF, 0xBB, 0xBF], text.into()].concat(), "UTF-8"),
        ] {
            let decoded = decode(&bytes, &Hints::default());
            assert_eq!((decoded.text.as_ref(), decoded.encoding), (text, name));
        }
    }

    #[test]
    fn declarations_are_read_from_document_then_header() {
        let said = [b"<?xml version=\"1.0\" encoding=\"windows-1256\"?>".to_vec(), arabic_1256()];
        let decoded = decode(&said.concat(), &Hints::default()).text.into_owned();
        assert!(decoded.ends_with(ARABIC));
        let meta = [b"<meta charset=windows-1256>".to_vec(), arabic_1256()].concat();
        assert!(decode(&meta, &Hints::default()).text.ends_with(ARABIC));
        let header =
            Hints { content_type: Some("text/xml; charset=\"Windows-1256\""), ..Hints::default() };
        let bytes = arabic_1256();
        let decoded = decode(&bytes, &header);
        assert_eq!((decoded.text.as_ref(), decoded.learnt), (ARABIC, Learnt::Header));
        let iso = ISO_8859_6.encode(ARABIC).0;
        let said = Hints { content_type: Some("text/html; charset=ISO-8859-6"), ..header };
        assert_eq!(decode(&iso, &said).text, ARABIC);
    }

    #[test]
    fn undeclared_arabic_is_detected() {
        for hints in [
            Hints::default(),
            Hints { lang: Some("ar"), ..Hints::default() },
            Hints { host: Some("news.example.sa"), ..Hints::default() },
        ] {
            assert_eq!(decode(&arabic_1256(), &hints).text, ARABIC, "{hints:?}");
        }
        let iso = ISO_8859_6.encode(ARABIC).0;
        assert_eq!(decode(&iso, &Hints { lang: Some("ar"), ..Hints::default() }).text, ARABIC);
    }

    #[test]
    fn utf8_with_a_broken_letter_stays_utf8() {
        let mut bytes = ARABIC.as_bytes().to_vec();
        bytes.remove(21);
        let decoded = decode(&bytes, &Hints::default());
        assert_eq!(decoded.encoding, "UTF-8");
        assert!(decoded.lossy && decoded.text.ends_with("مكتظا"));
        let mut cut = ARABIC.as_bytes().to_vec();
        cut.pop();
        assert!(decode(&cut, &Hints::default()).text.ends_with("مكتظ"));
    }

    #[test]
    fn any_bytes_give_some_text() {
        for bytes in [&b""[..], b"\0", b"\xff", b"<\0", b"\0\0\0<", b"\xff\xfe\0\0\x01"] {
            decode(bytes, &Hints::default());
        }
        let odd = Hints { host: Some("مثال"), lang: Some(""), content_type: Some("charset=") };
        decode(&arabic_1256(), &odd);
    }
}
