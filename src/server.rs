//! The one place that builds everything and joins it: database, writer, domain, hub, HTTP.

mod alone;
mod certificate;
mod crowd;
mod doors;
mod found;
mod health;
mod identity;
mod listener;
mod rehearsal;
mod scraped;
mod settings;
mod trust;
mod upkeep;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, middleware, web};
use tokio::sync::{Semaphore, mpsc};

use crate::client_api;
use crate::config::{Config, PeerPolicy};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::effect::{Audience, Silence};
use crate::domain::emails::{LETTERS_WAITING_MAX, Order};
use crate::domain::passwords::Passwords;
use crate::domain::peers::{Arrivals, NoPeers, Peers};
use crate::domain::pushes::Wanted;
use crate::domain::remote::crowds::Crowds;
use crate::domain::remote::doubts::DOUBTS_MAX;
use crate::domain::remote::recover;
use crate::domain::remote::replica::LOOKUPS_MAX;
use crate::domain::writer::{Gate, Mark, Writer, WriterContext};
use crate::domain::{Domain, Presences, search};
use crate::federation::courier::{Both, Routes};
use crate::federation::discovery::Discovery;
use crate::federation::{Outbound, own_keys};
use crate::http::limits::Limits;
use crate::http::{Problem, Shared, TokenCache, context, cors, extract, web_client};
use crate::live::{self, Hub};
use crate::mail::{self, MailError};
use crate::net::ClientError;
use crate::protocol::key_document::SignedKeySet;
use crate::push::{self, Vapid};
use crate::storage::{self, ChannelNum, Conn, ReadPool};
use crate::unfurl::Unfurler;
pub use alone::Alone;
pub use found::has_server;
pub use identity::RESTORING;
pub use rehearsal::rehearse;
use scraped::Scraped;
use settings::{BACKLOG, HEAD_MAX, bounds, open_files, processors, read_threads, size};
pub use settings::{find_store, try_bucket};
use upkeep::{House, Sweeping, keep_house, readmit};

