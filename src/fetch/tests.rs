//! The client against servers on loopback that misbehave.

mod bodies;
mod robots;
mod server;
mod ways;
