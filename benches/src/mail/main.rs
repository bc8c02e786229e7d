//! What mail costs, with an IMAP and an SMTP server beside the release binary: large files, and a large mailbox.
//!
//! Run by `cargo bench -p benches --bench mail`, with the servers that `tests/services/mail` installs.
#![expect(clippy::print_stdout, reason = "that is where the figures go")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a measurement that goes wrong is to stop")]

mod files;
mod mailbox;

use benches::server::Home;

use crate::exim::Exim;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;

#[path = "../../../tests/suite/exim.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod exim;
#[path = "../../../tests/suite/mail_server.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod mail_server;

#[tokio::main]
async fn main() {
    files::measure().await;
    mailbox::measure().await;
}

/// A server whose only account has its mail there.
fn home(dovecot: &Dovecot, exim: &Exim) -> Home {
    let connection = format!(
        "[[connection]]\nname = \"mail\"\nkind = \"imap\"\nclasses = [\"email\"]\nuser = \"{}\"\npassword = \"{}\"\n\
         master_separator = \"*\"\nurl = \"imap://127.0.0.1:{}\"\nsmtp = \"smtp://127.0.0.1:{}\"\n\
         smtp_log_in = \"organisation\"\nsmtp_user = \"{KARI}\"\nsmtp_password = '{}'\n",
        mail_server::MASTER,
        mail_server::MASTER_PASSWORD,
        dovecot.port,
        exim.port,
        mail_server::PASSWORD,
    );
    let home = Home::with(&[KARI.to_owned()], &connection);
    assert!(home.size() > 0, "there is a store");
    home
}
