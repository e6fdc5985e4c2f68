//! How much of a text stands in another, in any script: by windows of letters, not by words.

use rustc_hash::FxHashSet;

use super::text_stats::is_letter_or_digit;

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

    /// The share of the text's windows that are among those of each set.
    pub(crate) fn shares<const N: usize>(sets: [&Self; N], text: &str) -> [f32; N] {
        let (mut all, mut met) = (0.0_f32, [0.0; N]);
        if sets.iter().all(|set| set.is_empty()) {
            return met;
        }
        each_window(text, 3, |hash| {
            all += 1.0;
            for (met, set) in met.iter_mut().zip(sets) {
                *met += f32::from(u8::from(set.0.contains(&hash)));
            }
        });
        met.map(|met| met / all.max(1.0))
    }
}

/// Calls `see` with the rolling hash of every `step`-th window.
fn each_window(text: &str, step: usize, mut see: impl FnMut(u64)) {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let top = (1..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut ring = [0_u64; WINDOW];
    let (mut hash, mut n) = (0_u64, 0_usize);
    let chars = text.chars().take(MAX_CLAIM).filter(|c| is_letter_or_digit(*c));
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
        let share = |claim: &Windows, text| Windows::shares([claim], text)[0];
        let claim = Windows::of(["غرق قارب يقل مهاجرين قبالة الساحل"]);
        assert!(share(&claim, "غرق قارب، يقل «مهاجرين» قبالة الساحل") > 0.99);
        assert!(share(&claim, "انتهت المباراة بفوز الفريق الضيف") < 0.1);
        assert!(
            share(&Windows::of(["東京都知事選挙の結果が発表された"]), "東京都知事選挙の結果が")
                > 0.9
        );
        assert_eq!(share(&Windows::of(["short"]), "short"), 0.0);
    }
}
