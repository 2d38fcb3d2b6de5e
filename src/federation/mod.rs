//! Talking to other servers: the signed requests that come in ([`inbound`]) and go out ([`outbound`]), who the
//! other side is ([`discovery`]), what this server says of itself ([`own_keys`]), and the couriers that bring each
//! server what waits for it ([`courier`]). What it all means for channels is `domain::remote`'s to decide.

pub mod courier;
pub mod discovery;
pub mod inbound;
pub mod outbound;
pub mod own_keys;

pub use courier::Courier;
pub use inbound::{Inbound, configure, configure_document, document};
pub use outbound::Outbound;

/// Below this path are all endpoints for servers.
pub const BASE: &str = "/federation/v1";
/// Where a server's key document is.
pub const WELL_KNOWN: &str = "/.well-known/loggia";
/// The version of the protocol, as the header field `loggia-version` says it.
pub const VERSION: &str = "1";

/// How a request without a signature came, as whoever sent it is told: what stands between may have changed it.
pub fn came_as(host: &str, target: &str) -> String {
    format!("{CAME_FOR}{host} as {target}")
}

/// (host, target) that [`came_as`] told.
pub fn told_as(detail: &str) -> Option<(&str, &str)> {
    detail.split_once(CAME_FOR)?.1.split_once(" as ")
}

const CAME_FOR: &str = "It came for ";
