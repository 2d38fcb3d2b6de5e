//! The client API, a file a subject. What every answer must keep (it is documented, and never a 500) is
//! checked where requests are sent, in `support::Person`.

mod accounts;
mod cookies;
mod limits;
mod registration;
mod sessions;

use std::path::Path;

use crate::support::{Database, TestServer};

/// A server with these settings on each database that there is.
async fn servers_with(settings: &[(&str, &str)]) -> Vec<TestServer> {
    let mut servers = vec![TestServer::start(None, settings).await];
    if let Some(database) = Database::create().await {
        servers.push(TestServer::start(Some(database), settings).await);
    }
    servers
}

/// Whether any file below the directory has these bytes in it.
fn files_contain(directory: &Path, needle: &str) -> bool {
    let entries =
        std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    entries.into_iter().any(|path| {
        if path.is_dir() {
            return files_contain(&path, needle);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}
