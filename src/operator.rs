//! What an operator asks for: keys, peers, accounts, and finding out what is wrong.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use loggia::config::Config;
use loggia::domain::remote::recover;
use loggia::federation::own_keys;
use loggia::protocol::Ts;
use loggia::protocol::ids::ServerName;
use loggia::protocol::key_document::KeyDocument;
use loggia::protocol::sign::SigningKey;
use loggia::server;
use loggia::storage::peers::PeerRow;
use loggia::storage::{Conn, peers, users};

/// Accounts that are read at a time.
const ACCOUNTS_PAGE: i64 = 1_000;
/// Alarms that are told, the newest first.
const ALARMS_MAX: i64 = 100;

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Make a new signing key. The old one's requests are good for an hour more; restart the server to sign with
    /// the new one.
    Rotate {
        /// The file that `export-root` wrote, if the root key is not in the database.
        #[arg(long, value_name = "FILE")]
        root_key: Option<PathBuf>,
    },
    /// Print the root key, and take it out of the database: keep it in a safe place. Whoever has it can be this
    /// server; without it keys can't be changed.
    ExportRoot,
    /// Show the keys that this server publishes.
    Show,
}

#[derive(Subcommand)]
pub enum PeersCommand {
    /// Servers that this one has met, what each lacks of the channels hosted here, and the last alarms.
    List,
    /// Take alarms off the list, which were seen to: by their numbers, or all.
    Dismiss {
        #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "NUMBER")]
        alarms: Vec<i64>,
        #[arg(long)]
        all: bool,
    },
    /// Forget what is known of a server: the root key that it shows next is believed.
    Forget { server: String },
}

#[derive(Args)]
pub struct RecoverCommand {
    /// Go on without asking this server. What only it has is lost, and what it has and is written otherwise here makes
    /// it distrust this server for good.
    #[arg(long, value_name = "SERVER")]
    give_up: Option<String>,
    /// Ask all servers at the next start, though nothing says that the database was put back.
    #[arg(long, conflicts_with = "give_up")]
    begin: bool,
}

type Outcome = Result<bool, Box<dyn std::error::Error>>;

fn open(config: &Config) -> Result<Conn, Box<dyn std::error::Error>> {
    let mut conn = Conn::open(&config.database_url())?;
    conn.migrate()?;
    Ok(conn)
}

pub fn keys(command: KeysCommand, config: &Arc<Config>) -> Outcome {
    let mut conn = open(config)?;
    let now = server::now();
    match command {
        KeysCommand::Rotate { root_key } => {
            let given = root_key.as_deref().map(root_from).transpose()?;
            let set = conn.write(|conn| own_keys::rotate(conn, &config.name, given, now))?;
            let newest = set.set.keys.first().map(|key| key.kid.to_string()).unwrap_or_default();
            println!(
                "{newest} is the new key (serial {}). Restart the server to sign with it.",
                set.set.serial
            );
        }
        KeysCommand::ExportRoot => {
            let seed = conn.write(|conn| own_keys::root_seed(conn, &config.name, now))?;
            // It is not taken away before it is known to be somewhere else.
            let kept = print_durably(&seed)
                .map_err(|error| format!("the root key stays: it can't be printed: {error}"))?;
            if !kept {
                eprintln!(
                    "The root key is still in the database, too: nobody knows what becomes of what goes through a pipe. Print it into a file to take it out."
                );
                return Ok(true);
            }
            conn.write(own_keys::forget_root)?;
            eprintln!(
                "The root key is no longer in the database. `loggia keys rotate --root-key FILE` needs it."
            );
        }
        KeysCommand::Show => {
            let set = conn.write(|conn| own_keys::load(conn, &config.name, now))?;
            println!("root {} serial {}", set.set.root, set.set.serial);
            for key in &set.set.keys {
                let until = key
                    .until_ts
                    .map_or_else(|| "no end".to_owned(), |until| format!("until {}", date(until)));
                println!("{} {} from {} {until}", key.kid, key.public, date(key.from_ts));
            }
        }
    }
    Ok(true)
}

/// Prints a line, and says whether it is kept: in a file, on disk, or before somebody's eyes.
fn print_durably(line: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    let file = File::from(out.as_fd().try_clone_to_owned()?);
    if !file.metadata()?.is_file() {
        return Ok(out.is_terminal());
    }
    file.sync_all().map(|()| true)
}

