//! Settings: a file (`loggia.toml`), over it the environment, checked before anything is touched.
//!
//! Each setting can be given in the file as `[section] field = value` and in the environment as
//! `LOGGIA_SECTION__FIELD`; the main ones have a short variable too ([`SHORT`]).

mod federation;
mod fields;
mod files;
mod peek;
mod previews;
mod proxies;
mod push;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use federation::{Federation, PeerPolicy};
pub use fields::{
    Accounts, Database, Email, Federation as FederationSettings, FileStorage, Files, Founders, Limits, Log,
    LogFormat, Push, Registration, Server, Settings, Stream,
};
pub use peek::log_format;
pub use previews::PreviewAccess;
pub use proxies::TrustedProxies;
pub use push::PushAccess;
use value::Given;
pub use value::Text;

use crate::protocol::ids::{Alias, ServerName};

const SAMPLE_HEAD: &str = "\
# Loggia's settings, each with its default. Generated: `loggia check-config --sample`.
# Every setting can also be given as an environment variable, LOGGIA_SECTION__FIELD, which wins.
";

/// Short variables for the main settings.
pub const SHORT: &[(&str, &str, &str)] = &[
    ("LOGGIA_SERVER_NAME", "server", "name"),
    ("LOGGIA_LISTEN", "server", "listen"),
    ("LOGGIA_DATA_DIR", "server", "data_dir"),
    ("LOGGIA_PUBLIC_URL", "server", "public_url"),
    ("LOGGIA_DATABASE_URL", "database", "url"),
    ("LOGGIA_REGISTRATION", "accounts", "registration"),
];

/// Variables that share the prefix and are not settings: where the file is, what bots log in with (`examples/`), and what
/// tests use.
const FOREIGN: &[&str] = &["LOGGIA_CONFIG", "LOGGIA_BIN", "LOGGIA_URL", "LOGGIA_USERNAME", "LOGGIA_PASSWORD"];

fn is_foreign(name: &str) -> bool {
    FOREIGN.contains(&name) || name.starts_with("LOGGIA_TEST_")
}

/// The file that is read when none is named, if it is there.
const DEFAULT_FILE: &str = "loggia.toml";

/// Longest message text that still fits an event with its body, in bytes.
const MESSAGE_BYTES_MAX: u32 = 32_768;

/// A setting that can't be used: which, where it was given, and what is wrong.
#[derive(Debug, PartialEq)]
pub struct ConfigError {
    pub field: String,
    pub source: String,
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (from {}): {}", self.field, self.source, self.problem)
    }
}

impl std::error::Error for ConfigError {}

/// Checked settings, with what is derived from them.
#[derive(Debug, Clone)]
pub struct Config {
    pub settings: Settings,
    /// Whether anybody said where this server's data is, or which settings are its own; not so when all is at its default.
    pub is_named: bool,
    pub name: ServerName,
    pub listen: SocketAddr,
    /// Where figures are told; none: nowhere.
    pub metrics: Option<SocketAddr>,
    pub data_dir: PathBuf,
    /// `server.public_url`, if it is set.
    public_url: Option<String>,
    pub trusted_proxies: TrustedProxies,
    pub client_origins: ClientOrigins,
    pub default_channels: Vec<Alias>,
    pub federation: Federation,
    pub push: PushAccess,
    pub previews: PreviewAccess,
}

/// The database's name in the data directory, where it is SQLite.
pub const SQLITE_FILE: &str = "loggia.db";

impl Config {
    /// Reads the file and the environment. `file` is an explicitly named file, which must exist.
    pub fn load(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let env: Env = env.filter(|(name, _)| name.starts_with("LOGGIA_")).collect();
        // What a file of variables has without a value: another server's settings, or data, would be taken for this one's.
        if env.get("LOGGIA_CONFIG").is_some_and(String::is_empty) {
            return Err(ConfigError {
                field: "LOGGIA_CONFIG".to_owned(),
                source: "the environment".to_owned(),
                problem: "is empty: name a file, or leave the variable out".to_owned(),
            });
        }
        let mut settings = Settings::default();
        let mut sources = BTreeMap::new();
        let path = file_of(file, &env);
        if let Some(path) = &path {
            read_file(&mut settings, &mut sources, path)?;
        }
        read_env(&mut settings, &mut sources, &env)?;
        check(settings, &sources, path.is_some())
    }

