//! Dependencies point one way: a module knows only what is below it.

use crate::paths::{NamedPath, paths};
use crate::source::{Source, repository};
use crate::{assert_complaints, assert_tidy, sample};

/// Each module of the crate root and what it may name, from the bottom to the top.
const LAYERS: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("config", &["protocol"]),
    ("net", &[]),
    ("metrics", &[]),
    ("storage", &["protocol", "net"]),
    ("files", &[]),
    ("domain", &["protocol", "config", "storage", "files", "metrics"]),
    ("unfurl", &["config", "net", "domain"]),
    ("http", &["protocol", "config", "storage", "files", "metrics", "domain", "unfurl"]),
    ("live", &["protocol", "storage", "domain", "http"]),
    ("client_api", &["protocol", "storage", "files", "domain", "unfurl", "http", "live"]),
    ("federation", &["protocol", "config", "storage", "files", "net", "domain", "http"]),
    ("mail", &["protocol", "config", "net", "domain"]),
    ("push", &["protocol", "config", "storage", "net", "domain"]),
    ("lost", &["storage", "files"]),
    ("auditing", &["protocol", "config", "storage", "domain", "server", "lost"]),
    ("demo", &[]),
    ("log", &["config"]),
    ("terminal", &["log"]),
    ("advice", &["config", "storage"]),
    ("portability", &["config", "storage", "files", "domain", "server"]),
    ("backup", &["protocol", "config", "storage", "files", "domain", "server", "lost"]),
    ("ready", &["config", "net"]),
    ("doctor", &["protocol", "config", "storage", "net", "domain", "federation", "server", "ready"]),
    ("operator", &["protocol", "config", "storage", "net", "domain", "federation", "server"]),
    ("user", &["protocol", "config", "domain", "server", "terminal"]),
    ("invite", &["config", "storage", "domain", "server", "operator"]),
    (
        "server",
        &[
            "protocol",
            "config",
            "storage",
            "files",
            "net",
            "metrics",
            "domain",
            "unfurl",
            "http",
            "client_api",
            "federation",
            "live",
            "push",
            "mail",
        ],
    ),
    (
        "main",
        &[
            "protocol",
            "config",
            "storage",
            "files",
            "domain",
            "http",
            "client_api",
            "federation",
            "live",
            "server",
            "backup",
            "doctor",
            "ready",
            "demo",
            "portability",
            "lost",
            "operator",
            "terminal",
            "user",
            "invite",
            "advice",
            "log",
        ],
    ),
];

/// Macros live at the crate root whoever defines them: the macro, and the module that it belongs to.
const MACROS: &[(&str, &str)] = &[("on", "storage")];

/// What the pure core must not name: its clock and its randomness are arguments.
const NOT_IN_PROTOCOL: &[&str] =
    &["std::time", "std::fs", "std::net", "std::env", "tokio", "rand", "getrandom", "HashMap"];

fn complaints(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| source.is_rust() && source.path.starts_with("src/"))
        .flat_map(of_file)
        .collect()
}

fn of_file(source: &Source) -> Vec<String> {
    let module = module_path(&source.path);
    // src/lib.rs joins the modules, and knows them all by name.
    let Some(layer) = module.first().copied() else { return Vec::new() };
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![format!(
            "{}: the module `{layer}` is in no layer: give it a place in LAYERS, tests/tidy/imports.rs",
            source.at(1)
        )];
    };
    let mut found = Vec::new();
    for path in paths(&source.code) {
        if let Some(used) = root_module(&path, module.len())
            && used != layer
            && !below.contains(&used)
        {
            found.push(format!(
                "{}: `{layer}` uses `{used}`, which is not below it: move the code, or hand the value in from above",
                source.at(path.line)
            ));
        }
        if layer != "storage" && path.segments.iter().any(|segment| segment.starts_with("diesel")) {
            found.push(format!(
                "{}: only `storage` knows diesel: put the query there and call it",
                source.at(path.line)
            ));
        }
        if let Some(banned) =
            NOT_IN_PROTOCOL.iter().find(|banned| layer == "protocol" && names(&path, banned))
        {
            found.push(format!(
                "{}: `protocol` is pure and does without `{banned}`: take the value as an argument, or an ordered map",
                source.at(path.line)
            ));
        }
    }
    found
}

/// `src/a/b.rs` is `[a, b]`, `src/a/mod.rs` is `[a]`, `src/lib.rs` is `[]`.
fn module_path(path: &str) -> Vec<&str> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.split('/').filter(|part| *part != "mod" && *part != "lib").collect()
}

