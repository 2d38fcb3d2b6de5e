//! A server with people in it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use loggia::storage::Conn;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::load::Seat;
use crate::postgres::Postgres;
use crate::process::{Program, settings};
use crate::wire::Http;

/// How many ask at once while a site is furnished.
const ASKING_MAX: usize = 64;

/// Where data is kept.
#[derive(Clone)]
pub enum Database {
    Sqlite,
    /// Each site has a database of its own there.
    Postgres(Arc<Postgres>),
}

impl Database {
    pub fn name(&self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres(_) => "PostgreSQL",
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Database::Sqlite)
    }

    /// Where one server's data goes; a new database on PostgreSQL, none for SQLite, which is a file of the server's.
    pub fn make(&self) -> io::Result<Store> {
        let Database::Postgres(server) = self else { return Ok(Store::default()) };
        let name = format!("loggia_bench_{}_{}", std::process::id(), crate::stats::now());
        run_sql(&server.url, vec![format!("CREATE DATABASE {name}")])?;
        let prefix = server.url.rsplit_once('/').map_or(server.url.as_str(), |(prefix, _)| prefix);
        Ok(Store { url: format!("{prefix}/{name}"), database: Some((server.clone(), name)) })
    }
}

/// One server's place for data. A database of PostgreSQL is dropped with it: after the server that it is of.
#[derive(Default)]
pub struct Store {
    /// Empty for SQLite.
    pub url: String,
    database: Option<(Arc<Postgres>, String)>,
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some((server, name)) = self.database.take() {
            let _ = run_sql(&server.url, vec![format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]);
        }
    }
}

pub struct Site {
    pub program: Program,
    pub address: SocketAddr,
    pub dir: TempDir,
    settings: BTreeMap<String, String>,
    /// After the program, which is stopped first.
    store: Store,
}

impl Site {
    /// A new, empty server.
    pub fn open(database: &Database) -> io::Result<Site> {
        let dir = tempfile::tempdir_in(scratch()?)?;
        let store = database.make()?;
        let settings = settings(dir.path(), &store.url);
        let program = Program::loggia(&settings);
        Ok(Site { address: program.address, program, dir, settings, store })
    }

    /// Where the data is: a file, or PostgreSQL's URL.
    pub fn url(&self) -> String {
        match self.store.url.as_str() {
            "" => self.dir.path().join("loggia.db").to_string_lossy().into_owned(),
            url => url.to_owned(),
        }
    }

    /// Runs statements, each by itself, while the server is stopped; starts it again after `then`.
    pub fn change(&mut self, sql: Vec<String>, then: impl FnOnce(&Site) -> io::Result<()>) -> io::Result<()> {
        self.program.stop();
        run_sql(&self.url(), sql)?;
        then(self)?;
        self.program = Program::loggia(&self.settings);
        self.address = self.program.address;
        Ok(())
    }

    /// Starts the server anew with nothing of its data in memory. False where that is not ours to say.
    pub fn restart_cold(&mut self) -> io::Result<bool> {
        let mut cold = true;
        self.change(Vec::new(), |site| {
            cold = match &site.store.database {
                None => crate::postgres::drop_pages(site.dir.path()).map(|()| true)?,
                Some((server, _)) => server.forget_pages()?,
            };
            Ok(())
        })?;
        Ok(cold)
    }

    pub async fn ask(&self, method: &str, path: &str, token: &str, body: Value) -> io::Result<Value> {
        ask(self.address, method, path, token, body).await
    }

    /// A new account that is an administrator; answers its token.
    pub async fn administrator(&self) -> io::Result<String> {
        let body = json!({ "username": "chief", "password": "correct horse battery" });
        let made = self.ask("POST", "/accounts", "", body).await?;
        let mut command = Command::new(crate::process::loggia());
        command.envs(&self.settings).args(["user", "role", "chief", "admin"]);
        let output = command.stdin(Stdio::null()).output()?;
        match output.status.success() {
            true => Ok(text(&made["session"]["token"])),
            false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    }

    /// How many transactions the server has committed.
    pub async fn commits(&self, administrator: &str) -> io::Result<f64> {
        let storage = self.ask("GET", "/admin/storage", administrator, Value::Null).await?;
        storage["commits"].as_f64().ok_or_else(|| io::Error::other("no count of commits"))
    }

    /// So many accounts; answers their tokens.
    pub async fn people(&self, count: usize) -> io::Result<Vec<String>> {
        stream::iter(0..count)
            .map(|n| async move {
                let body = json!({ "username": format!("person{n}"), "password": "correct horse battery" });
                let made = self.ask("POST", "/accounts", "", body).await?;
                Ok(text(&made["session"]["token"]))
            })
            .buffered(ASKING_MAX)
            .try_collect()
            .await
    }

    /// A public channel of the first of them, which all of them are in.
    pub async fn channel(&self, name: &str, tokens: &[String]) -> io::Result<String> {
        let first = tokens.first().map_or("", String::as_str);
        let made = self.ask("POST", "/channels", first, json!({ "name": name, "alias": name })).await?;
        let id = text(&made["id"]);
        let path = format!("/channels/{id}/join");
        stream::iter(tokens.iter().skip(1))
            .map(|token| self.ask("POST", &path, token, Value::Null))
            .buffer_unordered(ASKING_MAX)
            .try_for_each(async |_| Ok(()))
            .await?;
        Ok(id)
    }

    /// A seat in the channel for each.
    pub fn seats(channel: &str, tokens: &[String]) -> Arc<Vec<Seat>> {
        let seat = |token: &String| Seat { channel: channel.to_owned(), token: token.clone() };
        Arc::new(tokens.iter().map(seat).collect())
    }
}

/// On the disk that the repository is on: /tmp may be memory, where a sync costs nothing.
pub fn scratch() -> io::Result<std::path::PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let dir = target.join("bench").join("data");
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One request over a connection of its own; anything but success is an error.
pub async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: Value,
) -> io::Result<Value> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut http = Http::connect(address).await?;
    let (status, answer) = http.ask(method, path, token, &body).await?;
    if !(200..300).contains(&status) {
        return Err(io::Error::other(format!(
            "{method} {path}: {status} {}",
            String::from_utf8_lossy(answer)
        )));
    }
    Ok(serde_json::from_slice(answer).unwrap_or(Value::Null))
}

/// On a thread of its own: the connection drives a runtime, and the caller is in one.
fn run_sql(url: &str, sql: Vec<String>) -> io::Result<()> {
    let url = url.to_owned();
    let ran = std::thread::spawn(move || {
        let mut conn = Conn::open(&url)?;
        sql.iter().try_for_each(|statement| conn.run_script(statement))
    });
    ran.join().map_err(|_| io::Error::other("the statement panicked"))?.map_err(io::Error::other)
}
