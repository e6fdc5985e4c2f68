//! `X-Hub-Signature` (W3C WebSub 7.1): made and checked, the latter in constant time.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

/// Why a signature was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is missing.
    #[error("The hub sent no signature.")]
    Missing,
    /// The header is not `method=hexadecimal digits`.
    #[error("The hub's signature cannot be read.")]
    Unreadable,
    /// A method that is no longer safe (SHA-1), or none that we know.
    #[error("The hub's signature is made in a way that is not accepted.")]
    Method,
    /// It does not fit the body.
    #[error("The hub's signature does not fit the content.")]
    Wrong,
}

impl SignatureError {
    /// The stable word.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Unreadable => "signature_unreadable",
            Self::Method => "signature_method",
            Self::Wrong => "signature_wrong",
        }
    }
}

/// The value of `X-Hub-Signature` for `body`.
pub fn sign(body: &[u8], secret: &str) -> String {
    let digest = mac::<Hmac<Sha256>>(body, secret).finalize().into_bytes();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// Checks `X-Hub-Signature` against `body`. SHA-256, SHA-384 and SHA-512 are accepted.
///
/// # Errors
///
/// See [`SignatureError`].
pub fn check(header: Option<&str>, body: &[u8], secret: &str) -> Result<(), SignatureError> {
    let header = header.ok_or(SignatureError::Missing)?;
    let (method, digits) = header.trim().split_once('=').ok_or(SignatureError::Unreadable)?;
    let claimed = bytes(digits.trim()).ok_or(SignatureError::Unreadable)?;
    let fits = match method.trim().to_ascii_lowercase().as_str() {
        "sha256" => mac::<Hmac<Sha256>>(body, secret).verify_slice(&claimed).is_ok(),
        "sha384" => mac::<Hmac<Sha384>>(body, secret).verify_slice(&claimed).is_ok(),
        "sha512" => mac::<Hmac<Sha512>>(body, secret).verify_slice(&claimed).is_ok(),
        _ => return Err(SignatureError::Method),
    };
    if fits { Ok(()) } else { Err(SignatureError::Wrong) }
}

fn mac<M: Mac + KeyInit>(body: &[u8], secret: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes keys of any length (RFC 2104)");
    mac.update(body);
    mac
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    /// Hexadecimal digits of the longest digest.
    const MOST: usize = 128;
    if !digits.len().is_multiple_of(2)
        || digits.is_empty()
        || digits.len() > MOST
        || !digits.is_ascii()
    {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|i| u8::from_str_radix(&digits[i..i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const KEY: &str = "Jefe";
    const BODY: &[u8] = b"what do ya want for nothing?";
    const SHA256: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const SHA384: &str = "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
                          8e2240ca5e69e2c78b3239ecfab21649";
    const SHA512: &str = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                          9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";

    #[test]
    fn known_signatures_are_accepted() {
        for header in [
            format!("sha256={SHA256}"),
            format!("SHA256={}", SHA256.to_uppercase()),
            format!(" sha384={SHA384} "),
            format!("sha512={SHA512}"),
            sign(BODY, KEY),
        ] {
            assert_eq!(check(Some(&header), BODY, KEY), Ok(()), "{header}");
        }
        assert_eq!(sign(BODY, KEY), format!("sha256={SHA256}"));
    }

    #[test]
    fn everything_else_is_not() {
        let header = format!("sha256={SHA256}");
        assert_eq!(check(Some(&header), BODY, "other"), Err(SignatureError::Wrong));
        assert_eq!(check(Some(&header), b"other", KEY), Err(SignatureError::Wrong));
        assert_eq!(check(None, BODY, KEY), Err(SignatureError::Missing));
        // A correct SHA-1 signature is refused for its method.
        let sha1 = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        assert_eq!(check(Some(sha1), BODY, KEY), Err(SignatureError::Method));
        // A digest of another method's length fits none.
        let swapped = format!("sha512={SHA256}");
        assert_eq!(check(Some(&swapped), BODY, KEY), Err(SignatureError::Wrong));
        for header in ["", "sha256", "sha256=", "sha256=abc", "sha256=zz", "sha256=صص", "=00é0"]
        {
            assert_eq!(check(Some(header), BODY, KEY), Err(SignatureError::Unreadable), "{header}");
        }
        let long = format!("sha256={}", "0".repeat(100_000));
        assert_eq!(check(Some(&long), BODY, KEY), Err(SignatureError::Unreadable));
    }
}
