//! Which copies are being brought up to date, and how far: for people to see, and for the log to say when it is done.
//! Nothing is decided by it: what a host says that it has is its word until the entries are here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::protocol::ids::{ChannelId, ServerName};

/// Channels that are followed; of more it is not known.
const CHANNELS_MAX: usize = 10_000;

struct CatchUp {
    host: ServerName,
    from: i64,
    to: i64,
    began: Instant,
}

#[derive(Default)]
pub struct CatchUps(Mutex<HashMap<ChannelId, CatchUp>>);

impl CatchUps {
    /// The host has `to` entries of the channel, and here are `from`.
    pub fn begin(&self, host: &ServerName, channel: &ChannelId, from: i64, to: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if from >= to || (all.len() >= CHANNELS_MAX && !all.contains_key(channel)) {
            return;
        }
        let began = Instant::now();
        let known = all.entry(channel.clone()).or_insert(CatchUp { host: host.clone(), from, to, began });
        known.to = known.to.max(to);
    }

    /// There are `size` entries here now.
    pub fn reached(&self, channel: &ChannelId, size: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(channel).is_none_or(|known| known.to > size) {
            return;
        }
        if let Some(CatchUp { host, from, began, .. }) = all.remove(channel) {
            let seconds = began.elapsed().as_secs_f64();
            tracing::info!(%host, %channel, entries = size - from, seconds, "a channel is up to date again");
        }
    }

    /// How many entries the host has more than `size`, as far as is known.
    pub fn missing(&self, channel: &ChannelId, size: i64) -> Option<i64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(channel).map(|known| known.to - size).filter(|missing| *missing > 0)
    }
}
