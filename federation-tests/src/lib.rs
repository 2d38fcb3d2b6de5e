//! Real servers in processes of their own, with names, TLS by a private authority, and a network between them
//! that can be made to fail.
//!
//! [`World`] holds a test's servers; each pair of them is joined by two [`proxy::Proxy`]s, one for each direction.

pub mod ca;
pub mod fixed;
pub mod guest;
pub mod hosted;
pub mod peer;
pub mod person;
pub mod postgresql;
pub mod proxy;
pub mod server;
pub mod stream;
pub mod world;

use std::time::{Duration, Instant};

pub use guest::Guest;
pub use hosted::Hosted;
pub use peer::{Heard, Peer, Reply};
pub use person::{Fetched, Person};
pub use proxy::Fault;
pub use server::Server;
pub use stream::Stream;
pub use world::World;

/// Longest that anything in a test may take.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Tries until `check` answers something, or the deadline passes.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut check: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
