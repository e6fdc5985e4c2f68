//! Reads the four files of a directory, what was learnt, and the environment, into one [`Config`].

use std::io::ErrorKind;
use std::path::Path;

use toml::de::DeTable;

use super::errors::{ConfigErrors, Report};
use super::feeds::{self, Known};
use super::settings::Settings;
use super::table::{self, Table};
use super::{Config, TopicTree, env, sources, topics};
use crate::model::Problem;
use crate::topics::MODEL_FILE;

/// The directory that is used where nobody names one. It may be missing.
pub const DEFAULT_DIR: &str = "config";

/// The files of a configuration, with the text that stands in for a missing one.
pub const FILES: [(&str, &str); 4] = [
    ("rasad.toml", include_str!("../../config/rasad.toml")),
    ("sources.toml", include_str!("../../config/sources.toml")),
    ("topics.toml", include_str!("../../config/topics.toml")),
    ("feeds.toml", include_str!("../../config/feeds.toml")),
];

/// What is shown after the path of a file that is missing.
const BUILT_IN: &str = " (built in)";

/// A file of admins is not larger than this.
const MAX_FILE_SIZE: u64 = 16 << 20;

/// Loads and checks the whole configuration.
///
/// `variables` is the environment. A file that is missing is replaced by the one that
/// the program was built with; [`Config::built_in`] names it.
///
/// # Errors
/// All mistakes of all files and variables.
pub fn load(
    dir: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigErrors> {
    Texts::read(dir).check(variables)
}

/// The texts of the four files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    files: [Origin; 4],
    /// What was learnt, where anything was.
    model: Option<Origin>,
    unreadable: Vec<Report>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    path: String,
    text: String,
    built_in: bool,
}

impl Texts {
    /// Reads the files of `dir`; what cannot be read is reported by [`Texts::check`].
    pub fn read(dir: &Path) -> Self {
        let mut unreadable = Vec::new();
        if !dir.is_dir() && dir != Path::new(DEFAULT_DIR) {
            unreadable.push(file_report(dir, "There is no such directory.".into()));
        }
        let files = FILES.map(|(name, built_in)| {
            let path = dir.join(name);
            let shown = path.display().to_string();
            match read_file(&path) {
                Ok(Some(text)) => Origin { path: shown, text, built_in: false },
                Ok(None) => Origin {
                    path: format!("{shown}{BUILT_IN}"),
                    text: built_in.to_owned(),
                    built_in: true,
                },
                Err(report) => {
                    unreadable.push(*report);
                    Origin { path: shown, text: String::new(), built_in: false }
                }
            }
        });
        let path = dir.join(MODEL_FILE);
        let shown = path.display().to_string();
        let model = read_file(&path).unwrap_or_else(|report| {
            unreadable.push(*report);
            None
        });
        let model = model.map(|text| Origin { path: shown, text, built_in: false });
        Self { files, model, unreadable }
    }

    /// Reports the files that are missing now and were not when `built_in` were.
    pub fn refuse_loss(&mut self, built_in: &[&str]) {
        for ((name, _), file) in FILES.iter().zip(&self.files) {
            if file.built_in && !built_in.contains(name) {
                let path = file.path.trim_end_matches(BUILT_IN);
                self.unreadable.push(file_report(Path::new(path), "This file is gone.".into()));
            }
        }
    }

    /// What the file `name` holds, or what stands in for it.
    pub fn text(&self, name: &str) -> &str {
        self.file(name).map_or("", |file| &file.text)
    }

    /// Whether the file `name` is missing.
    pub fn is_built_in(&self, name: &str) -> bool {
        self.file(name).is_some_and(|file| file.built_in)
    }

    fn file(&self, name: &str) -> Option<&Origin> {
        FILES.iter().zip(&self.files).find(|((known, _), _)| *known == name).map(|(_, file)| file)
    }

