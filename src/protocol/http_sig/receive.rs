//! What a receiver checks of a request besides its signature: for whom it is (REQ-10), and that it is new (REQ-11).

use std::collections::BTreeMap;

use super::{SigError, authority, bad};
use crate::protocol::ids::{Nonce, ServerName};
use crate::protocol::limits;

/// All values of the header fields that say from whom to whom a request goes.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    pub origin: &'a [&'a str],
    pub destination: &'a [&'a str],
    pub version: &'a [&'a str],
    pub host: &'a [&'a str],
}

/// From whom to whom, as far as the request says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Addressed {
    pub origin: ServerName,
    pub destination: ServerName,
    /// As it is signed.
    pub authority: String,
}

impl Address<'_> {
    /// REQ-10, for a receiver of this name that is reached under this authority.
    ///
    /// # Errors
    /// [`SigError::Version`], [`SigError::BadSignature`] where a field is missing, twice there or no name,
    /// [`SigError::WrongDestination`].
    pub fn check(&self, receiver: &ServerName, reached: &str) -> Result<Addressed, SigError> {
        let [version] = self.version else { return Err(bad("not exactly one loggia-version")) };
        if *version != limits::PROTOCOL_VERSION.to_string() {
            return Err(SigError::Version);
        }
        let destination = name(self.destination).ok_or(bad("not exactly one loggia-destination"))?;
        let origin = name(self.origin).ok_or(bad("not exactly one loggia-origin"))?;
        let [host] = self.host else { return Err(SigError::WrongDestination) };
        let authority = authority(host);
        if destination != *receiver || authority != reached {
            return Err(SigError::WrongDestination);
        }
        Ok(Addressed { origin, destination, authority })
    }
}

fn name(fields: &[&str]) -> Option<ServerName> {
    match fields {
        [field] => field.parse().ok(),
        _ => None,
    }
}

/// Nonces of requests that verified (REQ-11), until no clock that is believed could take them any more.
#[derive(Debug, Default)]
pub struct Nonces(BTreeMap<ServerName, BTreeMap<Nonce, i64>>);

/// Nonces of one server that are remembered: it has only itself to lock out.
pub const NONCES_PER_SERVER_MAX: usize = 200_000;

impl Nonces {
    /// Takes a nonce once. False when it was there, or none can be remembered now.
    pub fn take(&mut self, origin: &ServerName, nonce: &Nonce, expires_s: i64) -> bool {
        let theirs = self.0.entry(origin.clone()).or_default();
        theirs.len() < NONCES_PER_SERVER_MAX && theirs.insert(nonce.clone(), expires_s).is_none()
    }

    /// Lets go of what can't be taken again: the signature has ended, by the skew that is allowed.
    pub fn forget(&mut self, now_s: i64) {
        self.0.retain(|_, theirs| {
            theirs.retain(|_, expires| expires.saturating_add(limits::REQUEST_SKEW_S_MAX) >= now_s);
            !theirs.is_empty()
        });
    }
}
