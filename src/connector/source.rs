//! A message that is to be stored or sent, piece by piece, wherever it lies. Does not look into it.

use std::fmt;
use std::path::Path;

use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::Error;
use super::Result;

/// What is read at a time.
const PIECE: usize = 64 * 1024;

/// A message as it is sent or stored: lines end with CRLF.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// In a file, so that a large one takes no memory.
    File(&'a Path),
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source(…)")
    }
}

/// Reads a message once.
#[derive(Debug)]
pub struct Reader<'a> {
    from: From<'a>,
    length: usize,
}

#[derive(Debug)]
enum From<'a> {
    Bytes(&'a [u8]),
    File { file: File, buffer: Vec<u8> },
}

impl<'a> Source<'a> {
    /// Begins to read.
    pub async fn open(self) -> Result<Reader<'a>> {
        match self {
            Self::Bytes(bytes) => Ok(Reader { from: From::Bytes(bytes), length: bytes.len() }),
            Self::File(path) => {
                let file = File::open(path).await.map_err(|error| unreadable(&error))?;
                let length = file.metadata().await.map_err(|error| unreadable(&error))?.len();
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(Reader { from: From::File { file, buffer: vec![0; PIECE] }, length })
            }
        }
    }
}

impl Reader<'_> {
    /// How many bytes it has in all.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The next piece; none at its end.
    pub async fn next(&mut self) -> Result<Option<&[u8]>> {
        match &mut self.from {
            From::Bytes(bytes) => {
                let (piece, rest) = bytes.split_at(bytes.len().min(PIECE));
                *bytes = rest;
                Ok(Some(piece).filter(|piece| !piece.is_empty()))
            }
            From::File { file, buffer } => {
                let read = file.read(buffer).await.map_err(|error| unreadable(&error))?;
                Ok(buffer.get(..read).filter(|piece| !piece.is_empty()))
            }
        }
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::Later { after: None, message: format!("cannot read a spooled message: {error}") }
}
