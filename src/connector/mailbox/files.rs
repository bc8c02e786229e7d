//! The messages themselves, each in a file of its own that only we may read. Knows not whose they are.
//!
//! A file is whole and on the disk before the index names it, and goes after the index forgot it. What is left behind
//! where that was broken off is found when the folder is opened.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

use tokio::fs::File;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::connector::Error;
use crate::connector::Result;
use crate::connector::source::Source;

/// The folder with the messages.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
}

/// A message that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The name of its file.
    pub file: String,
    /// How many bytes it has.
    pub size: u32,
}

/// A younger file without an owner may be one that is just being written, by another process perhaps.
const YOUNG: Duration = Duration::from_hours(24);

impl Files {
    /// Those in a folder, which is made if it is not there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        make_folder(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where a message is.
    pub fn path(&self, file: &str) -> PathBuf {
        // A folder with a hundred thousand files is slow in some file systems.
        self.folder.join(file.get(..2).unwrap_or_default()).join(file)
    }

    /// Writes a message, with these lines before it.
    pub async fn write(&self, before: &[u8], source: Source<'_>) -> Result<Written> {
        let file = Uuid::new_v4().simple().to_string();
        let path = self.path(&file);
        let written = write(&path, before, source).await;
        if written.is_err() {
            let _ = tokio::fs::remove_file(&path).await;
        }
        Ok(Written { file, size: written? })
    }

    /// Removes messages. One that cannot be removed now is left for the next start.
    pub async fn remove(&self, files: &[String]) {
        for file in files {
            let _ = tokio::fs::remove_file(self.path(file)).await;
        }
    }

    /// Removes what no message has, but what came just now.
    pub fn sweep(&self, used: &HashSet<String>, now: SystemTime) -> io::Result<()> {
        for folder in fs::read_dir(&self.folder)? {
            for file in fs::read_dir(folder?.path())? {
                let file = file?;
                let is_used = file.file_name().to_str().is_some_and(|name| used.contains(name));
                let age = now.duration_since(file.metadata()?.modified()?);
                if !is_used && age.is_ok_and(|age| age > YOUNG) {
                    fs::remove_file(file.path())?;
                }
            }
        }
        Ok(())
    }
}

async fn write(path: &Path, before: &[u8], source: Source<'_>) -> Result<u32> {
    let mut reader = source.open().await?;
    let size = u32::try_from(before.len().saturating_add(reader.length()));
    let size = size.map_err(|_| Error::Refused("the message is too large".to_owned()))?;
    let mut file = create(path).await.map_err(unusable)?;
    let mut left = reader.length();
    file.write_all(before).await.map_err(unusable)?;
    while left > 0 {
        let piece = reader.next().await?.unwrap_or_default();
        let piece = piece.get(..piece.len().min(left)).unwrap_or_default();
        if piece.is_empty() {
            let message = "the spooled message became shorter".to_owned();
            return Err(Error::Later { after: None, message });
        }
        file.write_all(piece).await.map_err(unusable)?;
        left -= piece.len();
    }
    file.sync_all().await.map_err(unusable)?;
    if let Some(folder) = path.parent() {
        sync(folder).await.map_err(unusable)?;
    }
    Ok(size)
}

async fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                make_folder(folder)?;
                if let Some(outer) = folder.parent() {
                    sync(outer).await?;
                }
            }
            options.open(path).await
        }
        opened => opened,
    }
}

/// A new file is in its folder for good only when the folder is written.
async fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder).await?.sync_all().await
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The disk is full, or not ours: it may be better later.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn unusable(error: io::Error) -> Error {
    Error::Later { after: None, message: format!("the folder of the mailboxes: {error}") }
}
