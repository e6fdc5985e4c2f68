//! How much of a text stands in another, in any script: by windows of letters, not by words.

use rustc_hash::FxHashSet;

/// Windows of letters and digits over a text: likeness without words, so in any script.
#[derive(Debug, Default)]
pub(crate) struct Windows(FxHashSet<u64>);

/// Letters and digits of one window.
const WINDOW: usize = 9;
/// Characters of a claim that are compared.
const MAX_CLAIM: usize = 120_000;

impl Windows {
    /// The windows of some texts.
    pub(crate) fn of<'x>(texts: impl IntoIterator<Item = &'x str>) -> Self {
        let mut set = FxHashSet::default();
        for text in texts {
            each_window(text, 1, |hash| {
                set.insert(hash);
            });
        }
        Self(set)
    }

    /// No text was long enough.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of distinct windows.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The share of the text's windows that are among these.
    pub(crate) fn share(&self, text: &str) -> f32 {
        if self.0.is_empty() {
            return 0.0;
        }
        let (mut all, mut met) = (0.0, 0.0);
        each_window(text, 3, |hash| {
            all += 1.0;
            met += f32::from(u8::from(self.0.contains(&hash)));
        });
        if all == 0.0 { 0.0 } else { met / all }
    }
}

/// Calls `see` with the rolling hash of every `step`-th window.
fn each_window(text: &str, step: usize, mut see: impl FnMut(u64)) {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let top = (1..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut ring = [0_u64; WINDOW];
    let (mut hash, mut n) = (0_u64, 0_usize);
    let chars = text.chars().take(MAX_CLAIM).filter(|c| c.is_alphanumeric());
    for c in chars {
        let c = if c.is_ascii() { c.to_ascii_lowercase() } else { c };
        let c = u64::from(u32::from(c));
        let slot = n % WINDOW;
        hash = hash.wrapping_sub(ring[slot].wrapping_mul(top)).wrapping_mul(BASE).wrapping_add(c);
        ring[slot] = c;
        n += 1;
        if n >= WINDOW && (n - WINDOW).is_multiple_of(step) {
            see(hash ^ (hash >> 29));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_needs_no_words() {
        let claim = Windows::of(["غرق قارب يقل مهاجرين قبالة الساحل"]);
        assert!(claim.share("غرق قارب، يقل «مهاجرين» قبالة الساحل") > 0.99);
        assert!(claim.share("انتهت المباراة بفوز الفريق الضيف") < 0.1);
        assert!(
            Windows::of(["東京都知事選挙の結果が発表された"]).share("東京都知事選挙の結果が") > 0.9
        );
        assert_eq!(Windows::of(["short"]).share("short"), 0.0);
    }
}
