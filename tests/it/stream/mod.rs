//! The live stream, as a client meets it.

mod bad_frames;
mod crowd;
mod fold;
mod handshake;
mod news;
mod places;
mod resume;
mod slow;
mod state;
