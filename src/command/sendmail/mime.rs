//! A message that came from a phone, read piece by piece wherever it lies. Understands no more of it than its end of header.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::connector::source;
use crate::connector::source::Source;
use crate::error::Error;
use crate::mime::field;
use crate::mime::field::LONGEST_HEADER;
use crate::spool::Spool;

/// A message that came from a phone.
#[derive(Clone, Debug)]
pub struct Mime {
    lies: Lies,
    place: Range<u64>,
}

#[derive(Clone, Debug)]
enum Lies {
    InMemory(Bytes),
    InSpool(Arc<Spool>),
}

impl Mime {
    /// One in memory.
    pub(super) fn whole(bytes: Bytes) -> Self {
        let place = 0..bytes.len() as u64;
        Self { lies: Lies::InMemory(bytes), place }
    }

    /// One that is a part of what was spooled.
    pub(super) fn spooled(spool: &Arc<Spool>, place: Range<u64>) -> Self {
        Self { lies: Lies::InSpool(Arc::clone(spool)), place }
    }

    /// Its header, with the empty line at its end.
    pub(super) async fn head(&self) -> Result<Vec<u8>, Error> {
        let mut head = Vec::new();
        let mut pieces = self.pieces(0).await?;
        while let Some(piece) = pieces.next().await? {
            head.extend_from_slice(&piece);
            let end = field::end_of_header(&head);
            if end < head.len() || head.len() > LONGEST_HEADER {
                head.truncate(end);
                break;
            }
        }
        Ok(head)
    }

    /// All of it, in memory.
    pub(super) async fn bytes(&self) -> Result<Bytes, Error> {
        if let Lies::InMemory(bytes) = &self.lies {
            return Ok(bytes.clone());
        }
        let length = usize::try_from(self.place.end - self.place.start).unwrap_or_default();
        let mut all = Vec::with_capacity(length);
        let mut pieces = self.pieces(0).await?;
        while let Some(piece) = pieces.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(Bytes::from(all))
    }

    /// What follows its first bytes.
    pub(super) async fn pieces(&self, from: usize) -> Result<Pieces<'_>, Error> {
        let source = match &self.lies {
            Lies::InMemory(bytes) => Source::Bytes(bytes),
            Lies::InSpool(spool) => spool.source(),
        };
        let start = self.place.start.saturating_add(from as u64).min(self.place.end);
        Ok(Pieces { reader: source.open().await?, skip: start, left: self.place.end - start })
    }
}

/// A message as it is read.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    reader: source::Reader<'a>,
    skip: u64,
    left: u64,
}

impl Pieces<'_> {
    /// The next piece; none at its end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while self.left > 0 {
            let Some(piece) = self.reader.next().await? else { return Ok(None) };
            let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(piece.len());
            self.skip -= skipped as u64;
            let piece = piece.get(skipped..).unwrap_or_default();
            let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(piece.len());
            self.left -= length as u64;
            if let Some(piece) = piece.get(..length).filter(|piece| !piece.is_empty()) {
                return Ok(Some(Bytes::copy_from_slice(piece)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_is_read_from_where_it_stands() {
        let data = tempfile::tempdir().unwrap();
        let body = "x".repeat(400_000);
        let mut spool = Spool::within(data.path());
        spool.write(format!("before{}\r\n{body}after", "A: b\r\n".repeat(20_000)).as_bytes()).await.unwrap();
        spool.finish().await.unwrap();
        let place = 6..spool.length() - 5;
        let mime = Mime::spooled(&Arc::new(spool), place);
        let head = mime.head().await.unwrap();
        assert!(head.starts_with(b"A: b\r\n") && head.ends_with(b"\r\n\r\n") && head.len() == 120_002);
        let all = mime.bytes().await.unwrap();
        assert_eq!(all.get(head.len()..), Some(body.as_bytes()));
        let mut rest = Vec::new();
        let mut pieces = mime.pieces(head.len()).await.unwrap();
        while let Some(piece) = pieces.next().await.unwrap() {
            rest.extend_from_slice(&piece);
        }
        assert_eq!(rest, body.as_bytes());
        let small = Mime::whole(Bytes::from_static(b"A: b\n\nc"));
        assert_eq!(small.head().await.unwrap(), b"A: b\n\n");
    }
}
