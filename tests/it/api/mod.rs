//! The client API, a file a subject. What every answer must keep (it is documented, and never a 500) is
//! checked where requests are sent, in `support::Person`.

mod accounts;
mod registration;

use crate::support::{Database, TestServer};

/// A server with these settings on each database that there is.
async fn servers_with(settings: &[(&str, &str)]) -> Vec<TestServer> {
    let mut servers = vec![TestServer::start(None, settings).await];
    if let Some(database) = Database::create().await {
        servers.push(TestServer::start(Some(database), settings).await);
    }
    servers
}
