//! The longest common subsequence of two texts, word by word.
//!
//! Bit-parallel (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"):
//! 64 words at a time, so that two texts of 300 words cost some 1,500 steps.

use rustc_hash::FxHashMap;

/// For each position of `a`, the position of `b` that it is aligned with; of
/// several places the first.
pub(super) fn align(a: &[u16], b: &[u16]) -> Vec<Option<u32>> {
    // Tracing back finds the last places, so both texts are read from the end.
    let backwards = |text: &[u16]| text.iter().rev().copied().collect::<Vec<u16>>();
    let mut aligned = align_last(&backwards(a), &backwards(b));
    aligned.reverse();
    for place in aligned.iter_mut().flatten() {
        *place = b.len() as u32 - 1 - *place;
    }
    aligned
}

fn align_last(a: &[u16], b: &[u16]) -> Vec<Option<u32>> {
    let blocks = a.len().div_ceil(64);
    if blocks == 0 || b.is_empty() {
        return vec![None; a.len()];
    }
    let places = places(a, blocks);
    // rows[j] has bit i clear where a[..=i] shares one word more with b[..=j] than a[..i] does.
    let mut rows = vec![u64::MAX; blocks * (b.len() + 1)];
    for (j, word) in b.iter().enumerate() {
        let (done, next) = rows.split_at_mut(blocks * (j + 1));
        let (last, next) = (&done[blocks * j..], &mut next[..blocks]);
        match places.get(word) {
            Some(hits) => step(last, next, hits),
            None => next.copy_from_slice(last),
        }
    }
    trace(a, b, &rows, blocks)
}

/// For each word of `a`, the bits of its positions.
fn places(a: &[u16], blocks: usize) -> FxHashMap<u16, Vec<u64>> {
    let mut places: FxHashMap<u16, Vec<u64>> = FxHashMap::default();
    for (i, word) in a.iter().enumerate() {
        places.entry(*word).or_insert_with(|| vec![0; blocks])[i / 64] |= 1 << (i % 64);
    }
    places
}

fn step(last: &[u64], next: &mut [u64], hits: &[u64]) {
    let mut carry = false;
    for ((last, next), hits) in last.iter().zip(next).zip(hits) {
        let shared = last & hits;
        let (sum, over) = last.overflowing_add(shared);
        let (sum, again) = sum.overflowing_add(u64::from(carry));
        carry = over || again;
        *next = sum | (last - shared);
    }
}

fn trace(a: &[u16], b: &[u16], rows: &[u64], blocks: usize) -> Vec<Option<u32>> {
    let mut aligned = vec![None; a.len()];
    let (mut i, mut j) = (a.len(), b.len());
    while i > 0 && j > 0 {
        let grows = |j: usize| rows[blocks * j + (i - 1) / 64] >> ((i - 1) % 64) & 1 == 0;
        if !grows(j) {
            i -= 1; // the last word of a adds nothing here
        } else if a[i - 1] == b[j - 1] {
            (i, j) = (i - 1, j - 1);
            aligned[i] = u32::try_from(j).ok();
        } else {
            j -= 1;
        }
    }
    aligned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_length(a: &[u16], b: &[u16]) -> usize {
        let mut last = vec![0; b.len() + 1];
        for x in a {
            let mut next = vec![0; b.len() + 1];
            for (j, y) in b.iter().enumerate() {
                next[j + 1] = if x == y { last[j] + 1 } else { last[j + 1].max(next[j]) };
            }
            last = next;
        }
        last[b.len()]
    }

    #[test]
    fn finds_as_many_words_as_the_plain_way_and_in_order() {
        let mut random = fastrand::Rng::with_seed(7);
        for round in 0..300 {
            let words = 1 + random.u16(1..60);
            let mut text = |len| (0..len).map(|_| random.u16(0..words)).collect::<Vec<_>>();
            let (a, b) = (text(round % 150), text((round * 7) % 170));
            let aligned = align(&a, &b);
            let pairs: Vec<(usize, u32)> =
                aligned.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect();
            assert!(pairs.iter().all(|(i, j)| a[*i] == b[*j as usize]));
            assert!(pairs.windows(2).all(|pair| pair[0].1 < pair[1].1));
            assert_eq!(pairs.len(), plain_length(&a, &b));
        }
    }
}
