//! The real program as a process of its own, to be killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `loggia serve`.
pub struct Process {
    child: Child,
    pub base: String,
}

impl Process {
    /// Starts the program on a port of its own (0: a free one) and waits until it is ready.
    pub fn start(data_dir: &Path, database: &str, port: u16) -> Process {
        Process::start_with(data_dir, database, port, &[])
    }

    /// As [`Process::start`], with settings of its own.
    pub fn start_with(data_dir: &Path, database: &str, port: u16, settings: &[(&str, &str)]) -> Process {
        Process::start_logging(data_dir, database, port, settings, Stdio::inherit())
    }

    /// As [`Process::start_with`], with its log where a test reads it.
    pub fn start_logging(
        data_dir: &Path,
        database: &str,
        port: u16,
        settings: &[(&str, &str)],
        log: impl Into<Stdio>,
    ) -> Process {
        let command = Command::new(env!("CARGO_BIN_EXE_loggia"));
        Process::serve(command, data_dir, database, port, settings, log)
    }

    /// As [`Process::start`], with so many files that it may have open: as it is told at first, and as it may say itself.
    pub fn start_with_files(data_dir: &Path, database: &str, (at_first, most): (u32, u32)) -> Process {
        let mut command = Command::new("sh");
        let limits = format!("ulimit -S -n {at_first} && ulimit -H -n {most} && exec \"$0\" \"$@\"");
        command.args(["-c", &limits, env!("CARGO_BIN_EXE_loggia")]);
        Process::serve(command, data_dir, database, 0, &[], Stdio::inherit())
    }

    fn serve(
        mut command: Command,
        data_dir: &Path,
        database: &str,
        port: u16,
        settings: &[(&str, &str)],
        log: impl Into<Stdio>,
    ) -> Process {
        // For whoever asks this server something in this process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        command
            .arg("serve")
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| !name.starts_with("LOGGIA_")));
        command.envs(super::settings(&data_dir.to_string_lossy(), database));
        command.env("LOGGIA_LISTEN", format!("127.0.0.1:{port}")).env("LOGGIA_LOG__LEVEL", "warn");
        command.envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut line).expect("a line");
        let url =
            line.trim().strip_prefix("Loggia is ready: ").unwrap_or_else(|| panic!("not ready: {line:?}"));
        let port = url.rsplit(':').next().expect("a port").to_owned();
        // Whatever else it prints is read, so that it never waits for us.
        std::thread::spawn(move || for _ in out.lines() {});
        Process { child, base: format!("http://127.0.0.1:{port}") }
    }

    /// The most memory that it ever had at once, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// How many files it may have open.
    pub fn files(&self) -> String {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).expect("a process");
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("a line");
        line.split_whitespace().next().expect("a number").to_owned()
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a process").is_some()
    }

    /// Runs another command of the program on the same data and answers (success, output).
    pub fn run(data_dir: &Path, database: &str, arguments: &[&str]) -> (bool, String) {
        let (code, said) = Process::run_with(data_dir, database, arguments, &[]);
        (code == Some(0), said)
    }

    /// As [`Process::run`], with settings of its own; answers (exit code, output).
    pub fn run_with(
        data_dir: &Path,
        database: &str,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loggia"));
        command
            .args(arguments)
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| !name.starts_with("LOGGIA_")));
        command.envs(super::settings(&data_dir.to_string_lossy(), database));
        command.envs(settings.iter().copied());
        let output = command.output().expect("the program");
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
