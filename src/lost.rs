//! Files that the database has and the store has not, or not as they were: a disk that was not mounted, a copy that was not
//! whole, a bucket that somebody tidied.

use std::fmt;
use std::io::{self, Write};

use futures_util::TryStreamExt;
use loggia::files::{Error, Hash, Store};
use loggia::storage::files::{self, FileRow};
use loggia::storage::{self, Conn};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

/// Files that are looked for together.
const PAGE: i64 = 1_000;
/// How many messages are named that carry a file.
const NAMED_MAX: i64 = 3;

/// What is the matter with a file's bytes.
#[derive(Debug)]
pub enum Harm {
    Missing,
    /// They are others than those that its name is the hash of.
    Damaged,
    /// The disk does not give them.
    Unreadable(Error),
}

/// A file that nobody gets any more.
pub struct Lost {
    file: FileRow,
    harm: Harm,
    /// (channel, message), the first few.
    carried_by: Vec<(String, String)>,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileRow { hash, size, media_type, .. } = &self.file;
        write!(f, "file {hash} ({media_type}, {size} bytes) ")?;
        match &self.harm {
            Harm::Missing => write!(f, "is missing in the store")?,
            Harm::Damaged => write!(f, "is damaged: its bytes have another hash")?,
            Harm::Unreadable(error) => write!(f, "can't be read: {error}")?,
        }
        if self.carried_by.is_empty() {
            return write!(f, "; it is a picture, or no message carries it yet");
        }
        let named: Vec<String> =
            self.carried_by.iter().map(|(channel, message)| format!("{message} in {channel}")).collect();
        write!(f, "; carried by {}", named.join(", "))
    }
}

/// Why the store could not be looked through.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error("{0}")]
    Storage(#[from] storage::Error),
    #[error("{0}")]
    Files(#[from] Error),
    /// A file of which what was said to be read could not be handed on.
    #[error("file {hash}: {error}")]
    Copy { hash: String, error: io::Error },
    #[error("{0:?} is no file's hash")]
    NoHash(String),
}

impl From<LookError> for io::Error {
    fn from(error: LookError) -> io::Error {
        io::Error::other(error)
    }
}

/// Hands a file's bytes to `out`, and answers what is the matter with them.
///
/// # Errors
/// `out` does not take them, or a service that may answer later does not give them.
pub fn copy(
    (runtime, store): (&Runtime, &Store),
    hash: &Hash,
    out: &mut dyn Write,
) -> Result<Option<Harm>, LookError> {
    let unreadable = |error: Error| match store.is_here() {
        true => Ok(Some(Harm::Unreadable(error))),
        false => Err(LookError::Files(error)),
    };
    runtime.block_on(async {
        let mut bytes = match store.get(hash, None).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Some(Harm::Missing)),
            Err(error) => return unreadable(error),
        };
        let mut digest = Sha256::new();
        loop {
            let piece = match bytes.try_next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(error) => return unreadable(error),
            };
            digest.update(&piece);
            let written = out.write_all(&piece);
            written.map_err(|error| LookError::Copy { hash: hash.to_string(), error })?;
        }
        Ok((Hash::of(&digest.finalize().into()) != *hash).then_some(Harm::Damaged))
    })
}

/// What is lost of a file, or nothing if it was deleted meanwhile by a server that runs: its row is what goes first.
///
/// # Errors
/// The database's, and the store's.
pub fn confirm(
    conn: &mut Conn,
    (runtime, store): (&Runtime, &Store),
    hash: &Hash,
    harm: Harm,
) -> Result<Option<Lost>, LookError> {
    let Some(file) = files::get(conn, hash.as_str())? else { return Ok(None) };
    // It may have been deleted and be there again.
    if matches!(harm, Harm::Missing) && runtime.block_on(store.has(hash))? {
        return Ok(None);
    }
    let carried_by = files::carried_by(conn, hash.as_str(), NAMED_MAX)?;
    Ok(Some(Lost { file, harm, carried_by }))
}

/// Looks for the bytes of all files, and if `reads` whether they are what they were; answers how many files there are, and
/// which are lost.
///
/// # Errors
/// The database's, and the store's.
pub fn look(conn: &mut Conn, store: (&Runtime, &Store), reads: bool) -> Result<(u64, Vec<Lost>), LookError> {
    let (mut count, mut lost) = (0, Vec::new());
    let mut after = String::new();
    loop {
        let page = files::after(conn, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok((count, lost)) };
        after.clone_from(&last.hash);
        count += u64::try_from(page.len()).unwrap_or(0);
        let hashes: Vec<Hash> = page
            .iter()
            .map(|file| file.hash.parse().map_err(|_| LookError::NoHash(file.hash.clone())))
            .collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        if reads {
            for hash in hashes {
                found.extend(copy(store, &hash, &mut io::sink())?.map(|harm| (hash, harm)));
            }
        } else {
            let missing = store.0.block_on(store.1.missing(hashes))?;
            found.extend(missing.into_iter().map(|hash| (hash, Harm::Missing)));
        }
        for (hash, harm) in found {
            lost.extend(confirm(conn, store, &hash, harm)?);
        }
    }
}
