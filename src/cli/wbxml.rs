//! `lomme wbxml`: a body as people read it, and back. Touches no store.

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;

use super::Failure;
use super::Outcome;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// WBXML to XML
    Decode {
        /// The file; standard input without it
        file: Option<PathBuf>,
    },
    /// XML to WBXML
    Encode {
        /// The file; standard input without it
        file: Option<PathBuf>,
    },
}

/// Captures of whole mailboxes are larger than what a phone may send.
const LIMITS: wbxml::Limits =
    wbxml::Limits { depth: 256, size: 1 << 30, elements: 50_000_000, text: 1 << 30 };

pub(super) fn run(command: &Command) -> Outcome {
    let output = match command {
        Command::Decode { file } => {
            let document = wbxml::Document::decode(input(file.as_ref())?, &LIMITS)?;
            document.to_xml().into_bytes()
        }
        Command::Encode { file } => {
            let text = String::from_utf8(input(file.as_ref())?)
                .map_err(|_| Failure::new("the XML is not in UTF-8"))?;
            wbxml::Document::from_xml(&text)?.encode()
        }
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&output)?;
    Ok(stdout.flush()?)
}

fn input(file: Option<&PathBuf>) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match file {
        Some(file) => {
            bytes = fs::read(file)
                .map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))?;
        }
        None => {
            std::io::stdin().read_to_end(&mut bytes)?;
        }
    }
    Ok(bytes)
}
