//! What the settings on push services come to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::fields::Settings;
use super::value::Pairs;
use crate::protocol::ids::ServerName;

/// Checked settings of the section `push`.
#[derive(Debug, Clone)]
pub struct PushAccess {
    /// `mailto:..` or `https://..`
    pub contact: String,
    /// Addresses by the name of a host.
    pub resolve: BTreeMap<String, SocketAddr>,
    pub extra_root_ca: Option<PathBuf>,
}

impl PushAccess {
    pub(super) fn check(
        settings: &Settings,
        name: &ServerName,
    ) -> Result<PushAccess, (&'static str, String)> {
        let push = &settings.push;
        let contact = match &*push.contact {
            "" if settings.server.public_url.starts_with("https://") => {
                settings.server.public_url.to_string()
            }
            "" => format!("mailto:postmaster@{name}"),
            given if given.starts_with("mailto:") || given.starts_with("https://") => given.to_owned(),
            given => return Err(("contact", format!("must begin with mailto: or https://, not {given:?}"))),
        };
        let resolve = addresses(&push.resolve)?;
        let extra_root_ca = (!push.extra_root_ca.is_empty()).then(|| PathBuf::from(&*push.extra_root_ca));
        Ok(PushAccess { contact, resolve, extra_root_ca })
    }
}

/// Addresses by the name of a host, in small letters.
pub(super) fn addresses(given: &Pairs) -> Result<BTreeMap<String, SocketAddr>, (&'static str, String)> {
    let address = |(host, address): (&String, &String)| {
        let parsed = address.parse();
        let address = parsed.map_err(|_| ("resolve", format!("{address:?} is no address and port")))?;
        Ok((host.to_lowercase(), address))
    };
    given.0.iter().map(address).collect()
}
