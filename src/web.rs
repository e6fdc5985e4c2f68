//! What subscribers, admins and ops see over HTTP.

mod card;
pub mod catalog;
mod entry;
mod home;
mod lists;
mod page;
mod plot;
#[cfg(test)]
mod preview;
mod query;
#[cfg(test)]
mod samples;
mod say;
mod texts;
