//! Programs under test, each a process of its own, and what the system says that they use.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Linux counts processor time in hundredths of a second for everybody who reads /proc.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process until it took requests.
    pub start_up: Duration,
}

/// `target/release/loggia`, beside this program, unless `LOGGIA_BIN` names another.
pub fn loggia() -> PathBuf {
    let beside = || std::env::current_exe().expect("this program").with_file_name("loggia");
    std::env::var_os("LOGGIA_BIN").map_or_else(beside, PathBuf::from)
}

/// Settings of a measured server: a free port, no rate limits, quick password hashing; all that costs in
/// normal use stays as it is by default.
pub fn settings(data: &Path, database: &str) -> BTreeMap<String, String> {
    let settings = [
        ("LOGGIA_SERVER_NAME", "bench.test"),
        ("LOGGIA_LISTEN", "127.0.0.1:0"),
        ("LOGGIA_DATA_DIR", &data.to_string_lossy()),
        ("LOGGIA_DATABASE_URL", database),
        ("LOGGIA_LIMITS__ENABLED", "false"),
        ("LOGGIA_STREAM__HEARTBEAT_MS", "600000"),
        ("LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB", "64"),
        ("LOGGIA_ACCOUNTS__ARGON2_PASSES", "1"),
        ("LOGGIA_LOG__LEVEL", "error"),
    ];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

impl Program {
    pub fn loggia(settings: &BTreeMap<String, String>) -> Program {
        let mut command = Command::new(loggia());
        command.env_clear().envs(std::env::vars().filter(|(name, _)| !name.starts_with("LOGGIA_")));
        Program::start(command.envs(settings).arg("serve"), "Loggia is ready: http://")
    }

    /// This program again, as one of its floors.
    pub fn floor(arguments: &[&str]) -> Program {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        Program::start(command.args(arguments), "ready: ")
    }

    fn start(command: &mut Command, greeting: &str) -> Program {
        let begun = Instant::now();
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let start_up = begun.elapsed();
        let address =
            line.trim().strip_prefix(greeting).expect("its greeting").replace("localhost", "127.0.0.1");
        std::thread::spawn(move || for _ in out.lines() {});
        Program { child, address: address.parse().expect("an address"), start_up }
    }

    /// Ends it as a power cut would; to stop it again changes nothing.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn usage(&self) -> Usage {
        Usage::of(&self.child.id().to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What a process has used until now.
#[derive(Clone, Copy)]
pub struct Usage {
    pub cpu_s: f64,
    pub rss_kib: f64,
    /// Of it, what is not a part of a file: the system counts pages of a database once for each connection that maps it.
    pub anonymous_kib: f64,
    pub peak_kib: f64,
    /// What it had the system write to disks.
    pub written_bytes: f64,
}

impl Usage {
    /// Of a process, by number, or of `self`.
    pub fn of(pid: &str) -> Usage {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let stat = read("stat");
        // The name in brackets may hold blanks; what follows it is the third field.
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        let ticks = |n: usize| after.split_whitespace().nth(n).and_then(|word| word.parse::<f64>().ok());
        let status = read("status");
        let number = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
        };
        Usage {
            cpu_s: (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / TICKS_PER_SECOND,
            rss_kib: number(&status, "VmRSS:"),
            anonymous_kib: number(&status, "RssAnon:"),
            peak_kib: number(&status, "VmHWM:"),
            written_bytes: number(&read("io"), "write_bytes:"),
        }
    }

    pub fn own() -> Usage {
        Usage::of("self")
    }
}

/// Processor use of a server and of this program over some time, in cores.
pub struct Meter {
    begun: Instant,
    server: f64,
    own: f64,
}

#[derive(Clone, Copy, Default)]
pub struct Cores {
    pub server: f64,
    pub generator: f64,
}

impl Meter {
    pub fn start(program: &Program) -> Meter {
        Meter { begun: Instant::now(), server: program.usage().cpu_s, own: Usage::own().cpu_s }
    }

    pub fn stop(&self, program: &Program) -> Cores {
        let seconds = self.begun.elapsed().as_secs_f64();
        Cores {
            server: (program.usage().cpu_s - self.server) / seconds,
            generator: (Usage::own().cpu_s - self.own) / seconds,
        }
    }
}
