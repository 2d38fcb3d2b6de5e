//! What people change of what is theirs: their profile, their settings, their lists.

use super::writer::Work;
use super::{Actor, Domain, Error, Result};
use crate::storage::{sessions, users};

impl Domain {
    /// Does what somebody asked for with what is theirs, one thing after the other, if they may ask by then.
    ///
    /// # Errors
    /// As [`still_in`], and those of `act`.
    pub(super) async fn own<T: Send + 'static>(
        &self,
        actor: &Actor,
        act: impl FnOnce(&mut Work<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let asked = actor.clone();
        let act = move |work: &mut Work<'_>| {
            still_in(work, &asked)?;
            act(work)
        };
        self.writer.other(actor.person.id.as_str(), act).await
    }
}

/// Sees to it that whoever asked may ask still, and locks their account until the end of the transaction. Since then it may have been
/// deleted or disabled, or have got another password, all of which end its sessions: what an intruder had on its way does
/// nothing, and nothing is kept for somebody of whom everything was forgotten.
///
/// # Errors
/// `unauthenticated`
fn still_in(work: &mut Work<'_>, Actor { person, session, .. }: &Actor) -> Result<()> {
    let row = users::lock(work.conn, person.id.as_str())?.filter(|row| row.deleted_ts.is_none());
    let row = row.ok_or(Error::SessionOver)?;
    // What the server does by itself, and commands, have none.
    if !session.is_empty() && sessions::begun(work.conn, row.num, session)?.is_none() {
        return Err(Error::SessionOver);
    }
    Ok(())
}
