//! Whether settings can be used, tried as far as that goes without touching any data or asking anybody.

use super::certificate::Certificate;
use super::{StartError, settings};
use crate::config::{Config, FileStorage};
use crate::federation::discovery;
use crate::{mail, push, storage, unfurl};

/// What a start would stumble over: the way to PostgreSQL, certificates, authorities, the file store, the mail server's address,
/// the program that examines files.
///
/// # Errors
/// The first that can't be used.
pub fn rehearse(config: &Config) -> Result<(), StartError> {
    check_database(&config.database_url())?;
    let files = &config.settings.files;
    if files.storage == FileStorage::S3 {
        settings::open_bucket(files)?;
    }
    check_scanner(config)?;
    if config.federation.enabled {
        discovery::client(config)?;
        if let Some((cert, key)) = &config.federation.tls {
            Certificate::read(cert, key)?;
        }
    }
    if config.settings.push.enabled {
        push::client(&config.push)?;
    }
    if config.previews.enabled {
        unfurl::client(&config.previews)?;
    }
    Ok(mail::check(config)?)
}

/// Whether the way to the database can be understood, and what it names be read.
pub(super) fn check_database(url: &str) -> Result<(), StartError> {
    if !storage::is_postgres(url) {
        return Ok(());
    }
    storage::check_url(url).map_err(|error| StartError::Setting { field: "database.url", error })
}

/// Says so where the program that examines files isn't there. It may come yet; until then no file is taken.
pub(super) fn miss_scanner(config: &Config) {
    if let Err(error) = check_scanner(config) {
        tracing::error!(%error, "files can't be examined, so nobody can send any");
    }
}

fn check_scanner(config: &Config) -> Result<(), StartError> {
    settings::scanner(&config.settings.files)
        .check()
        .map_err(|error| StartError::Setting { field: "files.scan_command", error: error.to_string() })
}
