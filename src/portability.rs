//! Taking conversations along: a channel as pages for a browser, and those of other programs into channels here.

use std::fmt::Display;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use futures_util::TryStreamExt;
use loggia::config::Config;
use loggia::domain::archive::{self, ArchiveError};
use loggia::domain::html::{self, HtmlError, Shelf, Written};
use loggia::domain::import::{Brought, Import, ImportError, Progress, discord, read_most, slack};
use loggia::files::{Hash, Store};
use loggia::server;
use loggia::storage::channels::ChannelRow;
use loggia::storage::{Conn, channels};
use tokio::runtime::Runtime;
use zip::write::{SimpleFileOptions, ZipWriter};

/// How wide the bar is.
const BAR_CHARS: usize = 20;
/// How often the progress line is written again.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

#[derive(Subcommand)]
pub enum ImportCommand {
    /// The ZIP file of a Slack export: its channels, public and private, and its direct messages if you say so.
    Slack {
        file: PathBuf,
        #[command(flatten)]
        whose: Whose,
        /// Only these channels, by name.
        #[arg(long, value_name = "NAME", value_delimiter = ',')]
        only: Vec<String>,
        /// Direct messages too, each conversation as a private channel: who brings them can read what others wrote to each other.
        #[arg(long)]
        direct: bool,
    },
    /// The JSON file of a channel that DiscordChatExporter wrote, with the media in the directory `FILE_Files` beside it if there are any.
    Discord {
        file: PathBuf,
        #[command(flatten)]
        whose: Whose,
    },
}

#[derive(Args)]
pub struct Whose {
    /// The person of this server who brings them: the channels and messages are theirs here, and each message says who wrote
    /// it there.
    #[arg(long = "as", value_name = "USERNAME")]
    name: String,
}

type Outcome = Result<bool, Box<dyn std::error::Error>>;

