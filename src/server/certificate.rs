//! The certificate of the listener for servers. Certificates are renewed every few weeks, so its files are read again when
//! they have changed: no connection ends for that, and what cannot be used changes nothing. One that nobody renewed is said in
//! the log, in time and again every day.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use x509_cert::der::Decode;
use x509_cert::time::Validity;

use super::StartError;
use crate::domain::clock::{Clock, SystemClock};

/// How often is looked whether the files have changed.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// How often the log says that a certificate ends soon, or has ended.
const TOLD_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// What part of its time a certificate has left when that is worth a word: programs that renew do it when a third is left.
const LEFT_PART: u32 = 6;

/// The settings that name the files.
const CERT: &str = "tls_cert";
const KEY: &str = "tls_key";

/// What shows that a file was written anew, through links too: when, and how long it is. None: it can't be looked at.
type Trace = Option<(SystemTime, u64)>;

/// A certificate chain and its key, as the two files have them.
#[derive(Debug)]
pub(super) struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    shown: RwLock<Arc<CertifiedKey>>,
    /// The files as they were when they were last read.
    seen: Mutex<[Trace; 2]>,
    /// When the log last said how long it is good for; None once there is another.
    told: Mutex<Option<Duration>>,
}

/// Whether other servers accept a certificate, as far as its dates go.
#[derive(Debug, PartialEq)]
enum Standing {
    Good,
    /// This long yet.
    EndsSoon(Duration),
    Ended,
    /// Its time has not come, or this machine's clock is behind.
    NotYet,
}

impl Certificate {
    /// Reads both files (PEM).
    ///
    /// # Errors
    /// One can't be read, or the key is not the certificate's.
    pub(super) fn read(cert: &Path, key: &Path) -> Result<Certificate, StartError> {
        let provider = Arc::new(ring::default_provider());
        let seen = Mutex::new([trace(cert), trace(key)]);
        let shown = RwLock::new(Arc::new(pair(cert, key, &provider)?));
        let told = Mutex::new(None);
        let read = Certificate { cert: cert.to_owned(), key: key.to_owned(), provider, shown, seen, told };
        read.tell();
        Ok(read)
    }

    /// What the listener does TLS with. It shows whatever certificate was read last.
    ///
    /// # Errors
    /// The protocol versions can't be had of what computes TLS.
    pub(super) fn config(self: Arc<Self>) -> Result<rustls::ServerConfig, StartError> {
        let wrong = wrong(CERT, &self.cert);
        let mut config = rustls::ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_no_client_auth()
            .with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Says in the log, once a day, when other servers refuse the certificate, or soon will.
    fn tell(&self) {
        // Since the Unix epoch, by the clock that peers' TLS goes by, whatever the log's is.
        let now = Duration::from_millis(u64::try_from(SystemClock.now()).unwrap_or(0));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| now.saturating_sub(told) < TOLD_INTERVAL) {
            return;
        }
        *told = Some(now);
        let file = self.cert.display();
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner).clone();
        let validity = shown.end_entity_cert().ok().and_then(|der| validity(der));
        match validity.map_or(Standing::Good, |validity| standing(&validity, now)) {
            Standing::Good => {}
            Standing::EndsSoon(left) => {
                tracing::warn!(%file, hours = left.as_secs() / 3_600, "the certificate ends soon: renew it");
            }
            Standing::Ended => tracing::error!(%file, "the certificate has ended: other servers refuse it"),
            Standing::NotYet => {
                tracing::error!(%file, "the certificate's time has not come: other servers refuse it, or this clock is behind");
            }
        }
    }

    /// Reads the files again if one of them has changed. A pair that can't be used, such as one of which only the first half is
    /// written yet, is said in the log, and what was shown before is still shown.
    pub(super) fn look(&self) {
        let mut seen = self.seen();
        let now = [trace(&self.cert), trace(&self.key)];
        if *seen == now {
            return;
        }
        *seen = now;
        match pair(&self.cert, &self.key, &self.provider) {
            Ok(read) => {
                *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                *self.told.lock().unwrap_or_else(PoisonError::into_inner) = None;
                tracing::info!(file = %self.cert.display(), "the certificate was read again");
            }
            Err(error) => {
                tracing::error!(%error, "the certificate was not read again; the one of before is still shown");
            }
        }
    }

    /// Looks at the files now and then, for ever.
    pub(super) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            let certificate = self.clone();
            let look = move || {
                certificate.look();
                certificate.tell();
            };
            let _ = tokio::task::spawn_blocking(look).await;
        }
    }

    fn seen(&self) -> MutexGuard<'_, [Trace; 2]> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The dates of a certificate (RFC 5280, 4.1.2.5), in DER.
