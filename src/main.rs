//! The binary: chooses the cryptography and hands over to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The one line that would change for another provider. A second installation fails and is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    lomme::cli::run()
}
