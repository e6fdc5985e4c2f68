//! Adds sources to `sources.toml` and changes nothing else in it.
//!
//! New blocks are put behind what stands there, so that comments, order, spacing and line ends
//! stay as the admin wrote them. What the file would become is checked together with the other
//! files before anything is written, and it is replaced at one stroke: whoever reads it meanwhile
//! sees the old file or the new one.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::ConfigErrors;
use super::checked::Id;
use super::codes;
use super::load::Texts;
use super::text::Text;
use crate::model::SourceFormat;

/// The file that is edited.
const FILE: &str = "sources.toml";

/// A source to add, with the kind that most sources have. What it does not say keeps its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// Its id; see [`is_source_id`].
    pub id: String,
    /// Display name.
    pub name: String,
    /// Address of the feed, http or https.
    pub url: String,
    /// Default language of undeclared text; left out where it is no code that we know.
    pub lang: Option<String>,
    /// How the address is read.
    pub format: SourceFormat,
}

/// Where sources were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// There was none before: it now holds the whole built-in list and the new sources.
    pub from_built_in: bool,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The configuration would be refused.
    #[error("{0}")]
    Invalid(#[from] ConfigErrors),
    /// The file is not TOML, so nothing can be added to it.
    #[error("{0} is not TOML: {1}")]
    NotToml(PathBuf, String),
    /// Somebody else has changed the file in the meantime.
    #[error("{0} was changed by somebody else in the meantime, so nothing was written: try again.")]
    Changed(PathBuf),
    /// The file cannot be replaced.
    #[error("{0} cannot be written: {1}.")]
    Io(PathBuf, io::Error),
}

impl EditError {
    /// The stable word for this error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "config",
            Self::NotToml(..) => "not_toml",
            Self::Changed(_) => "changed",
            Self::Io(..) => "io",
        }
    }
}

/// Whether `id` may be the id of a source; else what may be, a whole sentence.
///
/// # Errors
/// The sentence.
pub fn is_source_id(id: &str) -> Result<(), String> {
    Id::parse(id).map(drop).map_err(|fault| format!("{} Write {}.", fault.message, Id::what()))
}

/// The block of a source as it is written.
pub fn source_block(source: &NewSource) -> String {
    let mut list = ArrayOfTables::new();
    list.push(table(source));
    let mut document = DocumentMut::new();
    document.insert("source", Item::ArrayOfTables(list));
    document.to_string()
}

/// Adds `sources` at the end of `dir`'s `sources.toml`. `variables` is the environment under which
/// the configuration must be valid. Where there is no such file, the built-in one is written with
/// the new sources behind it, so that nothing that is watched is lost.
///
/// # Errors
/// See [`EditError`]; then the file is as before.
pub fn add_sources(
    dir: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
    sources: &[NewSource],
) -> Result<Written, EditError> {
    let path = dir.join(FILE);
    let texts = Texts::read(dir);
    let old = texts.text(FILE).to_owned();
    let from_built_in = texts.is_built_in(FILE);
    let new =
        with_blocks(&old, sources).map_err(|error| EditError::NotToml(path.clone(), error))?;
    texts.with(FILE, new.clone()).check(variables)?;
    let expected = (!from_built_in).then_some(old.as_str());
    replace(&path, expected, &new)?;
    Ok(Written { path, from_built_in })
}

fn table(source: &NewSource) -> Table {
    let mut table = Table::new();
    table.insert("id", value(&source.id));
    table.insert("name", value(&source.name));
    table.insert("url", value(&source.url));
    if let Some(lang) = source.lang.as_deref().filter(|lang| codes::check_language(lang).is_ok()) {
        table.insert("lang", value(lang));
    }
    table.insert("kind", value("media"));
    if source.format != SourceFormat::Feed {
        table.insert("format", value(source.format.as_str()));
    }
    table
}

/// `text` with the sources at its end.
fn with_blocks(text: &str, sources: &[NewSource]) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        format!("{}.", error.message().trim_end_matches('.'))
    })?;
    // `source = [{ … }]`, which blocks cannot follow.
    if let Some(list) = document.get_mut("source").and_then(Item::as_array_mut) {
        list.extend(sources.iter().map(|source| table(source).into_inline_table()));
        return Ok(document.to_string());
    }
    let mut new = text.to_owned();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !new.is_empty() && !new.ends_with('\n') {
        new.push_str(line_end);
    }
    for source in sources {
        if !new.is_empty() {
            new.push_str(line_end);
        }
        new.push_str(&source_block(source).replace('\n', line_end));
    }
    Ok(new)
}

/// Puts `new` in the place of a file that still holds `expected` (none: that is still missing).
fn replace(path: &Path, expected: Option<&str>, new: &str) -> Result<(), EditError> {
    let failed = |error| EditError::Io(path.to_owned(), error);
    let present = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    if present.as_deref() != expected.map(str::as_bytes) {
        return Err(EditError::Changed(path.to_owned()));
    }
    // Where the name is a link, the file behind it is replaced and the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let draft = target.with_file_name(format!(".{FILE}.{}.tmp", std::process::id()));
    let written = write(&draft, &target, new).and_then(|()| fs::rename(&draft, &target));
    written.map_err(|error| {
        // It may not even have been made.
        let _gone = fs::remove_file(&draft);
        failed(error)
    })
}

