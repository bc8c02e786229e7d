//! What is too large for memory lies in a file for a moment. Nothing of it must survive: whoever counts on it has it
//! in the store.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncSeekExt as _;
use tokio::io::AsyncWriteExt as _;

use crate::connector::source::Source;

/// So much stays in memory. Nearly every message without a picture does.
const IN_MEMORY: usize = 256 * 1024;

/// Bytes that are written once, and may then be read as often as one likes. The file goes with it.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    memory: Vec<u8>,
    file: Option<Spooled>,
    length: u64,
}

#[derive(Debug)]
struct Spooled {
    path: PathBuf,
    file: File,
}

impl Spool {
    /// An empty one; its file, if it needs one, lies in the data folder.
    pub fn within(data: &Path) -> Self {
        Self { folder: folder(data), memory: Vec::new(), file: None, length: 0 }
    }

    /// Adds to its end.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if self.file.is_none() {
            if self.memory.len() + bytes.len() <= IN_MEMORY {
                self.memory.extend_from_slice(bytes);
                return Ok(());
            }
            self.file = Some(Spooled::create(&self.folder)?);
            let memory = std::mem::take(&mut self.memory);
            self.append(&memory).await?;
        }
        self.append(bytes).await
    }

    async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(spooled) => spooled.file.write_all(bytes).await,
            None => Ok(()),
        }
    }

    /// Ends the writing.
    pub async fn finish(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(spooled) => spooled.file.flush().await,
            None => Ok(()),
        }
    }

    /// How many bytes were written.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// A part of it, read piece by piece, each as long as is said but the last. It stays for as long as it is read.
    pub fn pieces(
        self: Arc<Self>,
        place: Range<u64>,
        length: usize,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, None, place), move |(spool, file, place)| async move {
            let left = usize::try_from(place.end.saturating_sub(place.start)).unwrap_or(usize::MAX);
            if left == 0 {
                return Ok(None);
            }
            let length = length.min(left);
            let (file, bytes) = match &spool.file {
                Some(spooled) => {
                    let (file, bytes) = spooled.read(file, place.start, length).await?;
                    (Some(file), bytes)
                }
                None => (None, spool.remembered(place.start, length)?),
            };
            let next = place.start.saturating_add(bytes.len() as u64);
            Ok(Some((bytes, (spool, file, next..place.end))))
        })
    }

    fn remembered(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let bytes = self.memory.get(start..start.saturating_add(length));
        bytes.map(Bytes::copy_from_slice).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// All of it, to be read.
    pub fn source(&self) -> Source<'_> {
        match &self.file {
            Some(spooled) => Source::File(&spooled.path),
            None => Source::Bytes(&self.memory),
        }
    }
}

impl Spooled {
    /// Goes on reading, or begins to.
    async fn read(&self, file: Option<File>, start: u64, length: usize) -> io::Result<(File, Bytes)> {
        let mut file = match file {
            Some(file) => file,
            None => {
                let mut file = File::open(&self.path).await?;
                file.seek(io::SeekFrom::Start(start)).await?;
                file
            }
        };
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).await?;
        Ok((file, Bytes::from(bytes)))
    }

    fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(uuid::Uuid::new_v4().to_string());
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: File::from_std(options.open(&path)?), path })
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        // What is left is removed at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what a process left that was killed. Only for the one that serves from this data folder.
pub fn clear(data: &Path) {
    let Ok(entries) = fs::read_dir(folder(data)) else { return };
    for entry in entries.flatten() {
        let _ = fs::remove_file(entry.path());
    }
}

fn folder(data: &Path) -> PathBuf {
    data.join("spool")
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn any_part_of_it_is_read_piece_by_piece() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<u8> = (0..700_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        for size in [1000, 700_000] {
            let mut spool = Spool::within(folder.path());
            spool.write(&all[..size]).await.unwrap();
            spool.finish().await.unwrap();
            let spool = Arc::new(spool);
            for place in [0..size, 7..size - 1, 500..501, 9..9] {
                let place64 = place.start as u64..place.end as u64;
                let pieces: Vec<Bytes> = Arc::clone(&spool).pieces(place64, 300).try_collect().await.unwrap();
                assert!(pieces.iter().rev().skip(1).all(|piece| piece.len() == 300));
                assert!(pieces.concat() == all[place]);
            }
            let beyond: Result<Vec<Bytes>, _> = spool.pieces(0..size as u64 + 1, 300).try_collect().await;
            assert!(beyond.is_err());
        }
        assert_eq!(fs::read_dir(folder.path().join("spool")).unwrap().count(), 0);
    }

    async fn read(spool: &Spool) -> Vec<u8> {
        let mut reader = spool.source().open().await.unwrap();
        let mut all = Vec::new();
        while let Some(piece) = reader.next().await.unwrap() {
            all.extend_from_slice(piece);
        }
        all
    }

    #[tokio::test]
    async fn what_is_small_stays_in_memory_and_the_rest_in_a_file_of_ours() {
        let data = tempfile::tempdir().unwrap();
        let count = || fs::read_dir(folder(data.path())).map_or(0, Iterator::count);
        let mut spool = Spool::within(data.path());
        let mut expected = Vec::new();
        for byte in 0..5 {
            spool.write(&vec![byte; 100_000]).await.unwrap();
            expected.extend(vec![byte; 100_000]);
            spool.finish().await.unwrap();
            assert_eq!(read(&spool).await, expected);
            assert_eq!((spool.length(), count()), (expected.len() as u64, usize::from(byte > 1)));
        }
        #[cfg(unix)]
        for entry in fs::read_dir(folder(data.path())).unwrap() {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&entry.unwrap().metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        drop(spool);
        assert_eq!(count(), 0);
    }

    #[tokio::test]
    async fn what_was_left_is_removed() {
        let data = tempfile::tempdir().unwrap();
        clear(data.path());
        fs::create_dir(folder(data.path())).unwrap();
        fs::write(folder(data.path()).join("left"), "x").unwrap();
        clear(data.path());
        assert_eq!(fs::read_dir(folder(data.path())).unwrap().count(), 0);
    }
}
