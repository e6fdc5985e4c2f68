//! Gradient-boosted decision trees, read from a table that training writes.
//!
//! The table is little-endian: `RBT1`, width of a row (u16), number of trees
//! (u16), base score (f32); then for each tree the number of nodes (u16), the
//! nodes (feature u16, threshold f32, left i16, right i16; a negative child
//! `-n` is leaf `n - 1`), the number of leaves (u16) and the leaves (f32).

/// A set of trees whose sum is a log-odds.
#[derive(Debug)]
pub(crate) struct Boost {
    width: usize,
    base: f32,
    nodes: Vec<Node>,
    leaves: Vec<f32>,
    /// Where each tree starts: first node (or `None` for a lone leaf) and first leaf.
    trees: Vec<(Option<u32>, u32)>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u16,
    left: i16,
    right: i16,
    threshold: f32,
}

struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }
    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }
    fn i16(&mut self) -> Option<i16> {
        self.take().map(i16::from_le_bytes)
    }
    fn f32(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }
}

impl Boost {
    /// Reads a table; `None` when it is broken or points outside itself.
    pub(crate) fn read(table: &[u8]) -> Option<Self> {
        let mut from = Reader(table);
        if &from.take::<4>()? != b"RBT1" {
            return None;
        }
        let width = usize::from(from.u16()?);
        let count = from.u16()?;
        let base = from.f32()?;
        let mut boost =
            Self { width, base, nodes: Vec::new(), leaves: Vec::new(), trees: Vec::new() };
        for _ in 0..count {
            boost.tree(&mut from)?;
        }
        from.0.is_empty().then_some(boost)
    }

    fn tree(&mut self, from: &mut Reader<'_>) -> Option<()> {
        let nodes = from.u16()?;
        let first = (self.nodes.len() as u32, self.leaves.len() as u32);
        for at in 0..nodes {
            let (feature, threshold) = (from.u16()?, from.f32()?);
            let (left, right) = (from.i16()?, from.i16()?);
            // Children stand after their parent: walking always ends.
            let down = |child: i16| child < 0 || (child as u16) > at && (child as u16) < nodes;
            if usize::from(feature) >= self.width || !down(left) || !down(right) {
                return None;
            }
            self.nodes.push(Node { feature, left, right, threshold });
        }
        let leaves = from.u16()?;
        let own = &self.nodes[first.0 as usize..];
        let known = |child: i16| child >= 0 || child.unsigned_abs() <= leaves;
        if leaves == 0 || !own.iter().all(|n| known(n.left) && known(n.right)) {
            return None;
        }
        for _ in 0..leaves {
            self.leaves.push(from.f32()?);
        }
        self.trees.push(((nodes > 0).then_some(first.0), first.1));
        Some(())
    }

    /// Numbers of one row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The probability for each row of `rows`.
    pub(crate) fn score(&self, rows: &[f32]) -> Vec<f32> {
        let mut sums = vec![self.base; rows.len() / self.width];
        // Tree by tree: a tree stays in the cache while all rows pass.
        for &(root, leaf) in &self.trees {
            for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(self.width)) {
                *sum += self.leaves[(leaf + self.walk(root, row)) as usize];
            }
        }
        sums.iter().map(|sum| 1.0 / (1.0 + (-sum).exp())).collect()
    }

    fn walk(&self, root: Option<u32>, row: &[f32]) -> u32 {
        let Some(root) = root else { return 0 };
        let mut at = 0_i16;
        loop {
            let node = self.nodes[(root + at as u32) as usize];
            let children = [node.right, node.left];
            at = children[usize::from(row[usize::from(node.feature)] <= node.threshold)];
            if at < 0 {
                return u32::from(at.unsigned_abs()) - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(left: i16) -> Vec<u8> {
        let mut t = b"RBT1".to_vec();
        t.extend(2_u16.to_le_bytes());
        t.extend(1_u16.to_le_bytes());
        t.extend(0_f32.to_le_bytes());
        t.extend(1_u16.to_le_bytes());
        t.extend(1_u16.to_le_bytes());
        t.extend(0.5_f32.to_le_bytes());
        t.extend(left.to_le_bytes());
        t.extend((-2_i16).to_le_bytes());
        t.extend(2_u16.to_le_bytes());
        t.extend((-3_f32).to_le_bytes());
        t.extend(3_f32.to_le_bytes());
        t
    }

    #[test]
    fn a_row_falls_to_its_leaf() {
        let boost = Boost::read(&table(-1)).unwrap();
        let p = boost.score(&[9.0, 0.5, 9.0, 0.6]);
        assert!(p[0] < 0.05 && p[1] > 0.95, "{p:?}");
    }

    #[test]
    fn broken_tables_are_refused() {
        assert!(Boost::read(b"").is_none());
        assert!(Boost::read(&table(0)).is_none(), "a node that is its own child");
        assert!(Boost::read(&table(-3)).is_none(), "a leaf that is not there");
        let whole = table(-1);
        assert!((0..whole.len()).all(|n| Boost::read(&whole[..n]).is_none()));
    }
}
