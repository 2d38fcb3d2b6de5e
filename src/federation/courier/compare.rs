//! Telling hosts what is here of their channels: they send what is missing.

use super::Courier;
use crate::domain::Error;
use crate::domain::peers::{Ask, PeerError, Peers};
use crate::domain::remote::wire::HeadsAnswer;
use crate::protocol::ids::ServerName;

impl Courier {
    /// Compares all channels that a server hosts.
    ///
    /// # Errors
    /// What is worth another try.
    pub(super) async fn compare(&self, host: &ServerName) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let (claims, next) = self.domain.claims(host, after).await?;
            if claims.heads.is_empty() {
                return Ok(());
            }
            let nonsense = |error: serde_json::Error| PeerError::Nonsense(host.clone(), error.to_string());
            let body = serde_json::to_string(&claims).map_err(nonsense)?;
            let answer = match self.outbound.ask(host, Ask::post("/heads".to_owned(), body)).await {
                Ok(answer) => answer,
                Err(error) if error.is_passing() => return Err(error.into()),
                Err(error) => {
                    tracing::info!(%host, %error, "heads could not be compared");
                    return Ok(());
                }
            };
            let heads = serde_json::from_str::<HeadsAnswer>(&answer).map(|answer| answer.heads);
            let heads = heads.unwrap_or_default();
            tracing::info!(%host, newer = heads.len(), "heads were compared");
            for head in heads.into_iter().take(claims.heads.len()) {
                let Some(ours) = claims.heads.iter().find(|claim| claim.channel == head.head.channel) else {
                    continue;
                };
                self.domain.catch_ups.begin(host, &ours.channel, ours.size, head.head.size);
                if let Err(error) = self.domain.keep_evidence(&ours.channel, head).await {
                    tracing::info!(%host, %error, "a head could not be compared");
                }
            }
            let Some(next) = next else { return Ok(()) };
            after = next;
        }
    }
}
