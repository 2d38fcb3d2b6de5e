//! Channels that several servers share. [`host`]: what others may do and see of channels hosted here.
//! [`replica`]: copies of channels hosted there. [`change`]: how people of this server change either.
//! [`meet`]: finding, joining and leaving channels elsewhere, and invitations from there.
//! [`wire`]: what the requests and answers look like.

pub mod change;
pub mod host;
pub mod meet;
pub mod replica;
pub mod wire;
