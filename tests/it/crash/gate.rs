//! A server that can't read yet whether its logs are whole.

use std::collections::HashSet;
use std::time::Duration;

use loggia::protocol::ids::ChannelId;

use crate::both;
use crate::support::{TestServer, eventually, run_sql};

both!(
    /// HEAD-8: whoever writes waits until it is known who has to be asked first.
    async fn a_server_that_cannot_read_whom_to_ask_lets_nothing_in(server: TestServer) {
        let domain = server.running.as_ref().expect("running").domain.clone();
        let ann = server.person("ann").await;
        let channel: ChannelId = ann.channel("General").await.parse().expect("an id");
        let url = server.database_url();
        run_sql(&url, "ALTER TABLE replicas RENAME TO mislaid".to_owned()).await;
        domain.writer.gate.hold(HashSet::from([channel.clone()]));
        let recovers = domain.clone();
        let recovers = tokio::spawn(async move { recovers.recover().await });
        let passes = async |within| tokio::time::timeout(within, domain.writer.gate.passed(&channel)).await;
        assert!(passes(Duration::from_millis(500)).await.is_err(), "it was let in");
        run_sql(&url, "ALTER TABLE mislaid RENAME TO replicas".to_owned()).await;
        eventually("it is let in", async || passes(Duration::from_millis(10)).await.ok()).await;
        recovers.abort();
    }
);
