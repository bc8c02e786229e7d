//! What messages say: outlines, parts, and parts as streams, out of their files. Decodes nothing.
//!
//! A file is gone through line by line; what is held of it is a header, or what was asked for.

use std::fs::File;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use futures_util::stream::BoxStream;
use tokio::io::AsyncReadExt as _;

use super::files;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::mail::Outline;
use crate::connector::mail::Piece;
use crate::connector::mail::Wanted;
use crate::mime::field::LONGEST_HEADER;
use crate::mime::parse;
use crate::mime::parse::Line;
use crate::mime::parse::Lines;
use crate::mime::section::Section;

/// No more of a header is told; what people see is in it.
const HEADER: usize = 64 * 1024;

/// A piece of a stream.
const PIECE: usize = 128 * 1024;

/// What is read of a file at a time while it is gone through.
const BUFFER: usize = 64 * 1024;

/// The lines of a file.
#[derive(Debug)]
struct FileLines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    failed: Option<io::Error>,
}

impl<R: Read> FileLines<R> {
    fn new(file: R) -> Self {
        Self { reader: BufReader::with_capacity(BUFFER, file), line: Vec::new(), failed: None }
    }
}

impl<R: Read> Lines for FileLines<R> {
    fn next(&mut self) -> Option<Line<'_>> {
        self.line.clear();
        let (mut length, mut end) = (0, 0);
        let mut before = None;
        while end == 0 {
            let piece = match self.reader.fill_buf() {
                Ok([]) => break,
                Ok(piece) => piece,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failed = Some(error);
                    return None;
                }
            };
            let newline = piece.iter().position(|byte| *byte == b'\n');
            let piece = newline.and_then(|at| piece.get(..=at)).unwrap_or(piece);
            if newline.is_some() {
                let last = piece.len().checked_sub(2).and_then(|at| piece.get(at)).or(before.as_ref());
                end = if last == Some(&b'\r') { 2 } else { 1 };
            }
            before = piece.last().copied();
            let room = LONGEST_HEADER.saturating_sub(self.line.len());
            self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
            length += piece.len();
            let read = piece.len();
            self.reader.consume(read);
        }
        (length > 0).then_some(Line { text: &self.line, length, end })
    }
}

/// Takes a message apart.
pub fn parts(file: impl Read) -> io::Result<parse::Outline> {
    let mut lines = FileLines::new(file);
    let outline = parse::outline(&mut lines);
    lines.failed.map_or(Ok(outline), Err)
}

/// A file; none: the message went meanwhile.
pub fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// The bytes of a file from a place on, no more than so many.
pub fn bytes(file: &mut File, place: &Range<usize>, most: usize) -> io::Result<Bytes> {
    let length = place.len().min(most);
    file.seek(SeekFrom::Start(u64::try_from(place.start).unwrap_or(u64::MAX)))?;
    let mut bytes = Vec::with_capacity(length);
    file.take(u64::try_from(length).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok(Bytes::from(bytes))
}

/// The header and structure of a message.
pub fn outline(id: &str, path: &Path) -> io::Result<Option<Outline>> {
    let Some(mut file) = open(path)? else { return Ok(None) };
    let parts = parts(&file)?;
    let (header, _) = parts.place(&Section::WHOLE).unwrap_or_default();
    let header = bytes(&mut file, &header, HEADER)?;
    Ok(Some(Outline { id: id.to_owned(), header, structure: parts.structure().clone() }))
}

/// Parts of one message, in the order asked.
pub fn sections(path: &Path, wanted: &[Wanted]) -> io::Result<Vec<Piece>> {
    let Some(mut file) = open(path)? else { return Ok(Vec::new()) };
    let is_whole = wanted.iter().all(|wanted| wanted.section.is_whole());
    let parts = if is_whole { None } else { Some(parts(&file)?) };
    let mut pieces = Vec::new();
    for wanted in wanted {
        let place = place(&file, parts.as_ref(), &wanted.section)?;
        let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let bytes = bytes(&mut file, &place, limit)?;
        pieces.push(Piece { wanted: wanted.clone(), is_whole: place.len() <= limit, bytes });
    }
    Ok(pieces)
}

/// Where a part lies. One that is not there has no bytes, as IMAP has it.
fn place(file: &File, parts: Option<&parse::Outline>, section: &Section) -> io::Result<Range<usize>> {
    if section.is_whole() {
        return Ok(0..usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX));
    }
    let found = parts.and_then(|parts| parts.place(section));
    Ok(found.map(|(_, body)| body).unwrap_or_default())
}

/// A part of a message piece by piece. Whoever began to read it reads it to the end, though it goes meanwhile.
pub fn stream(path: &Path, section: &Section) -> Result<BoxStream<'static, Result<Bytes>>> {
    let mut file = open(path).map_err(files::unusable)?.ok_or(Error::Gone)?;
    let parts = if section.is_whole() { None } else { Some(parts(&file).map_err(files::unusable)?) };
    let place = place(&file, parts.as_ref(), section).map_err(files::unusable)?;
    let start = SeekFrom::Start(u64::try_from(place.start).unwrap_or(u64::MAX));
    file.seek(start).map_err(files::unusable)?;
    let file = tokio::fs::File::from_std(file).take(u64::try_from(place.len()).unwrap_or(u64::MAX));
    let pieces = stream::try_unfold(file, async |mut file| {
        let mut piece = Vec::with_capacity(PIECE);
        while piece.len() < PIECE && file.read_buf(&mut piece).await.map_err(files::unusable)? > 0 {}
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    });
    Ok(pieces.boxed())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::io::Read;

    use proptest::collection::vec;
    use proptest::prop_assert_eq;
    use proptest::sample::select;

    use super::parts;
    use crate::mime::parse;
    use crate::mime::section::Section;

    /// Gives no more than three bytes at a time.
    struct Slow<R>(R);

    impl<R: Read> Read for Slow<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(3);
            self.0.read(&mut buffer[..length])
        }
    }

    const PIECES: [&str; 10] = [
        "Content-Type: multipart/mixed; boundary=b\n",
        "Content-Type: multipart/related; boundary=c\r\n",
        "Content-Type: message/rfc822\n",
        "Subject: x\r\n",
        "\n",
        "\r\n",
        "--b\n",
        "--c--\r\n",
        "text\r",
        "more\n",
    ];

    proptest::proptest! {
        #[test]
        fn a_file_has_the_parts_of_what_is_in_it(pieces in vec(select(PIECES.as_slice()), 0..30)) {
            let raw = pieces.concat();
            let (whole, read) = (parse::parse(raw.as_bytes()), parts(Slow(Cursor::new(&raw))).unwrap());
            prop_assert_eq!(read.structure(), whole.structure());
            for (section, _) in whole.structure().leaves() {
                prop_assert_eq!(read.place(&section), whole.place(&section));
            }
            prop_assert_eq!(read.place(&Section::WHOLE), whole.place(&Section::WHOLE));
        }
    }

    #[test]
    fn a_line_without_end_is_not_held() {
        let long = vec![b'x'; 3 * 1024 * 1024];
        let raw =
            [b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", &long[..], b"\r\n--b--\n"].concat();
        let read = parts(Cursor::new(&raw)).unwrap();
        assert_eq!(read.structure().parts()[0].size, u64::try_from(long.len()).unwrap());
    }
}
