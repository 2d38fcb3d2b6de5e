//! Connections to elsewhere: which addresses a request may go to (KEYDOC-11), and the one client that keeps to that.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Looks names up, and lets through only what may be connected to. The connection goes to an address that passed
/// here, so a name that changes its address in between gains nothing.
pub struct Vetted {
    /// The operator's word, and the only way around the rule.
    pub fixed: BTreeMap<String, SocketAddr>,
    /// What says the addresses of the other names: anything, as far as this is concerned.
    pub lookup: Lookup,
}

type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;
pub type Lookup = fn(String) -> Found;

/// As the system says.
fn by_system(name: String) -> Found {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        if let Some(address) = self.fixed.get(name.as_str()) {
            let only: Addrs = Box::new([*address].into_iter());
            return Box::pin(async move { Ok(only) });
        }
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?.into_iter();
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name has no public address".into());
            }
            let found: Addrs = Box::new(public.into_iter());
            Ok(found)
        })
    }
}

/// Why no connections to elsewhere can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{section}.extra_root_ca: {file}: {error}")]
    Authorities { section: &'static str, file: String, error: String },
    #[error("connections to elsewhere: {0}")]
    Other(String),
}

/// A file with authorities that are trusted beside the public ones, and whose setting it is.
#[derive(Clone, Copy)]
pub struct Authorities<'a> {
    section: &'static str,
    file: &'a Path,
}

impl<'a> Authorities<'a> {
    /// What `extra_root_ca` of a section names, if anything.
    pub fn of(section: &'static str, extra_root_ca: Option<&'a Path>) -> Option<Authorities<'a>> {
        extra_root_ca.map(|file| Authorities { section, file })
    }
}

/// Connects by TLS, to vetted addresses, within deadlines, and follows nothing by itself. `fixed` are names whose
/// address the operator gave.
pub fn client(
    fixed: BTreeMap<String, SocketAddr>,
    authorities: Option<Authorities<'_>>,
) -> Result<reqwest::Client, ClientError> {
    client_by(Vetted { fixed, lookup: by_system }, authorities)
}

/// As [`client`], for pages of the web: also without TLS.
///
/// # Errors
/// As [`client`].
pub fn browsing_client(
    fixed: BTreeMap<String, SocketAddr>,
    authorities: Option<Authorities<'_>>,
) -> Result<reqwest::Client, ClientError> {
    build(Vetted { fixed, lookup: by_system }, authorities, false)
}

/// As [`client`], where names are looked up otherwise.
pub fn client_by(
    vetted: Vetted,
    authorities: Option<Authorities<'_>>,
) -> Result<reqwest::Client, ClientError> {
    build(vetted, authorities, true)
}

fn build(
    vetted: Vetted,
    authorities: Option<Authorities<'_>>,
    only_by_tls: bool,
) -> Result<reqwest::Client, ClientError> {
    let problem = |what: &str, error: &dyn std::fmt::Display| ClientError::Other(format!("{what}: {error}"));
    let mut roots = public_authorities();
    if let Some(Authorities { section, file }) = authorities {
        let named = |error| ClientError::Authorities { section, file: file.display().to_string(), error };
        add_authorities(&mut roots, file).map_err(named)?;
    }
    let tls = trusting(roots).map_err(|error| problem("TLS", &error))?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(vetted))
        .https_only(only_by_tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(30))
        .user_agent(concat!("loggia/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| problem("HTTP client", &error))
}

/// The authorities that browsers trust.
pub fn public_authorities() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// Adds the authorities in a file (PEM).
///
/// # Errors
/// What is wrong with the file, such as that it has none.
pub fn add_authorities(roots: &mut RootCertStore, file: &Path) -> Result<(), String> {
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.len() == before { Err("has no certificate".to_owned()) } else { Ok(()) }
}

/// What connects by TLS to whoever has a certificate of these authorities.
///
/// # Errors
/// The protocol versions can't be had of what computes TLS.
pub fn trusting(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// At most so many bytes of a body.
pub async fn read_body(mut response: reqwest::Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(part)) if bytes.len() + part.len() <= bytes_max => bytes.extend_from_slice(&part),
            Ok(Some(_)) => return Err(format!("has more than {bytes_max} bytes")),
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(cause(&error)),
        }
    }
}

/// What really went wrong: the innermost cause says it.
pub fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Whether an address is a globally routable unicast address. What is not known to be one is none.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IPv4 blocks that are not public (IANA's special-purpose registry, multicast, reserved): (base, prefix length).
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !NOT_PUBLIC_V4.iter().any(|(base, length)| (bits ^ base.to_bits()).leading_zeros() >= *length)
}

/// IPv6 blocks inside 2000::/3 that are not public, or that stand for an IPv4 address which might not be.
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    bits >> 125 == 1
        && !NOT_PUBLIC_V6.iter().any(|(base, length)| (bits ^ base.to_bits()).leading_zeros() >= *length)
}

#[cfg(test)]
mod tests {
    use super::is_public;

    fn public(text: &str) -> bool {
        is_public(text.parse().expect("an address"))
    }

    #[test]
    fn only_public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.0",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "2001:200::1",
        ] {
            assert!(public(address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(address), "{address}");
        }
    }
}
