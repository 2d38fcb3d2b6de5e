//! POST /webhooks/{token}

use actix_web::http::header::ContentType;
use actix_web::web::{Path, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::domain::webhooks::payload_text;
use crate::http::extract::{self, Text};
use crate::http::{App, Problem};

/// What is posted; members that are not named here are passed over.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "the document's: what comes is read more leniently")]
pub struct WebhookPost {
    /// CommonMark, taken as it is. Discord's name for it.
    #[schema(example = "Build **7** is green")]
    pub content: Option<String>,
    /// In Slack's markup: `*bold*`, `~gone~`, `<https://example.org|words>`. Where `blocks` or `content` say something, it is
    /// what other programs show in their place, and passed over.
    pub text: Option<String>,
    /// Slack's: `pretext`, `author_name`, `title`, `title_link`, `text`, `fields`, `image_url`, `fallback`, `actions` that are
    /// links, and `footer` are read.
    pub attachments: Option<Vec<Value>>,
    /// Slack's: what is text in them is read, and buttons and pictures that are links.
    pub blocks: Option<Vec<Value>>,
    /// Discord's: `author`, `title`, `url`, `description`, `fields`, `image` and `footer` are read.
    pub embeds: Option<Vec<Value>>,
}

/// Posts a message by a webhook, without a session: the address is the secret. It takes what Slack's incoming webhooks take (JSON, or a
/// form with the JSON as `payload`), what Discord's take, and plain text, which is taken as CommonMark. What is longer than
/// `limits.message_bytes` is cut. `ok` is answered, as Slack does, once the message is durable.
#[utoipa::path(operation_id = "post_webhook", tag = "webhooks", params(("token" = String, Path)), request_body(content((WebhookPost = "application/json"), (String = "text/plain"))), responses((status = 200, description = "posted", body = String, content_type = "text/plain")))]
#[post("/webhooks/{token}")]
pub async fn post_webhook(
    app: App,
    request: HttpRequest,
    token: Path<Text>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let speaker = match app.domain.webhook_speaker(&token.into_inner().0).await {
        Ok(speaker) => speaker,
        Err(error) => {
            app.limits.anonymous(&request)?;
            return Err(error.into());
        }
    };
    app.limits.webhook(&request, speaker.maker())?;
    let media_type = request.content_type().to_ascii_lowercase();
    let bytes = extract::bytes(payload.into_inner()).await?;
    let text = match media_type.as_str() {
        "application/json" => payload_text(&extract::json(&bytes)?),
        "application/x-www-form-urlencoded" => {
            let mut fields = form_urlencoded::parse(&bytes);
            let field = fields.find(|(name, _)| name == "payload");
            let (_, json) =
                field.ok_or_else(|| Problem::new("bad_json", "The form has no field `payload`."))?;
            payload_text(&extract::json(json.as_bytes())?)
        }
        "text/plain" => String::from_utf8(bytes.to_vec())
            .map_err(|_| Problem::new("bad_text", "The text is not UTF-8."))?,
        _ => return Err(Problem::plain("unsupported_media_type")),
    };
    if text.trim().is_empty() {
        let detail = "None of `text`, `content`, `blocks`, `attachments` and `embeds` says anything.";
        return Err(Problem::new("text_empty", detail));
    }
    app.domain.post_by_webhook(&speaker, text).await?;
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body("ok"))
}
