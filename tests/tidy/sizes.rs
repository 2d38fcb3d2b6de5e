//! A file can be read in one sitting, a function fits a screen or so.

use crate::source::{Source, repository};
use crate::{assert_complaints, assert_tidy, sample};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 100;

/// What may be longer, as `path` or `path::function`, and why splitting it would not help its reader.
const LONG: &[(&str, &str)] = &[
    (
        "federation-tests/tests/it/hosts.rs::batches_that_do_not_add_up_are_refused_whole",
        "a table of batches, and a loop over it",
    ),
    ("web/e2e/fake/fake.ts::api", "one case per route of the fake server: a table, not a flow"),
    (
        "web/src/features/channel/General.tsx::General",
        "one form whose fields share their state; most of it is markup",
    ),
];

fn complaints(sources: &[Source], long: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    let mut used = Vec::new();
    for source in sources.iter().filter(|source| !source.is_generated()) {
        for (line, name, length, max) in measured(source).into_iter().filter(|(.., length, max)| length > max)
        {
            match long.iter().find(|(listed, _)| *listed == name) {
                Some((listed, _)) => used.push(*listed),
                None => found.push(format!(
                    "{}: {name} has {length} lines, more than {max}: split it, or list it with a reason in LONG, tests/tidy/sizes.rs",
                    source.at(line)
                )),
            }
        }
    }
    let stale = long.iter().filter(|(listed, _)| !used.contains(listed));
    found.extend(stale.map(|(listed, _)| {
        format!("tests/tidy/sizes.rs:1: {listed} is no longer long: remove it from LONG")
    }));
    let silent = long.iter().filter(|(_, reason)| reason.trim().is_empty());
    found.extend(
        silent.map(|(listed, _)| {
            format!("tests/tidy/sizes.rs:1: {listed} is in LONG without a reason: give it")
        }),
    );
    found
}

/// The file and its functions: line, name, length, and how long it may be.
fn measured(source: &Source) -> Vec<(usize, String, usize, usize)> {
    // Of TypeScript the text: telling code and literals apart there is guesswork around markup and patterns.
    let text = if source.is_rust() { &source.code } else { &source.text };
    let starts = if source.is_rust() { rust_function } else { script_function };
    let lines: Vec<&str> = text.lines().collect();
    let file = (1, source.path.clone(), lines.len(), FILE_LINES_MAX);
    let functions = lines.iter().enumerate().filter_map(|(at, line)| {
        let name = starts(line)?;
        let length = block_length(lines.get(at..)?)?;
        Some((at + 1, format!("{}::{name}", source.path), length, FUNCTION_LINES_MAX))
    });
    std::iter::once(file).chain(functions).collect()
}

/// The lines up to the brace that closes the block that the first line opens. The formatters put it at
/// the same indentation; what ends before it opens has no block.
fn block_length(lines: &[&str]) -> Option<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = lines.first().map(|line| indent(line))?;
    for (at, line) in lines.iter().enumerate() {
        let at_own_indent = indent(line) == own && !line.trim().is_empty();
        if at > 0 && at_own_indent && line.trim_start().starts_with('}') {
            return Some(at + 1);
        }
        let ends = line.ends_with(';') || line.ends_with('}');
        if at_own_indent && ends {
            return None;
        }
    }
    None
}

fn rust_function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_item = before.split_whitespace().all(|word| {
        word.starts_with("pub") || ["const", "async", "unsafe", "extern", "crate)", "in"].contains(&word)
    });
    let name = after.split(['(', '<']).next()?;
    (is_item && !name.is_empty()).then_some(name)
}

/// `function name(`, `const name = (..) => {` and its wrapped forms, or a method `name(..) {`.
fn script_function(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for modifier in ["export ", "default ", "private ", "public ", "static ", "async "] {
        rest = rest.strip_prefix(modifier).unwrap_or(rest);
    }
    let word = |text: &'_ str| text.find(|char: char| !crate::source::is_word(char)).unwrap_or(text.len());
    if let Some(after) = rest.strip_prefix("function") {
        return after.trim_start_matches(['*', ' ']).split(['(', '<']).next();
    }
    if let Some(after) = rest.strip_prefix("const ") {
        let (name, value) = after.split_once('=')?;
        let is_function =
            value.contains("=>") || value.contains("function") || value.trim_end().ends_with('(');
        return is_function.then(|| name.split([':', ' ']).next()).flatten();
    }
    let (name, after) = rest.split_at(word(rest));
    let is_method =
        !name.is_empty() && after.starts_with('(') && after.ends_with('{') && !after.contains("=>");
    let is_statement = ["if", "for", "while", "switch", "catch"].contains(&name);
    (is_method && !is_statement).then_some(name)
}

#[test]
fn files_and_functions_can_be_read_in_one_go() {
    assert_tidy(&complaints(&repository().expect("the repository can be read"), LONG));
}

#[test]
fn what_is_too_long_is_refused() {
    let body = "    x();\n".repeat(99);
    let function = format!("pub async fn f<T>(\n) -> T\nwhere\n    T: A,\n{{\n{body}}}\n");
    let short = format!("    fn g(&self);\nimpl A {{\n    fn h() {{\n{body}    }}\n}}\n");
    let sources = [
        sample("src/a.rs", &function),
        sample("src/b.rs", &"// x\n".repeat(501)),
        sample("src/c.rs", &format!("fn one() {{ 1 }}\n{}", short.replacen("    x();\n", "", 2))),
        sample("web/src/a.tsx", &format!("export const List = memo((props) => {{\n{body}}})\n")),
        sample("web/src/b.ts", &format!("const table = {{\n{body}}};\ndescribe('x', () => {{\n{body}}});\n")),
        sample("web/src/c.ts", &format!("class A {{\n  run(a) {{\n{body}  }}\n}}\n")),
        sample("web/src/generated/d.ts", &"// x\n".repeat(501)),
    ];
    assert_complaints(
        &complaints(&sources, &[]),
        &[
            "src/a.rs::f has 105 lines",
            "src/b.rs has 501 lines",
            "a.tsx::List has 101 lines",
            "c.ts::run has 101",
        ],
    );
}

#[test]
fn an_exception_needs_a_reason_and_a_cause() {
    let sources = [sample("src/b.rs", &"// x\n".repeat(501))];
    assert_complaints(&complaints(&sources, &[("src/b.rs", "a table")]), &[]);
    let found = complaints(&sources, &[("src/b.rs", " "), ("src/c.rs", "a table")]);
    assert_complaints(&found, &["src/c.rs is no longer long", "src/b.rs is in LONG without a reason"]);
}
