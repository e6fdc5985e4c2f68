//! What integration tests share.

pub mod browser;
pub mod db;
pub mod line;
pub mod news;
pub mod program;
pub mod published;
pub mod recording;
#[path = "../schemas/mod.rs"]
pub mod schemas;
pub mod stored;
pub mod subscribers;
pub mod web;
pub mod word;
