//! The command line: one file per command.

pub mod inspect;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Watches news feeds and republishes what is about human trafficking and migration.
#[derive(Debug, Parser)]
#[command(name = "rasad", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One stage alone, on files or JSON Lines: an admin's magnifying glass.
    #[command(subcommand)]
    Inspect(inspect::Inspect),
}

/// Parses the command line, runs the command, returns the exit code:
/// 0 done, 1 failed, 2 usage or invalid config.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Inspect(inspect) => inspect::run(inspect),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
