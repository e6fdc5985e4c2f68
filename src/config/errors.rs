//! All mistakes of all files, each shown at its place.

use std::borrow::Cow;
use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::model::Problem;

/// The mistakes in one text: a file, or the value of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The file's path, or the variable's name.
    pub origin: String,
    /// The text, with stars in place of passwords.
    pub text: String,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Where a mistake stands, for pages and JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'a> {
    /// The file's path, or the variable's name.
    pub origin: &'a str,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what is allowed.
    pub problem: &'a Problem,
}

/// A configuration that is refused. Displays as rendered snippets with carets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.render(false).trim_end())]
pub struct ConfigErrors {
    /// One report for each text with mistakes.
    pub reports: Vec<Report>,
}

impl ConfigErrors {
    /// The stable word for this error.
    pub fn kind(&self) -> &'static str {
        "config"
    }

    /// Number of mistakes.
    pub fn count(&self) -> usize {
        self.reports.iter().map(|report| report.problems.len()).sum()
    }

    /// All mistakes with line and column, in the order of the files and of the text.
    pub fn located(&self) -> impl Iterator<Item = Located<'_>> {
        self.reports.iter().flat_map(|report| {
            report.in_order().into_iter().map(|problem| {
                let (line, column) = position(&report.text, problem.span.start);
                Located { origin: &report.origin, line, column, problem }
            })
        })
    }

    /// All mistakes as a compiler shows them, and their number.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for report in &self.reports {
            for problem in report.in_order() {
                out.push_str(&report.render(problem, &renderer));
                out.push_str("\n\n");
            }
        }
        let origins: BTreeSet<_> = self.reports.iter().map(|report| &report.origin).collect();
        let (count, files) = (self.count(), origins.len());
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        out.push_str(&format!(
            "{count} mistake{} in {files} place{}.\n",
            plural(count),
            plural(files)
        ));
        out
    }
}

impl Report {
    /// A report on `text`. Passwords are hidden here, so that nothing that shows or logs a
    /// report can give them away.
    pub fn new(origin: String, text: &str, problems: Vec<Problem>) -> Self {
        Self { origin, text: hide_passwords(text).into_owned(), problems }
    }

    fn in_order(&self) -> Vec<&Problem> {
        let mut problems: Vec<_> = self.problems.iter().collect();
        problems.sort_by_key(|problem| problem.span.start);
        problems
    }

    fn render(&self, problem: &Problem, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(problem.message.as_str());
        let mut group = if self.text.is_empty() {
            Group::with_title(title).element(annotate_snippets::Origin::path(self.origin.as_str()))
        } else {
            let span = marked(&self.text, problem.span.clone());
            let snippet = Snippet::source(self.text.as_str())
                .path(self.origin.as_str())
                .annotation(AnnotationKind::Primary.span(span));
            title.element(snippet)
        };
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// The part of a span to mark: its first line, on character boundaries, never
/// nothing where something stands there.
fn marked(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    start..text.floor_char_boundary(span.end).clamp(start, line_end)
}

/// Line and column in characters, both from 1.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Stars in place of the passwords of all addresses, byte for byte.
pub fn hide_passwords(text: &str) -> Cow<'_, str> {
    let mut hidden = Cow::Borrowed(text);
    for (at, _) in text.match_indices("://") {
        let authority = at + 3;
        let rest = &text[authority..];
        let end = rest.find(['/', '?', '#', '"', '\'', '\n', ' ']).unwrap_or(rest.len());
        let Some(user_info) = rest[..end].rfind('@') else { continue };
        let Some(colon) = rest[..user_info].find(':') else { continue };
        let secret = authority + colon + 1..authority + user_info;
        hidden.to_mut().replace_range(secret.clone(), &"*".repeat(secret.len()));
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str, span: std::ops::Range<usize>) -> ConfigErrors {
        let problem = Problem::new(span, "This is wrong.").help("Write it right.");
        let report = Report::new("config/x.toml".into(), text, vec![problem]);
        ConfigErrors { reports: vec![report] }
    }

    #[test]
    fn a_mistake_is_shown_with_file_line_column_and_caret() {
        let shown = report("a = 1\nb = 22\n", 10..12).to_string();
        let expected = "\
error: This is wrong.
 --> config/x.toml:2:5
  |
2 | b = 22
  |     ^^
  |
  = help: Write it right.

1 mistake in 1 place.";
        assert_eq!(shown, expected);
    }

    #[test]
    fn arabic_before_the_mistake_counts_in_characters() {
        let text = "name = \"هسبريس\" # تعليق\nurl = 5";
        let errors = report(text, text.len() - 1..text.len());
        let place = errors.located().next().unwrap();
        assert_eq!((place.line, place.column), (2, 7));
        let errors = report(text, text.find("ليق").unwrap()..text.len());
        assert_eq!(errors.located().next().unwrap().column, 21);
        assert!(errors.to_string().contains("config/x.toml:1:21"));
    }

    #[test]
    fn spans_that_fit_nowhere_do_not_panic() {
        for (start, end) in [(0, 0), (3, 3), (2, 900), (800, 900), (5, 2)] {
            let span = start..end;
            assert!(report("ع = 1\r\nب", span).to_string().contains("This is wrong."));
        }
        assert!(report("", 0..0).to_string().contains("config/x.toml"));
    }

    #[test]
    fn passwords_are_hidden_and_nothing_else() {
        for (text, shown) in [
            ("url = \"postgres://u:geheim@h/d\"", "url = \"postgres://u:******@h/d\""),
            ("postgres://u:a@b@h/d", "postgres://u:***@h/d"),
            ("https://example.org:8080/a@b:c", "https://example.org:8080/a@b:c"),
            ("postgres://u@h/d", "postgres://u@h/d"),
            ("postgres://u:كلمة@h", "postgres://u:********@h"),
        ] {
            assert_eq!(hide_passwords(text), shown);
        }
    }
}