/// Writes the draft, safe on the disk, with the permissions of the file that it is to replace.
fn write(draft: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(draft)?;
    file.write_all(text.as_bytes())?;
    if let Ok(meta) = fs::metadata(target) {
        file.set_permissions(meta.permissions())?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::super::load::{FILES, load};
    use super::*;

    fn new(id: &str) -> NewSource {
        NewSource {
            id: id.into(),
            name: "صحيفة \"المثال\"".into(),
            url: format!("https://{id}.example/feed"),
            lang: Some("ar".into()),
            format: SourceFormat::Feed,
        }
    }

    fn add(dir: &Path, sources: &[NewSource]) -> Result<Written, EditError> {
        add_sources(dir, [], sources)
    }

    const OWN: &str = "# first\n[[source]]   # odd spacing\nid='a'\nurl   = \"https://a.example/\" \n\
                       # the end, without a line end";

    #[test]
    fn what_stood_there_stays_to_the_byte() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        fs::write(&path, OWN).unwrap();
        fs::write(dir.path().join("feeds.toml"), "").unwrap();
        let written = add(dir.path(), &[new("b"), new("c")]).unwrap();
        assert_eq!(written, Written { path: path.clone(), from_built_in: false });
        let text = fs::read_to_string(&path).unwrap();
        let rest = text.strip_prefix(OWN).expect("the old text is changed");
        assert!(rest.starts_with("\n\n[[source]]\nid = \"b\"\nname = '"), "{rest}");
        let config = load(dir.path(), []).unwrap();
        let ids: Vec<_> = config.sources.iter().map(|source| source.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        let added = config.source("b").unwrap();
        assert_eq!(added.name, "صحيفة \"المثال\"");
        assert_eq!(
            (added.lang.as_deref(), added.url.as_str()),
            (Some("ar"), "https://b.example/feed")
        );
        let files = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(files, 2, "a draft was left behind");
    }

    #[test]
    fn line_ends_and_the_mark_of_windows_stay() {
        let text =
            "\u{feff}# a\r\n\r\n[[source]]\r\nid = \"a\"\r\nurl = \"https://a.example/\"\r\n";
        let new = with_blocks(text, &[new("b")]).unwrap();
        assert!(new.starts_with(text));
        assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
    }

    #[test]
    fn a_list_in_brackets_grows_inside_them() {
        for text in
            ["source = []\n", "source = [{ id = \"a\", url = \"https://a.example/\" }] # x\n"]
        {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(FILE), text).unwrap();
            fs::write(dir.path().join("feeds.toml"), "").unwrap();
            add(dir.path(), &[new("b")]).unwrap();
            assert!(load(dir.path(), []).unwrap().source("b").is_some(), "{text}");
        }
    }

    #[test]
    fn without_a_file_the_built_in_list_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let before = load(dir.path(), []).unwrap().sources;
        assert!(!before.is_empty());
        assert!(add(dir.path(), &[new("zz-new")]).unwrap().from_built_in);
        let text = fs::read_to_string(dir.path().join(FILE)).unwrap();
        let built_in = FILES.iter().find(|(name, _)| *name == FILE).unwrap().1;
        assert!(text.starts_with(built_in));
        let after = load(dir.path(), []).unwrap().sources;
        assert_eq!(after.len(), before.len() + 1);
        assert_eq!(after[..before.len()], before);
    }

    #[test]
    fn what_would_be_refused_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        fs::write(&path, OWN).unwrap();
        fs::write(dir.path().join("feeds.toml"), "").unwrap();
        let twice = NewSource { url: "https://a.example/".into(), ..new("b") };
        for wrong in [new("a"), new("B c"), twice] {
            let error = add(dir.path(), &[wrong]).unwrap_err();
            assert_eq!(error.kind(), "config");
            assert!(error.to_string().contains("sources.toml:"), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), OWN);
        fs::write(&path, "[[source").unwrap();
        assert_eq!(add(dir.path(), &[new("b")]).unwrap_err().kind(), "not_toml");
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        fs::write(&path, "theirs").unwrap();
        for expected in [Some("ours"), None] {
            assert_eq!(replace(&path, expected, "new").unwrap_err().kind(), "changed");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    }

    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let (path, real) = (dir.path().join(FILE), dir.path().join("real.toml"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &path).unwrap();
        replace(&path, Some("old"), "new").unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn languages_that_nobody_knows_are_left_out() {
        let odd = NewSource { lang: Some("xx".into()), ..new("b") };
        assert!(!source_block(&odd).contains("lang"));
        assert!(source_block(&new("b")).contains("lang = \"ar\""));
        let sitemap = NewSource { format: SourceFormat::Sitemap, ..new("b") };
        assert!(source_block(&sitemap).contains("format = \"sitemap\""));
    }

    #[test]
    fn ids_are_explained() {
        assert!(is_source_id("hespress-ar").is_ok());
        assert!(is_source_id("هسبريس").unwrap_err().ends_with('.'));
    }
}