    /// `postgres://..`, or the path of the SQLite file.
    pub fn database_url(&self) -> String {
        if self.settings.database.url.is_empty() {
            return self.data_dir.join(SQLITE_FILE).to_string_lossy().into_owned();
        }
        self.settings.database.url.to_string()
    }

    /// The address people open: an origin, as browsers write it.
    pub fn public_url(&self) -> String {
        if let Some(given) = &self.public_url {
            return given.clone();
        }
        if self.listen.ip().is_loopback() || self.listen.ip().is_unspecified() {
            return format!("http://localhost:{}", self.listen.port());
        }
        format!("http://{}", self.listen)
    }
}

/// What is wrong with a server's name (NAME-2).
fn no_name(given: &str) -> String {
    format!("must be a lower-case host name with a dot and no port, such as chat.example.org, not {given:?}")
}

/// Variables, by their names.
type Env = BTreeMap<String, String>;

/// The file that is read: the one that is named, which must be there, or the usual one if it is.
fn file_of(named: Option<&Path>, env: &Env) -> Option<PathBuf> {
    let named = named.map(Path::to_path_buf).or_else(|| env.get("LOGGIA_CONFIG").map(PathBuf::from));
    named.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()))
}

type Sources = BTreeMap<(String, String), String>;

fn read_file(settings: &mut Settings, sources: &mut Sources, path: &Path) -> Result<(), ConfigError> {
    let source = path.display().to_string();
    let fail = |field: &str, problem: String| ConfigError {
        field: field.to_owned(),
        source: source.clone(),
        problem,
    };
    let text =
        std::fs::read_to_string(path).map_err(|error| fail("configuration file", error.to_string()))?;
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| fail("configuration file", error.to_string()))?;
    for (section, fields) in &table {
        let toml::Value::Table(fields) = fields else {
            return Err(fail(section, "is not a section".to_owned()));
        };
        for (field, value) in fields {
            settings
                .set(section, field, Given::File(value))
                .map_err(|problem| fail(&format!("{section}.{field}"), problem))?;
            sources.insert((section.clone(), field.clone()), source.clone());
        }
        if !Settings::FIELDS.iter().any(|(known, _)| known == section) {
            return Err(fail(section, "is not a section".to_owned()));
        }
    }
    Ok(())
}

fn read_env(settings: &mut Settings, sources: &mut Sources, env: &Env) -> Result<(), ConfigError> {
    for (name, value) in env {
        if is_foreign(name) {
            continue;
        }
        let source = format!("environment variable {name}");
        let fail = |field: &str, problem: String| ConfigError {
            field: field.to_owned(),
            source: source.clone(),
            problem,
        };
        let Some((section, field)) = env_field(name) else {
            return Err(fail(name, "is not a setting".to_owned()));
        };
        settings
            .set(section, field, Given::Variable(value))
            .map_err(|problem| fail(&format!("{section}.{field}"), problem))?;
        sources.insert((section.to_owned(), field.to_owned()), source);
    }
    Ok(())
}

fn env_field(name: &str) -> Option<(&'static str, &'static str)> {
    if let Some((_, section, field)) = SHORT.iter().find(|(short, ..)| *short == name) {
        return Some((section, field));
    }
    let long =
        |section: &str, field: &str| format!("LOGGIA_{}__{}", section.to_uppercase(), field.to_uppercase());
    Settings::FIELDS.iter().copied().find(|(section, field)| long(section, field) == name)
}

