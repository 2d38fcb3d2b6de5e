//! Canonical JSON (spec: JSON-n): RFC 8785 restricted to what every language reads alike.
//!
//! Whatever arrives signed must equal its own re-serialisation ("canonical or reject"), so a signature is
//! checked over the very bytes that are stored and passed on.

use std::fmt;

use serde::{
    Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::limits;

#[cfg(test)]
pub(in crate::protocol) mod tests;

/// Why bytes are not acceptable JSON.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JsonError {
    #[error("not acceptable JSON: {detail}")]
    Bad { detail: Box<str> },
    #[error("not in canonical form (RFC 8785)")]
    NotCanonical,
    #[error("{bytes} bytes exceed the limit of {bytes_max}")]
    TooLarge { bytes: usize, bytes_max: usize },
}

impl JsonError {
    /// The code in a problem document: `bad_json`, `not_canonical` or `too_large`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bad { .. } => "bad_json",
            Self::NotCanonical => "not_canonical",
            Self::TooLarge { .. } => "too_large",
        }
    }

    fn bad(detail: impl fmt::Display) -> Self {
        Self::Bad { detail: detail.to_string().into() }
    }
}

/// Bytes in canonical form and within the restrictions of [`parse_strict`].
///
/// # Errors
/// JSON-1 to JSON-8 as in [`parse_strict`]; [`JsonError::NotCanonical`] (JSON-9).
pub fn parse_canonical(bytes: &[u8]) -> Result<Value, JsonError> {
    let value = parse_strict(bytes)?;
    // JSON-9: the bytes equal their own canonical re-serialisation.
    if write_canonical(&value)? == bytes { Ok(value) } else { Err(JsonError::NotCanonical) }
}

/// Any spacing and key order, but only what canonical JSON can express, within the common limits.
///
/// # Errors
/// As [`parse_strict_limited`].
pub fn parse_strict(bytes: &[u8]) -> Result<Value, JsonError> {
    parse_strict_limited(bytes, limits::JSON_BYTES_MAX, limits::JSON_DEPTH_MAX)
}

/// [`parse_strict`] with limits of the caller's own. More than 127 containers deep is refused whatever `depth_max` says.
///
/// # Errors
/// [`JsonError::TooLarge`] (JSON-1), else [`JsonError::Bad`] (JSON-2 to JSON-8).
pub fn parse_strict_limited(bytes: &[u8], bytes_max: usize, depth_max: usize) -> Result<Value, JsonError> {
    // JSON-1: size.
    if bytes.len() > bytes_max {
        return Err(JsonError::TooLarge { bytes: bytes.len(), bytes_max });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth_left: depth_max }.deserialize(&mut deserializer).map_err(JsonError::bad)?;
    deserializer.end().map_err(JsonError::bad)?;
    Ok(value)
}

/// The canonical bytes of `value`.
///
/// # Errors
/// [`JsonError::Bad`] when it cannot be expressed: a float, an integer out of range, NUL, too deep.
pub fn to_canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, JsonError> {
    let value = serde_json::to_value(value).map_err(JsonError::bad)?;
    check_value(&value, limits::JSON_DEPTH_MAX)?;
    write_canonical(&value)
}

/// Why bytes are not an object of a given kind.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseError {
    #[error(transparent)]
    Json(#[from] JsonError),
    #[error("not of the expected form: {detail}")]
    Schema { detail: Box<str> },
}

impl ParseError {
    /// The code in a problem document: a [`JsonError::code`] or `bad_header`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::Schema { .. } => "bad_header",
        }
    }
}

/// Canonical bytes as a `T` whose `Serialize` is canonical. Equality with the re-serialisation makes the
/// detour over a [`Value`] unnecessary: it leaves no room for another spacing, order, spelling or key. Free
/// values inside `T` still need [`check_value`].
pub(super) fn parse_typed<T>(bytes: &[u8], bytes_max: usize) -> Result<T, ParseError>
where
    T: de::DeserializeOwned + Serialize,
{
    if bytes.len() > bytes_max {
        return Err(JsonError::TooLarge { bytes: bytes.len(), bytes_max }.into());
    }
    let parsed = serde_json::from_slice::<T>(bytes);
    match parsed {
        Ok(value) if write_typed(&value) == bytes => Ok(value),
        other => {
            parse_canonical(bytes)?;
            let detail =
                other.err().map_or("a spelling that nobody writes".to_owned(), |error| error.to_string());
            Err(ParseError::Schema { detail: detail.into() })
        }
    }
}

