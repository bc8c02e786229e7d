//! What the demo prints at its start: where, who, and what to try. Starts nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::demo::ACCOUNTS;
use crate::demo::Options;
use crate::demo::PASSWORD;
use crate::demo::TOKEN;
use crate::http::listen::Addresses;

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) options: &'a Options,
    pub(super) back_office: SocketAddr,
    pub(super) folder: &'a Path,
    pub(super) configuration: &'a Path,
}

impl Facts<'_> {
    /// All of it, ending with the line that says that we are ready.
    pub(super) fn text(&self, addresses: Addresses) -> String {
        let encrypted = addresses.encrypted.unwrap_or(self.options.listen_tls);
        let plain = addresses.plain.unwrap_or(self.options.listen);
        [self.places(encrypted, plain), log_ins(), self.tries(encrypted, plain)].join("\n")
            + "\nReady. Stop it with Ctrl-C.\n"
    }

    fn places(&self, encrypted: SocketAddr, plain: SocketAddr) -> String {
        let Self { back_office, folder, options, .. } = self;
        let kept = match options.data {
            Some(_) => "kept",
            None => "gone at the end; --data DIR keeps it",
        };
        format!(
            "\
Lomme demo: Fjord Elektro AS, electricians in Bergen

  Phones       https://{encrypted}     with a certificate of its own making
               http://{plain}      the same, from this machine only
  Pages        http://{plain}/setting   each user's own: phones, connections, log, restore
  Back office  http://{back_office}/v1   Authorization: Bearer {TOKEN}
  Mail         goes from one account to another; the rest stays in Outbox (not sent)
  Data         {folder} ({kept})
",
            folder = folder.display(),
        )
    }

    fn tries(&self, encrypted: SocketAddr, plain: SocketAddr) -> String {
        let (office, file) = (self.back_office, self.configuration.display());
        let every = written(self.options.pull_every);
        let port = encrypted.port();
        // Whoever runs it by cargo has no `lomme` to type.
        let program = std::env::current_exe().unwrap_or_else(|_| "lomme".into());
        let program = program.display();
        format!(
            r#"  Try
  - Add an Exchange account on a phone, in Outlook or in Thunderbird: address kari@fjord.example,
    server {encrypted}, user name kari@fjord.example. Accept the certificate.
    For a phone on your network start with --listen-tls 0.0.0.0:{port}; its server is this machine's address.

  - Ask which versions and commands there are:
      curl -si -u kari:{PASSWORD} -X OPTIONS http://{plain}/Microsoft-Server-ActiveSync

  - See what the back office has, and how any back office can have it:
      curl -s -H 'Authorization: Bearer {TOKEN}' 'http://{office}/v1/tasks/changes?user=kari@fjord.example&limit=3'
      curl -s -H 'Authorization: Bearer {TOKEN}' http://{office}/v1/contract.yaml

  - Make a task there; it is on the phone after the next pull, every {every}, or at once after the second line:
      curl -s -H 'Authorization: Bearer {TOKEN}' -d '{{"data": {{"@type": "Task", "uid": "try-1", "title": "Kjøpe kaffe"}}}}' \
           'http://{office}/v1/tasks?user=kari@fjord.example'
      {program} pull kari@fjord.example --config {file}

  - Change it on the phone, and ask the back office again. To see which phones there are:
      {program} device list --config {file}
"#
        )
    }
}

fn log_ins() -> String {
    let line = |(email, name, is_administrator): &(&str, &str, bool)| {
        let role = if *is_administrator { "administrator" } else { "user" };
        format!("               {email:<22} {name}, {role}\n")
    };
    let lines: String = ACCOUNTS.iter().map(line).collect();
    format!("  Log in       password {PASSWORD}; kari, FJORD\\kari and \\kari will do as well\n{lines}")
}

/// A duration as the command line takes it.
pub(super) fn written(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit =
        units.iter().find(|(length, _)| milliseconds >= *length && milliseconds.is_multiple_of(*length));
    let (length, name) = unit.unwrap_or(&(1, "ms"));
    format!("{}{name}", milliseconds / length)
}
