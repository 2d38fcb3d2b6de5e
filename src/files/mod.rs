//! Bytes of files: where they are kept, how they come in, what they are, and small pictures of them.
//!
//! A file is named by the SHA-256 of its bytes. Who may have it is the domain's business; nothing here
//! knows of people. Bytes come in as a part in the data directory ([`parts`]), and go into the [`store`]
//! once they are whole.

mod hash;
pub mod images;
pub mod kind;
pub mod parts;
pub mod scan;
mod sound;

pub mod store;
pub mod strip;

use std::io::ErrorKind;

pub use hash::{BadHash, Hash};
pub use parts::{Part, Parts};
pub use scan::{Scan, Scanner, Verdict};
pub use store::{Bytes, S3, Store};

/// Why bytes could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{what}: {error}")]
    Io {
        what: &'static str,
        #[source]
        error: std::io::Error,
    },
    #[error("the file store: {0}")]
    Store(#[from] object_store::Error),
    #[error("cannot use the file store: {0}")]
    Open(String),
    /// A picture that can't be read, or is too large to be.
    #[error("not a picture that can be shown small: {0}")]
    Picture(String),
    /// Nobody could say whether it is infected.
    #[error("the file could not be examined: {0}")]
    Scan(String),
}

impl Error {
    /// Whether the disk has no room.
    pub fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            if matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::Io { what, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_seen_through_whatever_says_so() {
        let full = || std::io::Error::from(ErrorKind::StorageFull);
        assert!(io("cannot write an upload")(full()).is_full());
        let store = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(full()) };
        // As it comes from a writer.
        assert!(io("cannot store a file")(std::io::Error::other(store)).is_full());
        let missing = std::io::Error::from(ErrorKind::NotFound);
        assert!(!io("cannot write an upload")(missing).is_full());
    }
}
