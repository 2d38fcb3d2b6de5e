//! The OpenAPI document: what the handlers say of themselves, with every error that each can answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::problem::CODES;

/// What an operation can answer besides success, for the document and for its test.
pub struct Errors {
    pub operation: &'static str,
    pub access: Access,
    pub also: &'static [Also],
    pub codes: &'static [&'static str],
}

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anyone,
    Session,
    /// Another server, by its signature.
    Server,
}

/// What an operation does that several do, and each may be refused for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Also {
    /// The channel's rules say whether it may be.
    ByRules,
    /// Another server may have to be asked: a channel's host, or whose directory it is. What a host refuses has the code
    /// that it gives.
    AsksOthers,
    /// A file may have to be fetched from another server.
    Fetches,
}

/// Of whatever another server is asked for.
const OF_OTHERS: &[&str] =
    &["federation_disabled", "peer_blocked", "peer_refused", "peer_nonsense", "peer_unreachable"];

impl Also {
    fn codes(self) -> impl Iterator<Item = &'static str> {
        let (others, own): (&[_], &[_]) = match self {
            Also::ByRules => {
                (&[], &["not_authorised", "archived", "banned", "policy", "server_blocked", "bad_header"])
            }
            Also::AsksOthers => (OF_OTHERS, &["fork", "recovering", "user_excluded"]),
            Also::Fetches => (OF_OTHERS, &[]),
        };
        others.iter().chain(own).copied()
    }
}

/// What a part of a path looks like, by its name in the template.
const PATH_PATTERNS: &[(&str, &str)] = &[
    ("channel", "^![A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"),
    ("message", "^\\$[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"),
    ("user", USER_PATTERN),
    ("session", "^[A-Za-z0-9_-]{1,64}$"),
    ("hash", "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"),
    ("upload", "^[A-Za-z0-9_-]{1,64}$"),
    ("token", "^[A-Za-z0-9_-]{1,128}$"),
    ("name", "^[^/\\x00-\\x1f\\x7f]+$"),
    ("code", "^[A-Za-z0-9_-]{1,64}$"),
    ("emoji", "^[^\\s<>\\x00-\\x1f\\x7f-\\x9f]{1,64}$"),
];

/// `@name:server`. The protocol's own rules are a little stricter about the server's last label.
const USER_PATTERN: &str =
    "^@[a-z0-9][a-z0-9._-]{0,63}:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$";

/// What a cursor looks like; only this server knows which ones mean something.
const CURSOR_PATTERN: &str = "^[A-Za-z0-9_-]{1,512}$";

/// Adds to a document what holds for all operations: security schemes and error answers.
pub fn complete(mut document: Value, errors: &[Errors]) -> Value {
    if let Some(root) = document.as_object_mut() {
        let components = root.entry("components").or_insert_with(|| json!({}));
        components["securitySchemes"] = json!({
            "bearer": { "type": "http", "scheme": "bearer", "description": "The token that creating a session answers." },
            "cookie": { "type": "apiKey", "in": "cookie", "name": super::auth::COOKIE, "description": "What browsers have; writes need this server's own Origin." },
        });
        components["headers"] = rate_headers();
        if let Some(Value::Object(paths)) = root.get_mut("paths") {
            for (path, item) in paths.iter_mut() {
                let Some(item) = item.as_object_mut() else { continue };
                for (method, operation) in item.iter_mut() {
                    if let Some(operation) = operation.as_object_mut() {
                        complete_operation(path, method, operation, errors);
                    }
                }
            }
        }
    }
    document
}

/// Adds what [`super::revalidation`] answers to each read.
pub fn revalidated(mut document: Value) -> Value {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(Map::values_mut) {
        let Some(responses) = item.get_mut("get").and_then(|read| read.get_mut("responses")) else {
            continue;
        };
        let is_json = responses.pointer("/200/content/application~1json").is_some();
        if let Some(responses) = responses.as_object_mut().filter(|_| is_json) {
            responses.insert("304".to_owned(), json!({ "description": "as `If-None-Match` knows it" }));
        }
    }
    document
}

