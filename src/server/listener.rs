//! What makes this server one that others can talk to, and the listener for them, where it has an address of its own.

use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_service::{Service, ServiceFactory, apply_fn_factory, map_config};
use actix_web::dev::{AppConfig, Server, ServerHandle};
use actix_web::rt::net::TcpStream;
use actix_web::{App as ActixApp, middleware, web};

use super::certificate::Certificate;
use super::doors::{self, Doors};
use super::health::health;
use super::{StartError, io, nothing};
use crate::config::Config;
use crate::domain::Domain;
use crate::federation::courier::{Courier, Routes};
use crate::federation::own_keys::OwnKeys;
use crate::federation::{self, Inbound, Outbound};
use crate::http::{App, context, extract};
use crate::protocol::key_document::SignedKeySet;

/// Makes this server one that others can talk to.
pub(super) async fn federate(
    config: &Config,
    domain: &Arc<Domain>,
    keys: SignedKeySet,
    outbound: Arc<Outbound>,
    routes: &Arc<Routes>,
) -> Result<web::Data<Inbound>, StartError> {
    let own = Arc::new(OwnKeys::new(keys, config.federation.endpoint.clone(), domain.identity.clone()));
    let courier = Courier::start(domain.clone(), outbound.clone(), routes.clone()).await?;
    let (recovers, stops) = (domain.clone(), outbound.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = recovers.recover() => {}
            () = recovers.find_bodies() => {}
            () = stops.closing() => {}
        }
    });
    Ok(web::Data::new(Inbound::new(domain.clone(), own, outbound, courier)))
}

/// What people's listener has for other servers: all of it, or, where they have one of their own, the key document alone.
pub(super) fn with_federation(
    app: &mut web::ServiceConfig,
    inbound: Option<&web::Data<Inbound>>,
    elsewhere: bool,
) {
    let Some(inbound) = inbound else { return };
    app.app_data(inbound.clone());
    app.configure(if elsewhere { federation::configure_document } else { federation::configure });
}

/// Serves other servers at an address of their own, with TLS where there is a certificate. HTTP/1.1 only: of HTTP/2 a
/// server has no use, and whoever means harm has (streams without end, opened and reset).
pub(super) fn listen_for_servers(
    config: &Config,
    inbound: web::Data<Inbound>,
    shared: App,
) -> Result<Listener, StartError> {
    let Some(listen) = config.federation.listen else {
        return Err(StartError::Setting { field: "federation.listen", error: "is not set".to_owned() });
    };
    let most = usize::try_from(config.settings.federation.connections_per_address).unwrap_or(1);
    let doors = Arc::new(Doors::new(most, config.trusted_proxies.clone()));
    let all = doors.clone();
    let app = move || {
        let app = ActixApp::new()
            .app_data(shared.clone())
            .app_data(extract::path_config())
            .wrap(middleware::from_fn(context::wrap))
            .wrap(middleware::from_fn(doors::tell))
            .configure(|app| with_federation(app, Some(&inbound), false))
            .route("/health", web::get().to(health))
            .default_service(web::route().to(nothing));
        map_config(app, |()| AppConfig::default())
    };
    let server = Server::build()
        .workers(WORKERS)
        .max_concurrent_connections(SERVER_CONNECTIONS_MAX)
        .shutdown_timeout(u64::from(config.settings.server.shutdown_grace_s))
        .disable_signals();
    let certificate = config.federation.tls.as_ref().map(|(cert, key)| Certificate::read(cert, key));
    let certificate = certificate.transpose()?.map(Arc::new);
    let server = match &certificate {
        Some(certificate) => {
            let tls = certificate.clone().config()?;
            server.bind("servers", listen, move || {
                let http = HttpService::build().client_request_timeout(HEAD_MAX).h1(app());
                gate(doors.clone(), http.rustls_0_23(tls.clone()))
            })
        }
        None => server.bind("servers", listen, move || {
            let http = HttpService::build().client_request_timeout(HEAD_MAX).h1(app());
            gate(doors.clone(), http.tcp())
        }),
    };
    let server = server.map_err(io(format!("cannot listen on {listen}")))?.run();
    let handle = server.handle();
    let watching = certificate.clone().map(|certificate| tokio::spawn(certificate.watch()));
    Ok(Listener { handle, served: tokio::spawn(server), doors: all, certificate, watching })
}

/// What listens for other servers.
pub(super) struct Listener {
    handle: ServerHandle,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    doors: Arc<Doors>,
    certificate: Option<Arc<Certificate>>,
    watching: Option<tokio::task::JoinHandle<()>>,
}

impl Listener {
    /// Shows the certificate that its files hold now.
    pub(super) fn look_at_certificate(&self) {
        if let Some(certificate) = &self.certificate {
            certificate.look();
        }
    }

    /// Requests under way are answered.
    pub(super) async fn stop(&self) {
        if let Some(watching) = &self.watching {
            watching.abort();
        }
        self.doors.close();
        self.handle.stop(true).await;
    }
}

/// Waits until the listener, if there is one, ends by itself, which it does not without a reason.
pub(super) async fn ended(listener: Option<&mut Listener>) -> std::io::Result<()> {
    match listener {
        Some(listener) => (&mut listener.served).await.unwrap_or(Ok(())),
        None => std::future::pending().await,
    }
}

/// Lets a connection in, if its address has not too many, before anything is read of it or computed for it.
fn gate<F>(
    doors: Arc<Doors>,
    serves: F,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = F::Error, InitError = F::InitError>
where
    F: ServiceFactory<TcpStream, Config = (), Response = ()>,
{
    apply_fn_factory(serves, move |stream: TcpStream, service: &F::Service| {
        let place = stream.peer_addr().ok().and_then(|from| doors.enter(from.ip()));
        let served = place.map(|place| {
            let _ = stream.set_nodelay(true);
            give_up_on_the_silent(&stream, SILENCE_MAX);
            (place, service.call(stream))
        });
        async move {
            match served {
                Some((place, served)) => doors::while_alive(place, served).await,
                None => Ok(()),
            }
        }
    })
}

/// A peer that takes nothing of what it was sent, for so long, is gone: without this, whoever stops
/// reading would keep a connection, and what waits for it, for as long as they like.
pub(super) fn give_up_on_the_silent(connection: &dyn std::any::Any, patience: Duration) {
    #[cfg(target_os = "linux")]
    if let Some(connection) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(connection).set_tcp_user_timeout(Some(patience))
    {
        tracing::debug!(%error, "a connection has no timeout");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (connection, patience);
}

/// Threads that serve other servers.
const WORKERS: usize = 2;
/// Connections of other servers at once, for each of [`WORKERS`].
const SERVER_CONNECTIONS_MAX: usize = 2_000;
/// How long the first head of a connection may take.
const HEAD_MAX: Duration = Duration::from_secs(10);
/// How long a peer may take nothing of what it is sent.
const SILENCE_MAX: Duration = Duration::from_secs(60);