/// What is wrong with bytes whose fields are: the JSON itself where it is at fault, such as an integer that no
/// field may hold, else `error`.
pub(super) fn blame<E: From<JsonError>>(bytes: &[u8], error: E) -> E {
    parse_strict(bytes).err().map_or(error, E::from)
}

/// The bytes of a `T` whose `Serialize` is canonical.
#[expect(
    clippy::expect_used,
    reason = "strings, integers and maps with string keys always serialise to memory"
)]
pub(super) fn write_typed<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("a protocol object serialises")
}

fn write_canonical(value: &Value) -> Result<Vec<u8>, JsonError> {
    serde_json::to_vec(&Canonical(value)).map_err(JsonError::bad)
}

/// A value that some other parser built: the restrictions that are not about bytes.
///
/// # Errors
/// [`JsonError::Bad`] (JSON-2, JSON-3, JSON-4).
pub fn check_value(value: &Value, depth_max: usize) -> Result<(), JsonError> {
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => check_int(number),
            None => Err(JsonError::bad(NOT_INT)),
        },
        Value::String(text) => check_text(text),
        Value::Array(items) => {
            let depth_left = descend(depth_max)?;
            items.iter().try_for_each(|item| check_value(item, depth_left))
        }
        Value::Object(map) => check_map(map, depth_max),
    }
}

/// [`check_value`] for an object that is not wrapped in a [`Value`].
///
/// # Errors
/// As [`check_value`].
pub fn check_map(map: &Map<String, Value>, depth_max: usize) -> Result<(), JsonError> {
    let depth_left = descend(depth_max)?;
    map.iter().try_for_each(|(key, item)| {
        check_text(key)?;
        check_value(item, depth_left)
    })
}

const NOT_INT: &str = "a number that is not an integer within +-(2^53-1)";

// JSON-2: integers only, within +-(2^53-1).
fn check_int(number: i64) -> Result<(), JsonError> {
    let range = -limits::JSON_INT_MAX..=limits::JSON_INT_MAX;
    if range.contains(&number) { Ok(()) } else { Err(JsonError::bad(NOT_INT)) }
}

// JSON-3: no NUL, which databases and C libraries cut strings at.
fn check_text(text: &str) -> Result<(), JsonError> {
    if text.contains('\0') { Err(JsonError::bad("NUL in a string")) } else { Ok(()) }
}

// JSON-4: depth.
fn descend(depth_left: usize) -> Result<usize, JsonError> {
    depth_left.checked_sub(1).ok_or_else(|| JsonError::bad("nested too deeply"))
}

/// Serialises a value in canonical form, whatever order its maps keep. Numbers must have been checked.
pub(super) struct Canonical<'a>(pub &'a Value);

/// [`Canonical`] for an object.
pub(super) struct CanonicalMap<'a>(pub &'a Map<String, Value>);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => CanonicalMap(map).serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Canonical)),
            scalar => scalar.serialize(serializer),
        }
    }
}

impl Serialize for CanonicalMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<_> = self.0.iter().map(|(key, value)| (key, Canonical(value))).collect();
        // RFC 8785 3.2.3 sorts by UTF-16 code units, which differs from the order of UTF-8 beyond the BMP.
        entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        serializer.collect_map(entries)
    }
}

/// For `#[serde(serialize_with)]` on a field that holds a free value.
pub(super) fn serialize_canonical<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    Canonical(value).serialize(serializer)
}

/// Builds a value and refuses what canonical JSON cannot express, while there is still text to refuse.
struct Strict {
    depth_left: usize,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without floats")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        check_int(value).map_err(E::custom)?;
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        self.visit_i64(i64::try_from(value).map_err(|_| E::custom(NOT_INT))?)
    }

    // JSON-5: no fraction, exponent or minus zero: serde_json hands all three over as floats.
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom(NOT_INT))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    // JSON-6: UTF-8 without lone surrogates: a Rust string cannot hold anything else.
    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        check_text(&text).map_err(E::custom)?;
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let depth_left = descend(self.depth_left).map_err(de::Error::custom)?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Strict { depth_left })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let depth_left = descend(self.depth_left).map_err(de::Error::custom)?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            check_text(&key).map_err(de::Error::custom)?;
            // JSON-7: no duplicate keys. JSON-8 (nothing after the value) is the caller's `end()`.
            if map.contains_key(&key) {
                return Err(de::Error::custom("duplicate key"));
            }
            map.insert(key, access.next_value_seed(Strict { depth_left })?);
        }
        Ok(Value::Object(map))
    }
}
