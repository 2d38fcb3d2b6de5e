//! The paths that Rust code names: `a::{b, c::d}` is `a::b` and `a::c::d`.

use std::iter::Peekable;
use std::vec::IntoIter;

use crate::source::is_word;

#[derive(Debug, Clone, PartialEq)]
pub struct NamedPath {
    pub line: usize,
    pub segments: Vec<String>,
}

impl NamedPath {
    pub fn starts_with(&self, prefix: &str) -> bool {
        let mut segments = self.segments.iter();
        prefix.split("::").all(|part| segments.next().is_some_and(|segment| segment == part))
    }
}

/// Every path in code whose comments and literals are blanked; a lone word is a path of one segment.
pub fn paths(code: &str) -> Vec<NamedPath> {
    let mut tokens = tokens(code).into_iter().peekable();
    let mut found = Vec::new();
    while let Some((line, token)) = tokens.next() {
        if let Token::Word(word) = token {
            path(&mut tokens, NamedPath { line, segments: vec![word] }, &mut found);
        }
    }
    found
}

enum Token {
    Word(String),
    Colons,
    Open,
    Close,
    Comma,
    Other,
}

type Tokens = Peekable<IntoIter<(usize, Token)>>;

/// Reads what follows the path's last word.
fn path(tokens: &mut Tokens, mut so_far: NamedPath, found: &mut Vec<NamedPath>) {
    while tokens.next_if(|(_, token)| matches!(token, Token::Colons)).is_some() {
        match tokens.peek() {
            Some((_, Token::Word(word))) => {
                so_far.segments.push(word.clone());
                tokens.next();
            }
            Some((_, Token::Open)) => {
                tokens.next();
                return group(tokens, &so_far, found);
            }
            _ => break,
        }
    }
    found.push(so_far);
}

fn group(tokens: &mut Tokens, prefix: &NamedPath, found: &mut Vec<NamedPath>) {
    let mut element_begins = true;
    while let Some((line, token)) = tokens.next() {
        match token {
            Token::Close => return,
            Token::Comma => element_begins = true,
            Token::Word(word) if element_begins => {
                element_begins = false;
                let mut segments = prefix.segments.clone();
                segments.push(word);
                path(tokens, NamedPath { line, segments }, found);
            }
            _ => {}
        }
    }
}

fn tokens(code: &str) -> Vec<(usize, Token)> {
    let mut found = Vec::new();
    for (number, mut rest) in code.lines().enumerate().map(|(number, line)| (number + 1, line)) {
        while let Some(first) = rest.chars().next() {
            let length = match first {
                char if is_word(char) => rest.find(|char| !is_word(char)).unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                char => char.len_utf8(),
            };
            let (this, after) = rest.split_at(length);
            let token = match this {
                "::" => Token::Colons,
                "{" => Token::Open,
                "}" => Token::Close,
                "," => Token::Comma,
                _ if is_word(first) => Token::Word(this.to_owned()),
                _ => Token::Other,
            };
            if !first.is_whitespace() {
                found.push((number, token));
            }
            rest = after;
        }
    }
    found
}

#[test]
fn groups_are_expanded() {
    let code = "use a::{self, b, c::{D as E, f::*}};\nlet x: g::H<i::J> = k;";
    let named: Vec<String> =
        paths(code).iter().map(|path| format!("{}:{}", path.line, path.segments.join("::"))).collect();
    let expected =
        ["1:use", "1:a::self", "1:a::b", "1:a::c::D", "1:a::c::f", "2:let", "2:x", "2:g::H", "2:i::J", "2:k"];
    assert_eq!(named, expected);
}
