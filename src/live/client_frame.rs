//! What a client may say.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::protocol::Seq;

/// Channels that one identify or subscribe may name.
pub const CURSORS_MAX: usize = 1_000;
/// Longest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 4_096;
/// Longest identify or subscribe frame, in bytes.
pub const IDENTIFY_BYTES_MAX: usize = 65_536;

#[derive(Debug, Deserialize)]
#[serde(tag = "op", content = "d", rename_all = "snake_case")]
pub enum ClientFrame {
    Identify(Identify),
    Subscribe(Subscribe),
    Typing(Typing),
    /// Whatever stands in `d`.
    #[serde(skip)]
    Ping,
}

#[derive(Debug, Default, Deserialize)]
pub struct Identify {
    pub token: Option<String>,
    /// The last seq that the client has, by channel.
    #[serde(default)]
    pub channels: BTreeMap<String, Seq>,
}

#[derive(Debug, Deserialize)]
pub struct Subscribe {
    pub channels: BTreeMap<String, Seq>,
}

#[derive(Debug, Deserialize)]
pub struct Typing {
    pub channel: String,
}

/// Reads a frame.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(text: &str) -> Result<ClientFrame, String> {
    let long = text.len() > FRAME_BYTES_MAX;
    // A bare {"op":"ping"} is what people type.
    if !long && serde_json::from_str::<Bare>(text).is_ok_and(|bare| bare.op == "ping") {
        return Ok(ClientFrame::Ping);
    }
    let frame: ClientFrame = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let channels = match &frame {
        ClientFrame::Identify(identify) => identify.channels.len(),
        ClientFrame::Subscribe(subscribe) => subscribe.channels.len(),
        ClientFrame::Typing(_) | ClientFrame::Ping => 0,
    };
    let may_be_long = matches!(frame, ClientFrame::Identify(_) | ClientFrame::Subscribe(_));
    if channels > CURSORS_MAX {
        return Err(format!("at most {CURSORS_MAX} channels"));
    }
    if long && !may_be_long {
        return Err(format!("at most {FRAME_BYTES_MAX} bytes"));
    }
    Ok(frame)
}

#[derive(Deserialize)]
struct Bare {
    op: String,
}
