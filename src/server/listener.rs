//! What makes this server one that others can talk to, and the listener for them, where it has an address of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, middleware, web};

use super::{StartError, health, io, nothing};
use crate::config::Config;
use crate::domain::Domain;
use crate::federation::courier::{Courier, Routes};
use crate::federation::own_keys::OwnKeys;
use crate::federation::{self, Inbound, Outbound};
use crate::http::{context, extract};
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

pub(super) fn with_federation(app: &mut web::ServiceConfig, inbound: Option<&web::Data<Inbound>>) {
    if let Some(inbound) = inbound {
        app.app_data(inbound.clone()).configure(federation::configure);
    }
}

/// Serves other servers at an address of their own, with TLS where there is a certificate.
pub(super) fn listen_for_servers(
    config: &Config,
    inbound: web::Data<Inbound>,
) -> Result<ServerHandle, StartError> {
    let Some(listen) = config.federation.listen else {
        return Err(StartError::Tls { what: "federation.listen".to_owned(), error: "is not set".to_owned() });
    };
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(extract::path_config())
            .app_data(extract::query_config())
            .wrap(middleware::from_fn(context::wrap))
            .configure(|app| with_federation(app, Some(&inbound)))
            .route("/health", web::get().to(health))
            .default_service(web::route().to(nothing))
    })
    .workers(2)
    .max_connections(SERVER_CONNECTIONS_MAX)
    .shutdown_timeout(u64::from(config.settings.server.shutdown_grace_s))
    .client_request_timeout(Duration::from_secs(10))
    .tcp_nodelay(true)
    .disable_signals();
    let at = || io(format!("cannot listen on {listen}"));
    let server = match &config.federation.tls {
        Some((cert, key)) => server.bind_rustls_0_23(listen, tls(cert, key)?).map_err(at())?,
        None => server.bind(listen).map_err(at())?,
    };
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

/// Connections of other servers at once, for each thread that serves them.
const SERVER_CONNECTIONS_MAX: usize = 2_000;

fn tls(cert: &Path, key: &Path) -> Result<rustls::ServerConfig, StartError> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    fn wrong<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> StartError {
        let what = path.display().to_string();
        move |error| StartError::Tls { what: what.clone(), error: error.to_string() }
    }
    let chain = CertificateDer::pem_file_iter(cert).map_err(wrong(cert))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(wrong(cert))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(wrong(key))?;
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong(cert))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(wrong(cert))
}
