//! The command line: one file per command.

pub mod check;
pub mod inspect;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Watches news feeds and republishes what is about human trafficking and migration.
#[derive(Debug, Parser)]
#[command(name = "rasad", version, arg_required_else_help = true)]
pub struct Cli {
    /// Directory of the configuration files.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "RASAD_CONFIG",
        default_value = crate::config::DEFAULT_DIR
    )]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Validates all configuration: every mistake with file, line, column and what to write instead.
    Check,
    /// One stage alone, on files or JSON Lines: an admin's magnifying glass.
    #[command(subcommand)]
    Inspect(inspect::Inspect),
}

/// Parses the command line, runs the command, returns the exit code:
/// 0 done, 1 failed, 2 usage or invalid config.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Check => return check::run(&cli.config),
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
