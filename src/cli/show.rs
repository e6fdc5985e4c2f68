//! What commands print: tables that line up, Arabic that stays in its cell, signs of progress.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};

/// How often progress is logged where there is no terminal.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Whether standard output is a terminal, for people.
pub fn on_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// A table with these columns; those of `numbers` are aligned to the right.
pub fn table(header: &[&str], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_header(header.iter().copied());
    for number in numbers {
        if let Some(column) = table.column_mut(*number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Three decimals, as figures from 0 to 1 are shown.
pub fn share(value: f64) -> String {
    format!("{value:.3}")
}

/// A text among others on a line: its direction changes nothing beside it (Unicode's isolates).
pub fn isolated(text: &str) -> String {
    let right_to_left =
        |c: char| matches!(c as u32, 0x590..=0x8FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC);
    if text.contains(right_to_left) && on_terminal() {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

/// One line of at most `chars` characters.
pub fn line(text: &str, chars: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = line.char_indices().nth(chars).map(|(at, _)| at);
    isolated(&cut.map_or(line.clone(), |at| format!("{}…", line[..at].trim_end())))
}

/// Progress of long work: a bar on a terminal, lines in the log elsewhere.
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    logged: Option<Instant>,
}

impl Progress {
    /// Progress of `what` over so many steps.
    pub fn new(what: &'static str, steps: u64) -> Self {
        let bar = ProgressBar::new(steps).with_message(what);
        let style = "{spinner} {elapsed_precise} [{bar:30}] {pos}/{len} {msg}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        let logged = (!std::io::stderr().is_terminal()).then(Instant::now);
        Self { bar, what, logged }
    }

    /// So many more steps are done.
    pub fn step(&mut self, steps: usize) {
        self.bar.inc(steps as u64);
        if self.logged.is_some_and(|at| at.elapsed() >= LOG_EVERY) {
            self.logged = Some(Instant::now());
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            tracing::info!(done, all, "{}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_script() {
        let mut table = table(&["title", "score"], &[1]);
        table.add_row(["Boat", "3.5"]);
        table.add_row(["إِنقاذُ مُهاجِرين", "12.25"]);
        let shown = table.to_string();
        let width = |line: &str| {
            // Vowel marks take no room.
            line.chars().filter(|c| !('\u{64B}'..='\u{652}').contains(c)).count()
        };
        let widths: Vec<usize> = shown.lines().map(width).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{shown}");
        assert!(shown.contains("  3.5 │"), "{shown}");
    }

    #[test]
    fn a_long_title_is_one_short_line() {
        assert_eq!(line("a  b\nc", 10), "a b c");
        assert_eq!(line("مائدة مستديرة حول الهجرة", 13), "مائدة مستديرة…");
    }
}
