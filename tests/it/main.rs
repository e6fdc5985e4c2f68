//! Integration tests: one binary, one file per capability.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

mod archives;
mod browser;
mod config;
mod copies;
mod crash;
mod documents;
mod hub;
mod imports;
mod main_job;
mod outage;
mod pages;
mod published;
mod rules;
mod serving;
mod sources;
mod store;
mod support;
mod upkeep;
mod web;
