//! Turns at what takes much memory or time: a few at a time, of which one person has only some.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Error, Result};
use crate::storage::UserNum;

/// How many there are at a time.
const AT_ONCE: usize = 2;
/// How many of them wait for a turn, or have one, of one person's; the others of theirs wait for these.
const AT_ONCE_PER_PERSON: usize = 2;
/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one person has under way.
struct Queue {
    count: usize,
    turns: Arc<Semaphore>,
}

pub struct Turns {
    patience: Duration,
    all: Arc<Semaphore>,
    queues: Mutex<HashMap<UserNum, Queue>>,
}

/// Whoever has it may go on. It goes along with the work, which may outlive the request that it is for.
pub struct Turn {
    _turn: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _place: Place,
}

/// A place among those of one person.
struct Place {
    turns: Arc<Turns>,
    user: UserNum,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = self.turns.queues();
        if let Some(queue) = queues.get_mut(&self.user) {
            queue.count = queue.count.saturating_sub(1);
            if queue.count == 0 {
                queues.remove(&self.user);
            }
        }
    }
}

impl Default for Turns {
    fn default() -> Turns {
        Turns { patience: PATIENCE, all: Arc::new(Semaphore::new(AT_ONCE)), queues: Mutex::default() }
    }
}

impl Turns {
    /// Turns of which each person has only some, however many have others.
    pub fn for_each() -> Turns {
        Turns { all: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)), ..Turns::default() }
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<UserNum, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn, unless `most` of the person's wait already or have one.
    ///
    /// # Errors
    /// `busy`
    pub async fn wait(self: &Arc<Turns>, user: UserNum, most: usize) -> Result<Turn> {
        let (place, turns) = self.place(user, most)?;
        let both = async {
            let own = turns.acquire_owned().await.ok()?;
            Some((own, self.all.clone().acquire_owned().await.ok()?))
        };
        match tokio::time::timeout(self.patience, both).await {
            Ok(Some((own, turn))) => Ok(Turn { _turn: turn, _own: own, _place: place }),
            _ => Err(Error::Busy),
        }
    }

    fn place(self: &Arc<Turns>, user: UserNum, most: usize) -> Result<(Place, Arc<Semaphore>)> {
        let mut queues = self.queues();
        let queue = queues
            .entry(user)
            .or_insert_with(|| Queue { count: 0, turns: Arc::new(Semaphore::new(AT_ONCE_PER_PERSON)) });
        if queue.count >= most {
            return Err(Error::Busy);
        }
        queue.count += 1;
        Ok((Place { turns: self.clone(), user }, queue.turns.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_person_has_some_of_the_turns_and_some_wait() {
        let turns = Arc::new(Turns::default());
        let (first, second) = (turns.wait(1, 3).await.unwrap(), turns.wait(1, 3).await.unwrap());
        let third = tokio::spawn({
            let turns = turns.clone();
            async move { turns.wait(1, 3).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert!(matches!(turns.wait(1, 3).await, Err(Error::Busy)), "three are enough");
        drop(first);
        third.await.unwrap().unwrap();
        drop(second);
        drop(turns.wait(2, 3).await.unwrap());
        assert!(turns.queues().is_empty(), "nothing is kept of those who have gone");
    }

    #[tokio::test]
    async fn where_each_has_some_nobody_waits_for_others() {
        let turns = Arc::new(Turns { patience: Duration::from_millis(20), ..Turns::for_each() });
        let held = [turns.wait(1, 3).await.unwrap(), turns.wait(1, 3).await.unwrap()];
        drop([turns.wait(2, 3).await.unwrap(), turns.wait(3, 3).await.unwrap()]);
        assert!(matches!(turns.wait(1, 3).await, Err(Error::Busy)));
        drop(held);
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_they_have_patience() {
        let turns = Arc::new(Turns { patience: Duration::from_millis(20), ..Turns::default() });
        let held = (turns.wait(1, 3).await.unwrap(), turns.wait(2, 3).await.unwrap());
        assert!(matches!(turns.wait(3, 3).await, Err(Error::Busy)));
        drop(held);
        drop(turns.wait(3, 3).await.unwrap());
    }
}
