//! UTF-8 that was taken for Latin-1 or windows-1252 and encoded once more (`Ã©` for `é`).

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Undoes the double encoding where the whole text shows it; other texts stay as they are.
pub(super) fn mend(text: Cow<'_, str>) -> Cow<'_, str> {
    if !is_suspicious(&text) {
        return text;
    }
    match once_less(&text) {
        Some(mended) => Cow::Owned(mended),
        None => text,
    }
}

/// A lead byte of UTF-8 read as a letter, followed by what a continuation byte is read as.
fn is_suspicious(text: &str) -> bool {
    let b = text.as_bytes();
    memchr::memchr2_iter(0xC3, 0xC2, b).any(|at| {
        let c = text.get(at..).and_then(|t| t.chars().next()).unwrap_or(' ');
        let next = text.get(at + 2..).and_then(|t| t.chars().next()).unwrap_or(' ');
        ('\u{c2}'..='\u{f4}').contains(&c)
            && !next.is_ascii()
            && byte(next).is_some_and(|b| b < 0xC0)
    })
}

fn once_less(text: &str) -> Option<String> {
    let bytes = text.chars().map(byte).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok()
}

/// The byte that a letter was read from.
fn byte(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    match (unmappable, &*bytes) {
        (false, &[byte]) => Some(byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_encoding_is_undone() {
        for text in ["école", "المهاجرون في البحر", "“quoted” – €"] {
            let twice = WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned();
            assert_eq!(mend(twice.into()), text);
        }
    }

    #[test]
    fn honest_letters_stay() {
        for text in ["Ã is a letter", "SÃO PAULO", "Ã©crit à «Paris» 中", "naïve", "Â£ العربية"]
        {
            assert!(matches!(mend(text.into()), Cow::Borrowed(_)), "{text}");
        }
    }
}
