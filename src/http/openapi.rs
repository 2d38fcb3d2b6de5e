//! The OpenAPI document: what the handlers say of themselves, with every error that each can answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::problem::CODES;

/// What an operation can answer besides success, for the document and for its test.
pub struct Errors {
    pub operation: &'static str,
    pub access: Access,
    pub codes: &'static [&'static str],
}

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anyone,
    Session,
}

/// Adds to a document what holds for all operations: security schemes and error answers.
pub fn complete(mut document: Value, errors: &[Errors]) -> Value {
    if let Some(root) = document.as_object_mut() {
        let components = root.entry("components").or_insert_with(|| json!({}));
        components["securitySchemes"] = json!({
            "bearer": { "type": "http", "scheme": "bearer", "description": "The token that creating a session answers." },
            "cookie": { "type": "apiKey", "in": "cookie", "name": super::auth::COOKIE, "description": "What browsers have; writes need this server's own Origin." },
        });
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

fn complete_operation(path: &str, method: &str, operation: &mut Map<String, Value>, errors: &[Errors]) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(own) = errors.iter().find(|errors| errors.operation == id) else { return };
    let mut codes: Vec<&str> = own.codes.to_vec();
    codes.extend(["internal", "busy", "rate_limited"]);
    if own.access == Access::Session {
        codes.push("unauthenticated");
        if method != "get" {
            codes.push("bad_origin");
        }
        operation.insert("security".to_owned(), json!([{ "bearer": [] }, { "cookie": [] }]));
    } else {
        operation.insert("security".to_owned(), json!([]));
    }
    if operation.contains_key("requestBody") {
        codes.extend(["bad_json", "too_large", "unsupported_media_type"]);
    }
    if path.contains('{') {
        codes.push("bad_path");
    }
    let parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    if parameters.iter().any(|parameter| parameter["in"] == "query") {
        codes.push("bad_query");
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (status, meanings) in by_status(&codes) {
        responses[status.to_string()] = json!({
            "description": meanings,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" } } },
        });
    }
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

/// The server-to-server document. This release serves no such endpoint yet, and says so.
pub fn federation() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Loggia federation API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "This release serves no server-to-server endpoint yet.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": {},
    })
}
