//! Bytes of files on their way in: written as they come, never held whole.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Payload;
use futures_util::StreamExt;

use crate::domain::uploads::Incoming;
use crate::http::Problem;

/// How long a sender may say nothing.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// What the request says of its length.
pub fn announced(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub fn too_large(most: u64) -> Problem {
    Problem::new("too_large", format!("at most {most} bytes"))
}

/// Adds what comes to the part, and hands each piece to `see`.
///
/// # Errors
/// `too_large`, `broken_off`; what came until then is in the part.
pub async fn receive(
    incoming: &mut Incoming<'_>,
    payload: &mut Payload,
    mut see: impl FnMut(&[u8]),
) -> Result<(), Problem> {
    loop {
        let next = tokio::time::timeout(SILENCE_MAX, payload.next()).await;
        let broken_off = || Problem::plain("broken_off");
        let Some(piece) = next.map_err(|_| broken_off())? else { return Ok(()) };
        let piece = piece.map_err(|_| broken_off())?;
        if incoming.part.length() + piece.len() as u64 > incoming.most {
            return Err(too_large(incoming.most));
        }
        see(&piece);
        incoming.write(&piece).await?;
    }
}