/// Why the server can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Storage(#[from] storage::Error),
    #[error("{what}: {error}")]
    Io { what: String, error: std::io::Error },
    #[error(
        "this data belongs to the server {stored:?}, but the settings say {given:?}: a server's name is signed into everything and can't change"
    )]
    OtherName { stored: String, given: String },
    #[error(
        "a restore did not finish, and nothing of it is here: run it again, or delete {0} to begin a new server with new keys"
    )]
    Unrestored(String),
    #[error(
        "the database is empty, but {0} tells of a server that ran here: put its database back, restore a backup, or delete that file to begin a new server with new keys"
    )]
    DatabaseGone(String),
    #[error("another server is using {0}")]
    InUse(String),
    #[error("{0}")]
    Files(#[from] crate::files::Error),
    #[error("the bucket {named} can't be used: {error}")]
    Bucket { named: String, error: crate::files::Error },
    #[error("{0}")]
    Domain(#[from] crate::domain::Error),
    #[error("{0}")]
    Keys(#[from] own_keys::KeyError),
    #[error("{0}")]
    Client(#[from] ClientError),
    #[error("{0}")]
    Mail(#[from] MailError),
    #[error("{what}: {error}")]
    Tls { what: String, error: String },
    #[error("{field}: {error}")]
    Setting { field: &'static str, error: String },
}

impl StartError {
    /// Whether it stays until somebody changes the settings, or what they name.
    pub fn is_of_settings(&self) -> bool {
        matches!(
            self,
            StartError::OtherName { .. }
                | StartError::Unrestored(_)
                | StartError::DatabaseGone(_)
                | StartError::Client(_)
                | StartError::Mail(_)
                | StartError::Tls { .. }
                | StartError::Setting { .. }
        )
    }
}

fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> StartError {
    let what = what.into();
    move |error| StartError::Io { what, error }
}

/// Brings the schema up to date and answers which migrations ran.
pub fn migrate(config: &Config) -> Result<Vec<String>, StartError> {
    make_data_dir(&config.data_dir)?;
    Ok(Conn::open(&config.database_url())?.migrate()?)
}

fn make_data_dir(path: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(path)
        .map_err(io(format!("cannot make the data directory {}", path.display())))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(path, private).map_err(io(format!("cannot protect {}", path.display())))?;
    }
    Ok(())
}

struct NobodyOnline;

impl Presences for NobodyOnline {
    fn is_online(&self, _: &str) -> bool {
        false
    }

    fn set_remote(&self, _: &str, _: &[ChannelNum], _: bool) {}
}

/// The domain without a server around it: for commands.
pub fn open_domain(config: &Arc<Config>) -> Result<(Domain, Vec<std::thread::JoinHandle<()>>), StartError> {
    let built =
        build_domain(config, Arc::new(SystemClock), Arc::new(Silence), Arc::new(NobodyOnline), false)?;
    Ok((built.domain, built.writers))
}

/// Where files are, for commands that write some.
pub fn open_store(config: &Config) -> Result<crate::files::Store, StartError> {
    Ok(open_files(config, false)?.store)
}

/// Keeps a server from starting on the same data, and fails while one runs: for commands that write into channels.
pub fn claim_alone(config: &Config) -> Result<Alone, StartError> {
    claim_within(config, Duration::ZERO)
}

/// As [`claim_alone`]; waits so long for a database that can't be reached.
fn claim_within(config: &Config, wait: Duration) -> Result<Alone, StartError> {
    make_data_dir(&config.data_dir)?;
    Alone::claim(config, wait)
}

/// The domain, and what asks other servers, without a server around them.
#[expect(clippy::type_complexity, reason = "three things that belong together for one caller")]
pub fn open_outbound(
    config: &Arc<Config>,
) -> Result<(Domain, Arc<Outbound>, Vec<std::thread::JoinHandle<()>>), StartError> {
    let built =
        build_domain(config, Arc::new(SystemClock), Arc::new(Silence), Arc::new(NobodyOnline), false)?;
    let is_off = || StartError::Setting { field: "federation.enabled", error: "is off".to_owned() };
    let outbound = built.outbound.ok_or_else(is_off)?;
    Ok((built.domain, outbound, built.writers))
}

/// The system's clock, for commands.
pub fn now() -> crate::protocol::Ts {
    SystemClock.now()
}

/// The domain, and what was needed to build it.
struct Built {
    domain: Domain,
    writers: Vec<std::thread::JoinHandle<()>>,
    keys: SignedKeySet,
    /// None when this server talks to no others.
    outbound: Option<Arc<Outbound>>,
    vapid: Vapid,
    orders: mpsc::Receiver<Order>,
}

fn peers_of(outbound: Option<&Arc<Outbound>>) -> Arc<dyn Peers> {
    let Some(outbound) = outbound else { return Arc::new(NoPeers) };
    outbound.clone()
}

fn build_domain(
    config: &Arc<Config>,
    clock: Arc<dyn Clock>,
    audience: Audience,
    presences: Arc<dyn Presences>,
    serves: bool,
) -> Result<Built, StartError> {
    make_data_dir(&config.data_dir)?;
    let opened = serves.then(|| Mark::open(&config.data_dir).map_err(io("cannot open loggia.mark")));
    let (mark, said) = opened.transpose()?.unwrap_or_default();
    let (mark, gate) = (Arc::new(mark), Arc::new(Gate::default()));
    let (noted, closed) = (mark.clone(), gate.clone());
    let url = config.database_url();
    let (for_identity, identity_clock) = (config.clone(), clock.clone());
    // On a thread of its own: a PostgreSQL connection drives a runtime, and the caller may be in one.
    let opened = std::thread::spawn(move || {
        let mut conn = Conn::open(&for_identity.database_url())?;
        for migration in conn.migrate()? {
            tracing::info!(migration, "the schema was brought up to date");
        }
        identity::check_restored(&mut conn, &for_identity)?;
        if search::renew(&mut conn)? {
            tracing::info!("the search index was made anew");
        }
        let (identity, keys) = identity::load(&mut conn, &for_identity, identity_clock.as_ref())?;
        let wanted = Wanted::load(&mut conn, &for_identity.settings.push)?;
        let (ours, asks) = (&for_identity.name, serves && for_identity.federation.enabled);
        if serves && recover::look(&mut conn, ours, (&noted, said), identity_clock.now())? {
            tracing::error!(
                "this database is not the one that ran last: other servers are asked what it lacks"
            );
        }
        recover::close(&mut conn, ours, &closed, asks)?;
        Ok::<_, StartError>((identity, keys, Vapid::load(&mut conn)?, wanted))
    });
    let (identity, keys, vapid, wanted) =
        opened.join().unwrap_or(Err(StartError::Storage(storage::Error::Lost)))?;
    let identity = Arc::new(identity);
    let files = Arc::new(open_files(config, serves)?);
    let (audience, retold, aged) = Sweeping::over(audience, &files.doomed, &clock);
    let reads = ReadPool::start(&url, read_threads(config)).map_err(io("cannot start a thread"))?;
    let context = WriterContext {
        url,
        lanes: usize::try_from(config.settings.database.write_threads).unwrap_or(1),
        identity: identity.clone(),
        clock: clock.clone(),
        wanted: wanted.clone(),
        presences: presences.clone(),
        audience: audience.clone(),
        gate,
        mark,
        metrics: Arc::default(),
    };
    let (writer, handles) = Writer::start(&context).map_err(io("cannot start a thread"))?;
    let passwords = Passwords::new(&config.settings.accounts)?;
    let outbound = match config.federation.enabled {
        true => {
            let discovery = Discovery::new(config, reads.clone(), writer.clone(), clock.clone())?;
            let policy = config.federation.peers.clone();
            Some(Arc::new(Outbound::new(discovery, identity.clone(), clock.clone(), policy)))
        }
        false => None,
    };
    let peers = peers_of(outbound.as_ref());
    let (orders, ordered) = mpsc::channel(LETTERS_WAITING_MAX);
    let domain = Domain {
        config: config.clone(),
        reads,
        writer,
        clock,
        passwords,
        files,
        audience,
        presences,
        identity,
        peers,
        arrivals: Arrivals::default(),
        found: Default::default(),
        wanted,
        orders: (!config.settings.email.smtp_url.is_empty()).then_some(orders),
        push_key: config.settings.push.enabled.then(|| vapid.public()),
        recovery: recover::Recovery::default(),
        fences: Arc::default(),
        lines: Default::default(),
        interest: Arc::default(),
        typists: Default::default(),
        turns: Default::default(),
        catch_ups: Default::default(),
        previews: Default::default(),
        retold,
        aged,
        scheduling: Default::default(),
        searches: Default::default(),
        crowds: Crowds::new(&config.settings),
        lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
        doubts: Arc::new(Semaphore::new(DOUBTS_MAX)),
        questions: Arc::default(),
    };
    Ok(Built { domain, writers: handles, keys, outbound, vapid, orders: ordered })
}

/// A server that is listening.
pub struct Running {
    outbound: Option<Arc<Outbound>>,
    pub address: SocketAddr,
    pub domain: Arc<Domain>,
    hub: Arc<Hub>,
    handle: ServerHandle,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    housekeeping: tokio::task::JoinHandle<()>,
    /// The listener for other servers, if it has an address of its own.
    federation: Option<listener::Listener>,
    pub scraped: Option<Scraped>,
    routes: Arc<Routes>,
    pushing: tokio::task::JoinHandle<()>,
    writing: Option<tokio::task::JoinHandle<()>>,
    writers: Vec<std::thread::JoinHandle<()>>,
    alone: Alone,
}

/// Starts everything. Answers when requests are taken.
pub async fn start(config: Arc<Config>) -> Result<Running, StartError> {
    start_at(config, Arc::new(SystemClock)).await
}

/// As [`start`], by another clock than the system's.
pub async fn start_at(config: Arc<Config>, clock: Arc<dyn Clock>) -> Result<Running, StartError> {
    rehearsal::miss_scanner(&config);
    let alone = claim_within(&config, alone::DATABASE_WAIT)?;
    let tokens = Arc::new(TokenCache::default());
    let forgetting = tokens.clone();
    let streams_max = size(config.settings.limits.streams_per_account);
    let (hub, announce) =
        Hub::start(bounds(&config), streams_max, move |sessions| forgetting.forget(sessions))
            .map_err(io("cannot start a thread"))?;
    let routes = Arc::new(Routes::default());
    let both = Arc::new(Both { here: Arc::new(announce), routes: routes.clone() });
    let Built { domain, writers, keys, outbound, vapid, orders } =
        build_domain(&config, clock, both, hub.clone(), true)?;
    let domain = Arc::new(domain);
    domain.recall_withheld().await?;
    let inbound = match outbound.clone() {
        Some(outbound) => Some(listener::federate(&config, &domain, keys, outbound, &routes).await?),
        None => None,
    };
    let shared = web::Data::new(Shared {
        domain: domain.clone(),
        tokens,
        limits: Limits::new(&config.settings.limits),
        unfurler: Unfurler::new(&config.previews)?,
    });
    let scraped = scraped::listen(&config, &shared, &hub)?;
    let house = House {
        domain: domain.clone(),
        hub: hub.clone(),
        shared: shared.clone().into_inner(),
        routes: routes.clone(),
    };
    let housekeeping = tokio::spawn(keep_house(house));
    let pushing = push::start(domain.clone(), vapid)?;
    let writing = mail::start(domain.clone(), orders)?;
    let (app_hub, for_servers) = (hub.clone(), shared.clone());
    // Without an address of its own, federation shares the one for people.
    let elsewhere = config.federation.listen.is_some();
    let beside = inbound.clone();
    let patience = Duration::from_millis(u64::from(config.settings.stream.heartbeat_ms)) * 2;
    let (threads, doors) = (size(config.settings.server.http_threads), crowd::doors(&config.trusted_proxies));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(shared.clone())
            .app_data(web::Data::from(app_hub.clone()))
            .app_data(web::Data::from(app_hub.bell()))
            .app_data(extract::path_config())
            .wrap(middleware::from_fn(context::wrap))
            .configure(|app| listener::with_federation(app, beside.as_ref(), elsewhere))
            .configure(health::routes)
            .service(
                web::scope(client_api::BASE)
                    .wrap(middleware::from_fn(context::well_encoded))
                    .wrap(cors::of_clients(&shared.domain.config.client_origins))
                    .configure(live::configure)
                    .configure(client_api::configure)
                    .default_service(web::route().to(client_api::fallback)),
            )
            .service(
                web::scope("/api")
                    .configure(client_api::configure_docs)
                    .default_service(web::route().to(nothing)),
            )
            .default_service(web::route().to(web_client::serve))
    })
    .on_connect(move |connection, kept| crowd::admit(&doors, connection, kept, patience))
    .workers(if threads > 0 { threads } else { processors() })
    .shutdown_timeout(u64::from(config.settings.server.shutdown_grace_s))
    .client_request_timeout(HEAD_MAX)
    .backlog(BACKLOG)
    // A frame is written whole: to wait for more before it is sent would only delay it.
    .tcp_nodelay(true)
    .disable_signals()
    .bind(config.listen)
    .map_err(io(format!("cannot listen on {}", config.listen)))?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    let server = server.run();
    let handle = server.handle();
    let served = tokio::spawn(server);
    let listens = |inbound| listener::listen_for_servers(&config, inbound, for_servers);
    let federation = inbound.filter(|_| elsewhere).map(listens).transpose()?;
    Ok(Running {
        address,
        domain,
        hub,
        handle,
        served,
        housekeeping,
        pushing,
        writing,
        federation,
        scraped,
        routes,
        outbound,
        writers,
        alone,
    })
}

impl Running {
    /// Goes by what can change while the server runs: which servers it talks to, and the certificate that it shows them.
    pub fn reload(&self, policy: PeerPolicy) {
        if let Some(outbound) = &self.outbound {
            let before = outbound.set_policy(policy);
            // It may be that the database does not answer, for which nothing waits.
            tokio::spawn(readmit(self.domain.clone(), outbound.clone(), before));
        }
        if let Some(federation) = &self.federation {
            federation.look_at_certificate();
        }
    }

    /// Waits until the server ends by itself, which it does not without a reason.
    pub async fn ended(&mut self) -> std::io::Result<()> {
        tokio::select! {
            served = &mut self.served => served.unwrap_or(Ok(())),
            served = listener::ended(self.federation.as_mut()) => served,
            () = self.alone.lost() => Err(std::io::Error::other("another server is using this database")),
        }
    }

    /// Stops: streams are told to come back, requests under way are answered, writes are finished.
    pub async fn stop(self) {
        self.hub.close_all();
        if let Some(federation) = &self.federation {
            federation.stop().await;
        }
        self.handle.stop(true).await;
        let _ = self.served.await;
        if let Some(scraped) = &self.scraped {
            scraped.stop().await;
        }
        self.housekeeping.abort();
        let _ = self.housekeeping.await;
        self.routes.close();
        self.pushing.abort();
        let _ = self.pushing.await;
        if let Some(writing) = self.writing {
            writing.abort();
            let _ = writing.await;
        }
        let database = self.domain.config.database_url();
        drop(self.outbound);
        drop(self.domain);
        drop(self.hub);
        let _ = tokio::task::spawn_blocking(move || {
            for writer in self.writers {
                let _ = writer.join();
            }
        })
        .await;
        upkeep::leave_no_log(database).await;
    }
}

async fn nothing() -> Result<HttpResponse, Problem> {
    Err(Problem::plain("not_found"))
}
