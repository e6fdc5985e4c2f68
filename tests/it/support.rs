//! What integration tests share.

pub mod db;
pub mod program;
pub mod published;
pub mod web;
