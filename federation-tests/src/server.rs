//! One server: its data, and the process that serves it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use loggia::storage::Conn;

use crate::Person;

/// The program under test: built beside these tests.
pub fn program() -> PathBuf {
    if let Ok(path) = std::env::var("LOGGIA_BIN") {
        return path.into();
    }
    let mut dir = std::env::current_exe().expect("this program");
    dir.pop();
    if dir.ends_with("deps") {
        dir.pop();
    }
    dir.join("loggia")
}

pub struct Server {
    pub name: String,
    /// Where people ask.
    pub base: String,
    /// Where other servers ask.
    pub federation: SocketAddr,
    pub settings: BTreeMap<String, String>,
    child: Option<Child>,
}

/// A port that nobody uses now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Server {
    pub fn new(name: &str, settings: BTreeMap<String, String>) -> Server {
        Server {
            name: name.to_owned(),
            base: String::new(),
            federation: SocketAddr::from(([127, 0, 0, 1], free_port())),
            settings,
            child: None,
        }
    }

    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Starts the process and waits until it takes requests.
    pub fn start(&mut self) {
        for _ in 0..10 {
            if self.try_start() {
                return;
            }
            // Somebody else took the port between.
            self.federation.set_port(free_port());
        }
        panic!("{} does not start", self.name);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program());
        command.env_clear().envs(std::env::vars().filter(|(name, _)| !name.starts_with("LOGGIA_")));
        command.envs(&self.settings).env("LOGGIA_FEDERATION__LISTEN", self.federation.to_string());
        command
    }

    fn try_start(&mut self) -> bool {
        let mut child = self.command().arg("serve").stdout(Stdio::piped()).spawn().expect("the program");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let Some(url) = line.trim().strip_prefix("Loggia is ready: ") else {
            let _ = child.wait();
            return false;
        };
        self.base = url.replace("localhost", "127.0.0.1");
        std::thread::spawn(move || for _ in out.lines() {});
        self.child = Some(child);
        true
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("gone");
        }
    }

    /// SIGHUP, as `systemctl reload` sends it.
    pub fn hang_up(&self) {
        let pid = self.child.as_ref().map_or(0, Child::id).to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status().expect("kill");
        assert!(sent.success());
    }

    /// Makes somebody an administrator of the server.
    pub fn make_administrator(&self, name: &str) {
        let (done, said) = self.run(&["user", "role", name, "admin"]);
        assert!(done, "{said}");
    }

    /// Runs another command of the program on the same data; answers (success, output).
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.command().args(arguments).output().expect("the program");
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    }

    /// Memory that the process holds, in KiB; 0 where the system does not say.
    pub fn memory_kib(&self) -> u64 {
        let pid = self.child.as_ref().map_or(0, Child::id);
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
    }

    /// What the operator was told, as (kind, server).
    pub fn alarms(&self) -> Vec<(String, String)> {
        let rows = self.read(|conn| loggia::storage::peers::alarms(conn, 1_000));
        rows.into_iter().map(|row| (row.kind, row.server)).collect()
    }

    /// What the operator was told of a channel, as (kind, detail).
    pub fn alarms_in(&self, channel: &str) -> Vec<(String, String)> {
        let rows = self.read(|conn| loggia::storage::peers::alarms(conn, 1_000));
        let rows = rows.into_iter().filter(|row| row.channel == channel);
        rows.map(|row| (row.kind, row.detail)).collect()
    }

    pub fn has_alarm(&self, kind: &str) -> bool {
        self.alarms().iter().any(|(known, _)| known == kind)
    }

    /// Two heads that contradict each other, if such were kept of the channel.
    pub fn evidence(&self, channel: &str) -> Option<(String, String)> {
        let channel = channel.to_owned();
        self.read(move |conn| loggia::storage::peers::evidence(conn, &channel))
    }

    /// Looks into the server's database, on a thread of its own: a connection to PostgreSQL drives a runtime.
    pub fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Conn) -> loggia::storage::Result<T> + Send + 'static,
    ) -> T {
        let in_data = || format!("{}/loggia.db", self.settings["LOGGIA_DATA_DIR"]);
        let url = self.settings.get("LOGGIA_DATABASE_URL").cloned().unwrap_or_else(in_data);
        let looked = std::thread::spawn(move || look(&mut Conn::open(&url).expect("a database")));
        looked.join().expect("no panic").expect("an answer")
    }

    /// Whether the bytes of a file are in the server's store.
    pub fn stores(&self, file: &serde_json::Value) -> bool {
        let hash = file["hash"].as_str().expect("a hash");
        let data = PathBuf::from(&self.settings["LOGGIA_DATA_DIR"]);
        data.join("files/objects/files").join(&hash[..2]).join(hash).exists()
    }

    /// Whether anything lies where files come in.
    pub fn has_parts(&self) -> bool {
        let parts = PathBuf::from(&self.settings["LOGGIA_DATA_DIR"]).join("files/parts");
        std::fs::read_dir(parts).is_ok_and(|mut entries| entries.next().is_some())
    }

    pub async fn person(&self, name: &str) -> Person {
        Person::register(&self.base, name).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
