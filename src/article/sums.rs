//! Running sums over blocks, so that those of any element are a difference.

use super::text_stats::Counts;
use super::tree::Block;

/// Running sums over blocks: the sums of any element are a difference.
pub(crate) struct Sums {
    pub chars: Vec<u32>,
    linked: Vec<u32>,
    stops: Vec<u32>,
    long: Vec<u32>,
}

/// Sums of one element.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Share {
    pub blocks: f32,
    pub chars: f32,
    pub linked: f32,
    pub stops: f32,
    pub long: f32,
}

impl Sums {
    /// Sums over all blocks.
    pub(crate) fn new(blocks: &[Block], counts: &[Counts]) -> Self {
        let mut sums = Self { chars: vec![0], linked: vec![0], stops: vec![0], long: vec![0] };
        let push = |sum: &mut Vec<u32>, n: u32| sum.push(sum[sum.len() - 1].saturating_add(n));
        for (block, n) in blocks.iter().zip(counts) {
            push(&mut sums.chars, n.chars);
            push(&mut sums.linked, (linked(block) * n.chars as f32) as u32);
            push(&mut sums.stops, n.stops + n.commas);
            push(&mut sums.long, u32::from(n.chars >= 80 && linked(block) < 0.4));
        }
        sums
    }

    /// Sums of the blocks from `first` up to `last`.
    pub(crate) fn of(&self, first: u32, last: u32) -> Share {
        let (a, b) = (first as usize, (last as usize).min(self.chars.len() - 1));
        let diff = |sum: &[u32]| (sum[b.max(a)] - sum[a]) as f32;
        Share {
            blocks: b.saturating_sub(a) as f32,
            chars: diff(&self.chars),
            linked: diff(&self.linked),
            stops: diff(&self.stops),
            long: diff(&self.long),
        }
    }
}

impl Share {
    /// The share of the text that is inside links.
    pub(crate) fn link_density(self) -> f32 {
        self.linked / self.chars.max(1.0)
    }
}

/// The share of a block's text that is inside links.
pub(crate) fn linked(block: &Block) -> f32 {
    block.link_bytes as f32 / block.text.len().max(1) as f32
}
