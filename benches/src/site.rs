//! A server with people in it.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use loggia::storage::Conn;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::load::Seat;
use crate::process::{Program, settings};
use crate::wire::Http;

/// How many ask at once while a site is furnished.
const ASKING_MAX: usize = 64;

/// Where data is kept.
#[derive(Clone, PartialEq)]
pub enum Database {
    Sqlite,
    /// A superuser's URL; each site has a database of its own.
    Postgres(String),
}

impl Database {
    pub fn name(&self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres(_) => "PostgreSQL",
        }
    }
}

pub struct Site {
    pub program: Program,
    pub address: SocketAddr,
    pub dir: TempDir,
    /// What to drop at the end: (superuser's URL, database).
    database: Option<(String, String)>,
}

impl Site {
    /// A new, empty server.
    pub fn open(database: &Database) -> io::Result<Site> {
        let dir = tempfile::tempdir_in(scratch()?)?;
        let (url, database) = match database {
            Database::Sqlite => (String::new(), None),
            Database::Postgres(admin) => {
                let name = format!("loggia_bench_{}_{}", std::process::id(), crate::stats::now());
                run_sql(admin, format!("CREATE DATABASE {name}"))?;
                let prefix = admin.rsplit_once('/').map_or(admin.as_str(), |(prefix, _)| prefix);
                (format!("{prefix}/{name}"), Some((admin.clone(), name)))
            }
        };
        let program = Program::loggia(&settings(dir.path(), &url));
        Ok(Site { address: program.address, program, dir, database })
    }

    pub async fn ask(&self, method: &str, path: &str, token: &str, body: Value) -> io::Result<Value> {
        ask(self.address, method, path, token, body).await
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

impl Drop for Site {
    fn drop(&mut self) {
        if let Some((admin, name)) = self.database.take() {
            let _ = run_sql(&admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
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
fn run_sql(url: &str, sql: String) -> io::Result<()> {
    let url = url.to_owned();
    let ran = std::thread::spawn(move || Conn::open(&url).and_then(|mut conn| conn.run_script(&sql)));
    ran.join().map_err(|_| io::Error::other("the statement panicked"))?.map_err(io::Error::other)
}
