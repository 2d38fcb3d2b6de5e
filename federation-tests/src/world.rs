//! All servers of a test, and the wires between them.

use std::collections::BTreeMap;

use tempfile::TempDir;

use crate::Peer;
use crate::ca::Authority;
use crate::proxy::{Fault, Proxy};
use crate::server::Server;

/// Names of a world's servers, in order.
pub const NAMES: [&str; 5] = ["a.test", "b.test", "c.test", "d.test", "e.test"];

pub struct World {
    pub servers: Vec<Server>,
    /// Wires by (from, to).
    wires: BTreeMap<(usize, usize), Proxy>,
    pub dir: TempDir,
    pub authority: Authority,
}

impl World {
    /// So many servers on SQLite, all running.
    pub async fn of(count: usize) -> World {
        World::with(count, |_, _| {}).await
    }

    /// As [`World::of`], with settings of one's own per server.
    pub async fn with(count: usize, change: impl Fn(usize, &mut BTreeMap<String, String>)) -> World {
        World::beside(count, &[], change).await
    }

    /// As [`World::with`], beside peers that are no Loggia: (name, address).
    pub async fn beside(
        count: usize,
        others: &[(&str, std::net::SocketAddr)],
        change: impl Fn(usize, &mut BTreeMap<String, String>),
    ) -> World {
        let dir = tempfile::tempdir().expect("a directory");
        let authority = Authority::new(dir.path());
        World::by(dir, authority, count, others, change).await
    }

    /// So many servers beside peers that are scripted, under these names.
    pub async fn among(count: usize, names: &[&str]) -> (World, Vec<Peer>) {
        World::among_with(count, names, |_, _| {}).await
    }

    /// As [`World::among`], with settings of one's own per server.
    pub async fn among_with(
        count: usize,
        names: &[&str],
        change: impl Fn(usize, &mut BTreeMap<String, String>),
    ) -> (World, Vec<Peer>) {
        let dir = tempfile::tempdir().expect("a directory");
        let authority = Authority::new(dir.path());
        let mut peers = Vec::new();
        for name in names {
            peers.push(Peer::start(&authority, dir.path(), name).await);
        }
        let others: Vec<_> = peers.iter().map(|peer| (peer.name.as_str(), peer.address)).collect();
        (World::by(dir, authority, count, &others, change).await, peers)
    }

    /// As [`World::beside`], with an authority that has issued certificates already.
    pub async fn by(
        dir: TempDir,
        authority: Authority,
        count: usize,
        others: &[(&str, std::net::SocketAddr)],
        change: impl Fn(usize, &mut BTreeMap<String, String>),
    ) -> World {
        let mut servers: Vec<Server> = Vec::new();
        for (n, name) in NAMES.iter().enumerate().take(count) {
            let (cert, key) = authority.issue(dir.path(), name);
            let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
            let settings = [
                ("LOGGIA_SERVER_NAME", (*name).to_owned()),
                ("LOGGIA_LISTEN", "127.0.0.1:0".to_owned()),
                ("LOGGIA_DATA_DIR", path(&dir.path().join(format!("data-{name}")))),
                ("LOGGIA_LIMITS__ENABLED", "false".to_owned()),
                ("LOGGIA_SERVER__HTTP_THREADS", "1".to_owned()),
                ("LOGGIA_SERVER__SHUTDOWN_GRACE_S", "1".to_owned()),
                ("LOGGIA_DATABASE__READ_THREADS", "2".to_owned()),
                ("LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB", "64".to_owned()),
                ("LOGGIA_ACCOUNTS__ARGON2_PASSES", "1".to_owned()),
                (
                    "LOGGIA_LOG__LEVEL",
                    std::env::var("LOGGIA_TEST_LOG").unwrap_or_else(|_| "error".to_owned()),
                ),
                ("LOGGIA_FEDERATION__ENABLED", "true".to_owned()),
                ("LOGGIA_FEDERATION__TLS_CERT", path(&cert)),
                ("LOGGIA_FEDERATION__TLS_KEY", path(&key)),
                ("LOGGIA_FEDERATION__EXTRA_ROOT_CA", path(&authority.certificate)),
                ("LOGGIA_FEDERATION__REQUESTS_PER_MINUTE", "1000000".to_owned()),
                ("LOGGIA_FEDERATION__ADDRESS_REQUESTS_PER_MINUTE", "1000000".to_owned()),
                ("LOGGIA_FEDERATION__STRANGERS_PER_MINUTE", "100000".to_owned()),
                ("LOGGIA_FEDERATION__CONNECTIONS_PER_ADDRESS", "1000".to_owned()),
            ];
            let mut settings: BTreeMap<String, String> =
                settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            change(n, &mut settings);
            servers.push(Server::new(name, settings));
        }
        let mut wires = BTreeMap::new();
        for from in 0..count {
            let mut resolve: Vec<String> =
                others.iter().map(|(name, address)| format!("{name}={address}")).collect();
            for to in (0..count).filter(|to| *to != from) {
                let proxy = Proxy::start(servers[to].federation).await;
                resolve.push(format!("{}={}", servers[to].name, proxy.address));
                wires.insert((from, to), proxy);
            }
            servers[from].settings.insert("LOGGIA_FEDERATION__RESOLVE".to_owned(), resolve.join(","));
        }
        let mut world = World { servers, wires, dir, authority };
        for n in 0..count {
            world.start(n);
        }
        world
    }

    /// Starts a server (again); the wires to it find it.
    pub fn start(&mut self, n: usize) {
        self.servers[n].start();
        for ((_, to), wire) in &self.wires {
            if *to == n {
                wire.aim(self.servers[n].federation);
            }
        }
    }

    pub fn kill(&mut self, n: usize) {
        self.servers[n].kill();
    }

    /// Breaks the wire from one server to another, or mends it.
    pub fn fault(&self, from: usize, to: usize, fault: Fault) {
        self.wires[&(from, to)].set(fault);
    }

    /// Breaks all wires to and from a server, or mends them.
    pub fn isolate(&self, n: usize, fault: Fault) {
        for ((from, to), wire) in &self.wires {
            if *from == n || *to == n {
                wire.set(fault);
            }
        }
    }
}
