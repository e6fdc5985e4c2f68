//! Writes the rows that the article models are trained on; see `tools/blocks/README.md`.
//!
//! `article_rows LIST OUT [SCORES]`: LIST has lines `{"id","path","url"?}`; OUT.jsonl
//! gets `{"id","width","texts"}` a page, OUT.f32 the rows; SCORES (little-endian
//! f32, one a block, in the order of LIST) gives rows of the second model. With `text` behind it
//! OUT.jsonl gets `{"id","text"}` instead: what extraction gives where the scores are these.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};

use rasad::article::Page;
use rasad::article::training::{sample, text};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [list, out, rest @ ..] = args.as_slice() else {
        return Err("usage: article_rows LIST OUT [SCORES [text]]".into());
    };
    let scores: Option<Vec<f32>> = match rest.first() {
        Some(path) => {
            let bytes = fs::read(path)?;
            let (numbers, _) = bytes.as_chunks::<4>();
            Some(numbers.iter().map(|n| f32::from_le_bytes(*n)).collect())
        }
        None => None,
    };
    let mut pages = BufWriter::new(File::create(format!("{out}.jsonl"))?);
    let mut rows = BufWriter::new(File::create(format!("{out}.f32"))?);
    let mut used = 0;
    for line in fs::read_to_string(list)?.lines() {
        let page: serde_json::Value = serde_json::from_str(line)?;
        let bytes = fs::read(page["path"].as_str().ok_or("a line without path")?)?;
        let url = page["url"].as_str().and_then(|u| url::Url::parse(u).ok());
        let input = Page { bytes: &bytes, url: url.as_ref(), ..Page::default() };
        let mut found = sample(&input, None).ok_or("a page that holds nothing")?;
        if let Some(scores) = &scores {
            let own = scores.get(used..used + found.texts.len()).ok_or("too few scores")?;
            used += found.texts.len();
            if rest.get(1).is_some_and(|word| word == "text") {
                let text = text(&input, own).ok_or("a page that holds nothing")?;
                writeln!(pages, "{}", serde_json::json!({"id": page["id"], "text": text}))?;
                continue;
            }
            found = sample(&input, Some(own)).ok_or("a page that holds nothing")?;
        } else {
            let line =
                serde_json::json!({"id": page["id"], "width": found.width, "texts": found.texts});
            writeln!(pages, "{line}")?;
        }
        for value in &found.rows {
            rows.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}
