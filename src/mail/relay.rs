//! The operator's mail server, spoken to a command at a time: what it refuses says by its place whose fault it is. Before a
//! recipient is named it is nobody's letter.

use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use tokio::sync::Mutex;

use crate::net::cause;

/// How long a connection may take to come about, and how long one letter may.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long a connection is kept for the next letter.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Answers that are about this server and not about a recipient (RFC 4954, RFC 3207).
const OUR_FAULT: [u16; 5] = [454, 530, 534, 535, 538];
/// Begins the extended codes of policies (RFC 3463): what the operator may have to settle with that server.
const POLICY: &str = "5.7.";

/// Why a letter was not sent.
#[derive(Debug)]
pub enum Unsent {
    /// It will never be taken.
    Refused(String),
    /// This one is not taken now.
    Later(String),
    /// None are taken now.
    Away(String),
}

enum Tls {
    None,
    /// From the beginning.
    Wrapper,
    Required,
    Opportunistic,
}

pub struct Relay {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    credentials: Option<Credentials>,
    /// A connection that was used, and when.
    idle: Mutex<Option<(AsyncSmtpConnection, Instant)>>,
}

impl Relay {
    /// # Errors
    /// What is wrong with the address.
    pub fn from_url(text: &str) -> Result<Relay, String> {
        // What is no such address, and why, in the words of the program that defines them.
        AsyncSmtpTransport::<Tokio1Executor>::from_url(text).map_err(|error| error.to_string())?;
        let url = url::Url::parse(text).map_err(|error| error.to_string())?;
        let given = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (tls, usual) = match (url.scheme(), given.as_deref()) {
            ("smtps", _) => (Tls::Wrapper, 465),
            (_, Some("required")) => (Tls::Required, 587),
            (_, Some("opportunistic")) => (Tls::Opportunistic, 587),
            _ => (Tls::None, 25),
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let name = url.path().trim_matches('/');
        Ok(Relay {
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port().unwrap_or(usual),
            tls,
            hello: if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) },
            credentials: url
                .password()
                .map(|password| Credentials::new(decoded(url.username()), decoded(password))),
            idle: Mutex::default(),
        })
    }

    /// Hands over one letter.
    ///
    /// # Errors
    /// Why not, and whether another try makes sense.
    pub async fn send(&self, envelope: &Envelope, letter: &[u8]) -> Result<(), Unsent> {
        let slow = || "the mail server took too long".to_owned();
        let connected = tokio::time::timeout(DEADLINE, self.connection(envelope, letter)).await;
        let mut connection = connected.map_err(|_| Unsent::Away(slow()))??;
        let taken = tokio::time::timeout(DEADLINE, hand_over(&mut connection, envelope, letter)).await;
        match taken {
            Ok(Ok(())) => {
                *self.idle.lock().await = Some((connection, Instant::now()));
                Ok(())
            }
            Ok(Err(error)) => {
                let _ = tokio::time::timeout(DEADLINE, connection.abort()).await;
                Err(judged(&error))
            }
            Err(_) => Err(Unsent::Later(slow())),
        }
    }

    /// A connection over which the sender was named: whatever fails until then fails for all.
    async fn connection(&self, envelope: &Envelope, letter: &[u8]) -> Result<AsyncSmtpConnection, Unsent> {
        let away = |error: Error| Unsent::Away(cause(&error));
        let idle = self.idle.lock().await.take().filter(|(_, since)| since.elapsed() < IDLE_MAX);
        let mut kept = idle.map(|(connection, _)| connection);
        if let Some(connection) = &mut kept
            && !connection.test_connected().await
        {
            kept = None;
        }
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.connect().await.map_err(away)?,
        };
        let mut options = Vec::new();
        if !letter.is_ascii() {
            if !connection.server_info().supports_feature(Extension::EightBitMime) {
                return Err(Unsent::Refused("the mail server takes plain ASCII only".to_owned()));
            }
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if let Err(error) = connection.command(Mail::new(envelope.from().cloned(), options)).await {
            connection.abort().await;
            return Err(away(error));
        }
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let parameters = || TlsParameters::new(self.host.clone());
        let wrapper = matches!(self.tls, Tls::Wrapper).then(parameters).transpose()?;
        let place = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(place, Some(DEADLINE), &self.hello, wrapper, None).await?;
        let secures = match self.tls {
            Tls::Required => true,
            Tls::Opportunistic => connection.can_starttls(),
            Tls::None | Tls::Wrapper => false,
        };
        if secures {
            connection.starttls(parameters()?, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    letter: &[u8],
) -> Result<(), Error> {
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await?;
    connection.message(letter).await?;
    Ok(())
}

/// What an answer to a recipient or to a letter means. Where the connection fails then, the letter may be why.
fn judged(error: &Error) -> Unsent {
    let why = cause(error);
    let code = error.status().and_then(|code| code.to_string().parse().ok()).unwrap_or(0);
    if OUR_FAULT.contains(&code) {
        return Unsent::Away(why);
    }
    match error.is_permanent() && !why.contains(POLICY) {
        true => Unsent::Refused(why),
        false => Unsent::Later(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_how_to_connect() {
        let relay = Relay::from_url("smtps://ann%40a.test:p%20w@mail.test").unwrap();
        assert_eq!((relay.host.as_str(), relay.port), ("mail.test", 465));
        assert_eq!(relay.credentials, Some(Credentials::new("ann@a.test".to_owned(), "p w".to_owned())));
        let relay = Relay::from_url("smtp://mail.test/chat.test?tls=required").unwrap();
        assert_eq!((relay.port, relay.hello), (587, ClientId::Domain("chat.test".to_owned())));
        assert!(matches!(relay.tls, Tls::Required));
        let relay = Relay::from_url("smtp://127.0.0.1:2525").unwrap();
        assert_eq!((relay.port, matches!(relay.tls, Tls::None)), (2_525, true));
        for bad in ["", "mail.test", "http://mail.test", "smtp://mail.test?tls=perhaps"] {
            assert!(Relay::from_url(bad).is_err(), "{bad}");
        }
    }
}
