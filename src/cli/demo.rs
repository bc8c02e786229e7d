//! `lomme demo`: its options and what it prints. Starts nothing by itself.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Outcome;
use crate::config;
use crate::config::LogFormat;
use crate::config::value::parse_duration;
use crate::demo;
use crate::demo::Options;
use crate::serve;

/// What may be said; the ports may be 0.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where phones and browsers are answered over HTTP
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where they are answered over HTTPS
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    listen_tls: SocketAddr,
    /// Where the back office answers
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    back_office: SocketAddr,
    /// A folder to keep everything in, so that the next start goes on where this one stopped
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How often the back office is asked for changes
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = parse_duration)]
    pull_every: Duration,
}

pub(super) async fn run(arguments: Arguments) -> Outcome {
    let Arguments { listen, listen_tls, back_office, data, pull_every } = arguments;
    // What goes well is nothing to read about between the lines that say what to try.
    super::log_to_stderr(&config::Log { level: "warn".to_owned(), format: LogFormat::Text })?;
    let options = Options { listen, listen_tls, back_office, data, pull_every, ..Options::default() };
    demo::run(options, announce, serve::signals()).await?;
    Ok(())
}

fn announce(text: &str) {
    // Whoever closed our output does not want to know.
    let _ = std::io::stdout().write_all(text.as_bytes()).and_then(|()| std::io::stdout().flush());
}