/// The root key in a file that `export-root` wrote.
fn root_from(file: &Path) -> Result<SigningKey, Box<dyn std::error::Error>> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    own_keys::root_of(&text).ok_or_else(|| format!("{shown} has no root key in it").into())
}

/// As `2026-11-28T19:30:00Z`.
pub fn date(ts: Ts) -> String {
    let moment = jiff::Timestamp::from_millisecond(ts);
    moment.map_or_else(|_| ts.to_string(), |moment| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

pub fn peers(command: PeersCommand, config: &Arc<Config>) -> Outcome {
    let mut conn = open(config)?;
    match command {
        PeersCommand::List => {
            // One's own name may have been noted by `loggia doctor` of earlier builds.
            let others =
                peers::all(&mut conn)?.into_iter().filter(|peer| peer.server != config.name.as_str());
            for peer in others {
                println!("{} serial {} {}", peer.server, peer.serial, standing(&peer, config, server::now()));
            }
            for (server, channel, lack) in peers::lags(&mut conn)? {
                println!("{server} is {lack} entries behind in channel {channel}");
            }
            for alarm in peers::alarms(&mut conn, ALARMS_MAX)? {
                println!(
                    "ALARM {} {} {} {} {}: {}",
                    alarm.num,
                    date(alarm.ts),
                    alarm.kind,
                    alarm.server,
                    alarm.channel,
                    alarm.detail
                );
            }
        }
        PeersCommand::Dismiss { alarms, all } => {
            let nums = (!all).then_some(alarms.as_slice());
            let count = conn.write(|conn| peers::dismiss_alarms(conn, nums))?;
            if count < alarms.len() || (count == 0 && all) {
                return Err(format!("{count} alarms were dismissed: there are no others of these").into());
            }
            println!("{count} alarms were dismissed");
        }
        PeersCommand::Forget { server } => {
            let server: ServerName = server.parse()?;
            if !peers::forget(&mut conn, server.as_str())? {
                return Err(format!("{server} was never met").into());
            }
            println!("{server} is forgotten; restart the server if it runs");
        }
    }
    Ok(true)
}

/// How a server stands, as far as the database tells. Whoever is talked to shows a new key document in time.
fn standing(peer: &PeerRow, config: &Config, now: Ts) -> String {
    let admits = |server| config.federation.peers.admits(&server);
    if peer.suspended {
        return "SUSPENDED: its keys contradict what was known (see the alarms)".to_owned();
    }
    if !peer.server.parse::<ServerName>().is_ok_and(admits) {
        return "DENIED by federation.allow or federation.deny".to_owned();
    }
    match KeyDocument::ended(&peer.document, now) {
        Some(ended) => {
            format!("QUIET: nothing was exchanged with it since {}, when its key document ended", date(ended))
        }
        None => format!("ok, its key document is of {}", date(peer.fetched_ts)),
    }
}

pub fn accounts(config: &Arc<Config>) -> Outcome {
    let mut conn = open(config)?;
    let mut after = String::new();
    loop {
        let page = users::local(&mut conn, "", &after, ACCOUNTS_PAGE)?;
        for user in &page {
            let disabled = if user.disabled_ts.is_some() { " disabled" } else { "" };
            println!("{} {} since {}{disabled}", user.id, user.role, date(user.created_ts));
        }
        match page.last() {
            Some(last) => after.clone_from(&last.id),
            None => return Ok(true),
        }
    }
}

pub fn recover(command: RecoverCommand, config: &Arc<Config>) -> Outcome {
    let mut conn = open(config)?;
    if let Some(server) = command.give_up {
        let server: ServerName = server.parse()?;
        if !conn.write(|conn| recover::give_up(conn, server.as_str(), server::now()))? {
            return Err(format!("nobody waits for {server}").into());
        }
        println!("{server} is not waited for any more");
    }
    if command.begin {
        conn.write(|conn| recover::declare(conn, &config.name, server::now(), "the operator said so"))?;
        println!("all servers are asked at the next start");
    }
    let waiting = recover::waiting(&mut conn)?;
    for server in &waiting {
        println!("{server} has not said yet what it has");
    }
    if waiting.is_empty() {
        println!("nobody is waited for");
    }
    Ok(waiting.is_empty())
}