fn complete_operation(path: &str, method: &str, operation: &mut Map<String, Value>, errors: &[Errors]) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(own) = errors.iter().find(|errors| errors.operation == id) else { return };
    let mut codes: Vec<&str> = own.codes.to_vec();
    codes.extend(["internal", "busy", "rate_limited"]);
    if !matches!(method, "get" | "head") || own.also.contains(&Also::Fetches) {
        codes.push("storage_full");
    }
    if own.access == Access::Server {
        codes.extend([
            "bad_signature",
            "bad_digest",
            "bad_query",
            "clock_skew",
            "key_expired",
            "key_unknown",
            "replay",
            "wrong_destination",
            "server_blocked",
            "version",
        ]);
    } else if own.access == Access::Session {
        codes.push("unauthenticated");
        if !matches!(method, "get" | "head") {
            codes.push("bad_origin");
        }
        operation.insert("security".to_owned(), json!([{ "bearer": [] }, { "cookie": [] }]));
    } else {
        operation.insert("security".to_owned(), json!([]));
    }
    codes.extend(own.also.iter().flat_map(|also| also.codes()));
    if let Some(body) = operation.get_mut("requestBody") {
        say_bytes(body);
        leave_out_null(body);
        codes.extend(["bad_json", "too_large", "unsupported_media_type"]);
    }
    if path.contains('{') {
        codes.push("bad_path");
    }
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        parameters.iter_mut().for_each(complete_parameter);
        let has_query = parameters.iter().any(|parameter| parameter["in"] == "query");
        if has_query && !codes.contains(&"bad_query") {
            codes.push("bad_query");
        }
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (_, response) in responses.as_object_mut().into_iter().flatten() {
        say_bytes(response);
        // OpenAPI wants a description even where there is nothing to add.
        if let Some(response) = response.as_object_mut() {
            response.entry("description").or_insert_with(|| json!("done"));
        }
    }
    for (status, meanings) in by_status(&codes) {
        let schema = json!({ "schema": { "$ref": "#/components/schemas/ProblemDocument" } });
        let content = json!({ "application/problem+json": schema });
        let length =
            json!({ "description": "`bytes */` and the file's length", "schema": { "type": "string" } });
        responses[status.to_string()] = match status {
            416 => {
                json!({ "description": meanings, "content": content, "headers": { "Content-Range": length } })
            }
            429 => json!({ "description": meanings, "content": content, "headers": {
                "Retry-After": { "$ref": "#/components/headers/Retry-After" },
                "RateLimit": { "$ref": "#/components/headers/RateLimit" },
                "RateLimit-Policy": { "$ref": "#/components/headers/RateLimit-Policy" },
            } }),
            _ => json!({ "description": meanings, "content": content }),
        };
    }
}

/// A body that may be left out is of one shape: that `null` does as well needs no saying, and generators of clients stumble over
/// it.
fn leave_out_null(body: &mut Value) {
    let mut optional = false;
    for (_, content) in body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some([shape, null]) =
            content.pointer("/schema/oneOf").and_then(Value::as_array).map(Vec::as_slice)
        else {
            continue;
        };
        if null["type"] == "null" {
            content["schema"] = shape.clone();
            optional = true;
        }
    }
    if optional {
        body["required"] = json!(false);
    }
}

/// Bytes are no list of numbers, which is what a `Vec<u8>` is to the derive.
fn say_bytes(body: &mut Value) {
    for (_, content) in body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        if content.pointer("/schema/items/format").is_some_and(|format| format == "int32") {
            content["schema"] = json!({ "type": "string", "format": "binary" });
        }
    }
}

fn complete_parameter(parameter: &mut Value) {
    let pattern = match (parameter["in"].as_str(), parameter["name"].as_str()) {
        (Some("path"), Some(name)) => {
            PATH_PATTERNS.iter().find(|(known, _)| *known == name).map(|(_, pattern)| *pattern)
        }
        (Some("query"), Some("cursor")) => Some(CURSOR_PATTERN),
        _ => None,
    };
    let schema = parameter.get_mut("schema").and_then(Value::as_object_mut);
    if let (Some(pattern), Some(schema)) = (pattern, schema) {
        schema.insert("pattern".to_owned(), json!(pattern));
    }
}

/// What says when to go on (RFC 9110 section 10.2.3; RateLimit header fields for HTTP, an IETF draft).
fn rate_headers() -> Value {
    let header = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    json!({
        "Retry-After": header("Seconds until it is worth trying again.", json!({ "type": "integer", "minimum": 1 })),
        "RateLimit": header("`\"NAME\";r=LEFT;t=SECONDS`: how many are left, and in how many seconds there are some again.", json!({ "type": "string" })),
        "RateLimit-Policy": header("`\"NAME\";q=MOST;w=SECONDS`: which limit it is.", json!({ "type": "string" })),
    })
}

fn by_status(codes: &[&str]) -> BTreeMap<u16, String> {
    let mut grouped: BTreeMap<u16, String> = BTreeMap::new();
    for known in CODES.iter().filter(|known| codes.contains(&known.code)) {
        let text = grouped.entry(known.status).or_default();
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&format!("`{}`: {}", known.code, known.title));
    }
    grouped
}

/// The document as it is committed: keys in order, a newline at the end.
pub fn print(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
