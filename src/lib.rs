//! Rasad watches news sources, recognises the copies of one text, keeps what is
//! about human trafficking and migration, and republishes it as feeds.

pub mod app;
pub mod article;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dedupe;
pub mod feed;
pub mod fetch;
pub mod html;
pub mod model;
pub mod pipeline;
pub mod publish;
pub mod schedule;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod topics;
pub mod web;
pub mod websub;
