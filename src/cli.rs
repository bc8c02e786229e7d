//! The command line: what may be asked, and how success and failure are told. Serves nothing itself.

mod account;
mod check;
mod demo;
mod device;
mod log;
mod organisation;
mod pull;
mod wbxml;

use std::io::IsTerminal as _;
use std::io::Read as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::config;
use crate::config::Config;
use crate::config::LogFormat;
use crate::http::listen::Addresses;
use crate::model::id::AccountId;
use crate::serve;
use crate::store;
use crate::store::account::Account;

/// Exchange ActiveSync for any back office.
#[derive(Debug, Parser)]
#[command(name = "lomme", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a company that is already there, to try everything out
    Demo(demo::Arguments),
    /// Serve phones
    Serve(Configured),
    /// Say what is wrong with a configuration, its store and its connections
    Check(Configured),
    /// Add, import, list, change and remove accounts
    #[command(subcommand)]
    Account(account::Command),
    /// List, resync, block, allow, wipe and remove devices
    #[command(subcommand)]
    Device(device::Command),
    /// List organisations, and set who wins in a conflict
    #[command(subcommand)]
    Organisation(organisation::Command),
    /// Pull from the back office now, for one account or for all
    Pull(pull::Arguments),
    /// Show what became of an account's changes, and of its pulls
    Log(log::Arguments),
    /// Show a WBXML body as XML, or make one of XML
    #[command(subcommand)]
    Wbxml(wbxml::Command),
}

/// Where the configuration is.
#[derive(Debug, Args)]
struct Configured {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Why a command ends without having done what was asked.
#[derive(Debug)]
enum Failure {
    /// What went wrong, in one line.
    Said(String),
    /// Whoever read our output has gone, as `head` does: nothing went wrong.
    Unheard,
}

type Outcome = Result<(), Failure>;

impl<E: std::error::Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let cause: &(dyn std::error::Error + 'static) = &error;
        match cause.downcast_ref::<std::io::Error>() {
            Some(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => Self::Unheard,
            _ => Self::Said(error.to_string()),
        }
    }
}

impl Failure {
    fn new(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }

    /// The same with the place where it went wrong before it.
    fn at(self, place: &str) -> Self {
        match self {
            Self::Said(text) => Self::Said(format!("{place}{text}")),
            Self::Unheard => Self::Unheard,
        }
    }
}

/// Does what the command line asks: 0 for success, 1 for failure, 2 for wrong usage.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(obey(arguments.command)));
    match outcome {
        Ok(()) | Err(Failure::Unheard) => ExitCode::SUCCESS,
        Err(Failure::Said(text)) => {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(std::io::stderr(), "lomme: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> Outcome {
    match command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Serve(at) => serve(&at).await,
        Command::Check(at) => check::run(&at).await,
        Command::Account(command) => account::run(command).await,
        Command::Device(command) => device::run(command).await,
        Command::Organisation(command) => organisation::run(command).await,
        Command::Pull(arguments) => pull::run(&arguments).await,
        Command::Log(arguments) => log::run(&arguments).await,
        Command::Wbxml(command) => wbxml::run(&command),
    }
}

async fn serve(at: &Configured) -> Outcome {
    let config = Config::load(&at.config)?;
    log_to_stderr(&config.log)?;
    let app = serve::open(config).await?;
    serve::run(app, |addresses| announce(&addresses), serve::signals()).await?;
    Ok(())
}

fn announce(addresses: &Addresses) {
    let plain = addresses.plain.map(|address| format!("http://{address}"));
    let encrypted = addresses.encrypted.map(|address| format!("https://{address}"));
    let all: Vec<String> = encrypted.into_iter().chain(plain).collect();
    // Whoever closed our output does not want to know.
    let _ = say(&format!("ready on {}", all.join(" and ")));
}

/// Starts the log. It goes to standard error, for what is asked of a command goes to standard output.
pub(crate) fn log_to_stderr(log: &config::Log) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| LogError(error.to_string()))?;
    let colours = std::io::stderr().is_terminal();
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // One that was started before stays.
    let _ = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// What `log.level` says means nothing.
#[derive(Debug, thiserror::Error)]
#[error("`log.level`: {0}; write it as `info` or `info,lomme::http=debug`")]
pub(crate) struct LogError(String);

/// Opens the store of a configuration, for a command that does one thing and ends.
async fn open(at: &Configured) -> Result<App, Failure> {
    Ok(serve::open(Config::load(&at.config)?).await?)
}

async fn account(app: &App, email: &str) -> Result<Account, Failure> {
    let found = store::account::by_email(&mut *app.store().read().await?, email).await?;
    found.ok_or_else(|| Failure::new(format!("there is no account {}", store::account::fold(email))))
}

/// Writes a line to standard output.
fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}

/// The first line of standard input.
fn password_from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() {
        return Err(Failure::new("standard input holds no password"));
    }
    Ok(line)
}

/// A password that can be typed on a phone: 16 letters and digits that nobody takes for others.
fn new_password(app: &App) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let chance: [u8; 16] = app.random();
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % LETTERS.len()).copied().unwrap_or(b'a');
    chance.map(|byte| char::from(letter(byte))).iter().collect()
}

/// A number for a new account.
fn new_account_id(app: &App) -> AccountId {
    AccountId(app.new_id())
}
