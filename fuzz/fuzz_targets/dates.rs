//! No text makes the date reader panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = rasad::text::dates::parse(text, None);
});
