use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::{Hub, HubHandle};
use crate::domain::effect::{Change, Effect};
use crate::live::socket::{Bounds, Owner, Socket};
use crate::protocol::ids::ChannelId;

fn hub() -> (Arc<Hub>, HubHandle) {
    let bounds = Bounds { frames: 100, bytes: 10_000, pace: Duration::from_secs(1) };
    Hub::start(bounds, 3, |_| {}).expect("a hub")
}

fn owner(name: &str) -> Owner {
    Owner { user: 1, user_id: format!("@{name}:a.test"), session: "s".to_owned() }
}

fn connected(hub: &Hub) -> Arc<Socket> {
    let socket = hub.connect(Arc::default());
    assert!(hub.identify(&socket, owner("ann")));
    socket
}

fn id() -> ChannelId {
    format!("!{}", "A".repeat(43)).parse().expect("an id")
}

fn entry(seq: i64) -> Effect {
    let change = Change::MessageDeleted { id: "$m".to_owned() };
    Effect::Entry { channel: 7, id: id(), seq, change: Some(change) }
}

/// How many frames wait to be written.
fn waiting(socket: &Socket) -> usize {
    socket.go_live(BTreeMap::new());
    socket.waiting()
}

#[test]
fn whoever_leaves_while_a_stream_begins_does_not_hear_the_channel_afterwards() {
    let (hub, _handle) = hub();
    let socket = connected(&hub);
    let (joined, left) = (HashSet::from([7]), HashSet::new());
    // It was read that they are in it; they leave, and the hub hears of that; then they are entered.
    hub.tell(&Effect::Left { user: 1, channel: 7, id: id(), removal: None });
    assert!(hub.follow(&socket, &joined), "entered");
    assert!(hub.follow(&socket, &left), "read again, and taken out");
    assert!(!hub.follow(&socket, &left), "nothing changed since");
    hub.tell(&entry(5));
    assert_eq!(waiting(&socket), 1, "that they have left, and no more");
}

#[test]
fn whoever_joins_while_a_stream_begins_hears_the_channel() {
    let (hub, _handle) = hub();
    let socket = connected(&hub);
    let (joined, left) = (HashSet::from([7]), HashSet::new());
    assert!(!hub.follow(&socket, &left));
    assert!(hub.follow(&socket, &joined));
    assert!(!hub.follow(&socket, &joined));
    hub.tell(&entry(5));
    assert_eq!(waiting(&socket), 1);
}

#[test]
fn a_stream_that_has_ended_is_forgotten_once() {
    let (hub, _handle) = hub();
    let (first, second) = (connected(&hub), connected(&hub));
    hub.follow(&first, &HashSet::from([7]));
    hub.disconnect(&first);
    hub.disconnect(&first);
    assert!(hub.lock().is_online("@ann:a.test"), "the second is still there");
    assert!(hub.lock().by_channel.is_empty());
    hub.disconnect(&second);
    assert!(!hub.lock().is_online("@ann:a.test"));
}

#[test]
fn who_went_is_told_when_all_who_are_there_are_told_again() {
    let (hub, _handle) = hub();
    let (ann, bob) = (connected(&hub), hub.connect(Arc::default()));
    assert!(hub.identify(&bob, Owner { user: 2, ..owner("bob") }));
    hub.appear(&ann);
    hub.appear(&bob);
    hub.tell_presence(false);
    hub.disconnect(&ann);
    let here = |name: &str, is_there| (format!("@{name}:a.test"), is_there);
    assert_eq!(hub.tell_presence(true), [here("ann", false), here("bob", true)]);
    assert_eq!(hub.tell_presence(false), []);
}
