//! What is made of the settings: where files are kept, and how much of everything there is.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use super::{StartError, io};
use crate::config::{Config, FileStorage, Files as FileSettings};
use crate::domain::files::Files;
use crate::files::{Parts, S3, Scan, Scanner, Store};
use crate::live::{self, Bounds};

/// Where files are in the directory `files`.
const OBJECTS: &str = "objects";
/// What is written there at the start, and removed again.
const PROBE: &str = ".can-be-written";
/// How long the head of a client's request may take.
pub const HEAD_MAX: Duration = Duration::from_secs(20);
/// Connections that wait to be taken: after a restart all clients come at once.
pub const BACKLOG: u32 = 4_096;

/// Where files are. Who `serves` has to be able to write there.
pub fn open_files(config: &Config, serves: bool) -> Result<Files, StartError> {
    let settings = &config.settings.files;
    let dir = config.data_dir.join("files");
    let store = match settings.storage {
        FileStorage::Local => {
            let store = Store::in_directory(&dir.join(OBJECTS))?;
            if serves {
                check_writable(&dir.join(OBJECTS))?;
            }
            store
        }
        FileStorage::S3 => open_bucket(settings)?,
    };
    let scan = Scan::new(scanner(settings), Duration::from_secs(u64::from(settings.scan_seconds)));
    Ok(Files::new(store, Parts::open(dir.join("parts"))?, scan))
}

/// Where files are, to read them.
pub fn find_store(config: &Config) -> Result<Store, StartError> {
    match config.settings.files.storage {
        FileStorage::Local => Ok(Store::found_in(&config.data_dir.join("files").join(OBJECTS))?),
        FileStorage::S3 => open_bucket(&config.settings.files),
    }
}

/// A directory of files that belongs to somebody else, as after a command that root ran, would fail with each file only.
fn check_writable(dir: &Path) -> Result<(), StartError> {
    let probe = dir.join(PROBE);
    match File::create(&probe).and_then(|_| std::fs::remove_file(&probe)) {
        // A disk that is full has an end.
        Err(error) if error.kind() != ErrorKind::PermissionDenied => {
            tracing::warn!(%error, dir = %dir.display(), "no file can be written");
            Ok(())
        }
        tried => tried.map_err(io(format!("cannot write into {}", dir.display()))),
    }
}

pub fn open_bucket(settings: &FileSettings) -> Result<Store, StartError> {
    Ok(Store::in_bucket(bucket(settings))?)
}

/// Whether the bucket can be used, if there is one; answers which it is.
///
/// # Errors
/// Why not.
pub async fn try_bucket(config: &Config) -> Result<Option<String>, StartError> {
    let settings = &config.settings.files;
    if settings.storage != FileStorage::S3 {
        return Ok(None);
    }
    let named = format!("{} at {}", &*settings.s3_bucket, &*settings.s3_endpoint);
    match Store::try_bucket(bucket(settings)).await {
        Ok(()) => Ok(Some(named)),
        Err(error) => Err(StartError::Bucket { named, error }),
    }
}

fn bucket(settings: &FileSettings) -> S3 {
    S3 {
        endpoint: settings.s3_endpoint.to_string(),
        bucket: settings.s3_bucket.to_string(),
        region: settings.s3_region.to_string(),
        key: settings.s3_key.to_string(),
        secret: settings.s3_secret.to_string(),
    }
}

/// Who examines files, by the settings.
pub fn scanner(settings: &FileSettings) -> Scanner {
    let (command, clamd) = (settings.scan_command.to_string(), settings.scan_clamd.to_string());
    match (command.is_empty(), clamd.is_empty()) {
        (true, true) => Scanner::Nobody,
        (false, _) => Scanner::Program(command.into()),
        (true, false) if clamd.starts_with('/') => Scanner::ClamdUnix(clamd.into()),
        (true, false) => Scanner::ClamdTcp(clamd),
    }
}

/// A number of the settings, as a size.
pub fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What may wait for one socket.
pub fn bounds(config: &Config) -> Bounds {
    let stream = &config.settings.stream;
    Bounds { frames: size(stream.queue_frames), bytes: size(stream.queue_bytes), pace: live::PACE_MAX }
}

/// Threads for reading, when the settings don't say.
pub fn read_threads(config: &Config) -> usize {
    let given = usize::try_from(config.settings.database.read_threads).unwrap_or(0);
    if given > 0 { given } else { processors() * 2 }
}

pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}
