//! The live stream: sockets that say where they stopped, and hear what happens from there on.
//!
//! A frame is serialised (and framed, RFC 6455) once per event; each socket has a bounded queue of
//! such frames, and its connection writes all that waits in one go. Whoever does not read is cut off
//! and resumes later from its cursors. In reading order: [`frames`] and [`payload`] (what is said), [`socket`] (one
//! connection's queue), [`bell`] (waking connections), [`hub`] (who hears what), [`stream`] (the conversation),
//! [`resume`].

mod bell;
mod client_frame;
mod frames;
mod hub;
pub mod payload;
mod resume;
mod socket;
mod stream;

pub use client_frame::ClientFrame;
pub use hub::{Hub, HubHandle};
pub use socket::{Bounds, Owner, PACE_MAX, SocketBody};
pub use stream::configure;
