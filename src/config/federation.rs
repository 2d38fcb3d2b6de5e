//! What the settings on other servers come to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::fields;
use crate::protocol::ids::ServerName;
use crate::protocol::state::ServerPattern;

/// Checked settings of the section `federation`.
#[derive(Debug, Clone)]
pub struct Federation {
    pub enabled: bool,
    /// Where other servers' requests come in; none: where people's do.
    pub listen: Option<SocketAddr>,
    /// Certificate chain and key, as files.
    pub tls: Option<(PathBuf, PathBuf)>,
    pub extra_root_ca: Option<PathBuf>,
    /// `https://host[:port]`
    pub endpoint: String,
    pub resolve: BTreeMap<ServerName, SocketAddr>,
    pub peers: PeerPolicy,
}

/// Which servers the operator talks to.
#[derive(Debug, Clone, Default)]
pub struct PeerPolicy {
    allow: Vec<ServerPattern>,
    deny: Vec<ServerPattern>,
}

impl PeerPolicy {
    pub fn admits(&self, server: &ServerName) -> bool {
        let any =
            |patterns: &[ServerPattern]| patterns.iter().any(|pattern| pattern.matches(server.as_str()));
        !any(&self.deny) && (self.allow.is_empty() || any(&self.allow))
    }
}

type Problem = (&'static str, String);

impl Federation {
    pub(super) fn check(settings: &fields::Federation, name: &ServerName) -> Result<Federation, Problem> {
        let path = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
        let listen = match &*settings.listen {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                ("listen", format!("must be an address and port such as 0.0.0.0:8448, not {text:?}"))
            })?),
        };
        let tls = match (path(&settings.tls_cert), path(&settings.tls_key)) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (Some(_), None) => return Err(("tls_key", "must be given with tls_cert".to_owned())),
            (None, Some(_)) => return Err(("tls_cert", "must be given with tls_key".to_owned())),
        };
        if tls.is_some() && listen.is_none() {
            return Err((
                "listen",
                "must be given with tls_cert: people's own address has no TLS".to_owned(),
            ));
        }
        let mut resolve = BTreeMap::new();
        for (server, address) in &settings.resolve.0 {
            let server: ServerName = server.parse().map_err(|_| ("resolve", super::no_name(server)))?;
            let address: SocketAddr =
                address.parse().map_err(|_| ("resolve", format!("{address:?} is no address and port")))?;
            resolve.insert(server, address);
        }
        let peers = PeerPolicy {
            allow: patterns("allow", &settings.allow)?,
            deny: patterns("deny", &settings.deny)?,
        };
        Ok(Federation {
            enabled: settings.enabled,
            listen,
            tls,
            extra_root_ca: path(&settings.extra_root_ca),
            endpoint: endpoint(&settings.endpoint, name)?,
            resolve,
            peers,
        })
    }
}

fn patterns(field: &'static str, given: &[super::Text]) -> Result<Vec<ServerPattern>, Problem> {
    let pattern = |text: &super::Text| {
        text.parse().map_err(|_| (field, format!("{:?} is neither a server name nor *. and one", &**text)))
    };
    given.iter().map(pattern).collect()
}

/// `https://host[:port]`, nothing after it, the host a server name: so never an address literal.
fn endpoint(given: &str, name: &ServerName) -> Result<String, Problem> {
    if given.is_empty() {
        return Ok(format!("https://{name}"));
    }
    let given = given.trim_end_matches('/');
    if !crate::protocol::key_document::is_endpoint(given) {
        return Err(("endpoint", format!("must be https://HOST or https://HOST:PORT, not {given:?}")));
    }
    Ok(given.to_owned())
}
