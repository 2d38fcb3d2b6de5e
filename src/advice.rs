//! What can be done about an error whose own words would leave an operator at a loss.

use std::error::Error;

use loggia::config::Config;
use loggia::storage;

/// The error, and what to do about it where that is known.
pub fn explained(error: &dyn Error, config: &Config) -> String {
    let said = error.to_string();
    if !config.settings.database.url.is_empty() || !storage::is_damage(&said) {
        return said;
    }
    let file = config.database_url();
    format!(
        "{said}: {file} is damaged. Stop the server, put that file aside with its -wal and -shm, and restore the last backup (\"A damaged database\" in docs/operating.md)"
    )
}
