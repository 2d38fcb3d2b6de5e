//! Bodies, paths and queries, with errors that say what is wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PathError;
use actix_web::http::header;
use actix_web::web::{self, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::{Path, Segment};
use tokio::time::timeout;
use url::form_urlencoded;

use super::problem::Problem;

/// The largest JSON body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 262_144;

/// How long all of a JSON body may take to come.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// For a field of a body that may be null: tells null (`Some(None)`) from absent.
///
/// # Errors
/// Those of what is read.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// A JSON body of the documented shape; unknown and repeated fields are errors.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Body<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.content_type().to_ascii_lowercase();
        let length = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let payload = payload.take();
        Box::pin(async move {
            if media_type != "application/json" {
                return Err(Problem::plain("unsupported_media_type"));
            }
            if length.is_some_and(|length| length > BODY_BYTES_MAX) {
                return Err(too_large(BODY_BYTES_MAX));
            }
            let bytes = collect(payload, BODY_DEADLINE).await?;
            parse::<Object<T>>(&bytes).map(|Object(value)| Body(value))
        })
    }
}

/// As [`Body`], for a request that may come without one, or with `null`.
pub struct MaybeBody<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<MaybeBody<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.content_type().to_ascii_lowercase();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(payload, BODY_DEADLINE).await?;
            if bytes.is_empty() {
                return Ok(MaybeBody(T::default()));
            }
            if media_type != "application/json" {
                return Err(Problem::plain("unsupported_media_type"));
            }
            let value = parse::<Option<Object<T>>>(&bytes)?;
            Ok(MaybeBody(value.map(|Object(value)| value).unwrap_or_default()))
        })
    }
}

pub fn too_large(bytes_max: usize) -> Problem {
    Problem::new("too_large", format!("A body has at most {bytes_max} bytes."))
}

/// All of a body of whatever type, as much and for as long as one of JSON may be.
///
/// # Errors
/// `too_large`; `bad_json` where it ended early or came too slowly.
pub async fn bytes(payload: Payload) -> Result<BytesMut, Problem> {
    collect(payload, BODY_DEADLINE).await
}

/// All of a body that comes within this time.
async fn collect(payload: Payload, most: Duration) -> Result<BytesMut, Problem> {
    let late = |_| Problem::new("bad_json", format!("The body did not end within {} s.", most.as_secs()));
    timeout(most, collect_all(payload, BODY_BYTES_MAX)).await.map_err(late)?
}

/// All of a body of at most so many bytes.
///
/// # Errors
/// `too_large`; `bad_json` where it ended early.
pub async fn collect_all(mut payload: Payload, bytes_max: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part =
            part.map_err(|error| Problem::new("bad_json", format!("The body ended early: {error}")))?;
        if bytes.len() + part.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// A JSON body that was collected otherwise.
///
/// # Errors
/// `bad_json`
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse::<Object<T>>(bytes).map(|Object(value)| value)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        wrong_field("bad_json", pointer, error.into_inner().to_string())
    })?;
    reader.end().map_err(|error| Problem::new("bad_json", error.to_string()))?;
    Ok(value)
}

fn pointer(path: &Path) -> String {
    let parts = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.fold(String::new(), |pointer, part| format!("{pointer}/{part}"))
}

/// A name as a part of a pointer (RFC 6901, section 3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A problem that points at the field. Of one that is missing, unknown or there twice the path ends at what should have it,
/// and only serde's text has its name.
fn wrong_field(code: &'static str, at: String, detail: String) -> Problem {
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|what| detail.strip_prefix(what)?.split_once('`').map(|(name, _)| escaped(name)));
    let pointer = match named {
        Some(name) if !at.ends_with(&format!("/{name}")) => format!("{at}/{name}"),
        _ => at,
    };
    Problem::new(code, detail.clone()).field(pointer, detail)
}

/// A JSON object. Derived types would take an array of their fields' values too, which nobody documented.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        struct OfMap<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMap<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(OfMap(PhantomData))
    }
}

/// A JSON object of any fields, each at most once: what derived types see to by themselves.
pub struct UniqueMap<K, V>(pub BTreeMap<K, V>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for UniqueMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UniqueMap<K, V>, D::Error> {
        struct OfMap<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for OfMap<K, V> {
            type Value = UniqueMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueMap<K, V>, A::Error> {
                let mut found = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if found.insert(key, value).is_some() {
                        return Err(serde::de::Error::custom("a field stands there twice"));
                    }
                }
                Ok(UniqueMap(found))
            }
        }

        deserializer.deserialize_map(OfMap(PhantomData))
    }
}

/// A whole number. `1.0` is one too: to JSON and to JSON Schema there is no difference.
#[derive(Clone, Copy)]
pub struct Integer(pub i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Integer, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let whole = |value: f64| value.fract() == 0.0 && value.abs() < INTEGER_LIMIT;
        // The text of a whole number below 2^53 has no exponent.
        let written =
            number.as_f64().filter(|value| whole(*value)).and_then(|value| value.to_string().parse().ok());
        let value = number.as_i64().or(written);
        value
            .map(Integer)
            .ok_or_else(|| de::Error::custom(format!("{number} is not a whole number in range")))
    }
}

/// Whole numbers below it are exact in every JSON library (RFC 7493).
const INTEGER_LIMIT: f64 = 9_007_199_254_740_992.0;

/// A number in a query as the protocol has it (REQ-14): decimal digits, without a sign.
#[derive(Clone, Copy)]
pub struct Digits(pub i64);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digits, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_digits);
        number.map(Digits).ok_or_else(|| de::Error::custom("must be decimal digits"))
    }
}

/// Text without NUL, which PostgreSQL can't hold.
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains('\0') {
            Err(de::Error::custom("must not contain a NUL character"))
        } else {
            Ok(Text(text))
        }
    }
}

/// Words that are looked for in names: what a `LIKE` of the database takes, however its signs are escaped.
#[derive(Default)]
pub struct Words(pub String);

/// Longest [`Words`], in bytes.
pub const WORDS_BYTES_MAX: usize = 1_024;

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        let Text(words) = Text::deserialize(deserializer)?;
        match words.len() {
            0..=WORDS_BYTES_MAX => Ok(Words(words)),
            _ => Err(de::Error::custom(format!("must have at most {WORDS_BYTES_MAX} bytes"))),
        }
    }
}

/// The parameters of a query, of the documented shape.
pub struct Params<T>(T);

impl<T> Params<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Params<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Params<T>, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request.query_string()).map(Params))
    }
}

/// The parameters that stand in a query.
///
/// # Errors
/// `bad_query`, with the parameter's name as its pointer.
pub fn query<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let pointer = pointer(error.path());
        wrong_field("bad_query", pointer, error.into_inner().to_string())
    })
}

/// Paths use actix's own extractor; this makes its errors problems.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|error, _| {
        let detail = match error {
            PathError::Deserialize(error) => error.to_string(),
            other => other.to_string(),
        };
        Problem::new("bad_path", detail).into()
    })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_end_is_not_waited_for() {
        let begun = stream::iter([Ok(web::Bytes::from_static(b"{"))]).chain(stream::pending());
        let payload: Payload = Payload::Stream { payload: Box::pin(begun) };
        let problem = collect(payload, Duration::from_millis(20)).await.expect_err("it does not end");
        assert_eq!(problem.code(), "bad_json");
        let whole = stream::iter([Ok(web::Bytes::from_static(b"{}"))]);
        let whole: Payload = Payload::Stream { payload: Box::pin(whole) };
        assert_eq!(&collect(whole, BODY_DEADLINE).await.expect("a body")[..], b"{}");
    }
}
