//! Time of extraction, page by page, on one thread: `article_speed LIST`.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use rasad::article::{Page, extract};

fn main() -> Result<(), Box<dyn Error>> {
    let list = std::env::args().nth(1).ok_or("usage: article_speed LIST")?;
    let (mut total, mut pages, mut worst) = (Duration::ZERO, 0, (Duration::ZERO, String::new()));
    for line in fs::read_to_string(list)?.lines() {
        let page: serde_json::Value = serde_json::from_str(line)?;
        let path = page["path"].as_str().ok_or("a line without path")?;
        let bytes = fs::read(path)?;
        let url = page["url"].as_str().and_then(|u| url::Url::parse(u).ok());
        let start = Instant::now();
        let found =
            extract(&Page { bytes: &bytes, url: url.as_ref(), ..Page::default() }, None, None);
        let took = start.elapsed();
        drop(found);
        if took > worst.0 {
            worst = (took, path.to_owned());
        }
        total += took;
        pages += 1;
    }
    let mean = total.as_secs_f64() * 1e3 / f64::from(pages.max(1));
    println!(
        "{pages} pages, {mean:.2} ms each, worst {:.1} ms: {}",
        worst.0.as_secs_f64() * 1e3,
        worst.1
    );
    Ok(())
}
