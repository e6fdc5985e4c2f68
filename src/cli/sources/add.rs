//! `rasad sources add URL`: finds the feed, shows what it would yield, adds it.

use std::path::Path;

use anyhow::anyhow;
use comfy_table::CellAlignment;
use url::Url;

use super::find::{Feed, Preview, find};
use super::known::Known;
use super::{AddArgs, Failed, Tools, Waiting, show};
use crate::app;
use crate::config::{self, NewSource};
use crate::model::Time;

/// Longest title and error shown in the table.
const CELL_CHARS: usize = 60;
/// Longest name of a source that is made of a feed's title.
const NAME_CHARS: usize = 100;

/// Finds, shows and adds.
pub(super) fn run(dir: &Path, args: &AddArgs) -> Result<(), Failed> {
    let config = app::load(dir)?;
    let mut known = Known::of(&config.sources);
    let address = address(&args.url).map_err(Failed::Usage)?;
    if let Some(id) = &args.id {
        id_is_free(id, &known).map_err(Failed::Usage)?;
    }
    if let Some(owner) = known.owner(address.as_str()) {
        return Err(watched(address.as_str(), owner));
    }
    let (previews, now) = super::super::runtime()?.block_on(async {
        let tools = Tools::new(&config)?;
        let _waiting = Waiting::new(format!("looking for the feeds of {address}"));
        anyhow::Ok((find(&tools, &address).await?, tools.clock.now()))
    })?;
    println!("{}", table(&previews, &known, now));
    let (preview, feed) = choose(&previews, args.pick)?;
    if let Some(owner) = known.owner(&preview.url) {
        return Err(watched(&preview.url, owner));
    }
    let source = new_source(preview, feed, &address, &mut known, args.id.as_deref());
    if args.dry_run {
        println!("This would be added to {}:\n", dir.join("sources.toml").display());
        print!("{}", config::source_block(&source));
        return Ok(());
    }
    let written = config::add_sources(dir, std::env::vars(), std::slice::from_ref(&source))?;
    if written.from_built_in {
        println!("There was no {}: the built-in list was written there.", written.path.display());
    }
    println!("Added to {}:\n", written.path.display());
    print!("{}", config::source_block(&source));
    println!("\nTry it with `rasad sources test {}`.", source.id);
    Ok(())
}

/// The address that was given; without a scheme, as browsers take it.
fn address(given: &str) -> Result<Url, String> {
    let given = given.trim();
    let whole = if given.contains("://") { given.to_owned() } else { format!("https://{given}") };
    let not_one = |why: String| format!("{:?} is not a web address{why}.", show::line(given, 200));
    let url = Url::parse(&whole).map_err(|error| not_one(format!(": {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(not_one(" that begins with https:// or http://".into()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("An address with a user name or password is refused: secrets never live in \
                    sources.toml."
            .into());
    }
    Ok(url)
}

fn id_is_free(id: &str, known: &Known) -> Result<(), String> {
    config::is_source_id(id)?;
    if known.has_id(id) {
        return Err(format!("There is a source `{id}` already; each needs its own id."));
    }
    Ok(())
}

fn watched(url: &str, owner: &str) -> Failed {
    anyhow!("{url} is already watched, as `{owner}`. Nothing was added.").into()
}

/// The preview picked by its number in the table, else the best.
fn choose(previews: &[Preview], pick: Option<usize>) -> Result<(&Preview, &Feed), Failed> {
    let chosen = match pick {
        None => previews.first(),
        Some(number) => {
            Some(number.checked_sub(1).and_then(|at| previews.get(at)).ok_or_else(|| {
                let all = show::count(show::number(previews.len()), "candidate");
                Failed::Usage(format!("There is no candidate {number}: {all} were found."))
            })?)
        }
    };
    match chosen.map(|preview| (preview, &preview.yields)) {
        Some((preview, Ok(feed))) => Ok((preview, feed)),
        Some((preview, Err(error))) if pick.is_some() => {
            Err(anyhow!("{} cannot be added. {error}", preview.url).into())
        }
        _ => {
            Err(anyhow!("None of the candidates is a feed that can be read. Nothing was added.")
                .into())
        }
    }
}

fn new_source(
    preview: &Preview,
    feed: &Feed,
    address: &Url,
    known: &mut Known,
    id: Option<&str>,
) -> NewSource {
    let lang = feed.summary.lang.clone();
    let site = feed.site.as_ref().unwrap_or(address);
    let name = feed.summary.title.as_deref().or(site.host_str()).unwrap_or_default();
    NewSource {
        id: id.map_or_else(|| known.new_id(site, lang.as_deref()), str::to_owned),
        name: show::line(name, NAME_CHARS),
        url: preview.url.clone(),
        lang,
        format: feed.format,
    }
}

fn table(previews: &[Preview], known: &Known, now: Time) -> String {
    let mut table = show::table([
        "", "address", "title", "entries", "newest", "language", "holds", "relevant", "remark",
    ]);
    for (at, preview) in previews.iter().enumerate() {
        table.add_row(row(at + 1, preview, known, now));
    }
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

fn row(number: usize, preview: &Preview, known: &Known, now: Time) -> [String; 9] {
    let owner = known.owner(&preview.url).map(|id| format!("Already watched, as `{id}`."));
    let (number, url) = (number.to_string(), preview.url.clone());
    let feed = match &preview.yields {
        Ok(feed) => &feed.summary,
        Err(error) => {
            let remark = owner.unwrap_or_else(|| show::line(error, 2 * CELL_CHARS));
            let empty = String::new;
            return [number, url, empty(), empty(), empty(), empty(), empty(), empty(), remark];
        }
    };
    let review =
        if feed.review > 0 { format!(", {} to review", feed.review) } else { String::new() };
    [
        number,
        url,
        show::line(feed.title.as_deref().unwrap_or("–"), CELL_CHARS),
        format!("{}{}", feed.entries, if feed.cut { "+" } else { "" }),
        feed.newest.map_or("–".into(), |newest| show::ago(newest.min(now), now)),
        feed.lang.clone().unwrap_or("–".into()),
        feed.carries.words().to_owned(),
        format!("{} of {}{review}", feed.relevant, feed.entries),
        owner.unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_browsers_take_them() {
        for (given, expected) in [
            ("https://a.example/x", "https://a.example/x"),
            (" a.example ", "https://a.example/"),
            ("a.example:8080/feed", "https://a.example:8080/feed"),
            ("http://a.example", "http://a.example/"),
        ] {
            assert_eq!(address(given).unwrap().as_str(), expected);
        }
        for wrong in
            ["", "ftp://a.example/", "file:///etc/passwd", "https://", "https://u:p@a.example/"]
        {
            let message = address(wrong).unwrap_err();
            assert!(message.ends_with('.'), "{wrong}: {message}");
        }
    }
}
