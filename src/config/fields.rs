//! Every setting, once: its name, type, default and documentation. The typed sections, the sample
//! file, the environment variables and the list of known names are all made from this table.
//!
//! To add a setting, add a line below; nothing else needs to know.

use super::value::{Pairs, Setting, Text};

macro_rules! sections {
    ($( $(#[doc = $section_doc:literal])+ $section:ident : $Type:ident {
        $( $(#[doc = $doc:literal])+ $field:ident : $kind:ty = $default:expr ),* $(,)?
    } )*) => {
        $(
            $(#[doc = $section_doc])+
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Type { $( $(#[doc = $doc])+ pub $field: $kind, )* }

            impl Default for $Type {
                fn default() -> $Type { $Type { $( $field: $default, )* } }
            }
        )*

        /// Everything that can be set. See `loggia.sample.toml` for the same with documentation.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct Settings { $( $(#[doc = $section_doc])+ pub $section: $Type, )* }

        impl Settings {
            /// Each known setting as (section, field).
            pub const FIELDS: &'static [(&'static str, &'static str)] =
                &[ $( $( (stringify!($section), stringify!($field)), )* )* ];

            /// Sets one field from a file's value or a variable's text; an error is a sentence
            /// without the field's name.
            pub(super) fn set(&mut self, section: &str, field: &str, given: super::value::Given<'_>) -> Result<(), String> {
                match (section, field) {
                    $( $( (stringify!($section), stringify!($field)) => {
                        self.$section.$field = <$kind as Setting>::read(given)?;
                        Ok(())
                    } )* )*
                    _ => Err("is not a setting".to_owned()),
                }
            }

            /// The sample file: each setting with its documentation and default, commented out.
            pub fn sample() -> String {
                let defaults = Settings::default();
                let mut out = String::from(super::SAMPLE_HEAD);
                $(
                    out.push('\n');
                    $( out.push_str(concat!("#", $section_doc, "\n")); )+
                    out.push_str(concat!("[", stringify!($section), "]\n"));
                    $(
                        $( out.push_str(concat!("#", $doc, "\n")); )+
                        let value = Setting::sample(&defaults.$section.$field);
                        out.push_str(&format!("# {} = {}\n", stringify!($field), value));
                    )*
                )*
                out
            }
        }
    };
}

sections! {
    /// Who this server is and where it listens.
    server: Server {
        /// The server's name: the part after the colon in `@ann:chat.example.org`. Lower-case, with a dot,
        /// no port. Choose it before the first start: it is signed into everything and can't change later.
        name: Text = Text::new("loggia.localhost"),
        /// Address and port to listen on. Put a reverse proxy with TLS in front to be reached from outside.
        listen: Text = Text::new("127.0.0.1:8080"),
        /// Where SQLite, files and everything else that lasts is kept.
        data_dir: Text = Text::new("./data"),
        /// The address people open, such as "https://chat.example.org". Empty: derived from `listen`.
        /// Only pages from there may write with a browser's session; where it is empty, those from the address that they
        /// write to.
        public_url: Text = Text::new(""),
        /// Web clients that are served from elsewhere: the origins of their pages, such as "https://app.example.org", or "*" for
        /// any page. They log in with a token, and the session of this server's own web client is nothing that they can use.
        client_origins: Vec<Text> = Vec::new(),
        /// Addresses and networks ("172.16.0.0/12") of reverse proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<Text> = Vec::new(),
        /// Threads that serve HTTP. 0: one per processor.
        http_threads: u32 = 0,
        /// How long a stop waits for requests under way, in seconds.
        shutdown_grace_s: u32 = 10,
    }
    /// Where everything is stored.
    database: Database {
        /// `postgres://user:password@host/database` selects PostgreSQL, with `?sslmode=verify-full&sslrootcert=FILE` by TLS.
        /// Empty: SQLite in the data directory.
        url: Text = Text::new(""),
        /// Threads (and connections) that read. 0: two per processor.
        read_threads: u32 = 0,
        /// Threads (and connections) that write to PostgreSQL. SQLite has one writer by nature.
        write_threads: u32 = 4,
        /// So many seconds after something was deleted, SQLite's file is written anew, to have no trace of it in pages
        /// that SQLite rearranged: when nobody has written for a minute, or at the latest after twice as long.
        /// Messages wait meanwhile (about a second per 100 MB), and the disk needs room for a copy. 0: never.
        compact_after_s: u32 = 86400,
    }
    /// Who may have an account.
    accounts: Accounts {
        /// "open": anybody may register; "invite": only with an invite code; "closed": nobody, whatever code they have.
        registration: Registration = Registration::Open,
        /// Who may found channels: "everybody" or "administrators". Direct messages are everybody's.
        create_channels: Founders = Founders::Everybody,
        /// Channels of this server that everybody is in who was in none when they log in: `["general", "help"]`, by their
        /// addresses. Open ones.
        default_channels: Vec<Text> = Vec::new(),
        /// A session that was not used for so many days ends.
        session_days: u32 = 90,
        /// Memory that hashing one password takes, in KiB (Argon2id).
        argon2_memory_kib: u32 = 19456,
        /// Passes that hashing one password takes (Argon2id).
        argon2_passes: u32 = 2,
    }
    /// What is said.
    messages: Messages {
        /// Messages are kept for so many days on this server, also those of direct conversations, and of channels that
        /// other servers host; where a channel says less, that counts. 0: for as long as their channel says.
        retention_days: u32 = 0,
    }
    /// How much one account or address may ask for. Sizes stay bounded even when this is off.
    limits: Limits {
        /// Whether rates are limited at all. Switch it off for load tests only.
        enabled: bool = true,
        /// Tries to log in per minute: of one address, and of one account from one address or from one IPv6 network of 48 bits. Of
        /// one account six times as many may fail, wherever they come from.
        logins_per_minute: u32 = 10,
        /// The same for one address, if that is to be another number: more where many people share one, as in a school. 0: the
        /// same.
        address_logins_per_minute: u32 = 0,
        /// Tries of one address in an hour to register an account, of those with a name and a password that can be had.
        registrations_per_hour: u32 = 20,
        /// Messages, edits, reactions and other channel changes per minute, for one account here, and for one person
        /// elsewhere in the channels that are hosted here.
        writes_per_minute: u32 = 300,
        /// Channels and direct messages that one account may create in an hour.
        channels_per_hour: u32 = 60,
        /// All other requests per minute, for one account or, without one, for one address.
        requests_per_minute: u32 = 1200,
        /// Streams that one account may hold open at once.
        streams_per_account: u32 = 20,
        /// The longest message text, in bytes of UTF-8. At most 32768.
        message_bytes: u32 = 16384,
    }
    /// Files that people send.
    files: Files {
        /// "local": in `files` in the data directory; "s3": in a bucket of a service that speaks S3.
        storage: FileStorage = FileStorage::Local,
        /// Where the service is, such as "https://s3.example.org".
        s3_endpoint: Text = Text::new(""),
        /// The bucket. It must be there, and nobody else may read it.
        s3_bucket: Text = Text::new(""),
        /// The bucket's region.
        s3_region: Text = Text::new("us-east-1"),
        /// The id of the access key.
        s3_key: Text = Text::new(""),
        /// The access key itself. Better given as LOGGIA_FILES__S3_SECRET.
        s3_secret: Text = Text::new(""),
        /// The largest file, in bytes.
        max_bytes: u32 = 104_857_600,
        /// How many bytes of files one account may have.
        quota_bytes: u64 = 5_368_709_120,
        /// How many bytes of files of other servers are kept. They are fetched when somebody first looks at them; the ones
        /// that were not looked at for longest go first. 0: none are fetched.
        remote_cache_bytes: u64 = 10_737_418_240,
        /// Whether JPEG, PNG and WebP pictures lose what cameras and programs wrote into them (where, when, with what) when they
        /// are uploaded. Small pictures and pictures of profiles never have it.
        strip_metadata: bool = false,
        /// A program that examines each file before anybody can have it. It is given the file's path; exit code 0: clean, 1:
        /// infected, anything else: not known, and the file is not taken.
        scan_command: Text = Text::new(""),
        /// clamd, to do the same in its place: "host:port", or the path of its socket.
        scan_clamd: Text = Text::new(""),
        /// How long examining a file may take, in seconds: at most 3600.
        scan_seconds: u32 = 60,
    }
    /// The live stream to clients.
    stream: Stream {
        /// How often a client is expected to be heard, in milliseconds; one silent for twice as long is cut off.
        heartbeat_ms: u32 = 45_000,
        /// Frames that may wait for one slow socket.
        queue_frames: u32 = 1_000,
        /// Bytes that may wait for one slow socket.
        queue_bytes: u32 = 1_048_576,
    }
    /// Sharing channels with other servers.
    federation: Federation {
        /// Whether this server talks to others at all.
        enabled: bool = false,
        /// Address and port for other servers' requests. Empty: they come in where people do (`server.listen`), through
        /// the same reverse proxy.
        listen: Text = Text::new(""),
        /// Certificate chain (a PEM file) for `listen`, read again when it or the key has changed. Empty: a reverse proxy
        /// does TLS.
        tls_cert: Text = Text::new(""),
        /// The key to `tls_cert`.
        tls_key: Text = Text::new(""),
        /// Where other servers send requests, such as "https://chat.example.org:8448". Empty: "https://" and `server.name`.
        endpoint: Text = Text::new(""),
        /// A certificate authority (PEM file) that is trusted beside the public ones when connecting to other servers.
        extra_root_ca: Text = Text::new(""),
        /// Servers whose address is given here instead of looked up, and trusted though it be a private one, such as
        /// `{ "b.test" = "127.0.0.1:18443" }`; as a variable `b.test=127.0.0.1:18443,c.test=127.0.0.1:28443`.
        resolve: Pairs = Pairs::default(),
        /// Only these servers, if any are named: exact names, or "*.example.org" for all below. Read again on SIGHUP.
        allow: Vec<Text> = Vec::new(),
        /// Never these servers. Read again on SIGHUP.
        deny: Vec<Text> = Vec::new(),
        /// Requests per minute that one server may make. Of heads that it compares, four count as one.
        requests_per_minute: u32 = 12_000,
        /// Events per minute that one server may bring into channels hosted here, of all its people together; each of
        /// these has `limits.writes_per_minute`.
        events_per_minute: u32 = 6_000,
        /// Requests per minute from one address (of IPv6: one network of 64 bits), whoever they say to be from.
        address_requests_per_minute: u32 = 24_000,
        /// Requests per minute from one address in the name of servers that were never met.
        strangers_per_minute: u32 = 120,
        /// Connections to `listen` from one address at a time; `server.trusted_proxies` may have any number.
        connections_per_address: u32 = 128,
    }
    /// Telling people's devices of what concerns them while no window is open (Web Push). The services that bring it
    /// are the browsers' makers'; they can't read it.
    push: Push {
        /// Whether people can have that. It goes out over the Internet, by TLS, to public addresses only.
        enabled: bool = true,
        /// Whom a push service can write to about this server: "mailto:.." or "https://..". Empty: derived from
        /// `server.public_url` or `server.name`.
        contact: Text = Text::new(""),
        /// How long a message waits for being read in an open window before devices are told, in milliseconds.
        delay_ms: u32 = 5_000,
        /// How long a push is kept for a device that is off, in seconds.
        ttl_s: u32 = 86_400,
        /// Push services whose address is given here instead of looked up, and trusted though it be a private one:
        /// `{ "push.test" = "127.0.0.1:18443" }`, say.
        resolve: Pairs = Pairs::default(),
        /// A certificate authority (PEM file) that is trusted beside the public ones when connecting to push services.
        extra_root_ca: Text = Text::new(""),
    }
    /// Previews of links: title and description of a page that somebody writes of. Their client asks this server, which asks the
    /// site, once; the preview is part of the message, and nobody who reads it asks anybody.
    previews: Previews {
        /// Whether this server looks at pages: at public addresses only, by HTTP or HTTPS at the usual ports.
        enabled: bool = true,
        /// Sites whose address is given here instead of looked up, and trusted though it be a private one, such as
        /// `{ "wiki.example.org" = "10.0.0.5:443" }` for a wiki in one's own network.
        resolve: Pairs = Pairs::default(),
        /// A certificate authority (PEM file) that is trusted beside the public ones when looking at pages.
        extra_root_ca: Text = Text::new(""),
    }
    /// Letters to people: of what they missed, and for those who forgot their password.
    email: Email {
        /// The mail server: "smtps://user:password@mail.example.org" (TLS from the start), or
        /// "smtp://user:password@mail.example.org:587?tls=required" (STARTTLS). Empty: no letters. With `server.public_url`, to
        /// which letters have links. Better given as LOGGIA_EMAIL__SMTP_URL.
        smtp_url: Text = Text::new(""),
        /// Whom letters are from: "Loggia <loggia@example.org>".
        from: Text = Text::new(""),
        /// How long what concerns somebody waits for being seen before they are written to, in seconds; and how long it is
        /// between two such letters at least.
        delay_s: u32 = 1_800,
    }
    /// Figures for programs that watch over servers.
    metrics: Metrics {
        /// Address and port at which Prometheus, or what speaks as it does, gets them (`GET /metrics`): anybody who reaches
        /// it does. Empty: nowhere.
        listen: Text = Text::new(""),
    }
    /// What is logged to standard error.
    log: Log {
        /// "error", "warn", "info", "debug", "trace", or a filter such as "info,loggia::live=debug". The default leaves out
        /// what `actix_http` says of requests that are none: anybody could fill the log with them.
        level: Text = Text::new("info,actix_server=warn,actix_http=off"),
        /// "text" or "json".
        format: LogFormat = LogFormat::Text,
    }
}

super::value::choice! {
    /// Who may register.
    Registration { Open = "open", Invite = "invite", Closed = "closed" }
}

super::value::choice! {
    /// Who may found channels.
    Founders { Everybody = "everybody", Administrators = "administrators" }
}

super::value::choice! {
    /// Where files are kept.
    FileStorage { Local = "local", S3 = "s3" }
}

super::value::choice! {
    /// How a log line is written.
    LogFormat { Text = "text", Json = "json" }
}
