//! What is done with evidence once it is kept: the other servers in the channel hear of it.

use crate::domain::peers::Ask;
use crate::domain::{Domain, Error, Result};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::storage::{channels, peers};

/// Servers that are told of one fork by the server that found it; they tell others.
const TOLD_MAX: usize = 64;

impl Domain {
    /// Tells the other servers in a channel, once and in the background, that its host has shown two logs. Each judges
    /// for itself.
    pub(super) async fn spread_evidence(&self, channel: &ChannelId) -> Result<()> {
        let (id, ours) = (channel.clone(), self.server().clone());
        let found = self.reads.read(move |conn| {
            let pair = peers::evidence(conn, id.as_str())?;
            let (Some((a, b)), Some(row)) = (pair, channels::by_id(conn, id.as_str())?) else {
                return Ok::<_, Error>(None);
            };
            let mut others = peers::servers_in(conn, row.num)?;
            others.retain(|server| *server != row.host && *server != ours.as_str());
            Ok(Some((format!("{{\"a\":{a},\"b\":{b}}}"), others)))
        });
        let Some((body, others)) = found.await? else { return Ok(()) };
        for server in others.iter().filter_map(|server| server.parse::<ServerName>().ok()).take(TOLD_MAX) {
            let (peers, ask) =
                (self.peers.clone(), Ask::post(format!("/channels/{channel}/evidence"), body.clone()));
            tokio::spawn(async move {
                if let Err(error) = peers.ask(&server, ask).await {
                    tracing::info!(%server, %error, "another server could not be told of a fork");
                }
            });
        }
        Ok(())
    }
}
