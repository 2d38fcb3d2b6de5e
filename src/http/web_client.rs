//! The web client, from the program itself (in debug builds from `web/dist`).

use actix_web::http::header::{self, EntityTag};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use super::problem::Problem;
use super::revalidation::{TAG_BYTES, is_among};

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Assets;

/// Everything that is not the API: a file of the web client, or its first page, which finds its own
/// way by the path.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path().trim_start_matches('/');
    if ["api/", "federation/", ".well-known/"].iter().any(|other| path.starts_with(other)) {
        return Err(Problem::plain("not_found"));
    }
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return Err(Problem::plain("method_not_allowed"));
    }
    let file = Assets::get(path).filter(|_| !path.is_empty()).map(|file| (path, file));
    let is_page = !path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let found = match file {
        Some(found) => Some(found),
        None if is_page => Assets::get("index.html").map(|file| ("index.html", file)),
        None => None,
    };
    let Some((name, file)) = found else {
        if is_page {
            return Ok(HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(
                "This program was built without the web client. Build it with `make web`; the API is at /api/docs.\n",
            ));
        }
        return Err(Problem::plain("not_found"));
    };
    Ok(answer(&request, name, &file))
}

fn answer(request: &HttpRequest, name: &str, file: &rust_embed::EmbeddedFile) -> HttpResponse {
    let tag = EntityTag::new_strong(hex(&file.metadata.sha256_hash()));
    let mut response = HttpResponse::Ok();
    response.insert_header(header::ETag(tag.clone()));
    // Files under assets/ have their hash in their name.
    let caching =
        if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.insert_header((header::CACHE_CONTROL, caching));
    if is_known(request, &tag) {
        return response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type(file.metadata.mimetype());
    response.body(web::Bytes::from(file.data.clone().into_owned()))
}

/// Whether whoever asks has it. A proxy that packs what passes through it makes a tag weak.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| is_among(known, &tag.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().take(TAG_BYTES).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_file_is_known_by_its_tag_however_that_is_written() {
        let tag = EntityTag::new_strong("1a".to_owned());
        let known = |tags: &str| {
            let request = TestRequest::default().insert_header((header::IF_NONE_MATCH, tags));
            is_known(&request.to_http_request(), &tag)
        };
        for tags in [r#""1a""#, r#"W/"1a""#, r#""2b", W/"1a""#, "*"] {
            assert!(known(tags), "{tags}");
        }
        for tags in ["", "1a", r#""2b""#, r#"W/"1a2b""#] {
            assert!(!known(tags), "{tags}");
        }
        assert!(!is_known(&TestRequest::default().to_http_request(), &tag));
    }
}
