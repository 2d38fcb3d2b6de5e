//! Every Rust file belongs to a crate: something declares it as a module.

use std::collections::BTreeSet;

use crate::source::{Source, repository};
use crate::{assert_complaints, assert_tidy, sample};

fn complaints(sources: &[Source]) -> Vec<String> {
    let rust: Vec<&Source> =
        sources.iter().filter(|source| source.is_rust() && source.path.starts_with("src/")).collect();
    let mut reached = BTreeSet::new();
    let mut left: Vec<String> =
        rust.iter().map(|source| source.path.clone()).filter(|path| is_crate_root(path)).collect();
    while let Some(path) = left.pop() {
        if let Some(source) = rust.iter().find(|source| source.path == path)
            && reached.insert(path.clone())
        {
            let directory = module_directory(&path);
            for name in declared(&source.code) {
                left.push(format!("{directory}/{name}.rs"));
                left.push(format!("{directory}/{name}/mod.rs"));
            }
        }
    }
    rust.iter()
        .filter(|source| !reached.contains(&source.path))
        .map(|source| {
            format!("{}: no `mod` leads here: declare it in its parent, or delete it", source.at(1))
        })
        .collect()
}

fn is_crate_root(path: &str) -> bool {
    path == "src/lib.rs" || path == "src/main.rs" || path.starts_with("src/bin/")
}

/// Where the modules that a file declares live.
fn module_directory(path: &str) -> String {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    if is_crate_root(path) || file == "mod.rs" {
        directory.to_owned()
    } else {
        path.trim_end_matches(".rs").to_owned()
    }
}

fn declared(code: &str) -> Vec<&str> {
    code.lines()
        .filter_map(|line| {
            let (before, name) = line.trim().strip_suffix(';')?.rsplit_once(' ')?;
            let visibility = before.strip_suffix("mod")?.trim_end();
            (visibility.is_empty() || visibility.starts_with("pub") || visibility.ends_with(']'))
                .then_some(name)
        })
        .collect()
}

#[test]
fn every_file_is_compiled() {
    assert_tidy(&complaints(&repository().expect("the repository can be read")));
}

#[test]
fn a_file_that_nobody_declares_is_refused() {
    let found = complaints(&[
        sample("src/lib.rs", "pub mod a;\npub(crate) mod b;\n// mod c;\n"),
        sample("src/a.rs", "#[cfg(test)]\nmod tests;\n"),
        sample("src/a/tests.rs", ""),
        sample("src/b/mod.rs", "mod d;\n"),
        sample("src/b/d.rs", ""),
        sample("src/c.rs", "mod e;\n"),
        sample("src/c/e.rs", ""),
        sample("src/main.rs", "fn main() {}\n"),
    ]);
    assert_complaints(&found, &["src/c.rs:1: no `mod`", "src/c/e.rs:1: no `mod`"]);
}
