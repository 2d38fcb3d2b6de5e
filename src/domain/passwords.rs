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

#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
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
        Ok(Passwords { argon2, permits: Arc::new(Semaphore::new(HASHES_AT_ONCE)), nobody })
    }

    /// The PHC string to store.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let argon2 = self.argon2.clone();
        self.off_thread(move || hash(&argon2, &password)).await
    }

    /// Whether the password fits; `stored` is none for nobody, which takes as long and fits never.
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
        let permit = self.permits.clone().acquire_owned().await.map_err(failed)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
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
