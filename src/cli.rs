//! The command line: what may be asked, and how success and failure are told. Serves nothing itself.

mod access;
mod account;
mod audit;
mod check;
mod connection;
mod demo;
mod device;
mod group;
mod log;
mod organisation;
mod policy;
mod pull;
mod token;
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
use crate::govern;
use crate::govern::actor::Actor;
use crate::http::listen::Addresses;
use crate::serve;
use crate::store;
use crate::store::account::Account;
use crate::store::organisation::Organisation;

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
    /// Group accounts, and say who administers a group
    #[command(subcommand)]
    Group(group::Command),
    /// List and add organisations, and set what is up to each
    #[command(subcommand)]
    Organisation(organisation::Command),
    /// Say which devices are let in
    #[command(subcommand)]
    Access(access::Command),
    /// Show and set the policies that phones have to take
    #[command(subcommand)]
    Policy(policy::Command),
    /// Show who did what, and check that nothing was changed or taken out
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make, list and revoke the tokens of programs that use the interface under /api
    #[command(subcommand)]
    Token(token::Command),
    /// List, set up, try, pause and remove the back offices of an organisation
    #[command(subcommand)]
    Connection(connection::Command),
    /// Pull from the back office now, for one account or for all
    Pull(pull::Arguments),
    /// Show what became of an account's changes, and of its pulls
    Log(log::Arguments),
    /// Show a WBXML body as XML, or make one of XML
    #[command(subcommand)]
    Wbxml(wbxml::Command),
}

/// Where the configuration is, and which organisation is meant.
#[derive(Debug, Args)]
struct Within {
    /// The organisation; without it the one of the configuration
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    #[command(flatten)]
    at: Configured,
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
        Command::Group(command) => group::run(command).await,
        Command::Organisation(command) => organisation::run(command).await,
        Command::Connection(command) => connection::run(command).await,
        Command::Access(command) => access::run(command).await,
        Command::Policy(command) => policy::run(command).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Token(command) => token::run(command).await,
        Command::Pull(arguments) => pull::run(&arguments).await,
        Command::Log(arguments) => log::run(&arguments).await,
        Command::Wbxml(command) => wbxml::run(&command),
    }
}

async fn serve(at: &Configured) -> Outcome {
    let config = Config::load(&at.config)?;
    log_to_stderr(&config.log)?;
    let app = serve::open(config).await?;
    let first = govern::start::code(&app).await?.map(|code| (code, app.config().server.url.clone()));
    let ready = |addresses: Addresses| {
        announce(&addresses);
        if let Some((code, url)) = first {
            invite(&addresses, url, &code);
        }
    };
    serve::run(app, ready, serve::signals()).await?;
    Ok(())
}

fn announce(addresses: &Addresses) {
    let plain = addresses.plain.map(|address| format!("http://{address}"));
    let encrypted = addresses.encrypted.map(|address| format!("https://{address}"));
    let all: Vec<String> = encrypted.into_iter().chain(plain).collect();
    // Whoever closed our output does not want to know.
    let _ = say(&format!("ready on {}", all.join(" and ")));
}

/// Says how the first administrator gets in, while there is none. Not in the log, which others read too.
fn invite(addresses: &Addresses, url: Option<String>, code: &str) {
    let here = |scheme: &str, address: std::net::SocketAddr| match address.ip() {
        // It listens everywhere: whoever reads this knows what this machine is called.
        ip if ip.is_unspecified() => format!("{scheme}://localhost:{}", address.port()),
        _ => format!("{scheme}://{address}"),
    };
    let encrypted = addresses.encrypted.map(|address| here("https", address));
    let plain = addresses.plain.map(|address| here("http", address));
    let url = url.or(encrypted).or(plain).unwrap_or_default();
    let _ = say(&format!(
        "nobody has an account yet: open {url}/start?code={code} to make the first administrator"
    ));
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

/// Opens the store of a configuration, and finds the organisation.
async fn within(within: &Within) -> Result<(App, Organisation), Failure> {
    let app = open(&within.at).await?;
    let organisation = organisation(&app, within.organisation.as_deref()).await?;
    Ok((app, organisation))
}

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

/// The organisation of that name, or the one of the configuration.
async fn organisation(app: &App, name: Option<&str>) -> Result<Organisation, Failure> {
    let name = name.unwrap_or(&app.config().organisation.name);
    Ok(govern::organisation::named(app, &Actor::command_line(), name).await?)
}
