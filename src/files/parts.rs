//! Files that are still coming in: one part each, in a directory of their own.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, SeekFrom};

use super::{Error, Hash, io, kind};

const READ_BYTES: usize = 65_536;

/// The directory of parts.
#[derive(Debug, Clone)]
pub struct Parts {
    dir: PathBuf,
    /// The disk and the directory on it, as they were at the start.
    place: Place,
    /// It was said that it is another, or gone.
    missed: Arc<AtomicBool>,
}

/// The device and the inode.
type Place = (u64, u64);

fn place(dir: &Path) -> std::io::Result<Place> {
    let found = std::fs::metadata(dir)?;
    Ok((found.dev(), found.ino()))
}

/// A part that is being written.
pub struct Part {
    file: File,
    length: u64,
}

/// What a whole part turns out to be.
pub struct Whole {
    pub hash: Hash,
    pub size: u64,
    pub media_type: &'static str,
}

impl Parts {
    /// # Errors
    /// Those of the file system.
    pub fn open(dir: PathBuf) -> Result<Parts, Error> {
        std::fs::create_dir_all(&dir).map_err(io("cannot make the directory for uploads"))?;
        let place = place(&dir).map_err(io("cannot look at the directory for uploads"))?;
        Ok(Parts { dir, place, missed: Arc::default() })
    }

    /// Whether the directory is still the one of the start: a disk that is not mounted any more leaves an empty one in its place,
    /// or none. That is said once.
    pub async fn is_there(&self) -> bool {
        let (dir, opened) = (self.dir.clone(), self.place);
        let found = tokio::task::spawn_blocking(move || place(&dir)).await;
        let is_there = matches!(found, Ok(Ok(found)) if found == opened);
        if self.missed.swap(!is_there, Ordering::SeqCst) == is_there {
            let dir = self.dir.display();
            match is_there {
                true => tracing::info!(%dir, "the data directory is there again"),
                false => {
                    tracing::error!(%dir, "the data directory is gone, or another one: was it unmounted? Stop the server, and start it when it is back");
                }
            }
        }
        is_there
    }

    /// `id` is of this server's making: letters, digits, `-` and `_`.
    pub fn path(&self, id: &str) -> PathBuf {
        self.dir.join(id)
    }

    pub async fn create(&self, id: &str) -> Result<Part, Error> {
        let file = OpenOptions::new().write(true).create_new(true).open(self.path(id)).await;
        Ok(Part { file: file.map_err(io("cannot begin an upload"))?, length: 0 })
    }

    /// The part as far as it came; none if there is none.
    pub async fn go_on(&self, id: &str) -> Result<Option<Part>, Error> {
        let mut file = match OpenOptions::new().write(true).open(self.path(id)).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io("cannot go on with an upload")(error)),
        };
        let length = file.seek(SeekFrom::End(0)).await.map_err(io("cannot go on with an upload"))?;
        Ok(Some(Part { file, length }))
    }

    /// How long the part is; none if there is none.
    pub async fn length(&self, id: &str) -> Option<u64> {
        tokio::fs::metadata(self.path(id)).await.ok().map(|metadata| metadata.len())
    }

    pub async fn delete(&self, id: &str) {
        if let Err(error) = tokio::fs::remove_file(self.path(id)).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an upload's part could not be deleted");
        }
    }

    /// As [`Parts::delete`], for where nothing can wait.
    pub fn delete_now(&self, id: &str) {
        if let Err(error) = std::fs::remove_file(self.path(id))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an upload's part could not be deleted");
        }
    }

    /// Reads a part from its beginning to its end.
    pub async fn examine(&self, id: &str) -> Result<Whole, Error> {
        let cannot = "cannot read an upload";
        let mut file = File::open(self.path(id)).await.map_err(io(cannot))?;
        let (mut digest, mut size) = (Sha256::new(), 0);
        let mut start: Vec<u8> = Vec::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let count = file.read(&mut buffer).await.map_err(io(cannot))?;
            let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
            let missing = kind::START_BYTES.saturating_sub(start.len());
            start.extend_from_slice(read.get(..missing.min(count)).unwrap_or_default());
            digest.update(read);
            size += count as u64;
        }
        Ok(Whole { hash: Hash::of(&digest.finalize().into()), size, media_type: kind::of(&start) })
    }

    /// All bytes of a part that is known not to be large.
    pub async fn read(&self, id: &str) -> Result<Vec<u8>, Error> {
        tokio::fs::read(self.path(id)).await.map_err(io("cannot read an upload"))
    }

    /// The ids of parts that were last written before `time`.
    pub async fn untouched_since(&self, time: SystemTime) -> Result<Vec<String>, Error> {
        let cannot = "cannot list uploads";
        let mut entries = tokio::fs::read_dir(&self.dir).await.map_err(io(cannot))?;
        let mut found = Vec::new();
        while let Some(entry) = entries.next_entry().await.map_err(io(cannot))? {
            let written = entry.metadata().await.and_then(|metadata| metadata.modified());
            if written.is_ok_and(|written| written < time)
                && let Ok(id) = entry.file_name().into_string()
            {
                found.push(id);
            }
        }
        Ok(found)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Part {
    pub fn length(&self) -> u64 {
        self.length
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).await.map_err(io("cannot write an upload"))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what was written beyond `length`.
    pub async fn cut(&mut self, length: u64) -> Result<(), Error> {
        self.file.flush().await.map_err(io("cannot write an upload"))?;
        self.file.set_len(length).await.map_err(io("cannot cut an upload"))?;
        self.file.seek(SeekFrom::Start(length)).await.map_err(io("cannot cut an upload"))?;
        self.length = length;
        Ok(())
    }

    /// Whoever reads the part finds in it what was written.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.file.flush().await.map_err(io("cannot write an upload"))
    }

    /// What was written is on disk when this answers.
    pub async fn keep(mut self) -> Result<(), Error> {
        self.file.flush().await.map_err(io("cannot write an upload"))?;
        self.file.sync_all().await.map_err(io("cannot write an upload"))
    }
}
