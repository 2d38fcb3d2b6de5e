//! All of a server in one file, and back: of either database, into either.
//!
//! A backup is a ZIP archive: `backup.json` says what it is, `tables/NAME.jsonl` has a row per line ([`dump`]), `files/HASH`
//! the bytes of files.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use loggia::config::Config;
use loggia::domain::remote::recover;
use loggia::domain::search;
use loggia::files::{Hash, Store};
use loggia::protocol::Ts;
use loggia::server::{self, StartError};
use loggia::storage::dump::{self, Table};
use loggia::storage::{self, Conn, files, meta, migrations};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use zip::CompressionMethod;
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::lost::{self, LookError, Lost};

const FORMAT: &str = "loggia-backup/1";
const MANIFEST: &str = "backup.json";
const MANIFEST_BYTES_MAX: u64 = 1024 * 1024;
/// Of one row: a body has at most 64 KiB, and what surrounds it is short.
const ROW_BYTES_MAX: u64 = 8 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: String,
    server: String,
    /// Milliseconds since the Unix epoch.
    created_ts: Ts,
    /// Of the program that wrote it.
    version: String,
    /// The newest migration of the database.
    #[serde(default)]
    schema: String,
    tables: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    name: String,
    columns: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
enum BackupError {
    #[error("{0}")]
    Storage(#[from] storage::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{path}: {error}")]
    File { path: String, error: io::Error },
    #[error("the archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("{0}")]
    Domain(#[from] loggia::domain::Error),
    #[error("{0}")]
    Files(#[from] LookError),
    #[error("{0}")]
    Refused(String),
}

fn refused(why: impl Into<String>) -> BackupError {
    BackupError::Refused(why.into())
}

/// Whose path the message names.
fn of(path: &Path) -> impl Fn(io::Error) -> BackupError {
    let path = path.display().to_string();
    move |error| BackupError::File { path: path.clone(), error }
}

/// As [`of`], for what is in the archive: a disk that has forgotten something says so by a checksum.
fn within(name: &str) -> impl Fn(io::Error) -> BackupError {
    let path = format!("{name} in the archive");
    move |error| BackupError::File { path: path.clone(), error }
}

type Outcome = Result<bool, Box<dyn std::error::Error>>;

/// Writes everything that this server has into a file that is not there yet, readable by its owner only. The server may run.
/// Files that are lost are named, and are no success unless they `may_lack`.
pub fn backup(config: &Config, to: &Path, may_lack: bool) -> Outcome {
    let store = server::find_store(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut conn = Conn::open(&config.database_url())?;
    conn.check_release()?;
    let schema = conn.schema()?;
    conn.read_only()?;
    let stored = meta::get(&mut conn, meta::SERVER_NAME)?;
    let stored = stored.ok_or_else(|| refused("there is no server's data in the database"))?;
    if stored != config.name.as_str() {
        return Err(StartError::OtherName { stored, given: config.name.as_str().to_owned() }.into());
    }
    if to.try_exists().map_err(of(to))? {
        return Err(of(to)(io::ErrorKind::AlreadyExists.into()).into());
    }
    // Whoever finds a file of that name finds all of it, whenever this is stopped. What an earlier run left goes; what somebody
    // else puts in its place (a link, or a file that all can read) is not written to.
    let part = PathBuf::from(format!("{}.part", to.display()));
    let _ = std::fs::remove_file(&part);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
    let written =
        write(&mut conn, (config, schema), (&runtime, &store), ZipWriter::new(file.map_err(of(&part))?))
            .and_then(|written| std::fs::rename(&part, to).map(|()| written).map_err(of(to)));
    let written = written.inspect_err(|_| drop(std::fs::remove_file(&part)));
    let (rows, files, lost) = written.map_err(|error| format!("{}: {error}", to.display()))?;
    println!("{rows} rows and {files} files were written");
    for file in &lost {
        eprintln!("{file}");
    }
    if !lost.is_empty() {
        let count = lost.len();
        eprintln!(
            "The backup lacks the bytes of {count} files, and has all else. An older one may have them; where they can't be had any more, delete what carries them, or say --may-lack-files."
        );
    }
    Ok(lost.is_empty() || may_lack)
}

fn write(
    conn: &mut Conn,
    (config, schema): (&Config, String),
    (runtime, store): (&Runtime, &Store),
    mut zip: ZipWriter<File>,
) -> Result<(u64, u64, Vec<Lost>), BackupError> {
    let packed = SimpleFileOptions::default().large_file(true);
    // Pictures and films are packed already.
    let plain = packed.compression_method(CompressionMethod::Stored);
    let (rows, hashes) = conn.snapshot(|conn| {
        let tables = dump::tables(conn)?;
        zip.start_file(MANIFEST, packed)?;
        serde_json::to_writer_pretty(&mut zip, &manifest(config, schema, &tables))
            .map_err(io::Error::from)?;
        let mut rows = 0;
        for table in &tables {
            zip.start_file(format!("tables/{}.jsonl", table.name), packed)?;
            dump::read(conn, table, |row| {
                rows += 1;
                zip.write_all(row.as_bytes())?;
                zip.write_all(b"\n").map_err(BackupError::from)
            })?;
        }
        Ok::<_, BackupError>((rows, files::all_hashes(conn)?))
    })?;
    let (mut copied, mut lost) = (0, Vec::new());
    for hash in hashes {
        let hash: Hash = hash.parse().map_err(|_| refused(format!("{hash:?} is no file's hash")))?;
        zip.start_file(format!("files/{}", hash.as_str()), plain)?;
        match lost::copy((runtime, store), &hash, &mut zip)? {
            None => copied += 1,
            Some(harm) => {
                zip.abort_file()?;
                lost.extend(lost::confirm(conn, (runtime, store), &hash, harm)?);
            }
        }
    }
    zip.finish()?.sync_all()?;
    Ok((rows, copied, lost))
}

fn manifest(config: &Config, schema: String, tables: &[Table]) -> Manifest {
    let listed = |table: &Table| Listed {
        name: table.name.clone(),
        columns: table.columns.iter().map(|column| column.name.clone()).collect(),
    };
    Manifest {
        format: FORMAT.to_owned(),
        server: config.name.as_str().to_owned(),
        created_ts: server::now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        tables: tables.iter().map(listed).collect(),
    }
}

/// Fills an empty database, and the store of files, with what [`backup`] wrote. All of the rows, or none.
pub fn restore(config: &Config, from: &Path) -> Outcome {
    let file = File::open(from).map_err(of(from))?;
    let archive = ZipArchive::new(BufReader::new(file));
    let archive = archive.map_err(BackupError::from);
    let mut archive = archive.map_err(|error| format!("{}: {error}", from.display()))?;
    let manifest = read_manifest(&mut archive)?;
    check_release(&manifest)?;
    if manifest.server != config.name.as_str() {
        let given = config.name.as_str().to_owned();
        return Err(StartError::OtherName { stored: manifest.server, given }.into());
    }
    let _alone = server::claim_alone(config)?;
    let part = config.data_dir.join(server::RESTORING);
    File::create(&part).and_then(|part| part.sync_all()).map_err(of(&part))?;
    // What is not begun leaves nothing behind.
    server::migrate(config).inspect_err(|_| drop(std::fs::remove_file(&part)))?;
    let mut conn = Conn::open(&config.database_url())?;
    if meta::active_key(&mut conn)?.is_some() {
        // Somebody's database, to which nothing is done.
        std::fs::remove_file(&part).map_err(of(&part))?;
    }
    let tables = dump::tables(&mut conn)?;
    check_tables(&mut conn, &tables, &manifest)?;
    let kept = restore_files(config, &mut archive)?;
    let (rows, lost) = conn.write(|conn| {
        let rows = restore_rows(conn, config, &tables, &manifest, &mut archive)?;
        Ok::<_, BackupError>((rows, let_go_of_lost(conn, config, &kept)?))
    })?;
    std::fs::remove_file(&part).map_err(of(&part))?;
    println!("{rows} rows and {} files were restored", kept.len());
    for hash in &lost {
        eprintln!("file {hash} is missing");
    }
    if !lost.is_empty() {
        eprintln!(
            "The bytes of {} files are neither in the backup nor in the store: these are no files any more.",
            lost.len()
        );
    }
    Ok(true)
}

fn read_manifest(archive: &mut ZipArchive<BufReader<File>>) -> Result<Manifest, BackupError> {
    let no_backup = |_| refused("this is no backup that `loggia backup` wrote");
    let text = archive.by_name(MANIFEST).map_err(no_backup)?.take(MANIFEST_BYTES_MAX);
    let manifest: Manifest =
        serde_json::from_reader(text).map_err(|error| refused(format!("{MANIFEST}: {error}")))?;
    match manifest.format == FORMAT {
        true => Ok(manifest),
        false => Err(refused(format!("this program does not know the format {:?}", manifest.format))),
    }
}

/// What a newer release wrote may mean something else by the same tables. (Earlier builds did not say of what schema they
/// were.)
fn check_release(manifest: &Manifest) -> Result<(), BackupError> {
    let (Manifest { version, schema, .. }, ours) = (manifest, migrations::newest());
    match **schema > *ours {
        true => Err(refused(format!(
            "the backup is of a newer release (version {version}, schema {schema}; `loggia --version` says {ours} here): restore it with that one"
        ))),
        false => Ok(()),
    }
}

/// The archive has exactly this database's tables and columns, and the database has no rows.
fn check_tables(conn: &mut Conn, tables: &[Table], manifest: &Manifest) -> Result<(), BackupError> {
    type Shape<'a> = BTreeSet<(&'a str, BTreeSet<&'a str>)>;
    let here: Shape<'_> = tables
        .iter()
        .map(|table| (table.name.as_str(), table.columns.iter().map(|column| column.name.as_str()).collect()))
        .collect();
    let there: Shape<'_> = manifest
        .tables
        .iter()
        .map(|table| (table.name.as_str(), table.columns.iter().map(String::as_str).collect()))
        .collect();
    if here != there {
        let (Manifest { version, schema, .. }, ours) = (manifest, migrations::newest());
        return Err(refused(format!(
            "the backup's tables are those of another release: restore it with that one (version {version}, schema {schema}; `loggia --version` says {ours} here), then update"
        )));
    }
    for table in tables {
        if !dump::is_empty(conn, table)? {
            let name = &table.name;
            return Err(refused(format!(
                "the database is in use already ({name} has rows): restore into an empty one"
            )));
        }
    }
    Ok(())
}

fn restore_rows(
    conn: &mut Conn,
    config: &Config,
    tables: &[Table],
    manifest: &Manifest,
    archive: &mut ZipArchive<BufReader<File>>,
) -> Result<u64, BackupError> {
    let mut count = 0;
    for table in tables {
        let columns = manifest.tables.iter().find(|listed| listed.name == table.name);
        let columns = columns.map(|listed| listed.columns.as_slice()).unwrap_or_default();
        let name = format!("tables/{}.jsonl", table.name);
        let mut lines = BufReader::new(archive.by_name(&name)?);
        loop {
            let rows = next_rows(&mut lines, &name)?;
            if rows.is_empty() {
                break;
            }
            count += u64::try_from(rows.len()).unwrap_or(0);
            dump::write(conn, table, columns, &rows)?;
        }
    }
    dump::count_on(conn)?;
    // The index was not in it; and what others have since then is to be asked for.
    search::forget(conn)?;
    recover::restored(conn, &config.name, server::now())?;
    Ok(count)
}

fn next_rows(lines: &mut impl BufRead, of: &str) -> Result<Vec<String>, BackupError> {
    let mut rows = Vec::new();
    while rows.len() < dump::ROWS_AT_ONCE {
        let mut line = String::new();
        if lines.by_ref().take(ROW_BYTES_MAX).read_line(&mut line).map_err(within(of))? == 0 {
            break;
        }
        let row = line.strip_suffix('\n').ok_or_else(|| refused(format!("{of}: a row is not whole")))?;
        rows.push(row.to_owned());
    }
    Ok(rows)
}

/// A file without bytes is none: another server can be asked for it again, and whoever uploads it again has it back.
/// Answers which these were.
fn let_go_of_lost(
    conn: &mut Conn,
    config: &Config,
    kept: &BTreeSet<String>,
) -> Result<Vec<String>, BackupError> {
    let store = server::open_store(config).map_err(|error| refused(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut lost = Vec::new();
    for text in files::all_hashes(conn)? {
        if kept.contains(&text) {
            continue;
        }
        let hash: Hash = text.parse().map_err(|_| refused(format!("{text:?} is no file's hash")))?;
        // A bucket may have outlived the server.
        if !runtime.block_on(store.has(&hash)).map_err(|error| refused(error.to_string()))? {
            files::remove(conn, &text)?;
            lost.push(text);
        }
    }
    Ok(lost)
}

/// Puts each file into the store, if its bytes are those that its name says.
fn restore_files(
    config: &Config,
    archive: &mut ZipArchive<BufReader<File>>,
) -> Result<BTreeSet<String>, BackupError> {
    let store = server::open_store(config).map_err(|error| refused(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let names: Vec<String> =
        archive.file_names().map(|name| name.map(Cow::into_owned)).collect::<Result<_, _>>()?;
    let part = config.data_dir.join(server::RESTORING);
    let mut kept = BTreeSet::new();
    for name in &names {
        let Some(hash) = name.strip_prefix("files/") else { continue };
        let mut digest = Sha256::new();
        let mut to = File::create(&part).map_err(of(&part))?;
        let mut from = archive.by_name(name)?;
        let mut piece = [0; 64 * 1024];
        loop {
            let read = from.read(&mut piece).map_err(within(name))?;
            let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            digest.update(bytes);
            to.write_all(bytes).map_err(of(&part))?;
        }
        let found = Hash::of(&digest.finalize().into());
        if found.as_str() != hash {
            return Err(refused(format!("{name} is damaged: its bytes have another hash")));
        }
        runtime.block_on(store.put(&found, &part)).map_err(|error| refused(error.to_string()))?;
        kept.insert(hash.to_owned());
    }
    Ok(kept)
}
