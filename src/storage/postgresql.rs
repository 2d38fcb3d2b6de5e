//! The way to PostgreSQL: what a URL says of it, and TLS where it asks for that.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use percent_encoding::percent_decode_str;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::net;

/// How the connection is protected, by `sslmode` and `sslrootcert` of the URL. PostgreSQL's own clients take any certificate
/// with `require`, and anybody's name with `verify-ca`: here each of the three that ask for TLS checks both, for what is not
/// checked protects from nobody who can read along.
#[derive(Debug, PartialEq)]
enum Protection {
    /// `disable`, `allow`, `prefer`, or nothing said.
    None,
    /// `require`, `verify-ca` or `verify-full`: the certificate is one for the host by an authority in this file, or by a public one.
    Tls(Option<PathBuf>),
}

/// Where a database is, and how it is come by.
struct Way {
    config: tokio_postgres::Config,
    protection: Protection,
}

impl FromStr for Way {
    type Err = String;

    fn from_str(url: &str) -> Result<Way, String> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authority, mut others) = (String::new(), None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = || percent_decode_str(value).decode_utf8_lossy().into_owned();
            match name {
                "sslmode" => mode = value(),
                "sslrootcert" => authority = Some(PathBuf::from(value())),
                _ => others.push(pair),
            }
        }
        let protection = match &*mode {
            "" | "disable" | "allow" | "prefer" if authority.is_none() => Protection::None,
            "" | "disable" | "allow" | "prefer" => {
                return Err("sslrootcert is of use with sslmode=verify-full only".to_owned());
            }
            "require" | "verify-ca" | "verify-full" => Protection::Tls(authority),
            other => {
                return Err(format!("sslmode {other:?} is none of disable, prefer, require and verify-full"));
            }
        };
        let mut config = tokio_postgres::Config::from_str(&format!("{place}?{}", others.join("&")))
            .map_err(|error| net::cause(&error))?;
        config.ssl_mode(if protection == Protection::None { SslMode::Disable } else { SslMode::Require });
        Ok(Way { config, protection })
    }
}

/// What does TLS, trusting the authorities in this file, or the public ones.
fn client(authority: Option<&Path>) -> Result<rustls::ClientConfig, String> {
    let roots = match authority {
        None => net::public_authorities(),
        Some(file) => {
            let mut roots = rustls::RootCertStore::empty();
            net::add_authorities(&mut roots, file)
                .map_err(|why| format!("sslrootcert {}: {why}", file.display()))?;
            roots
        }
    };
    net::trusting(roots).map_err(|error| error.to_string())
}

/// Whether a URL can be understood, and its authorities be read, without asking anybody.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(url: &str) -> Result<(), String> {
    match url.parse::<Way>()?.protection {
        Protection::None => Ok(()),
        Protection::Tls(authority) => client(authority.as_deref()).map(drop),
    }
}

/// Connects. Authorities are read each time, so that a file which was renewed is used without a restart.
pub(super) async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let failed = |error: tokio_postgres::Error| ConnectionError::BadConnection(net::cause(&error));
    let Way { config, protection } = url.parse().map_err(ConnectionError::BadConnection)?;
    match protection {
        Protection::None => {
            let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
        Protection::Tls(authority) => {
            let tls = client(authority.as_deref()).map_err(ConnectionError::BadConnection)?;
            let (client, connection) = config.connect(MakeRustlsConnect::new(tls)).await.map_err(failed)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(query: &str) -> Result<Protection, String> {
        format!("postgres://ann:secret@db.example/loggia{query}").parse::<Way>().map(|way| way.protection)
    }

    #[test]
    fn a_url_says_how_the_connection_is_protected() {
        for plain in ["", "?", "?sslmode=disable", "?sslmode=prefer&connect_timeout=3"] {
            assert_eq!(protection(plain), Ok(Protection::None), "{plain}");
        }
        for tls in ["?sslmode=require", "?connect_timeout=3&sslmode=verify-full", "?sslmode=verify-ca"] {
            assert_eq!(protection(tls), Ok(Protection::Tls(None)), "{tls}");
        }
        let file = Protection::Tls(Some("/etc/our ca.pem".into()));
        assert_eq!(protection("?sslmode=verify-full&sslrootcert=%2Fetc/our%20ca.pem"), Ok(file));
    }

    #[test]
    fn what_would_protect_from_nobody_is_refused() {
        for wrong in ["?sslmode=always", "?sslrootcert=/ca.pem", "?sslmode=prefer&sslrootcert=/ca.pem"] {
            assert!(protection(wrong).is_err(), "{wrong}");
        }
        let missing = "postgres://db.example/loggia?sslmode=verify-full&sslrootcert=/no/where.pem";
        assert!(check_url(missing).is_err_and(|why| why.contains("/no/where.pem")));
        assert_eq!(check_url("postgres://db.example/loggia?sslmode=verify-full"), Ok(()));
    }
}
