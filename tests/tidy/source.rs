//! The repository's sources, with code and comments told apart.

use std::fs;
use std::io;
use std::path::Path;

const ROOTS: &[&str] = &["src", "tests", "federation-tests", "benches", "examples", "web"];
const EXTENSIONS: &[&str] = &["rs", "ts", "tsx"];
const NOT_OURS: &[&str] = &["target", "node_modules", "dist", "test-results", "playwright-report", "data"];

pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
    /// The text with comments and literals blanked; every line keeps its number.
    pub code: String,
    /// The text with everything but comments blanked.
    pub comments: String,
}

impl Source {
    pub fn new(path: &str, text: String) -> Source {
        let (code, comments) = split(&text, path.ends_with(".rs"));
        Source { path: path.to_owned(), text, code, comments }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Written by a program, and it says so.
    pub fn is_generated(&self) -> bool {
        self.path.split('/').any(|part| part.contains("generated"))
            || self
                .text
                .lines()
                .take(5)
                .any(|line| line.contains("@generated") || line.contains("auto-generated"))
    }

    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source that people write, the generated ones included.
pub fn repository() -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for directory in ROOTS {
        for path in files_below(directory, EXTENSIONS)? {
            let text = fs::read_to_string(root().join(&path))?;
            sources.push(Source::new(&path, text));
        }
    }
    Ok(sources)
}

/// The files below a directory of the repository, sorted; none when there is no such directory.
pub fn files_below(directory: &str, extensions: &[&str]) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        let entries = match fs::read_dir(root().join(&directory)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{directory}/{name}");
            if entry.file_type()?.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    left.push(path);
                }
            } else if extensions.iter().any(|extension| name.ends_with(&format!(".{extension}"))) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What stands at a position, and so what the next piece of the text is.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Code,
    Comment,
    Literal,
}

fn split(text: &str, rust: bool) -> (String, String) {
    let (mut code, mut comments) = (String::with_capacity(text.len()), String::with_capacity(text.len()));
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, length) = next_piece(rest, rust);
        let (this, after) = rest.split_at(length);
        let blank: String = this.chars().map(|char| if char == '\n' { '\n' } else { ' ' }).collect();
        code.push_str(if piece == Piece::Code { this } else { &blank });
        comments.push_str(if piece == Piece::Comment { this } else { &blank });
        rest = after;
    }
    (code, comments)
}

/// The kind and the length in bytes of the piece that the (non-empty) text starts with.
fn next_piece(rest: &str, rust: bool) -> (Piece, usize) {
    let first = rest.chars().next().unwrap_or_default();
    if rest.starts_with("//") {
        (Piece::Comment, rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        (Piece::Comment, block_comment(rest, rust))
    } else if first == '"' || (!rust && (first == '\'' || first == '`')) {
        (Piece::Literal, quoted(rest, first, rust || first == '`'))
    } else if rust && first == '\'' {
        char_literal(rest).map_or((Piece::Code, 1), |length| (Piece::Literal, length))
    } else if is_word(first) {
        let word = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
        raw_string(rest, word).map_or((Piece::Code, word), |length| (Piece::Literal, length))
    } else {
        (Piece::Code, first.len_utf8())
    }
}

pub fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

fn block_comment(rest: &str, nests: bool) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") && (nests || depth == 0) {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// A literal up to its closing quote; without `lines` (an apostrophe in JSX text) it ends with the line.
fn quoted(rest: &str, quote: char, lines: bool) -> usize {
    let mut escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        if char == '\n' && !lines {
            return at;
        }
        if char == quote && !escaped {
            return at + 1;
        }
        escaped = char == '\\' && !escaped;
    }
    rest.len()
}

/// The length of `'x'` or `'\n'`; nothing for a lifetime.
fn char_literal(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, content) = chars.next()?;
    if content == '\\' {
        return Some(quoted(rest, '\'', false));
    }
    chars.next().filter(|(_, char)| *char == '\'').map(|(at, _)| at + 1)
}

/// The length of `r#".."#` and its kin, whose prefix is the first `word` bytes.
fn raw_string(rest: &str, word: usize) -> Option<usize> {
    let (prefix, tail) = rest.split_at(word);
    if !["r", "br", "cr"].contains(&prefix) {
        return None;
    }
    let hashes = tail.chars().take_while(|char| *char == '#').count();
    let content = tail.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = content.find(&end).map_or(content.len(), |at| at + end.len());
    Some(word + hashes + 1 + length)
}

#[test]
fn code_and_comments_are_told_apart() {
    let text =
        "let a = \"x // y\\\"\"; // one\n/* two /* three */ */ b<'a>('\\'', 'c', r#\"d\"e\"#, r#type);\n";
    let source = Source::new("src/a.rs", text.to_owned());
    assert_eq!(
        source.code.split_whitespace().collect::<Vec<_>>().join(" "),
        "let a = ; b<'a>( , , , r#type);"
    );
    assert_eq!(
        source.comments.split_whitespace().collect::<Vec<_>>().join(" "),
        "// one /* two /* three */ */"
    );
    assert_eq!(source.code.lines().count(), 2);
}

#[test]
fn an_apostrophe_in_markup_hides_no_more_than_its_line() {
    let source = Source::new("web/src/a.tsx", "<p>Don't</p>\nconst a = `b\nc`; d('e');\n".to_owned());
    assert_eq!(source.code.split_whitespace().collect::<Vec<_>>().join(" "), "<p>Don const a = ; d( );");
}

#[test]
fn generated_files_are_recognised() {
    assert!(Source::new("web/src/api/generated/a.ts", String::new()).is_generated());
    assert!(Source::new("web/src/a.ts", "// This file is auto-generated\n".to_owned()).is_generated());
    assert!(!Source::new("web/src/a.ts", "// Reads what was sent.\n".to_owned()).is_generated());
}
