//! Holds every answer that a test gets against the OpenAPI document: an operation answers what it says it
//! answers, and nothing else.

use std::sync::LazyLock;

use serde_json::Value;

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| read(&loggia::client_api::document()));

/// An operation of the document: what a test needs to know of it.
pub struct Operation {
    pub id: String,
    /// `GET`, `POST`, ..
    pub method: String,
    /// Below /api/v1, as in the document: `/channels/{channel}`.
    pub template: String,
    pub needs_session: bool,
    pub has_body: bool,
    responses: Value,
}

impl Operation {
    /// Whether the document lists the status, and for a problem also its code.
    pub fn documents(&self, status: u16, code: Option<&str>) -> bool {
        let response = &self.responses[status.to_string()];
        let described = response["description"].as_str();
        described.is_some_and(|text| code.is_none_or(|code| text.contains(&format!("`{code}`"))))
    }
}

/// All operations that answer over plain HTTP: all but the stream.
pub fn operations() -> &'static [Operation] {
    &OPERATIONS
}

fn read(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().expect("paths");
    let mut found = Vec::new();
    for (template, item) in paths.iter().filter(|(template, _)| *template != "/stream") {
        for (method, operation) in item.as_object().expect("operations") {
            found.push(Operation {
                id: operation["operationId"].as_str().expect("an operationId").to_owned(),
                method: method.to_uppercase(),
                template: template.clone(),
                needs_session: operation["security"].as_array().is_some_and(|security| !security.is_empty()),
                has_body: !operation["requestBody"].is_null(),
                responses: operation["responses"].clone(),
            });
        }
    }
    found
}

/// The operation that a request is for, if there is one.
fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let given: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        let same = |(wanted, given): (&&str, &&str)| {
            wanted == given || (wanted.starts_with('{') && !given.is_empty())
        };
        wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
    };
    operations().iter().find(|operation| operation.method == method && fits(&operation.template))
}

/// Fails the test when the document does not say that the request may be answered so.
#[track_caller]
pub fn check(method: &str, url_path: &str, status: u16, body: &Value) {
    let Some(path) = url_path.strip_prefix("/api/v1") else { return };
    let code = body["code"].as_str().filter(|_| status >= 400);
    match operation(method, path) {
        Some(operation) => assert!(
            operation.documents(status, code),
            "{method} {path} ({}) answered {status} {code:?}, which its documentation does not list: {body}",
            operation.id,
        ),
        None => assert!(
            path == "/stream"
                || matches!((status, code), (404, Some("not_found")) | (405, Some("method_not_allowed"))),
            "{method} {path} is no operation, but answered {status} {code:?}: {body}",
        ),
    }
}
