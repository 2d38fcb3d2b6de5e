//! People's connections: how many there may be, of which no address has all.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

use super::doors::Doors;
use super::listener::give_up_on_the_silent;
use crate::config::TrustedProxies;

/// Lets the process have as many open files as it may: each connection is one. What a system starts a program with is meant for
/// programs that have few. Answers how many; none where nothing says.
fn raise_open_files() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        if limit.current != limit.maximum
            && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })
        {
            tracing::warn!(%error, "the limit of open files could not be raised");
        }
        getrlimit(Resource::Nofile).current
    }
    #[cfg(not(unix))]
    None
}

/// One address has at most three quarters of the connections that there may be: the others have room whatever it does, and a proxy that
/// the settings do not name, or a crowd behind one address, has enough.
pub(super) fn doors(proxies: &TrustedProxies) -> Arc<Doors> {
    let most = raise_open_files().and_then(|files| usize::try_from(files / 4 * 3).ok());
    Arc::new(Doors::new(most.unwrap_or(usize::MAX).max(1), proxies.clone()))
}

/// Counts a connection for as long as it lasts, or ends it.
pub(super) fn admit(doors: &Arc<Doors>, connection: &dyn Any, kept: &mut Extensions, patience: Duration) {
    give_up_on_the_silent(connection, patience);
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
    match stream.peer_addr().ok().and_then(|from| doors.enter(from.ip())) {
        Some(place) => drop(kept.insert(place)),
        // Gone already, or one too many: nothing of it is read.
        None => drop(socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Both)),
    }
}
