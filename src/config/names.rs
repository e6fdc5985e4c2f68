//! Names that must be distinct, and names that must exist.

use std::collections::HashMap;
use std::ops::Range;

use toml::Spanned;

use super::advice::advise;
use super::table::Table;
use crate::model::Problem;

/// Finds names given twice.
#[derive(Debug, Default)]
pub struct Distinct {
    seen: HashMap<String, String>,
}

impl Distinct {
    /// Reports `name` at `span` where it was seen before; `owner` says who has it.
    pub fn check(
        &mut self,
        table: &mut Table<'_, '_>,
        name: &str,
        owner: &str,
        span: Range<usize>,
    ) {
        if name.is_empty() {
            return; // a name that could not be read is reported already
        }
        if let Some(first) = self.seen.get(name) {
            let problem = Problem::new(span, format!("`{name}` is used twice."))
                .help(format!("It belongs to {first} already; each needs its own."));
            table.report(problem);
        } else {
            self.seen.insert(name.to_owned(), owner.to_owned());
        }
    }
}

/// Checks that all `names` are `known`. Where nothing is known, because that file
/// itself is wrong, nothing is reported.
pub fn all_known(
    table: &mut Table<'_, '_>,
    what: &str,
    names: Vec<Spanned<String>>,
    known: Option<&[String]>,
) -> Vec<String> {
    if let Some(known) = known {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        for name in names.iter().filter(|name| !known.contains(&name.get_ref().as_str())) {
            let text = name.get_ref();
            let problem = Problem::new(name.span(), format!("There is no {what} `{text}`."));
            table.report(problem.help(shortened(&advise(text, &known))));
        }
    }
    names.into_iter().map(Spanned::into_inner).collect()
}

/// A list of a hundred sources helps nobody.
fn shortened(help: &str) -> String {
    const ENOUGH: usize = 300;
    if help.len() <= ENOUGH {
        return help.to_owned();
    }
    let cut = help[..help.floor_char_boundary(ENOUGH)].rfind(',').unwrap_or(0);
    format!("{}, ….", &help[..cut])
}
