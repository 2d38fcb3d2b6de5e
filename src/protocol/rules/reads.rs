//! Which part of a channel's state one event depends on.

use crate::protocol::{
    event::{Event, EventType},
    ids::{EventId, ServerName, UserId},
};

/// What must be in a partial [`crate::protocol::state::State`] so that [`super::authorise`], `check`, `apply` and `evaluate` do what
/// they would do with the whole state. Everything in `State` that is not a map is always needed. Of the maps:
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reads {
    /// The `members` with these ids, as far as they exist.
    pub users: Vec<UserId>,
    /// The `targets` with this id, as far as it exists; always also the event's own id, which tells a repetition.
    pub target: Option<EventId>,
    /// Also the member who sent `target`.
    pub target_sender: bool,
    /// All `keys` of this server.
    pub server: ServerName,
}

/// Cheap, and safe for any event, however malformed.
pub fn reads(event: &Event) -> Reads {
    let mut users = vec![event.sender.clone()];
    if event.kind == EventType::Member {
        let key = event.state.as_ref().and_then(|state| state.key.parse::<UserId>().ok());
        users.extend(key.filter(|user| *user != event.sender));
    }
    Reads {
        users,
        target: event.relates.as_ref().map(|relates| relates.to.clone()),
        target_sender: event.kind == EventType::Redact,
        server: event.sender.server(),
    }
}
