//! Who this server is.

use super::StartError;
use crate::config::Config;
use crate::domain::clock::{Clock, random};
use crate::domain::writer::{Identity, Mark};
use crate::federation::own_keys;
use crate::protocol::key_document::SignedKeySet;
use crate::storage::{self, Conn, meta};

/// In the data directory while a backup is restored, and after that when it did not come to its end.
pub const RESTORING: &str = "restoring.part";

/// Before anything is written: under the same name, but with other keys, this server would be a stranger to all others.
///
/// # Errors
/// [`StartError::Unrestored`], [`StartError::DatabaseGone`]
pub fn check_restored(conn: &mut Conn, config: &Config) -> Result<(), StartError> {
    if meta::active_key(conn)?.is_some() {
        return Ok(());
    }
    let part = config.data_dir.join(RESTORING);
    if part.exists() {
        return Err(StartError::Unrestored(part.display().to_string()));
    }
    match Mark::left(&config.data_dir) {
        Some(mark) => Err(StartError::DatabaseGone(mark.display().to_string())),
        None => Ok(()),
    }
}

/// Who this server is: its name, for ever, and the key that signs now, made at the first start.
pub fn load(
    conn: &mut Conn,
    config: &Config,
    clock: &dyn Clock,
) -> Result<(Identity, SignedKeySet), StartError> {
    conn.write(|conn| load_within(conn, config, clock))
}

fn load_within(
    conn: &mut Conn,
    config: &Config,
    clock: &dyn Clock,
) -> Result<(Identity, SignedKeySet), StartError> {
    meta::put_once(conn, meta::SERVER_NAME, config.name.as_str())?;
    meta::note_start(conn, clock.now())?;
    let stored = meta::get(conn, meta::SERVER_NAME)?.unwrap_or_default();
    if stored != config.name.as_str() {
        return Err(StartError::OtherName { stored, given: config.name.as_str().to_owned() });
    }
    if meta::active_key(conn)?.is_none() {
        let key = meta::SigningKeyRow {
            kid: own_keys::fresh_kid(),
            seed: random::<32>().to_vec(),
            created_ts: clock.now(),
            retired_ts: None,
        };
        meta::add_key(conn, &key)?;
    }
    let none = || storage::Error::Damaged("no signing key".to_owned());
    let (kid, key) = own_keys::signing_key(&meta::active_key(conn)?.ok_or_else(none)?)?;
    let retired = own_keys::retired(conn)?;
    let set = own_keys::load(conn, &config.name, clock.now())?;
    let identity = Identity { name: config.name.clone(), kid, key, retired };
    Ok((identity, set))
}
