//! The command line: `loggia serve` and what an operator needs around it.

mod advice;
mod auditing;
mod backup;
mod demo;
mod doctor;
mod invite;
mod log;
mod lost;
mod operator;
mod portability;
mod ready;
mod terminal;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use clap::{Parser, Subcommand, ValueEnum};
use invite::InviteCommand;
use loggia::client_api;
use loggia::config::{Config, FileStorage, LogFormat, Registration, Settings, log_format};
use loggia::server::{self, StartError};
use loggia::storage::{Conn, migrations};
use user::UserCommand;

/// Messages are made by the threads that take requests and given back by the one that writes.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Threads for all but HTTP, which has its own.
const SERVE_THREADS: usize = 2;

/// Backups go from and to programs of the same schema.
static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} (schema {})", env!("CARGO_PKG_VERSION"), migrations::newest()));

/// A federated chat server: every channel is a signed, verifiable log.
#[derive(Parser)]
#[command(version = VERSION.as_str(), about)]
struct Cli {
    /// The settings file; `loggia.toml` if that exists.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Ask the server that runs by these settings whether it is ready: says so, or ends with 1.
    Ready,
    /// Bring the database's schema up to date.
    Migrate,
    /// Print an OpenAPI document.
    Openapi { which: Document },
    /// Manage accounts, and who is kept off this server; all but `delete` is safe while the server runs.
    User {
        #[command(subcommand)]
        command: AccountsCommand,
    },
    /// Let people register by a link, where registration is by invitation; safe while the server runs.
    Invite {
        #[command(subcommand)]
        command: InviteCommand,
    },
    /// Check the settings and print where each comes to rest.
    CheckConfig {
        /// Print the documented sample file instead.
        #[arg(long)]
        sample: bool,
    },
    /// Check every channel's log in the database, or one in an exported file: hashes, signatures, rules,
    /// roots, heads, bodies; and that no file is lost that people sent.
    Verify {
        /// What `loggia export` wrote; the database if not given.
        file: Option<PathBuf>,
        /// Read the files that people sent, too, and see whether their bytes are still the same.
        #[arg(long, conflicts_with = "file")]
        files: bool,
    },
    /// Write SQLite's file anew: smaller, and without traces of deleted words. Best while the server is stopped.
    Compact,
    /// Write everything that this server has into one file, for either database; safe while the server runs.
    Backup {
        /// A file that is not there yet. Whoever has it has the signing key and everybody's messages.
        file: PathBuf,
        /// Count it as a success where files that people sent are lost: the backup lacks them.
        #[arg(long)]
        may_lack_files: bool,
    },
    /// Fill an empty database, and the store of files, with what `loggia backup` wrote, from either database.
    Restore { file: PathBuf },
    /// Change the keys with which this server signs.
    Keys {
        #[command(subcommand)]
        command: operator::KeysCommand,
    },
    /// What this server knows of others.
    Peers {
        #[command(subcommand)]
        command: operator::PeersCommand,
    },
    /// After a backup was restored: whom this server still asks for what the backup lacks. Safe while it runs.
    Recover(operator::RecoverCommand),
    /// Find out why this server and another one do not understand each other, and whether the bucket takes files.
    Doctor {
        /// The other server's name; without it, whether this one can be reached under its own.
        server: Option<String>,
    },
    /// Run two servers that know each other on this machine, to see federation at work.
    Demo {
        /// Where they keep everything.
        #[arg(long, value_name = "DIR", default_value = "demo-data")]
        data: PathBuf,
    },
    /// Bring conversations from another program, while the server is stopped. Doing it again adds nothing twice.
    Import {
        #[command(subcommand)]
        what: portability::ImportCommand,
    },
    /// Write something to standard output as JSON lines.
    Export {
        #[command(subcommand)]
        what: Export,
    },
}