/// Runs an import; what was brought until something failed stays.
pub fn import(command: ImportCommand, config: &Arc<Config>) -> Outcome {
    let _alone = server::claim_alone(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (domain, writers) = server::open_domain(config)?;
    let (brought, outcome) = runtime.block_on(async {
        let (ImportCommand::Slack { whose, .. } | ImportCommand::Discord { whose, .. }) = &command;
        let actor = match domain.operator_of(&whose.name).await {
            Ok(actor) => actor,
            Err(error) => return (Brought::default(), Err(ImportError::Domain(error))),
        };
        let mut import = Import {
            domain: &domain,
            actor,
            brought: Brought::default(),
            progress: progress(),
            part: (0.0, 1.0),
        };
        let outcome = run(&mut import, &command, domain.file_bytes_max()).await;
        (import.brought, outcome)
    });
    drop(domain);
    for writer in writers {
        let _ = writer.join();
    }
    if io::stderr().is_terminal() {
        eprintln!();
    }
    let Brought { channels, messages, known, files, missing, unread } = brought;
    if let Err(error) = &outcome
        && brought == Brought::default()
    {
        eprintln!("loggia: {error}");
        eprintln!("Nothing was brought.");
        return Ok(false);
    }
    println!(
        "{messages} messages, {channels} channels and {files} files were brought; {known} messages were here already, {missing} files are not in the archive, are too large or were refused"
    );
    if unread > 0 {
        eprintln!("{unread} messages, or days, can't be read and were left out; the lines above say which.");
    }
    match outcome {
        Ok(()) => Ok(true),
        Err(error @ (ImportError::Archive(_) | ImportError::TooLarge(..))) => {
            eprintln!("loggia: {error}");
            eprintln!("What was brought stays.");
            Ok(false)
        }
        Err(error) => {
            eprintln!("loggia: {error}");
            eprintln!("What was brought stays. Run the same command again to go on.");
            Ok(false)
        }
    }
}

async fn run(import: &mut Import<'_>, command: &ImportCommand, file_max: u64) -> Result<(), ImportError> {
    match command {
        ImportCommand::Slack { file, only, direct, .. } => {
            let which = slack::Which { only, direct: *direct };
            slack::import(import, BufReader::new(open(file)?), &which).await
        }
        ImportCommand::Discord { file, .. } => {
            let media = Media::beside(file, &import.domain.config.data_dir);
            let mut beside = |path: &str| media.open(path, file_max);
            discord::import(import, BufReader::new(open(file)?), &mut beside).await
        }
    }
}

fn open(archive: &Path) -> Result<File, ImportError> {
    let wrong = |what: &dyn Display| ImportError::Archive(format!("{}: {what}", archive.display()));
    if archive.is_dir() {
        return Err(wrong(&"this is a directory; give the file as it was exported, not unpacked"));
    }
    File::open(archive).map_err(|error| wrong(&error))
}

/// The media that DiscordChatExporter wrote beside a JSON file: in a directory called as that and `_Files`, which all
/// parts of one channel share. An archive may name any path; nothing else is opened.
struct Media {
    /// Where paths begin.
    dir: PathBuf,
    roots: Vec<PathBuf>,
    /// This server's own.
    data_dir: PathBuf,
}

impl Media {
    fn beside(archive: &Path, data_dir: &Path) -> Media {
        let dir = archive.parent().unwrap_or(Path::new("")).to_path_buf();
        let name = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let whole = whole_name(&name);
        let roots = [name, whole].map(|name| dir.join(format!("{name}_Files")));
        let data_dir = data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_path_buf());
        Media { roots: roots.iter().filter_map(|root| root.canonicalize().ok()).collect(), dir, data_dir }
    }

    /// A file's bytes; none where there is none, or it is none of these.
    fn open(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, ImportError> {
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
        for name in [path, &decoded] {
            let name = name.replace('\\', "/");
            if name.split('/').any(|part| part.starts_with('.')) {
                continue;
            }
            let Ok(found) = self.dir.join(&name).canonicalize() else { continue };
            if !self.is_media(&found) {
                continue;
            }
            return match read_most(File::open(found)?, most, &name) {
                Err(ImportError::TooLarge(..)) => Ok(None),
                read => read.map(Some),
            };
        }
        Ok(None)
    }

    /// Wherever links led to.
    fn is_media(&self, found: &Path) -> bool {
        let below = self.roots.iter().find_map(|root| found.strip_prefix(root).ok());
        let plain =
            below.is_some_and(|below| below.iter().all(|part| !part.as_encoded_bytes().starts_with(b".")));
        plain && !found.starts_with(&self.data_dir) && found.is_file()
    }
}

/// `talk.json` of `talk [part 2].json`.
fn whole_name(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let part = stem.strip_suffix(']').and_then(|stem| stem.rsplit_once(" [part "));
    match part {
        Some((whole, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{whole}.{ending}")
        }
        _ => name.to_owned(),
    }
}

/// A bar in one line that is written again and again, where somebody looks.
fn progress() -> Progress<'static> {
    let mut last = Instant::now();
    let shown = io::stderr().is_terminal();
    Box::new(move |channel, brought, done| {
        let ends = done >= 1.0;
        if shown && (ends || last.elapsed() > PROGRESS_INTERVAL) {
            last = Instant::now();
            let name: String = channel.chars().filter(|c| !c.is_control()).take(30).collect();
            eprint!(
                "\r{} #{name}: {} messages, {} files\x1b[K",
                bar(done),
                brought.messages + brought.known,
                brought.files
            );
        }
    })
}

/// `[########------------]  40 %`
fn bar(done: f64) -> String {
    let full = (done.clamp(0.0, 1.0) * BAR_CHARS as f64) as usize;
    let percent = (done.clamp(0.0, 1.0) * 100.0) as usize;
    format!("[{}{}] {percent:3} %", "#".repeat(full), "-".repeat(BAR_CHARS - full))
}

/// A channel by its id or alias.
pub fn find_channel(conn: &mut Conn, channel: &str) -> Result<ChannelRow, Box<dyn std::error::Error>> {
    let found = match channel.starts_with('#') {
        true => channels::by_alias(conn, channel)?,
        false => channels::by_id(conn, channel)?,
    };
    let hint = "give its id (`!..`) or its whole alias, such as '#general:chat.example.org'";
    found.ok_or_else(|| format!("there is no channel {channel:?} here: {hint}").into())
}

/// Writes a channel to standard output, as JSON lines.
pub fn export(config: &Config, channel: &str) -> Outcome {
    let mut conn = Conn::open(&config.database_url())?;
    conn.read_only()?;
    let id = find_channel(&mut conn, channel)?.id;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = conn.snapshot(|conn| -> Result<i64, ArchiveError> {
        // Again, as it is in this snapshot.
        let row = channels::by_id(conn, &id)?.ok_or(ArchiveError::Damaged("the channel is gone"))?;
        archive::write(conn, &row, &mut out)
    })?;
    out.flush()?;
    eprintln!("{written} entries");
    Ok(true)
}

/// Writes a channel as pages, which only their owner can read: the channel may be private.
pub fn export_html(config: &Config, channel: &str, to: &Path) -> Outcome {
    let store = server::find_store(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut conn = Conn::open(&config.database_url())?;
    conn.read_only()?;
    if to.exists() {
        return Err(format!("{} is there already: nothing was written", to.display()).into());
    }
    let row = find_channel(&mut conn, channel)?;
    let mut copy = |hash: &Hash, out: &mut dyn Write| copy_file(&runtime, &store, hash, out);
    let zipped = to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let written = if zipped {
        // Whoever finds a file of that name finds all of it.
        let part = PathBuf::from(format!("{}.part", to.display()));
        let _ = std::fs::remove_file(&part);
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(of(&part))?;
        let mut shelf = ZipShelf(ZipWriter::new(file));
        let written = conn.snapshot(|conn| -> Result<Written, HtmlError> {
            html::write(conn, &row, &mut shelf, &mut copy)
        })?;
        shelf.0.finish()?.sync_all()?;
        std::fs::rename(&part, to).map_err(of(to))?;
        written
    } else {
        DirBuilder::new().mode(0o700).create(to).map_err(of(to))?;
        let mut shelf = Directory { dir: to.to_path_buf(), open: None };
        let written = conn.snapshot(|conn| -> Result<Written, HtmlError> {
            html::write(conn, &row, &mut shelf, &mut copy)
        })?;
        shelf.close()?;
        written
    };
    let Written { messages, pages, files, missing } = written;
    eprintln!("{messages} messages on {pages} pages, {files} files; {missing} files are not here");
    Ok(true)
}

/// Whose path the message names.
fn of(path: &Path) -> impl Fn(io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

/// Writes a file's bytes; false when they are not in the store.
pub fn copy_file(runtime: &Runtime, store: &Store, hash: &Hash, out: &mut dyn Write) -> io::Result<bool> {
    runtime.block_on(async {
        let Some(mut bytes) = store.get(hash, None).await.map_err(io::Error::other)? else {
            return Ok(false);
        };
        while let Some(piece) = bytes.try_next().await.map_err(io::Error::other)? {
            out.write_all(&piece)?;
        }
        Ok(true)
    })
}

struct Directory {
    dir: PathBuf,
    open: Option<BufWriter<File>>,
}

impl Directory {
    fn close(&mut self) -> io::Result<()> {
        self.open.take().map_or(Ok(()), |mut open| open.flush())
    }
}

impl Shelf for Directory {
    fn begin(&mut self, path: &str) -> io::Result<&mut dyn Write> {
        self.close()?;
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok(self.open.insert(BufWriter::new(File::create_new(path)?)))
    }
}

struct ZipShelf(ZipWriter<File>);

impl Shelf for ZipShelf {
    fn begin(&mut self, path: &str) -> io::Result<&mut dyn Write> {
        let options = SimpleFileOptions::default().large_file(true);
        self.0.start_file(path, options).map_err(io::Error::other)?;
        Ok(&mut self.0)
    }
}
