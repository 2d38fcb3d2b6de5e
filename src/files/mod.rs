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
pub mod store;
pub mod strip;

pub use hash::{BadHash, Hash};
pub use parts::{Part, Parts};
pub use scan::{Scan, Scanner, Verdict};
pub use store::{Bytes, S3, Store};

/// Why bytes could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{what}: {error}")]
    Io { what: &'static str, error: std::io::Error },
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

fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::Io { what, error }
}
