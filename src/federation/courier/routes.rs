//! Which servers have to hear of a commit.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Courier;
use crate::domain::effect::{Announce, Audience, Effect};
use crate::protocol::ids::ServerName;
use crate::storage::ChannelNum;

/// Which servers have copies of which channels hosted here.
#[derive(Default)]
pub struct Routes {
    servers: RwLock<HashMap<ChannelNum, Vec<ServerName>>>,
    /// Where commits are told to, while there is a courier.
    pub(super) courier: RwLock<Option<Arc<Courier>>>,
}

impl Routes {
    /// Nothing goes out any more.
    pub fn close(&self) {
        if let Some(courier) = self.courier.write().unwrap_or_else(PoisonError::into_inner).take() {
            courier.outbound.close();
        }
    }

    /// What tells other servers, while there is one.
    pub fn courier(&self) -> Option<Arc<Courier>> {
        self.courier.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn of(&self, channel: ChannelNum) -> Vec<ServerName> {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        servers.get(&channel).cloned().unwrap_or_default()
    }

    pub(super) fn add(&self, channel: ChannelNum, server: &ServerName) {
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        let known = servers.entry(channel).or_default();
        if !known.contains(server) {
            known.push(server.clone());
        }
    }

    pub(super) fn remove(&self, channel: ChannelNum, server: &ServerName) {
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = servers.get_mut(&channel) else { return };
        known.retain(|known| known != server);
        if known.is_empty() {
            servers.remove(&channel);
        }
    }
}

/// Tells those here and those elsewhere of a commit.
pub struct Both {
    pub here: Audience,
    pub routes: Arc<Routes>,
}

impl Announce for Both {
    fn announce(&self, effects: Vec<Effect>) {
        if let Some(courier) = self.routes.courier() {
            courier.heard(&effects);
        }
        self.here.announce(effects);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_gone_is_not_told() {
        let (routes, a, b) =
            (Routes::default(), "a.test".parse().expect("a name"), "b.test".parse().expect("one"));
        for server in [&a, &b, &a] {
            routes.add(1, server);
        }
        routes.remove(2, &a);
        routes.remove(1, &a);
        assert_eq!(routes.of(1), std::slice::from_ref(&b));
        routes.remove(1, &b);
        assert!(routes.servers.read().expect("routes").is_empty());
    }
}
