//! Files on their way out: what browsers may make of them, parts of them, and what they may keep.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, EntityTag};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::files::kind;
use crate::http::revalidation;

/// A file's bytes never change, but who may have them does: nobody else's cache may keep them, and one's own browser asks
/// again after a day, so that a picture that was deleted is not shown out of its cache for longer. Asking costs a 304; a
/// shorter time would make each look at a conversation cost one per picture.
const CACHING: &str = "private, max-age=86400, immutable";
/// Opened by itself a file is a page without scripts, forms, or anything from anywhere.
const POLICY: &str = "sandbox; default-src 'none'";

/// Adds what every answer with a file's bytes says.
pub fn headers(response: &mut HttpResponseBuilder, tag: &str, media_type: &str, name: Option<&str>) {
    let media_type = kind::registered(media_type);
    let shown = kind::is_shown(media_type);
    response.insert_header((header::CACHE_CONTROL, CACHING));
    response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    response.insert_header(("cross-origin-resource-policy", "same-origin"));
    response.insert_header(header::ETag(EntityTag::new_strong(tag.to_owned())));
    response.content_type(if shown { media_type } else { kind::UNKNOWN });
    if let Some(name) = name {
        let disposition = if shown { DispositionType::Inline } else { DispositionType::Attachment };
        response.insert_header(ContentDisposition { disposition, parameters: vec![parameter(name)] });
    }
}

fn parameter(name: &str) -> DispositionParam {
    DispositionParam::FilenameExt(header::ExtendedValue {
        charset: header::Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name.chars().filter(|c| !c.is_control()).collect::<String>().into_bytes(),
    })
}

/// Whether the asker has it already.
pub fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| revalidation::is_among(known, &format!("\"{tag}\"")))
}

pub fn not_modified(tag: &str, media_type: &str) -> HttpResponse {
    let mut response = HttpResponse::NotModified();
    headers(&mut response, tag, media_type, None);
    response.finish()
}
