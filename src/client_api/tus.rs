//! What the tus protocol (1.0.0, <https://tus.io/protocols/resumable-upload>) says in headers.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::domain::uploads::Upload;
use crate::http::Problem;
use crate::http::context::{TUS_RESUMABLE, TUS_VERSION};

/// The hash of the file that an upload became.
pub const FILE: HeaderName = HeaderName::from_static("loggia-file");
pub const EXTENSIONS: &str = "creation,termination,checksum,expiration";
pub const ALGORITHMS: &str = "sha1,sha256";
const UPLOAD_ID_CHARS_MAX: usize = 64;
/// Longest Upload-Metadata that is read.
const METADATA_BYTES_MAX: usize = 4_096;

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new("bad_tus", detail)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let value = headers.get(name).map(|value| value.to_str().map_err(|_| bad(format!("{name} is no text"))));
    value.transpose()
}

/// Whether the request speaks tus at all.
pub fn is_spoken(request: &HttpRequest) -> bool {
    request.headers().contains_key(TUS_RESUMABLE)
}

/// An upload's id, as this server makes them.
///
/// # Errors
/// `bad_path`
pub fn check_id(id: &str) -> Result<(), Problem> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match (1..=UPLOAD_ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(good) {
        true => Ok(()),
        false => Err(Problem::new("bad_path", "not the id of an upload")),
    }
}

/// # Errors
/// `tus_version`
pub fn check_version(request: &HttpRequest) -> Result<(), Problem> {
    let given = request.headers().get(TUS_RESUMABLE).and_then(|value| value.to_str().ok());
    if given == Some(TUS_VERSION) { Ok(()) } else { Err(Problem::plain("tus_version")) }
}

/// A whole number in a header.
///
/// # Errors
/// `bad_tus`
pub fn number(request: &HttpRequest, name: &str) -> Result<u64, Problem> {
    let given = text(request.headers(), name)?.ok_or_else(|| bad(format!("{name} is missing")))?;
    let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
    given.parse().ok().filter(|_| digits).ok_or_else(|| bad(format!("{name} is no whole number")))
}

/// The name in Upload-Metadata: its `filename`, or its `name`.
///
/// # Errors
/// `bad_tus`
pub fn file_name(request: &HttpRequest) -> Result<String, Problem> {
    let metadata = text(request.headers(), "upload-metadata")?.unwrap_or_default();
    if metadata.len() > METADATA_BYTES_MAX {
        return Err(bad("Upload-Metadata is too long"));
    }
    for wanted in ["filename", "name"] {
        for pair in metadata.split(',') {
            let mut parts = pair.split_ascii_whitespace();
            if parts.next() == Some(wanted) {
                let bytes = STANDARD.decode(parts.next().unwrap_or_default()).ok();
                let name = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
                return name.ok_or_else(|| bad(format!("{wanted} in Upload-Metadata is no base64 of UTF-8")));
            }
        }
    }
    Err(bad("Upload-Metadata has no filename"))
}

/// Checks the bytes of a request against its Upload-Checksum, if it has one.
pub struct Checksum {
    sum: Option<(Sum, Vec<u8>)>,
}

enum Sum {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// # Errors
    /// `bad_tus`
    pub fn of(request: &HttpRequest) -> Result<Checksum, Problem> {
        let Some(given) = text(request.headers(), "upload-checksum")? else {
            return Ok(Checksum { sum: None });
        };
        let (algorithm, sum) = given.split_once(' ').ok_or_else(|| bad("Upload-Checksum has no checksum"))?;
        let sum = STANDARD.decode(sum).map_err(|_| bad("Upload-Checksum is no base64"))?;
        match algorithm {
            "sha1" => Ok(Checksum { sum: Some((Sum::Sha1(Sha1::new()), sum)) }),
            "sha256" => Ok(Checksum { sum: Some((Sum::Sha256(Sha256::new()), sum)) }),
            _ => Err(bad(format!("Upload-Checksum must be one of {ALGORITHMS}"))),
        }
    }

    pub fn see(&mut self, bytes: &[u8]) {
        match &mut self.sum {
            Some((Sum::Sha1(sum), _)) => sum.update(bytes),
            Some((Sum::Sha256(sum), _)) => sum.update(bytes),
            None => {}
        }
    }

    /// Whether the request comes with a sum, so that nothing of it is kept before all of it was seen.
    pub fn is_given(&self) -> bool {
        self.sum.is_some()
    }

    /// # Errors
    /// `checksum_mismatch`
    pub fn check(self) -> Result<(), Problem> {
        let fits = match self.sum {
            Some((Sum::Sha1(sum), expected)) => sum.finalize().as_slice() == expected,
            Some((Sum::Sha256(sum), expected)) => sum.finalize().as_slice() == expected,
            None => true,
        };
        if fits { Ok(()) } else { Err(Problem::plain("checksum_mismatch")) }
    }
}

/// Adds where an upload stands.
pub fn tell(response: &mut HttpResponseBuilder, upload: &Upload) -> HttpResponse {
    response.insert_header(("upload-offset", upload.offset.to_string()));
    response.insert_header(("upload-expires", http_date(upload.expires_ts)));
    if let Some(value) = upload.hash.as_ref().and_then(|hash| HeaderValue::from_str(hash).ok()) {
        response.insert_header((FILE, value));
    }
    response.finish()
}

/// A time as HTTP writes it.
fn http_date(ts: i64) -> String {
    let since = std::time::Duration::from_millis(u64::try_from(ts).unwrap_or(0));
    actix_web::http::header::HttpDate::from(std::time::UNIX_EPOCH + since).to_string()
}