fn validity(certificate: &[u8]) -> Option<Validity> {
    Some(x509_cert::Certificate::from_der(certificate).ok()?.tbs_certificate.validity)
}

fn standing(validity: &Validity, now: Duration) -> Standing {
    let (from, to) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
    match to.checked_sub(now) {
        None => Standing::Ended,
        Some(_) if now < from => Standing::NotYet,
        Some(left) if left < to.saturating_sub(from) / LEFT_PART => Standing::EndsSoon(left),
        Some(_) => Standing::Good,
    }
}

fn trace(file: &Path) -> Trace {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// `setting` is the one that names the file.
fn wrong<E: std::fmt::Display>(setting: &str, path: &Path) -> impl Fn(E) -> StartError {
    let what = format!("federation.{setting}: {}", path.display());
    move |error| StartError::Tls { what: what.clone(), error: error.to_string() }
}

fn pair(cert: &Path, key: &Path, provider: &CryptoProvider) -> Result<CertifiedKey, StartError> {
    let chain = CertificateDer::pem_file_iter(cert).map_err(wrong(CERT, cert))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(wrong(CERT, cert))?;
    if chain.is_empty() {
        return Err(wrong(CERT, cert)("has no certificate"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(wrong(KEY, key))?;
    CertifiedKey::from_der(chain, private, provider).map_err(wrong(CERT, cert))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate for a new key, and the key.
    fn issue() -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["a.test".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    #[test]
    fn a_certificate_that_ends_is_told_in_time() {
        let day = Duration::from_secs(24 * 60 * 60);
        let mut params = rcgen::CertificateParams::new(vec!["a.test".to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (rcgen::date_time_ymd(2026, 1, 1), rcgen::date_time_ymd(2026, 4, 1));
        let cert = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let validity = validity(cert.der()).unwrap();
        let begins = Duration::from_secs(1_767_225_600);
        let after = |days: u32| standing(&validity, begins + days * day);
        assert_eq!(standing(&validity, begins - day), Standing::NotYet);
        assert_eq!((after(0), after(75)), (Standing::Good, Standing::Good));
        assert_eq!(after(76), Standing::EndsSoon(14 * day));
        assert_eq!(after(91), Standing::Ended);
        assert!(super::validity(b"no certificate").is_none());
    }

    fn shown(certificate: &Certificate) -> Vec<u8> {
        certificate.shown.read().unwrap().end_entity_cert().unwrap().to_vec()
    }

    /// The files may be looked at between the writing of the one and of the other, and while one of them is gone.
    #[test]
    fn what_does_not_fit_changes_nothing_until_it_fits() {
        let dir = tempfile::tempdir().unwrap();
        let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        let (old, new) = (issue(), issue());
        std::fs::write(&cert, &old.0).unwrap();
        assert!(Certificate::read(&cert, &key).is_err());
        std::fs::write(&key, &old.1).unwrap();
        let certificate = Certificate::read(&cert, &key).unwrap();
        let before = shown(&certificate);
        let is_as_before = |why: &str| {
            certificate.look();
            assert_eq!(shown(&certificate), before, "{why}");
        };
        std::fs::write(&cert, "").unwrap();
        is_as_before("nothing is written yet");
        std::fs::write(&cert, &new.0[..new.0.len() / 2]).unwrap();
        is_as_before("half is written");
        std::fs::remove_file(&cert).unwrap();
        is_as_before("there is none");
        std::fs::write(&cert, &new.0).unwrap();
        is_as_before("the key is still the old one");
        std::fs::write(&key, &new.1).unwrap();
        certificate.look();
        assert_ne!(shown(&certificate), before);
        assert_eq!(shown(&certificate), shown(&Certificate::read(&cert, &key).unwrap()));
    }
}
