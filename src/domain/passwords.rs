//! Passwords: Argon2id, on threads that may be busy for a while, a bounded number at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::Error;
use crate::config::Accounts;
use crate::storage;

/// Shortest password, in characters (NIST SP 800-63B).
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longest password, in characters: hashing takes time by length.
pub const PASSWORD_CHARS_MAX: usize = 1_024;
/// How many hashes are computed at once: each takes the configured memory.
const HASHES_AT_ONCE: usize = 4;
/// How many may wait for their turn, which is a few seconds: more than these would wait in vain.
const HASHES_WAITING_MAX: usize = 64;

#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// Places for those who wait and those whose turn it is.
    places: Arc<Semaphore>,
    /// What a name that doesn't exist is checked against, so that it takes as long as one that does.
    nobody: Arc<str>,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(storage::Error::Damaged(format!("password hash: {error}")))
}

impl Passwords {
    pub fn new(accounts: &Accounts) -> Result<Passwords, Error> {
        let params =
            Params::new(accounts.argon2_memory_kib, accounts.argon2_passes, 1, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, "")?.into();
        let permits = Arc::new(Semaphore::new(HASHES_AT_ONCE));
        let places = Arc::new(Semaphore::new(HASHES_AT_ONCE + HASHES_WAITING_MAX));
        Ok(Passwords { argon2, permits, places, nobody })
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// `busy` where too many wait already.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let argon2 = self.argon2.clone();
        self.off_thread(move || hash(&argon2, &password)).await
    }

    /// Whether the password fits; `stored` is none for nobody, which takes as long and fits never.
    ///
    /// # Errors
    /// `busy` where too many wait already.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Error> {
        let argon2 = self.argon2.clone();
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        self.off_thread(move || {
            let parsed = PasswordHash::new(&stored).map_err(failed)?;
            Ok(argon2.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let permit = self.permits.clone().acquire_owned().await.map_err(failed)?;
        tokio::task::spawn_blocking(move || {
            let _held = (permit, place);
            work()
        })
        .await
        .map_err(failed)?
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, Error> {
    Ok(argon2.hash_password(password.as_bytes()).map_err(failed)?.to_string())
}

/// # Errors
/// [`Error::Invalid`] with what is wrong.
pub fn check(password: &str, pointer: &'static str) -> Result<(), Error> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Error::invalid("password_too_short", pointer, "A password has at least 8 characters."));
    }
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return Err(Error::invalid("password_too_long", pointer, "A password has at most 1024 characters."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_wait_and_no_more() {
        let cheap = Accounts { argon2_memory_kib: 8, argon2_passes: 1, ..Accounts::default() };
        let passwords = Passwords::new(&cheap).expect("parameters");
        let held = passwords.permits.acquire_many(4).await.expect("all");
        let wait = async |n: usize| passwords.verify(format!("password {n}"), None).await;
        let waiting = futures_util::future::join_all((0..HASHES_AT_ONCE + HASHES_WAITING_MAX + 5).map(wait));
        let freed = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (answers, ()) = tokio::join!(waiting, freed);
        let busy = answers.iter().filter(|answer| matches!(answer, Err(Error::Busy))).count();
        assert_eq!(busy, 5);
        assert!(answers.iter().flatten().all(|fits| !fits));
        assert!(!wait(0).await.expect("there is room again"));
    }
}
