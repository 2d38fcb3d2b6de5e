//! POST /channels/{id}/messages

use actix_web::{HttpResponse, post, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::files::Attach;
use crate::domain::link_previews::LinkPreview;
use crate::domain::messages::NewMessage;
use crate::domain::view::Message;
use crate::files::Hash;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId, Nonce};

/// The body with which a message is sent, now or later: what it says, and what else is told of it.
macro_rules! message_body {
    (pub struct $Body:ident { $($more:tt)* }) => {
        #[derive(Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Body {
            /// Chosen by the client, 1 to 64 characters of A-Z a-z 0-9 _ -. Sending again with the same nonce
            /// in the same channel never sends twice, however much later.
            #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "3f1c9a7e")]
            pub nonce: Nonce,
            /// CommonMark, not empty unless there are attachments; at most `limits.message_bytes` of the server, in UTF-8. Outside of code, and not
            /// behind a backslash, `@name` (of this server) and `@name:server` mention people who are in the channel, 50 at most; `@channel` (or `@all`, `@everyone`)
            /// everybody, and `@here` those who are there at the moment, if the author has the capability `mention_all`.
            #[schema(example = "Hello **everybody**", pattern = r"^[^\x00]*$")]
            pub text: String,
            /// The message that this answers.
            #[schema(value_type = Option<String>, pattern = r"^\$[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
            pub reply_to: Option<EventId>,
            /// The first message of the thread to write in.
            #[schema(value_type = Option<String>, pattern = r"^\$[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
            pub thread: Option<EventId>,
            /// Files that the message carries, at most 10, each once under the same name.
            #[serde(default)]
            #[schema(max_items = 10)]
            pub attachments: Vec<AttachFile>,
            /// Previews of links in the text, at most 3, each of another link.
            #[serde(default)]
            #[schema(max_items = 3)]
            pub previews: Vec<GivenPreview>,
            $($more)*
        }

        impl $Body {
            fn message(self) -> NewMessage {
                let attachments = self.attachments.into_iter().map(|attach| {
                    let AttachFile { file, name, description } = attach;
                    Attach { file, name, description }
                });
                NewMessage {
                    nonce: self.nonce,
                    text: self.text,
                    reply_to: self.reply_to,
                    thread: self.thread,
                    attachments: attachments.collect(),
                    previews: self.previews.into_iter().map(Into::into).collect(),
                    imported: None,
                }
            }
        }
    };
}
pub(super) use message_body;

message_body! {
    pub struct SendMessage {}
}

/// What is to be found where a link of the text leads, as `GET /previews` answers it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenPreview {
    /// The link, as it stands in the text.
    #[schema(max_length = 2048, pattern = r"^[hH][tT][tT][pP][sS]?://[^\s\x00-\x1f\x7f-\x9f]+$")]
    pub url: String,
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub title: String,
    #[schema(max_length = 300, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub description: Option<String>,
    #[schema(max_length = 80, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub site: Option<String>,
}

impl From<GivenPreview> for LinkPreview {
    fn from(given: GivenPreview) -> LinkPreview {
        let GivenPreview { url, title, description, site } = given;
        LinkPreview { url, title, description, site }
    }
}

/// A file that one uploaded, or has from another message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachFile {
    /// Its hash.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    pub file: Hash,
    /// What it is called in this message.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f/\\]+$")]
    pub name: String,
    /// What is to be seen or heard in it, for who can't: at most `limits.attachment_description_chars` characters of plain text, in which
    /// line breaks are the only control characters. One that is empty, or of which nothing is seen, is none.
    #[schema(max_length = 1000, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub description: Option<String>,
}

/// Sends a message. The answer comes when it is durable.
///
/// Where the channel's host is another server that does not take it within some
/// seconds, it waits here: `status` is `pending` and `seq` is -1 then. What becomes of it is told by the stream (`pending.updated`, and
/// `message.created` with the same `id` once it is in the log), `GET /channels/{channel}/pending` and `GET /me/refusals`.
///
/// Whoever writes has read the channel up to there, in a thread that thread too, and follows it.
#[utoipa::path(operation_id = "send_message", tag = "messages", params(("channel" = String, Path)), request_body = SendMessage, responses((status = 201, body = Message, description = "sent, or kept until its channel's host takes it: `status`"), (status = 200, body = Message, description = "was sent before with this nonce")))]
#[post("/channels/{channel}/messages")]
pub async fn send_message(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
    body: Body<SendMessage>,
) -> Result<HttpResponse, Problem> {
    let (message, new) = app.domain.send_message(&actor.0, path.into_inner(), body.0.message()).await?;
    let mut response = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(message))
}
