//! GET /previews: what is to be found where a link leads.

use actix_web::{HttpRequest, get, web::Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::link_previews::LinkPreview;
use crate::http::{App, Auth, Params, Problem};
use crate::unfurl::Unseen;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The link as it stands in the text: `http:` or `https:`, at most 2,048 bytes.
    // Whoever names none is told so only once they are known.
    #[serde(default)]
    #[param(required = true, example = "https://example.org/news")]
    pub url: String,
}

/// What a page that one is writing of says of itself, for `previews` of the message. The server looks at it, at most six seconds,
/// and keeps what it found for a while.
#[utoipa::path(operation_id = "get_preview", tag = "messages", params(PreviewQuery), responses((status = 200, body = LinkPreview)))]
#[get("/previews")]
pub async fn get_preview(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<PreviewQuery>,
) -> Result<Json<LinkPreview>, Problem> {
    app.limits.preview(&request, actor.0.person.num)?;
    app.unfurler.preview(&query.url).await.map(Json).map_err(|unseen| {
        Problem::plain(match unseen {
            Unseen::Off => "previews_off",
            Unseen::NoLink => "bad_url",
            Unseen::Nothing => "no_preview",
        })
    })
}
