//! A PostgreSQL for the run: as it is by default, durable, on the disk that is measured.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long it may take to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(30);
/// What differs from the defaults: those are for machines of the last century.
const SETTINGS: [&str; 4] =
    ["shared_buffers=256MB", "max_wal_size=4GB", "listen_addresses=127.0.0.1", "unix_socket_directories="];

/// Whom Debian's package runs it as; PostgreSQL refuses to be root.
const USER: &str = "postgres";

/// A server that can be reached as a superuser.
pub struct Postgres {
    pub url: String,
    own: Option<Own>,
}

struct Own {
    dir: TempDir,
    address: SocketAddr,
    running: Mutex<Option<Child>>,
}

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// The newest that is installed: Debian keeps them out of PATH.
fn programs() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let newest = installed.max_by_key(|dir| dir.file_name().to_string_lossy().parse::<u32>().unwrap_or(0))?;
    let bin = newest.path().join("bin");
    bin.join("initdb").exists().then_some(bin)
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(1) == Some("0"))
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(other(format!("{command:?}: {}", said()))) }
}

/// A command as somebody who is not root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(program);
    command
}

impl Postgres {
    /// The one that `LOGGIA_BENCH_POSTGRES_URL` names (a superuser's URL), or one of our own. None where none is
    /// installed.
    pub fn find() -> io::Result<Option<Postgres>> {
        if let Ok(url) = std::env::var("LOGGIA_BENCH_POSTGRES_URL") {
            return Ok(Some(Postgres { url, own: None }));
        }
        let Some(bin) = programs() else { return Ok(None) };
        // Not in our own directory: its user may not be let in there.
        let dir = tempfile::Builder::new().prefix("loggia-bench-postgres").tempdir_in("/var/tmp")?;
        if is_root() {
            run(Command::new("chown").arg(USER).arg(dir.path()))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let own = Own { dir, address, running: Mutex::new(None) };
        run(unprivileged(&bin.join("initdb"))
            .args(["--username", "loggia", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"])
            .arg("--pgdata")
            .arg(own.dir.path().join("data"))
            .current_dir(own.dir.path()))?;
        own.start(&bin)?;
        Ok(Some(Postgres { url: format!("postgres://loggia@{address}/postgres"), own: Some(own) }))
    }

    /// Starts it anew with nothing of its data in memory, where it is our own. False where it is not.
    pub fn forget_pages(&self) -> io::Result<bool> {
        let (Some(own), Some(bin)) = (&self.own, programs()) else { return Ok(false) };
        own.stop();
        drop_pages(own.dir.path())?;
        own.start(&bin)?;
        Ok(true)
    }
}

impl Own {
    fn start(&self, bin: &Path) -> io::Result<()> {
        let log = File::create(self.dir.path().join("log"))?;
        let mut command = unprivileged(&bin.join("postgres"));
        command.arg("-D").arg(self.dir.path().join("data")).arg("-p").arg(self.address.port().to_string());
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let begun = Instant::now();
        // It listens before it takes anybody in: after a hard stop it first recovers.
        let mut is_ready = Command::new(bin.join("pg_isready"));
        is_ready.args(["--quiet", "--host", "127.0.0.1", "--port", &self.address.port().to_string()]);
        while !is_ready.status()?.success() {
            if begun.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
                return Err(other(format!("PostgreSQL does not start: {log}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// In an orderly way, or by force when that takes too long.
    fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut child) = running else { return };
        let _ = run(Command::new("kill").arg("-INT").arg(child.id().to_string()));
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Has the system forget what it holds in memory of the files below `dir`.
pub fn drop_pages(dir: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)?.flatten() {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            drop_pages(&path)?;
        } else if entry.file_type()?.is_file() {
            // What is not written yet can't be forgotten.
            File::open(&path)?.sync_all()?;
            let mut from = std::ffi::OsString::from("if=");
            from.push(&path);
            run(Command::new("dd").arg(from).args(["iflag=nocache", "count=0", "status=none"]))?;
        }
    }
    Ok(())
}
