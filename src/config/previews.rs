//! What the settings on previews of links come to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::fields::Settings;
use super::push::addresses;

/// Checked settings of the section `previews`.
#[derive(Debug, Clone)]
pub struct PreviewAccess {
    pub enabled: bool,
    /// Addresses by the name of a host.
    pub resolve: BTreeMap<String, SocketAddr>,
    pub extra_root_ca: Option<PathBuf>,
}

impl PreviewAccess {
    pub(super) fn check(settings: &Settings) -> Result<PreviewAccess, (&'static str, String)> {
        let previews = &settings.previews;
        Ok(PreviewAccess {
            enabled: previews.enabled,
            resolve: addresses(&previews.resolve)?,
            extra_root_ca: (!previews.extra_root_ca.is_empty())
                .then(|| PathBuf::from(&*previews.extra_root_ca)),
        })
    }
}
