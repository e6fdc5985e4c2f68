//! Tables that hold a page's layout are no tables of the article.

use super::tree::{NONE, Tree};

/// A cell with more characters holds an article or a part of it, not a figure.
const MAX_CELL: usize = 500;
/// The same in a table that has headings of its own.
const MAX_CELL_HEADED: usize = 1500;
/// So many blocks in one cell are paragraphs.
const MAX_BLOCKS: usize = 3;

/// What a table holds.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Cells with kept text.
    cells: usize,
    /// Characters and blocks of the fullest cell.
    chars: usize,
    blocks: usize,
    headed: bool,
}

impl Held {
    fn is_layout(self) -> bool {
        let room = if self.headed { MAX_CELL_HEADED } else { MAX_CELL };
        self.cells == 1 || self.chars > room || self.blocks >= MAX_BLOCKS && !self.headed
    }
}

/// For each element: the nearest table around it is one of data.
pub(super) fn in_data(tree: &Tree<'_>, kept: &[bool]) -> Vec<bool> {
    let mut nearest = vec![NONE; tree.elems.len()];
    let mut held = vec![Held::default(); tree.elems.len()];
    for (at, elem) in tree.elems.iter().enumerate() {
        let above = nearest.get(elem.parent as usize).copied().unwrap_or(NONE);
        nearest[at] = if elem.tag == "table" { at as u32 } else { above };
        let Some(table) = held.get_mut(above as usize) else { continue };
        match elem.tag {
            "td" | "th" => {
                table.headed |= elem.tag == "th";
                let range = elem.first as usize..(elem.last as usize).min(kept.len());
                let blocks = range.filter(|at| kept[*at]).map(|at| &tree.blocks[at]);
                let lengths: Vec<usize> = blocks.map(|b| b.text.chars().count()).collect();
                table.cells += usize::from(!lengths.is_empty());
                table.chars = table.chars.max(lengths.iter().sum());
                table.blocks = table.blocks.max(lengths.len());
            }
            "caption" | "thead" => table.headed = true,
            _ => {}
        }
    }
    nearest.iter().map(|table| held.get(*table as usize).is_some_and(|t| !t.is_layout())).collect()
}
