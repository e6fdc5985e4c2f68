//! The command line: one file per command.

mod backup;
pub mod check;
mod difference;
mod doctor;
mod eval;
mod explain;
mod groups;
mod healthcheck;
pub mod inspect;
mod judge;
mod migrate;
mod pull;
mod replay;
mod serve;
mod show;
mod sources;
mod stored;
mod topics;
mod train;
mod withdraw;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::Role;
use crate::config::ConfigErrors;

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
    /// Runs worker and web in one process, on the embedded database: the main job.
    Serve,
    /// Polls and processes only; any number of workers share one PostgreSQL database.
    Worker,
    /// Serves pages and feeds only.
    Web,
    /// Polls the due or named sources once, processes all pending entries, and ends.
    Pull {
        /// Sources by id; all that are due where none is named.
        #[arg(value_name = "SOURCE")]
        sources: Vec<String>,
    },
    /// Finds, lists, tries, imports and exports the sources watched.
    #[command(subcommand)]
    Sources(sources::Sources),
    /// Validates all configuration: every mistake with file, line, column and what to write instead.
    Check,
    /// Says why an article is in or out: body, verdict, evidence, group.
    Explain {
        /// The article's address, or the number of its entry.
        #[arg(value_name = "URL|ID")]
        what: String,
    },
    /// A person's word on an article, which no rule overrules.
    Judge {
        /// The published id, the number of its page, or the address of a copy.
        #[arg(value_name = "ID")]
        id: String,
        /// What it is.
        #[arg(value_name = "WORD")]
        word: judge::Word,
        /// Of a relevant one: the topics that it is about, in place of those that the rules name.
        #[arg(long, value_name = "TOPIC", value_delimiter = ',', num_args = 1..)]
        topics: Vec<String>,
    },
    /// Measures the present rules on labelled texts; `--against` shows what a change would do.
    Eval(eval::Eval),
    /// Judges stored articles by the present rules and shows what changes; `--apply` stores it.
    Replay(replay::Replay),
    /// What the rules are made of, and what of it is of no use.
    #[command(subcommand)]
    Topics(topics::TopicsCommand),
    /// Learns from decisions what to do with texts that the rules leave to a person.
    Train(train::Train),
    /// Takes an article out of every feed, for ever; the reason takes its place.
    Withdraw {
        /// The published id, the number of its page, or the address of a copy.
        #[arg(value_name = "ID")]
        id: String,
        /// Why, for everybody to read.
        #[arg(long)]
        reason: String,
    },
    /// The admin's word on which texts are copies of one.
    #[command(subcommand)]
    Groups(groups::Groups),
    /// Brings the database schema up to date. Every start does so too.
    Migrate,
    /// Copies the embedded database into a file, whole and consistent, while the service runs.
    Backup {
        /// The file to make.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Asks the running service whether it is ready.
    Healthcheck,
    /// Looks at everything that Rasad needs, and says what to do where something is wrong.
    Doctor,
    /// One stage alone, on files or JSON Lines: an admin's magnifying glass.
    #[command(subcommand)]
    Inspect(inspect::Inspect),
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failed {
    /// The configuration is invalid: exit code 2.
    Config(ConfigErrors),
    /// The command line asks for what is not there: exit code 2.
    Usage(String),
    /// Everything else: exit code 1.
    Other(anyhow::Error),
}

impl From<ConfigErrors> for Failed {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// Parses the command line, runs the command, returns the exit code:
/// 0 done, 1 failed, 2 usage or invalid config.
pub fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    match run(config, command) {
        Ok(code) => code,
        Err(failed) => failed.show(),
    }
}

fn run(dir: PathBuf, command: Command) -> Result<ExitCode, Failed> {
    match command {
        Command::Serve => serve::run(&dir, Role { worker: true, web: true })?,
        Command::Worker => serve::run(&dir, Role { worker: true, web: false })?,
        Command::Web => serve::run(&dir, Role { worker: false, web: true })?,
        Command::Pull { sources } => pull::run(&dir, &sources)?,
        Command::Sources(command) => sources::run(&dir, command)?,
        Command::Check => return Ok(check::run(&dir)),
        Command::Explain { what } => explain::run(&dir, &what)?,
        Command::Judge { id, word, topics } => judge::run(&dir, &id, word, &topics)?,
        Command::Eval(eval) => {
            let mistakes = eval::run(&dir, &eval)?;
            return Ok(if mistakes { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        Command::Replay(replay) => replay::run(&dir, &replay)?,
        Command::Topics(command) => topics::run(&dir, &command)?,
        Command::Train(args) => train::run(&dir, &args)?,
        Command::Withdraw { id, reason } => withdraw::run(&dir, &id, &reason)?,
        Command::Groups(command) => groups::run(&dir, &command)?,
        Command::Migrate => migrate::run(&dir)?,
        Command::Backup { file } => backup::run(&dir, &file)?,
        Command::Healthcheck => healthcheck::run(&dir)?,
        Command::Doctor => return doctor::run(&dir),
        Command::Inspect(inspect) => inspect::run(&dir, inspect)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Failed {
    fn show(self) -> ExitCode {
        match self {
            Self::Config(errors) => {
                eprint!("{}", errors.render(std::io::stderr().is_terminal()));
                ExitCode::from(2)
            }
            Self::Usage(message) => {
                eprintln!("error: {message}");
                ExitCode::from(2)
            }
            Self::Other(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

/// The async runtime that commands run in.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
