//! Who is mentioned in a text: `@ann`, `@ann:b.example`, `@channel`, `@here`; not inside code, nor behind a backslash.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::protocol::ids::{ServerName, UserId};

/// How many people one message may mention.
pub const MENTIONS_MAX: usize = 50;

/// What a text mentions, before it is known who of them is in the channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mentions {
    pub users: Vec<String>,
    /// Everybody in the channel.
    pub all: bool,
    /// Those of them who are there at the moment.
    pub here: bool,
}

/// Reads the mentions of a CommonMark text; a name without a server is of `server`.
pub fn find(text: &str, server: &ServerName) -> Mentions {
    let mut found = Mentions::default();
    if !text.contains('@') {
        return found;
    }
    let mut in_code = false;
    // Adjacent text events are one run for us: an underscore in a name may be split off.
    let mut run = String::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            // A backslash takes a mark for itself, and begins a text of its own.
            Event::Text(part) if !in_code && part.starts_with('@') && is_escaped(text, range.start) => {
                run.push(' ');
                run.push_str(part.trim_start_matches('@'));
            }
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(part) if !in_code => run.push_str(&part),
            Event::Start(_) | Event::End(_) if !in_code => {
                scan(&std::mem::take(&mut run), server, &mut found)
            }
            _ => run.push(' '),
        }
    }
    scan(&run, server, &mut found);
    found
}

fn is_escaped(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with('\\'))
}

fn scan(run: &str, server: &ServerName, found: &mut Mentions) {
    let mut before = ' ';
    let mut rest = run;
    while let Some(at) = rest.find('@') {
        let (head, tail) = rest.split_at(at);
        before = head.chars().next_back().unwrap_or(before);
        let tail = tail.strip_prefix('@').unwrap_or(tail);
        let end = tail.find(|c: char| !is_name(c)).unwrap_or(tail.len());
        let (word, after) = tail.split_at(end);
        // `ann@b.example` is an address, not a mention.
        if !is_name(before) || before == '.' || before == ':' {
            note(word, server, found);
        }
        before = word.chars().next_back().unwrap_or('@');
        rest = after;
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':')
}

/// `word` as far as it is a name: a full stop or colon at its end belongs to the sentence.
fn note(word: &str, server: &ServerName, found: &mut Mentions) {
    let word = word.trim_end_matches(['.', ':', '-']).to_ascii_lowercase();
    match word.as_str() {
        "channel" | "all" | "everyone" => found.all = true,
        "here" => found.here = true,
        _ => note_name(&word, server, found),
    }
}

fn note_name(word: &str, server: &ServerName, found: &mut Mentions) {
    let id = match word.split_once(':') {
        Some(_) => format!("@{word}").parse::<UserId>().ok(),
        None => UserId::new(word, server).ok(),
    };
    let Some(id) = id else { return };
    let id = id.as_str().to_owned();
    if found.users.len() < MENTIONS_MAX && !found.users.contains(&id) {
        found.users.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(text: &str) -> Vec<String> {
        find(text, &"a.example".parse().unwrap()).users
    }

    #[test]
    fn names_are_found_where_people_write_them() {
        assert_eq!(users("hi @ann, and @bob:b.example."), ["@ann:a.example", "@bob:b.example"]);
        assert_eq!(users("@ann: look"), ["@ann:a.example"]);
        assert_eq!(users("(@ann_b) **@carl**"), ["@ann_b:a.example", "@carl:a.example"]);
        assert_eq!(users("@ann @ann"), ["@ann:a.example"]);
        assert_eq!(users("@Ann"), ["@ann:a.example"]);
    }

    #[test]
    fn addresses_and_code_are_not_mentions() {
        assert!(users("mail ann@b.example").is_empty());
        assert!(users("`@ann` and\n\n```\n@bob\n```\n").is_empty());
        assert!(users("@ @@ @-").is_empty());
        assert!(users("\\@ann and \\@bob").is_empty());
        assert_eq!(
            users("\\\\@ann, \\*@bob and @carl\\_c"),
            ["@ann:a.example", "@bob:a.example", "@carl_c:a.example"]
        );
    }

    #[test]
    fn everybody_can_be_addressed() {
        assert!(find("@channel: lunch", &"a.example".parse().unwrap()).all);
        assert!(!find("`@channel`", &"a.example".parse().unwrap()).all);
        let here = find("@here, lunch", &"a.example".parse().unwrap());
        assert!(here.here && !here.all && here.users.is_empty());
        assert!(!find("@channel", &"a.example".parse().unwrap()).here);
    }
}
