//! A certificate authority of the test's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub certificate: PathBuf,
}

impl Authority {
    pub fn new(dir: &Path) -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Loggia test authority");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let path = dir.join("ca.pem");
        std::fs::write(&path, certificate.pem()).expect("written");
        Authority { issuer: Issuer::new(params, key), certificate: path }
    }

    /// Certificate and key of a name, as files.
    pub fn issue(&self, dir: &Path, name: &str) -> (PathBuf, PathBuf) {
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let (cert, private) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
        std::fs::write(&cert, certificate.pem()).expect("written");
        std::fs::write(&private, key.serialize_pem()).expect("written");
        (cert, private)
    }

    /// What does TLS as whoever has a name.
    pub fn acceptor(&self, dir: &Path, name: &str) -> TlsAcceptor {
        let (cert, private) = self.issue(dir, name);
        let chain = vec![CertificateDer::from_pem_file(&cert).expect("a certificate")];
        let private = PrivateKeyDer::from_pem_file(&private).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .expect("a pair");
        TlsAcceptor::from(Arc::new(config))
    }
}
