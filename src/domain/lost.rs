//! Files that the database has and the store has not: nobody who looks at one can do anything about it, so the operator is told.

use super::{Domain, Result};
use crate::files::Hash;
use crate::storage::files;

/// Files that are looked for together.
const PAGE: i64 = 1_000;

/// How many files were looked for, and which were not there.
#[derive(Debug, Default)]
pub struct Looked {
    pub files: usize,
    pub lost: Vec<Hash>,
}

impl Domain {
    /// Looks for the bytes of so many files, or somewhat more. They are taken by their hashes, which is at random.
    ///
    /// # Errors
    /// The database's, and the store's.
    pub async fn look_for_files(&self, most: usize) -> Result<Looked> {
        let mut looked = Looked::default();
        let mut after = String::new();
        while looked.files < most {
            let from = after.clone();
            let page = self.reads.read(move |conn| files::after(conn, &from, PAGE)).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.hash);
            looked.files += page.len();
            let hashes = page.iter().filter_map(|file| file.hash.parse::<Hash>().ok()).collect();
            let missing = self.files.store.missing(hashes).await?;
            // One that was deleted meanwhile has no row any more.
            let still = self.reads.read(move |conn| -> Result<Vec<Hash>> {
                let mut still = Vec::new();
                for hash in missing {
                    if files::get(conn, hash.as_str())?.is_some() {
                        still.push(hash);
                    }
                }
                Ok(still)
            });
            looked.lost.extend(self.files.store.missing(still.await?).await?);
        }
        Ok(looked)
    }
}
