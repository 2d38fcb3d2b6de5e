//! Whether there is a server's data to work on: for commands that are about one, and begin none.

use std::path::Path;

use super::{StartError, io};
use crate::config::Config;
use crate::storage::{self, Conn, meta};

/// Whether a server ran on this database. What is empty, or not there, stays so.
///
/// # Errors
/// It can't be told, as where somebody else owns the directory.
pub fn has_server(config: &Config) -> Result<bool, StartError> {
    let url = config.database_url();
    if !storage::is_postgres(&url) {
        let cannot = || io(format!("cannot look into {}", config.data_dir.display()));
        match Path::new(&url).metadata() {
            // A file without a byte is how SQLite begins one.
            Ok(file) if file.len() == 0 => return Ok(false),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(cannot()(error)),
        }
    }
    let mut conn = Conn::open(&url)?;
    Ok(conn.has_schema()? && meta::get(&mut conn, meta::SERVER_NAME)?.is_some())
}