#[derive(Subcommand)]
enum Export {
    /// A channel's log with the bodies that are still there, and its last signed head.
    Channel {
        /// `!` and a hash, or an alias such as `#general:chat.example.org`.
        channel: String,
        /// Write pages for a browser instead, with the files: into a directory that is not there yet, or a file that ends
        /// in .zip.
        #[arg(long, value_name = "DIR|ZIP")]
        html: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Document {
    Client,
    Federation,
}

#[derive(Subcommand)]
enum AccountsCommand {
    /// Print all accounts, one to a line: id, what it may do, since when, and `disabled` if it is kept from logging in.
    List,
    #[command(flatten)]
    Change(UserCommand),
}

/// The settings are wrong: nothing was touched.
const EXIT_SETTINGS: u8 = 2;

fn main() -> ExitCode {
    terminal::end_when_nobody_reads();
    let cli = Cli::parse();
    match &cli.command {
        Command::Openapi { which } => {
            print!("{}", document(*which));
            return ExitCode::SUCCESS;
        }
        // It has settings of its own.
        Command::Demo { data } => {
            return match demo::run(data) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("loggia: {error}");
                    ExitCode::FAILURE
                }
            };
        }
        Command::CheckConfig { sample: true } => {
            print!("{}", Settings::sample());
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    // What other commands say is for whoever typed them.
    let is_json = || log_format(cli.config.as_deref(), terminal::environment()) == LogFormat::Json;
    if matches!(cli.command, Command::Serve) && is_json() {
        log::speak_to_programs();
    }
    let config = match Config::load(cli.config.as_deref(), terminal::environment()) {
        Ok(config) => Arc::new(config),
        Err(error) => {
            log::fail(&error);
            return ExitCode::from(EXIT_SETTINGS);
        }
    };
    if let Err(error) = log::start(&config.settings.log) {
        log::fail(&format!("log.level: {error}"));
        return ExitCode::from(EXIT_SETTINGS);
    }
    match run(cli.command, config.clone(), cli.config.as_deref()) {
        Ok(code) => code,
        Err(error) if terminal::is_for_nobody(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            log::fail(&advice::explained(&*error, &config));
            match error.downcast_ref::<StartError>() {
                Some(error) if error.is_of_settings() => ExitCode::from(EXIT_SETTINGS),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

impl Command {
    /// Whether it may begin a server's data; others want data that is there. One that was not named is begun by `serve`
    /// alone: whoever forgot to name theirs would otherwise have a second one.
    fn may_begin(&self, is_named: bool) -> bool {
        match self {
            Command::Serve
            | Command::Ready
            | Command::CheckConfig { .. }
            | Command::Verify { file: Some(_), .. } => true,
            Command::Migrate
            | Command::Restore { .. }
            | Command::Doctor { .. }
            | Command::User { command: AccountsCommand::Change(UserCommand::Create { .. }) } => is_named,
            _ => false,
        }
    }
}

fn run(command: Command, config: Arc<Config>, file: Option<&Path>) -> Outcome {
    if !command.may_begin(config.is_named) && !server::has_server(&config)? {
        let data = match config.settings.database.url.is_empty() {
            true => config.data_dir.display().to_string(),
            false => "the database".to_owned(),
        };
        return Err(format!(
            "there is no server's data in {data}: name its settings with --config or LOGGIA_CONFIG (sudo does not pass it on), or its directory with LOGGIA_DATA_DIR; `loggia serve` begins a new server"
        )
        .into());
    }
    match command {
        Command::Serve => tokio::runtime::Builder::new_multi_thread()
            .worker_threads(SERVE_THREADS)
            .enable_all()
            .build()?
            .block_on(serve(config, file)),
        Command::Ready => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(ready::ready(&config))
            .map(code),
        Command::Migrate => {
            let ran = server::migrate(&config)?;
            println!("{} migrations ran; the schema is up to date", ran.len());
            Ok(ExitCode::SUCCESS)
        }
        Command::User { command: AccountsCommand::List } => operator::accounts(&config).map(code),
        Command::User { command: AccountsCommand::Change(command) } => {
            small_runtime()?.block_on(user::run(command, config)).map(code)
        }
        Command::Invite { command } => small_runtime()?.block_on(invite::run(command, config)).map(code),
        Command::CheckConfig { .. } => {
            server::rehearse(&config)?;
            say_config(&config);
            Ok(ExitCode::SUCCESS)
        }
        Command::Compact => {
            let mut conn = Conn::open(&config.database_url())?;
            conn.compact_at_once()?;
            match conn.empty_log()? {
                true => println!("done"),
                false => println!(
                    "done, but the server, or a backup, was reading: what was deleted stays in the write-ahead log until the server empties it"
                ),
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Backup { file, may_lack_files } => backup::backup(&config, &file, may_lack_files).map(code),
        Command::Restore { file } => backup::restore(&config, &file).map(code),
        Command::Keys { command } => operator::keys(command, &config).map(code),
        Command::Peers { command } => operator::peers(command, &config).map(code),
        Command::Recover(command) => operator::recover(command, &config).map(code),
        Command::Doctor { server } => small_runtime()?.block_on(doctor::doctor(server, &config)).map(code),
        Command::Demo { .. } => Ok(ExitCode::SUCCESS),
        Command::Verify { file: None, files } => auditing::verify(&config, files),
        Command::Verify { file: Some(file), .. } => auditing::verify_file(&file),
        Command::Export { what: Export::Channel { channel, html: None } } => {
            portability::export(&config, &channel).map(code)
        }
        Command::Export { what: Export::Channel { channel, html: Some(to) } } => {
            portability::export_html(&config, &channel, &to).map(code)
        }
        Command::Import { what } => portability::import(what, &config).map(code),
        Command::Openapi { .. } => Ok(ExitCode::SUCCESS),
    }
}

/// For a command: a thread beside its own.
fn small_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

fn code(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn document(which: Document) -> String {
    let document = match which {
        Document::Client => client_api::document(),
        Document::Federation => loggia::federation::document(),
    };
    loggia::http::openapi::print(&document)
}

fn say_config(config: &Config) {
    let settings = &config.settings;
    let said = |text: &str, otherwise: &str| if text.is_empty() { otherwise } else { text }.to_owned();
    let federation = match (config.federation.enabled, config.federation.listen) {
        (false, _) => "off".to_owned(),
        (true, None) => format!("{}, through {}", config.federation.endpoint, config.listen),
        (true, Some(listen)) => format!("{}, at {listen}", config.federation.endpoint),
    };
    let files = match settings.files.storage {
        FileStorage::Local => config.data_dir.join("files").display().to_string(),
        FileStorage::S3 => format!("{} at {}", &*settings.files.s3_bucket, &*settings.files.s3_endpoint),
    };
    let scanner = said(&settings.files.scan_command, &said(&settings.files.scan_clamd, "nobody"));
    let database = if settings.database.url.is_empty() { "SQLite" } else { "PostgreSQL" };
    for (what, is) in [
        ("server", config.name.to_string()),
        ("listen", config.listen.to_string()),
        ("public url", config.public_url()),
        ("data", config.data_dir.display().to_string()),
        ("database", database.to_owned()),
        ("accounts", settings.accounts.registration.as_str().to_owned()),
        ("files", files),
        ("scanned by", scanner),
        ("federation", federation),
        ("push", if settings.push.enabled { config.push.contact.clone() } else { "off".to_owned() }),
        ("letters", said(&settings.email.from, "none")),
        ("figures", said(&settings.metrics.listen, "told to nobody")),
    ] {
        println!("{what:<11} {is}");
    }
}

/// On an empty server, to whoever looks at it or its log.
fn say_how_to_begin(config: &Config) {
    let program = terminal::how_to_run(std::env::args(), |name| std::env::var(name).ok());
    let hint = match config.settings.accounts.registration {
        Registration::Open => {
            format!(
                "Register there; then make yourself an administrator with: {program} user role NAME admin"
            )
        }
        _ => format!("Make yourself an account with: {program} user create NAME --admin"),
    };
    if log::is_for_programs() { tracing::info!("{hint}") } else { println!("{hint}") }
}

async fn serve(config: Arc<Config>, file: Option<&Path>) -> Outcome {
    let mut running = server::start(config.clone()).await?;
    let mut url = config.public_url();
    if config.settings.server.public_url.is_empty() && config.listen.port() == 0 {
        url = format!("http://localhost:{}", running.address.port());
    }
    println!("Loggia is ready: {url}");
    if running.domain.account_count().await? == 0 {
        say_how_to_begin(&config);
    }
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = terminate.recv() => break,
            _ = hangup.recv() => match Config::load(file, terminal::environment()) {
                Ok(again) => {
                    running.reload(again.federation.peers);
                    tracing::info!("federation.allow and deny were read again, and the certificate if it is another");
                }
                Err(error) => tracing::error!(%error, "the settings were not read again"),
            },
            ended = running.ended() => return ended.map(|()| ExitCode::FAILURE).map_err(Into::into),
        }
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