fn check(settings: Settings, sources: &Sources, has_file: bool) -> Result<Config, ConfigError> {
    let fail = |section: &str, field: &str, problem: String| ConfigError {
        field: format!("{section}.{field}"),
        source: sources
            .get(&(section.to_owned(), field.to_owned()))
            .cloned()
            .unwrap_or_else(|| "default".to_owned()),
        problem,
    };
    let name: ServerName =
        settings.server.name.parse().map_err(|_| fail("server", "name", no_name(&settings.server.name)))?;
    let listen: SocketAddr = settings.server.listen.parse().map_err(|_| {
        fail(
            "server",
            "listen",
            format!("must be an address and port such as 127.0.0.1:8080, not {:?}", &*settings.server.listen),
        )
    })?;
    let public_url = check_public_url(&settings.server.public_url);
    let public_url = public_url.map_err(|problem| fail("server", "public_url", problem))?;
    let url = &settings.database.url;
    if !url.is_empty() && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(fail(
            "database",
            "url",
            "must begin with postgres:// (or be empty for SQLite)".to_owned(),
        ));
    }
    let trusted_proxies = TrustedProxies::check(settings.server.trusted_proxies.iter().map(|text| &**text))
        .map_err(|problem| fail("server", "trusted_proxies", problem))?;
    let client_origins = ClientOrigins::check(&settings.server.client_origins)
        .map_err(|problem| fail("server", "client_origins", problem))?;
    let default_channels = settings.accounts.default_channels.iter().map(|text| own_alias(text, &name));
    let default_channels = default_channels
        .collect::<Result<Vec<Alias>, _>>()
        .map_err(|problem| fail("accounts", "default_channels", problem))?;
    files::check(&settings.files).map_err(|(field, problem)| fail("files", field, problem))?;
    for (section, field, value, least, most) in bounds(&settings) {
        if value < least || value > most {
            return Err(fail(section, field, format!("must be from {least} to {most}, not {value}")));
        }
    }
    let email = &settings.email;
    if !email.smtp_url.is_empty() && email.from.is_empty() {
        return Err(fail("email", "from", "must be given with smtp_url".to_owned()));
    }
    if !email.smtp_url.is_empty() && public_url.is_none() {
        let problem = "must be given with email.smtp_url: letters have links to there in them";
        return Err(fail("server", "public_url", problem.to_owned()));
    }
    let federation = Federation::check(&settings.federation, &name)
        .map_err(|(field, problem)| fail("federation", field, problem))?;
    if federation.listen.is_some_and(|other| overlap(other, listen)) {
        let problem = format!(
            "must not be that of server.listen ({listen}): leave it empty, and other servers' requests come in there"
        );
        return Err(fail("federation", "listen", problem));
    }
    let metrics = metrics_address(
        &settings.metrics.listen,
        [("server", Some(listen)), ("federation", federation.listen)],
    );
    let metrics = metrics.map_err(|problem| fail("metrics", "listen", problem))?;
    let push =
        PushAccess::check(&settings, &name).map_err(|(field, problem)| fail("push", field, problem))?;
    let previews =
        PreviewAccess::check(&settings).map_err(|(field, problem)| fail("previews", field, problem))?;
    let data_dir =
        data_dir(&settings.server.data_dir).map_err(|problem| fail("server", "data_dir", problem))?;
    let has_dir = sources.contains_key(&("server".to_owned(), "data_dir".to_owned()));
    let is_named = has_file || has_dir || !settings.database.url.is_empty();
    Ok(Config {
        is_named,
        name,
        listen,
        metrics,
        data_dir,
        public_url,
        trusted_proxies,
        client_origins,
        default_channels,
        federation,
        push,
        previews,
        settings,
    })
}

/// `server.data_dir`, which need not be there yet.
fn data_dir(given: &str) -> Result<PathBuf, String> {
    let dir = PathBuf::from(given);
    if given.is_empty() {
        return Err("must not be empty: name a directory, or leave it out".to_owned());
    }
    match dir.metadata() {
        Ok(found) if !found.is_dir() => Err(format!("must be a directory, which {given} is not")),
        _ => Ok(dir),
    }
}

/// `metrics.listen`, which must be none of those that are taken.
fn metrics_address(
    given: &str,
    taken: [(&str, Option<SocketAddr>); 2],
) -> Result<Option<SocketAddr>, String> {
    if given.is_empty() {
        return Ok(None);
    }
    let bad = |_| format!("must be an address and port such as 127.0.0.1:9464, not {given:?}");
    let address: SocketAddr = given.parse().map_err(bad)?;
    for (section, other) in taken {
        if let Some(other) = other.filter(|other| overlap(address, *other)) {
            return Err(format!(
                "must not be that of {section}.listen ({other}): what is told there is nobody else's"
            ));
        }
    }
    Ok(Some(address))
}

/// The address of a channel of this server, given with or without what all of these have.
fn own_alias(given: &str, name: &ServerName) -> Result<Alias, String> {
    let local = given.strip_prefix('#').unwrap_or(given);
    let local = local.strip_suffix(&format!(":{name}")).unwrap_or(local);
    let alias = format!("#{}:{name}", local.to_lowercase()).parse();
    alias
        .map_err(|_| format!("{given:?} is not the address of a channel of this server, such as \"general\""))
}