    /// The same with `text` in the file `name`.
    #[must_use]
    pub fn with(mut self, name: &str, text: String) -> Self {
        let mut files = FILES.iter().zip(&mut self.files);
        if let Some((_, file)) = files.find(|((known, _), _)| *known == name) {
            let path = file.path.trim_end_matches(BUILT_IN).to_owned();
            *file = Origin { path, text, built_in: false };
        }
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    /// All mistakes of all files and variables.
    pub fn check(
        self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigErrors> {
        let Self { files, model, unreadable: mut reports } = self;
        let readable = reports.is_empty();
        let built_in =
            FILES.iter().zip(&files).filter(|(_, file)| file.built_in).map(|((name, _), _)| *name);
        let built_in = built_in.collect();
        let [settings, sources, topics, feeds] = &files;

        let tree = topics::read(&topics.text)
            .map_err(|problems| reports.push(topics.report(problems)))
            .ok()
            .filter(|_| readable);
        let tree = tree.map(|tree| TopicTree { model: learnt(model, &mut reports), ..tree });
        let topic_ids = tree.as_ref().map(|tree| tree.ids.as_slice());
        let settings = settings
            .document(&mut reports, |document| Settings::default().read(document))
            .unwrap_or_default();
        let settings = env::apply(settings, variables, &mut reports);
        across(&settings, &mut reports, &files[0]);
        let sources = sources.document(&mut reports, |table| sources::read(table, topic_ids));
        let source_ids: Option<Vec<String>> =
            sources.as_ref().filter(|_| readable).map(|s| s.iter().map(|s| s.id.clone()).collect());
        let known = Known { topics: topic_ids, sources: source_ids.as_deref() };
        let feeds =
            feeds.document(&mut reports, |table| feeds::read(table, known, &settings.publish));
        match (tree, sources, feeds) {
            (Some(topics), Some(sources), Some(feeds)) if reports.is_empty() => {
                Ok(Config { settings, sources, topics, feeds, built_in })
            }
            _ => Err(ConfigErrors { reports }),
        }
    }
}

/// The text of the model; a damaged one is reported.
fn learnt(model: Option<Origin>, reports: &mut Vec<Report>) -> Option<String> {
    let model = model?;
    if let Err(problem) = topics::check_model(&model.text) {
        // The weights fill one long line, which tells nobody anything.
        reports.push(Report::new(model.path, "", vec![problem]));
        return None;
    }
    Some(model.text)
}

impl Origin {
    /// Reads the document with `read`; nothing where it is not TOML.
    fn document<T>(
        &self,
        reports: &mut Vec<Report>,
        read: impl FnOnce(&mut Table<'_, '_>) -> T,
    ) -> Option<T> {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        if !errors.is_empty() {
            reports.push(self.report(errors.iter().map(syntax).collect()));
            return None;
        }
        let mut problems = Vec::new();
        // What is missing in the document as a whole is shown at its start.
        let value = table::read(document.get_ref(), 0..0, &mut problems, read);
        if !problems.is_empty() {
            reports.push(self.report(problems));
        }
        Some(value)
    }

    fn report(&self, problems: Vec<Problem>) -> Report {
        Report::new(self.path.clone(), &self.text, problems)
    }
}

/// Settings that must agree with each other, wherever they were set.
fn across(settings: &Settings, reports: &mut Vec<Report>, file: &Origin) {
    let mut problems = Vec::new();
    let mut require = |fits: bool, key: &str, message: &str| {
        if !fits {
            problems.push(Problem::new(key_span(&file.text, key), message));
        }
    };
    let fetch = &settings.fetch;
    require(
        fetch.min_interval <= fetch.max_interval,
        "max_interval",
        "`fetch.max_interval` is shorter than `fetch.min_interval`.",
    );
    require(
        fetch.connect_timeout <= fetch.timeout,
        "connect_timeout",
        "`fetch.connect_timeout` is longer than `fetch.timeout`.",
    );
    require(
        settings.worker.claim_time > fetch.timeout,
        "claim_time",
        "`worker.claim_time` must be longer than `fetch.timeout`: else work is given to another \
         worker while it is being done.",
    );
    require(
        settings.web.admin_header.is_none() || !settings.web.trusted_proxies.is_empty(),
        "admin_header",
        "`web.admin_header` is believed only from `web.trusted_proxies`, and that list is empty.",
    );
    require(
        settings.web.listen != settings.web.ops_listen || settings.web.listen.port() == 0,
        "ops_listen",
        "`web.listen` and `web.ops_listen` are the same address.",
    );
    if !problems.is_empty() {
        reports.push(file.report(problems));
    }
}

/// Where `key = …` stands; the file's start where it does not.
fn key_span(text: &str, key: &str) -> std::ops::Range<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let rest = line[indent..].strip_prefix(key).unwrap_or_default();
        if rest.trim_start().starts_with('=') {
            return start + indent..start + indent + key.len();
        }
        start += line.len();
    }
    0..0
}

/// A mistake in the grammar.
pub fn syntax(error: &toml::de::Error) -> Problem {
    let mut message = error.message().to_owned();
    message[..1].make_ascii_uppercase();
    Problem::new(error.span().unwrap_or(0..0), format!("{message}."))
        .help("This is not TOML; see https://toml.io.")
}

fn read_file(path: &Path) -> Result<Option<String>, Box<Report>> {
    let fail = |message: String| Box::new(file_report(path, message));
    let size = match std::fs::metadata(path) {
        Ok(meta) => meta.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(format!("This file cannot be read: {error}."))),
    };
    if size > MAX_FILE_SIZE {
        return Err(fail("This file is larger than 16 MiB.".into()));
    }
    let bytes = std::fs::read(path).map_err(|e| fail(format!("This file cannot be read: {e}.")))?;
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let problem =
            Problem::new(at..at + 1, "This is not UTF-8.").help("Save the file as UTF-8.");
        Box::new(Report::new(path.display().to_string(), &text, vec![problem]))
    })
}

fn file_report(path: &Path, message: String) -> Report {
    let problems = vec![Problem::new(0..0, message)];
    Report::new(path.display().to_string(), "", problems)
}