/// The module of the crate root that a path reaches into, named from a module `depth` levels down.
fn root_module(path: &NamedPath, depth: usize) -> Option<&str> {
    let supers = path.segments.iter().take_while(|segment| *segment == "super").count();
    let known = |name: &str| LAYERS.iter().any(|(layer, _)| *layer == name);
    match path.segments.first()?.as_str() {
        "crate" | "loggia" => {
            let name = path.segments.get(1)?;
            let of_macro =
                MACROS.iter().find(|(macro_name, _)| macro_name == name).map(|(_, module)| *module);
            Some(of_macro.unwrap_or(name))
        }
        "super" if supers >= depth => {
            path.segments.get(supers).map(String::as_str).filter(|name| known(name))
        }
        _ => None,
    }
}

/// A lone lower-case word may be anything; a crate is one with something behind it.
fn names(path: &NamedPath, banned: &str) -> bool {
    let is_type = banned.starts_with(char::is_uppercase);
    if is_type {
        path.segments.iter().any(|segment| segment == banned)
    } else {
        path.segments.len() > 1 && path.starts_with(banned)
    }
}

#[test]
fn dependencies_point_one_way() {
    assert_tidy(&complaints(&repository().expect("the repository can be read")));
}

#[test]
fn a_module_above_and_a_sibling_are_refused() {
    let found = complaints(&[
        sample("src/storage/mod.rs", "use crate::{protocol::ids::UserId, domain::accounts};\n"),
        sample("src/live/hub.rs", "fn f() {\n    crate::client_api::g();\n}\n"),
        sample("src/domain.rs", "use super::http;\n"),
        sample("src/domain/a.rs", "use super::super::server::Server;\nuse super::http;\n"),
        sample("src/client_api/a.rs", "use crate::config::Config;\n"),
    ]);
    assert_complaints(
        &found,
        &[
            "src/storage/mod.rs:1: `storage` uses `domain`",
            "src/live/hub.rs:2: `live` uses `client_api`",
            "src/domain.rs:1: `domain` uses `http`",
            "src/domain/a.rs:1: `domain` uses `server`",
            "src/client_api/a.rs:1: `client_api` uses `config`",
        ],
    );
}

#[test]
fn what_is_below_may_be_used() {
    let found = complaints(&[
        sample("src/lib.rs", "pub mod protocol;\n"),
        sample("src/main.rs", "use loggia::server;\nuse loggia::config::Config;\n"),
        sample(
            "src/live/hub.rs",
            "// crate::client_api says more\nuse crate::domain::A;\nuse crate::live::B;\n",
        ),
        sample("src/domain/a.rs", "pub(crate) use super::b;\nuse crate::storage::C;\n"),
        sample("src/storage/a.rs", "use crate::on;\nuse diesel::prelude::*;\n"),
    ]);
    assert_complaints(&found, &[]);
}

#[test]
fn a_module_without_a_layer_is_refused() {
    let found = complaints(&[
        sample("src/helpers/mod.rs", ""),
        sample("src/domain/a.rs", "use crate::helpers::help;\n"),
        sample("src/domain/b.rs", "use crate::on;\nlet helpers = 1;\n"),
    ]);
    assert_complaints(&found, &["`helpers` is in no layer", "`domain` uses `helpers`"]);
}

#[test]
fn only_storage_knows_the_database() {
    let found = complaints(&[
        sample("src/domain/a.rs", "use diesel::prelude::*;\nuse diesel_async::AsyncPgConnection;\n"),
        sample("src/domain/b.rs", "// diesel does this\n"),
    ]);
    assert_complaints(&found, &["src/domain/a.rs:1: only `storage`", "src/domain/a.rs:2: only `storage`"]);
}

#[test]
fn the_core_is_pure() {
    let found = complaints(&[
        sample(
            "src/protocol/a.rs",
            "use std::{fmt, time::Instant};\nlet m: HashMap<u8, u8>;\nrand::random();\n",
        ),
        sample("src/protocol/b.rs", "let rand = 1;\nlet tokio = \"tokio::spawn\";\n"),
        sample("src/live/a.rs", "use std::time::Instant;\nuse std::collections::HashMap;\n"),
    ]);
    assert_complaints(
        &found,
        &["a.rs:1: `protocol` is pure and does without `std::time`", "without `HashMap`", "without `rand`"],
    );
}