/// Whether one of two addresses takes what comes to the other. Port 0 is any that is free.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let any = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (any || one.ip() == other.ip())
}

/// From where pages may use the API with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientOrigins {
    Any,
    /// These, as browsers write them.
    Of(Vec<String>),
}

impl ClientOrigins {
    fn check(given: &[Text]) -> Result<ClientOrigins, String> {
        if given.iter().any(|text| &**text == "*") {
            return Ok(ClientOrigins::Any);
        }
        given.iter().map(|text| check_origin(text)).collect::<Result<_, _>>().map(ClientOrigins::Of)
    }
}

/// `server.public_url`, where it is given.
fn check_public_url(given: &str) -> Result<Option<String>, String> {
    if given.is_empty() { Ok(None) } else { check_origin(given).map(Some) }
}

/// An origin as browsers write it, which is what they are compared with.
fn check_origin(given: &str) -> Result<String, String> {
    if !given.starts_with("http://") && !given.starts_with("https://") {
        return Err(format!("must begin with https:// or http://, not {given:?}"));
    }
    let url = url::Url::parse(given).map_err(|error| format!("{given:?} is no address: {error}"))?;
    let rest = given.split_once("://").and_then(|(_, rest)| rest.split_once(['/', '?', '#']));
    if rest.is_some_and(|(_, rest)| !rest.trim_matches('/').is_empty()) || !url.username().is_empty() {
        return Err(format!("must be a scheme and a host, as https://chat.example.org: not {given:?}"));
    }
    if url.host_str().is_some_and(|host| host.contains('*')) {
        return Err(format!("must name one host, not {given:?}"));
    }
    Ok(url.origin().ascii_serialization())
}

/// Numbers with a range: (section, field, value, least, most).
fn bounds(settings: &Settings) -> Vec<(&'static str, &'static str, u32, u32, u32)> {
    let (limits, stream, accounts) = (&settings.limits, &settings.stream, &settings.accounts);
    let servers = &settings.federation;
    vec![
        ("server", "http_threads", settings.server.http_threads, 0, 1_024),
        ("database", "read_threads", settings.database.read_threads, 0, 256),
        ("database", "write_threads", settings.database.write_threads, 1, 64),
        ("accounts", "session_days", accounts.session_days, 1, 3_650),
        ("accounts", "argon2_memory_kib", accounts.argon2_memory_kib, 64, 1_048_576),
        ("accounts", "argon2_passes", accounts.argon2_passes, 1, 100),
        ("limits", "logins_per_minute", limits.logins_per_minute, 1, 1_000_000),
        ("limits", "address_logins_per_minute", limits.address_logins_per_minute, 0, 1_000_000),
        ("limits", "registrations_per_hour", limits.registrations_per_hour, 1, 1_000_000),
        ("limits", "writes_per_minute", limits.writes_per_minute, 1, 10_000_000),
        ("limits", "channels_per_hour", limits.channels_per_hour, 1, 1_000_000),
        ("limits", "requests_per_minute", limits.requests_per_minute, 1, 10_000_000),
        ("limits", "streams_per_account", limits.streams_per_account, 1, 10_000),
        ("limits", "message_bytes", limits.message_bytes, 1, MESSAGE_BYTES_MAX),
        ("federation", "requests_per_minute", servers.requests_per_minute, 1, 10_000_000),
        ("federation", "events_per_minute", servers.events_per_minute, 1, 10_000_000),
        ("federation", "address_requests_per_minute", servers.address_requests_per_minute, 1, 10_000_000),
        ("federation", "strangers_per_minute", servers.strangers_per_minute, 1, 1_000_000),
        ("federation", "connections_per_address", servers.connections_per_address, 1, 4_000),
        ("email", "delay_s", settings.email.delay_s, 1, 604_800),
        ("push", "delay_ms", settings.push.delay_ms, 0, 600_000),
        ("push", "ttl_s", settings.push.ttl_s, 0, 2_419_200),
        ("files", "max_bytes", settings.files.max_bytes, 1, u32::MAX),
        ("files", "scan_seconds", settings.files.scan_seconds, 1, 3_600),
        ("stream", "heartbeat_ms", stream.heartbeat_ms, 1_000, 600_000),
        ("stream", "queue_frames", stream.queue_frames, 10, 100_000),
        ("stream", "queue_bytes", stream.queue_bytes, 65_536, 67_108_864),
    ]
}

#[cfg(test)]
mod tests;
