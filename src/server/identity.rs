//! Who this server is.

use super::StartError;
use crate::config::Config;
use crate::domain::clock::{Clock, random, random_text};
use crate::domain::writer::Identity;
use crate::federation::own_keys;
use crate::protocol::ids::KeyId;
use crate::protocol::key_document::SignedKeySet;
use crate::protocol::sign::SigningKey;
use crate::storage::{self, Conn, meta};

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
        let kid = format!("k{}", random_text::<6>().to_lowercase().replace('-', "_"));
        let key = meta::SigningKeyRow {
            kid,
            seed: random::<32>().to_vec(),
            created_ts: clock.now(),
            retired_ts: None,
        };
        meta::add_key(conn, &key)?;
    }
    let damaged = |what: &str| StartError::Storage(storage::Error::Damaged(what.to_owned()));
    let row = meta::active_key(conn)?.ok_or_else(|| damaged("no signing key"))?;
    let seed: [u8; 32] = row.seed.as_slice().try_into().map_err(|_| damaged("signing key"))?;
    let kid: KeyId = row.kid.parse().map_err(|_| damaged("key id"))?;
    let retired = own_keys::retired(conn)?;
    let set = own_keys::load(conn, &config.name, clock.now())?;
    let identity = Identity { name: config.name.clone(), kid, key: SigningKey::from_seed(seed), retired };
    Ok((identity, set))
}
