//! What passes: commits wake couriers; typing, presence and new profiles are told, and nothing of it is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::Courier;
use crate::domain::Error;
use crate::domain::effect::Effect;
use crate::domain::peers::{Ask, Peers};
use crate::domain::remote::signals::SIGNALS_MAX;
use crate::domain::remote::wire::{Signal, Signals};
use crate::protocol::ids::{ChannelId, ServerName, UserId};
use crate::storage::peers::Shared;
use crate::storage::{ChannelNum, channels, peers};

impl Courier {
    /// What a commit means for other servers.
    pub(super) fn heard(self: &Arc<Self>, effects: &[Effect]) {
        let mut woken = HashSet::new();
        for effect in effects {
            match effect {
                Effect::Entry { channel, .. } => woken.extend(self.routes.of(*channel)),
                Effect::Replica { channel, server, ends } => {
                    // What is left up to the end is looked for by the server's lane.
                    match ends {
                        true => self.routes.remove(*channel, server),
                        false => self.routes.add(*channel, server),
                    }
                    woken.insert(server.clone());
                }
                Effect::Errand { server } => drop(woken.insert(server.clone())),
                Effect::Typing { channel, id, user } => self.signal_typing(*channel, id, user),
                Effect::Profile { profile, .. } => self.signal_profile(&profile.id),
                _ => {}
            }
        }
        for server in woken {
            self.wake(&server);
        }
    }

    /// The host hands on what it hears; others tell the host.
    fn signal_typing(self: &Arc<Self>, channel: ChannelNum, id: &ChannelId, user: &str) {
        let Ok(user) = user.parse::<UserId>() else { return };
        let (courier, id) = (self.clone(), id.clone());
        self.runtime.spawn(async move {
            // Those alone that get what is said from now on: who is gone hears of no typing.
            let found = courier.domain.reads.read(move |conn| {
                Ok::<_, Error>((channels::by_num(conn, channel)?, peers::following(conn, channel)?))
            });
            let Ok((Some(row), following)) = found.await else { return };
            let ours = courier.domain.server().clone();
            let from = user.server();
            let servers = if row.host == ours.as_str() {
                following.iter().filter_map(|server| server.parse().ok()).collect()
            } else if from == ours {
                row.host.parse().into_iter().collect()
            } else {
                Vec::new()
            };
            let signals = Signals { signals: vec![Signal::Typing { user }] };
            for server in servers.into_iter().filter(|server| *server != from) {
                courier.signal(&server, &id, &signals).await;
            }
        });
    }

    /// Everybody who shares a channel is told that a profile changed; they ask for it if they care.
    fn signal_profile(self: &Arc<Self>, user: &str) {
        let Ok(user) = user.parse::<UserId>() else { return };
        if user.server() != *self.domain.server() {
            return;
        }
        let courier = self.clone();
        self.runtime.spawn(async move {
            let (id, ours) = (user.as_str().to_owned(), user.server());
            let shared = courier.domain.reads.read(move |conn| peers::servers_sharing(conn, &id)).await;
            let mut told = HashSet::new();
            for (server, channel) in shared.unwrap_or_default() {
                let (Ok(server), Ok(channel)) = (server.parse::<ServerName>(), channel.parse::<ChannelId>())
                else {
                    continue;
                };
                if server != ours && told.insert(server.clone()) {
                    let signals = Signals { signals: vec![Signal::Profile { user: user.clone() }] };
                    courier.signal(&server, &channel, &signals).await;
                }
            }
        });
    }

    /// Servers that share a channel with them hear who came and who went, each person once.
    pub fn tell_presence(self: &Arc<Self>, people: Vec<(String, bool)>) {
        let courier = self.clone();
        self.runtime.spawn(async move {
            let ours = courier.domain.server().as_str().to_owned();
            let online: HashMap<String, bool> = people.into_iter().collect();
            let users: Vec<String> = online.keys().cloned().collect();
            let shared = courier.domain.reads.read(move |conn| peers::shared_with(conn, &users, &ours)).await;
            let Ok(shared) = shared else { return };
            for (server, told) in by_server(shared) {
                let (courier, mut messages) = (courier.clone(), Vec::new());
                for (channel, users) in told {
                    let signals = users.into_iter().map(|user| {
                        let online = online.get(user.as_str()).copied().unwrap_or(false);
                        Signal::Presence { user, online }
                    });
                    let signals: Vec<Signal> = signals.collect();
                    messages.extend(signals.chunks(SIGNALS_MAX).map(|some| (channel.clone(), some.to_vec())));
                }
                courier.runtime.clone().spawn(async move {
                    for (channel, signals) in messages {
                        courier.signal(&server, &channel, &Signals { signals }).await;
                    }
                });
            }
        });
    }

    async fn signal(&self, server: &ServerName, channel: &ChannelId, signals: &Signals) {
        if self.outbound.is_busy(server) {
            return;
        }
        if let Ok(body) = serde_json::to_string(signals) {
            let asked =
                self.outbound.ask(server, Ask::post(format!("/channels/{channel}/signals"), body)).await;
            if let Err(error) = asked {
                tracing::debug!(%server, %error, "a signal was lost");
            }
        }
    }
}

/// Through which channel each server hears of each person: one is enough.
fn by_server(shared: Vec<Shared>) -> BTreeMap<ServerName, BTreeMap<ChannelId, Vec<UserId>>> {
    let mut told: HashSet<(ServerName, UserId)> = HashSet::new();
    let mut by_server: BTreeMap<ServerName, BTreeMap<ChannelId, Vec<UserId>>> = BTreeMap::new();
    for Shared { channel, servers, users } in shared {
        let Ok(channel) = channel.parse::<ChannelId>() else { continue };
        let users: Vec<UserId> = users.iter().filter_map(|user| user.parse().ok()).collect();
        for server in servers.iter().filter_map(|server| server.parse::<ServerName>().ok()) {
            for user in &users {
                if told.insert((server.clone(), user.clone())) {
                    by_server
                        .entry(server.clone())
                        .or_default()
                        .entry(channel.clone())
                        .or_default()
                        .push(user.clone());
                }
            }
        }
    }
    by_server
}
