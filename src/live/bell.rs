//! Wakes all connections of one HTTP thread at the price of one. To wake a task on another thread is a system call; to
//! wake one on the own thread is a push onto a list. So the hub leaves the wakers at the thread's bell and rings once,
//! and what is attached to the bell wakes them there. What came meanwhile for one socket is written in one go.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A ring that woke so many is followed by a rest.
const REST_CONNECTIONS_MIN: u32 = 64;
/// How long that is for each of them: about what writing to one costs. What is said meanwhile shares the next write, so a
/// busy crowd costs at most twice as long as it rests; the first word after a silence does not wait.
const REST_EACH: Duration = Duration::from_micros(5);
const REST_MAX: Duration = Duration::from_millis(20);

/// One for each HTTP thread.
#[derive(Default)]
pub struct Bell {
    waiting: Mutex<Waiting>,
    attended: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    connections: Vec<Waker>,
    /// Whoever attends, while there is nothing to do.
    attendant: Option<Waker>,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on somebody on this thread hears the bell; to say so again changes nothing.
    pub fn attend(self: &Arc<Bell>) {
        if !self.attended.swap(true, Ordering::Relaxed) {
            let bell = self.clone();
            actix_web::rt::spawn(async move {
                bell.wake_all().await;
            });
        }
    }

    /// The connection is woken when the bell rings next.
    pub fn add(&self, connection: Waker) {
        self.lock().connections.push(connection);
    }

    pub fn ring(&self) {
        let attendant = {
            let mut waiting = self.lock();
            if waiting.connections.is_empty() { None } else { waiting.attendant.take() }
        };
        if let Some(attendant) = attendant {
            attendant.wake();
        }
    }

    async fn wake_all(&self) -> Infallible {
        loop {
            let woken = poll_fn(|context| self.poll_wake(context)).await;
            if woken >= REST_CONNECTIONS_MIN {
                tokio::time::sleep((REST_EACH * woken).min(REST_MAX)).await;
            }
        }
    }

    /// Wakes those that wait, once there are any: how many.
    fn poll_wake(&self, context: &Context<'_>) -> Poll<u32> {
        let connections = {
            let mut waiting = self.lock();
            if waiting.connections.is_empty() {
                waiting.attendant = Some(context.waker().clone());
                return Poll::Pending;
            }
            std::mem::take(&mut waiting.connections)
        };
        let woken = u32::try_from(connections.len()).unwrap_or(u32::MAX);
        connections.into_iter().for_each(Waker::wake);
        Poll::Ready(woken)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Counter>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[actix_web::test]
    async fn whoever_waits_is_woken_by_the_next_ring() {
        let (bell, counter) = (Arc::new(Bell::default()), Arc::new(Counter::default()));
        // Before anybody attends, between two rings, and when the bell rang for nobody.
        bell.add(counter.clone().into());
        bell.ring();
        bell.attend();
        bell.attend();
        tokio::task::yield_now().await;
        assert_eq!(counter.0.load(Ordering::Relaxed), 1);
        bell.ring();
        bell.add(counter.clone().into());
        bell.add(counter.clone().into());
        tokio::task::yield_now().await;
        assert_eq!(counter.0.load(Ordering::Relaxed), 1, "it did not ring yet");
        bell.ring();
        tokio::task::yield_now().await;
        assert_eq!(counter.0.load(Ordering::Relaxed), 3);
    }

    #[actix_web::test]
    async fn what_rings_during_a_rest_is_heard_after_it() {
        let (bell, counter) = (Arc::new(Bell::default()), Arc::new(Counter::default()));
        bell.attend();
        let crowd = usize::try_from(REST_CONNECTIONS_MIN).unwrap();
        for expected in [crowd, crowd + 1] {
            for _ in counter.0.load(Ordering::Relaxed)..expected {
                bell.add(counter.clone().into());
            }
            bell.ring();
            let heard = async {
                while counter.0.load(Ordering::Relaxed) < expected {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap();
        }
    }
}
