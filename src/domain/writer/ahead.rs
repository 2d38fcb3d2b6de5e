//! Events that are composed and signed before they come to the writer: by the threads of those who send them, of which
//! there are several, and not by the one that orders them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::append::{Composed, compose};
use super::lane::Identity;
use super::{Draft, Person};
use crate::domain::clock::Clock;
use crate::protocol::event::Seen;
use crate::protocol::ids::ChannelId;

/// Of how many logs it is known where they stand.
const PLACES_MAX: usize = 20_000;

/// A draft with the event that was made of it.
pub struct Ready {
    pub(super) draft: Draft,
    pub(super) composed: Composed,
}

/// Who signs, and what there is to be seen of logs hosted here.
pub struct Ahead {
    identity: Arc<Identity>,
    clock: Arc<dyn Clock>,
    /// Where each log stood after the last commit that it grew in.
    places: RwLock<HashMap<ChannelId, Seen>>,
}

impl Ahead {
    pub(super) fn new(identity: Arc<Identity>, clock: Arc<dyn Clock>) -> Ahead {
        Ahead { identity, clock, places: RwLock::default() }
    }

    /// What is durable now of logs hosted here.
    pub(super) fn note(&self, grown: impl Iterator<Item = (ChannelId, Seen)>) {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        if places.len() > PLACES_MAX {
            places.clear();
        }
        places.extend(grown);
    }

    /// The draft as an event; none where nothing is known of the log, or the draft makes no event: whoever appends it
    /// finds out why.
    pub(super) fn compose(&self, channel: &ChannelId, sender: &Person, draft: Draft) -> Option<Ready> {
        let seen = *self.places.read().unwrap_or_else(PoisonError::into_inner).get(channel)?;
        let key = (&self.identity.kid, &self.identity.key);
        let now = (self.clock.now(), self.clock.as_ref());
        let composed = compose(key, sender, draft.clone(), now, Some((channel.clone(), seen))).ok()?;
        Some(Ready { draft, composed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemClock;
    use crate::protocol::event::EventType;
    use crate::protocol::ids::Hash;
    use crate::protocol::sign::SigningKey;

    fn ahead() -> Result<Ahead, Box<dyn std::error::Error>> {
        let identity = Identity {
            name: "a.test".parse()?,
            kid: "kone".parse()?,
            key: SigningKey::from_seed([7; 32]),
            retired: std::collections::BTreeMap::new(),
        };
        Ok(Ahead::new(Arc::new(identity), Arc::new(SystemClock)))
    }

    fn channel(byte: u8) -> Result<ChannelId, Box<dyn std::error::Error>> {
        Ok(format!("!{}", Hash([byte; 32])).parse()?)
    }

    #[test]
    fn only_what_is_known_is_seen_and_what_is_made_is_signed() -> Result<(), Box<dyn std::error::Error>> {
        let ahead = ahead()?;
        let sender = Person { num: 1, id: "@ada:a.test".parse()? };
        let draft = Draft::new(EventType::Message).content(serde_json::Map::new());
        assert!(ahead.compose(&channel(1)?, &sender, draft.clone()).is_none());

        let seen = Seen { size: 5, root: Hash([5; 32]) };
        ahead.note([(channel(1)?, Seen { size: 4, ..seen }), (channel(1)?, seen)].into_iter());
        let ready = ahead.compose(&channel(1)?, &sender, draft.clone()).ok_or("an event")?;
        let signed = &ready.composed.signed;
        assert_eq!(signed.event.seen, Some(seen));
        assert_eq!(signed.event.channel, Some(channel(1)?));
        assert_eq!(ready.draft, draft);
        signed.verify(&ahead.identity.key.public())?;
        assert!(ahead.compose(&channel(2)?, &sender, draft).is_none());
        Ok(())
    }

    #[test]
    fn a_draft_that_makes_no_event_is_left_to_the_writer() -> Result<(), Box<dyn std::error::Error>> {
        let ahead = ahead()?;
        ahead.note([(channel(1)?, Seen { size: 1, root: Hash([1; 32]) })].into_iter());
        let sender = Person { num: 1, id: "@ada:a.test".parse()? };
        let mut content = serde_json::Map::new();
        content.insert("text".to_owned(), "a".repeat(1 << 20).into());
        let draft = Draft::new(EventType::Message).content(content);
        assert!(ahead.compose(&channel(1)?, &sender, draft).is_none());
        Ok(())
    }
}
