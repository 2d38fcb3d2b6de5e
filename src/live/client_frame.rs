//! What a client may say.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::protocol::Seq;

/// Channels that one identify or subscribe may name.
pub const CURSORS_MAX: usize = 1_000;
/// Longest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 4_096;
/// Longest identify or subscribe frame, in bytes.
pub const IDENTIFY_BYTES_MAX: usize = 65_536;

/// What a client says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "op", content = "d", rename_all = "snake_case")]
pub enum ClientFrame {
    Identify(Identify),
    Subscribe(Subscribe),
    Typing(Typing),
    /// Whatever stands in `d`.
    Ping,
}

/// Who it is, and what they have.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Identify {
    /// Without it the cookie says who it is.
    pub token: Option<String>,
    /// The last seq that the client has, by channel.
    #[serde(default)]
    pub channels: BTreeMap<String, Seq>,
}

/// Asks to be told again.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Subscribe {
    /// The last seq that the client has, by channel.
    pub channels: BTreeMap<String, Seq>,
}

/// Says that one writes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Typing {
    pub channel: String,
}

/// Reads a frame.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(text: &str) -> Result<ClientFrame, String> {
    let long = text.len() > FRAME_BYTES_MAX;
    let bare: Bare = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let frame: ClientFrame = match &*bare.op {
        // A bare {"op":"ping"} is what people type.
        "ping" => ClientFrame::Ping,
        "identify" | "subscribe" | "typing" => {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        }
        _ => return Err("`op` is one of identify, subscribe, typing, ping".to_owned()),
    };
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
