//! Counts instructions, which are the same on a busy machine: what the hot paths cost, held against bounds.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use loggia::config::Config;
use loggia::domain::accounts::NewAccount;
use loggia::domain::channels::NewChannel;
use loggia::domain::messages::NewMessage;
use loggia::domain::timeline::Place;
use loggia::protocol::sign::{SigningKey, domain as prefix, hash};
use serde_json::{Value, json};

/// Each kind of work with the two counts whose difference is taken: what it takes to start falls out.
const WORK: [(&str, u64, u64); 4] =
    [("hash", 200, 600), ("sign", 20, 60), ("append", 10, 210), ("page", 2, 12)];
/// What a new bound allows beyond what was measured.
const GENEROUS: f64 = 2.0;
/// Built for tests or for use: the counts differ.
const BUILD: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// Does something so many times; this is what is counted.
pub fn work(name: &str, count: u64) -> io::Result<()> {
    match name {
        "hash" => {
            let text = [7; 1_024];
            for _ in 0..count {
                std::hint::black_box(hash(prefix::EVENT, &text));
            }
            Ok(())
        }
        "sign" => {
            let key = SigningKey::from_seed([7; 32]);
            for n in 0..count {
                let signature = key.sign_in(prefix::EVENT, &n.to_be_bytes());
                key.public().verify_in(prefix::EVENT, &n.to_be_bytes(), &signature).map_err(other)?;
            }
            Ok(())
        }
        "append" | "page" => {
            let dir = tempfile::tempdir()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(in_process(dir.path(), name, count))
        }
        _ => Err(other(format!("{name}: no such work"))),
    }
}

/// Sends messages one after another, or reads pages of them, by the domain alone.
async fn in_process(dir: &Path, name: &str, count: u64) -> io::Result<()> {
    let settings = crate::process::settings(dir, "").into_iter();
    let config = Arc::new(Config::load(None, settings).map_err(other)?);
    let (domain, _) = loggia::server::open_domain(&config).map_err(other)?;
    let account = NewAccount {
        username: "ann".to_owned(),
        password: "correct horse battery".to_owned(),
        display_name: None,
        invite: None,
    };
    let user = domain.register(account).await.map_err(other)?;
    let begun = domain.begin_session(&user.id, "guard").await.map_err(other)?;
    let actor = domain.actor(&begun.token).await.map_err(other)?.ok_or_else(|| other("no session"))?;
    let new = NewChannel { name: "guarded".to_owned(), topic: String::new(), public: true, alias: None };
    let channel = domain.create_channel(&actor, new).await.map_err(other)?;
    let id: loggia::protocol::ids::ChannelId = channel.info.id.parse().map_err(other)?;
    let messages = if name == "append" { count } else { 60 };
    for n in 0..messages {
        let nonce = format!("n{n}").parse().map_err(other)?;
        let text = "x".repeat(200);
        let new =
            NewMessage { nonce, text, reply_to: None, thread: None, attachments: Vec::new(), imported: None };
        domain.send_message(&actor, id.clone(), new).await.map_err(other)?;
    }
    for _ in 0..if name == "page" { count } else { 0 } {
        let page = domain.timeline(&actor, id.clone(), Place::Head, 50).await.map_err(other)?;
        if page.messages.len() != 50 || serde_json::to_vec(&page.messages)?.is_empty() {
            return Err(other("a page is missing messages"));
        }
    }
    Ok(())
}

/// Instructions that this program takes for some work.
fn count(name: &str, times: u64) -> io::Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["work", name, &times.to_string()])
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(other(format!("{name}: {said}")));
    }
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    collected
        .and_then(|(_, number)| number.trim().parse().ok())
        .ok_or_else(|| other(format!("{name}: valgrind counted nothing: {said}")))
}

/// Measures everything, and answers whether all stayed below their bounds. With `write` the bounds are set anew.
pub fn guard(bounds: &Path, write: bool) -> io::Result<bool> {
    let mut file: BTreeMap<String, Value> = match std::fs::read(bounds) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(error) if write && error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(other(format!("{}: {error}", bounds.display()))),
    };
    let mut fits = true;
    for (name, few, many) in WORK {
        let each = (count(name, many)? - count(name, few)?) / (many - few) as f64;
        let build = file.entry(BUILD.to_owned()).or_insert_with(|| json!({}));
        if write {
            build[name] = json!((each * GENEROUS).round() as u64);
        }
        let bound = build[name].as_f64().ok_or_else(|| other(format!("{BUILD}: no bound for {name}")))?;
        let kept = each > 0.0 && each <= bound;
        let verdict = if kept { "ok" } else { "TOO MANY" };
        println!("{verdict:<9} {name:<7} {each:>12.0} instructions each, at most {bound:.0}");
        fits &= kept;
    }
    if write {
        std::fs::write(bounds, format!("{}\n", serde_json::to_string_pretty(&file)?))?;
    }
    Ok(fits)
}
