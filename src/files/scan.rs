//! Examining files for viruses before anybody can have them: by a program, or by clamd. What can't be examined is not
//! taken.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::Error;

/// How many files are examined at a time.
const SCANS_AT_ONCE: usize = 4;
/// How much is handed to clamd at a time.
const PIECE_BYTES: usize = 65_536;
/// The longest answer of clamd that is read.
const ANSWER_BYTES_MAX: u64 = 4_096;
/// What a program says by its exit code.
const CLEAN: i32 = 0;
const INFECTED: i32 = 1;

/// Who examines files.
pub enum Scanner {
    Nobody,
    /// A program, given the file's path.
    Program(PathBuf),
    /// `host:port`
    ClamdTcp(String),
    ClamdUnix(PathBuf),
}

impl Scanner {
    /// A program that isn't there would only be missed when somebody sends a file.
    ///
    /// # Errors
    /// [`Error::Scan`]
    pub fn check(&self) -> Result<(), Error> {
        let Scanner::Program(program) = self else { return Ok(()) };
        // As the system finds programs: a name without a directory is looked for in each of PATH.
        let is_name = program.components().count() == 1 && !program.starts_with(".");
        let is_there = match std::env::var_os("PATH") {
            Some(path) if is_name => std::env::split_paths(&path).any(|dir| dir.join(program).is_file()),
            _ => program.is_file(),
        };
        match is_there {
            true => Ok(()),
            false => Err(Error::Scan(format!("there is no program {}", program.display()))),
        }
    }
}

pub struct Scan {
    scanner: Scanner,
    deadline: Duration,
    turns: Semaphore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Infected,
}

impl Scan {
    pub fn new(scanner: Scanner, deadline: Duration) -> Scan {
        Scan { scanner, deadline, turns: Semaphore::new(SCANS_AT_ONCE) }
    }

    /// # Errors
    /// [`Error::Scan`] when it can't be said.
    pub async fn examine(&self, path: &Path) -> Result<Verdict, Error> {
        if matches!(self.scanner, Scanner::Nobody) {
            return Ok(Verdict::Clean);
        }
        let examined = async {
            let _turn = self.turns.acquire().await.map_err(|error| Error::Scan(error.to_string()))?;
            match &self.scanner {
                Scanner::Nobody => Ok(Verdict::Clean),
                Scanner::Program(program) => run(program, path).await,
                Scanner::ClamdTcp(address) => {
                    let stream = TcpStream::connect(address).await.map_err(failed)?;
                    instream(stream, path).await
                }
                Scanner::ClamdUnix(socket) => {
                    let stream = UnixStream::connect(socket).await.map_err(failed)?;
                    instream(stream, path).await
                }
            }
        };
        let late = |_| Error::Scan(format!("nothing was said within {:?}", self.deadline));
        tokio::time::timeout(self.deadline, examined).await.map_err(late)?
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::Scan(error.to_string())
}

async fn run(program: &Path, path: &Path) -> Result<Verdict, Error> {
    let mut command = Command::new(program);
    // It is ended with whoever waits for it.
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let status = command.status().await.map_err(failed)?;
    match status.code() {
        Some(CLEAN) => Ok(Verdict::Clean),
        Some(INFECTED) => Ok(Verdict::Infected),
        _ => Err(Error::Scan(format!("{} ended with {status}", program.display()))),
    }
}

/// clamd's INSTREAM: pieces with their lengths before them, a length of nothing, and one line back.
async fn instream(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &Path) -> Result<Verdict, Error> {
    let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
    stream.write_all(b"zINSTREAM\0").await.map_err(failed)?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = file.read(&mut piece).await.map_err(failed)?;
        let read = piece.get(..count).unwrap_or_default();
        stream.write_all(&u32::try_from(count).unwrap_or(0).to_be_bytes()).await.map_err(failed)?;
        if read.is_empty() {
            break;
        }
        stream.write_all(read).await.map_err(failed)?;
    }
    stream.flush().await.map_err(failed)?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await.map_err(failed)?;
    let answer = String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned();
    match answer.as_str() {
        "stream: OK" => Ok(Verdict::Clean),
        found if found.starts_with("stream: ") && found.ends_with(" FOUND") => Ok(Verdict::Infected),
        other => Err(Error::Scan(format!("clamd said {other:?}"))),
    }
}
