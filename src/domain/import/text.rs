//! Text of other programs as CommonMark.

use std::collections::HashMap;

use emojis::SkinTone;

/// How many messages one of elsewhere becomes at the most: what is longer ends there.
const PIECES_MAX: usize = 64;
/// Longest word in angle brackets: an address, and what it is called.
const BRACKETS_BYTES_MAX: usize = 8_192;
/// Longest name of an emoji.
const EMOJI_BYTES_MAX: usize = 64;

/// A text in pieces of at most so many bytes, cut between lines where that is possible.
pub fn pieces(text: &str, most: usize) -> Vec<String> {
    // A piece has room for a character.
    let most = most.max(4);
    let text = text.replace('\0', "");
    let mut rest = text.trim_end();
    let mut pieces = Vec::new();
    while !rest.trim().is_empty() && pieces.len() < PIECES_MAX {
        if rest.len() <= most {
            pieces.push(rest.to_owned());
            break;
        }
        let mut end = most;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let head = rest.get(..end).unwrap_or_default();
        let line = head.rfind('\n').filter(|at| *at > most / 2).map_or(end, |at| at + 1);
        let (piece, tail) = rest.split_at_checked(line).unwrap_or((rest, ""));
        if !piece.trim().is_empty() {
            pieces.push(piece.trim_end().to_owned());
        }
        rest = tail;
    }
    pieces
}

/// Slack's text: `<@U1>`, `<#C1|name>`, `<!here>`, `<https://x|words>`, `*bold*`, `~gone~`, and `&lt;` `&gt;` `&amp;`.
pub fn slack(text: &str, people: &HashMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    // Between backticks only what is in angle brackets is Slack's own.
    for (n, part) in text.split('`').enumerate() {
        if n > 0 {
            out.push('`');
            code = !code;
        }
        let plain = brackets(part, people);
        out.push_str(&if code { plain } else { marks(&emojis_in(&plain)) });
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The text with what stands in angle brackets replaced by what it means; what means nothing stays as it is. Goes through
/// the text once: strangers write it.
fn in_brackets(text: &str, means: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut close) = (0, None);
    let find = |sign: char, from: usize| Some(from + text.get(from..)?.find(sign)?);
    while let Some(open) = find('<', at) {
        close = close.filter(|close| *close > open).or_else(|| find('>', open));
        let Some(end) = close else { break };
        let inside = text.get(open + 1..end).filter(|inside| inside.len() <= BRACKETS_BYTES_MAX);
        let meaning = inside.and_then(&means);
        out.push_str(text.get(at..open).unwrap_or_default());
        out.push_str(meaning.as_deref().unwrap_or("<"));
        at = if meaning.is_some() { end + 1 } else { open + 1 };
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// An address as it stands in a link of CommonMark.
pub fn destination(address: &str) -> String {
    address.replace(' ', "%20").replace('(', "%28").replace(')', "%29")
}

fn brackets(text: &str, people: &HashMap<String, String>) -> String {
    in_brackets(text, |inside| {
        let (target, label) = inside.split_once('|').map_or((inside, None), |(a, b)| (a, Some(b)));
        Some(match target.split_at_checked(1) {
            Some(("@", id)) => {
                let name = people.get(id).map(String::as_str).or(label).unwrap_or(id);
                format!("@{name}")
            }
            Some(("#", id)) => format!("#{}", label.unwrap_or(id)),
            Some(("!", word)) => {
                let word = word.split('^').next().unwrap_or(word);
                label.map_or_else(|| format!("@{word}"), str::to_owned)
            }
            _ => match label {
                Some(label) if label != target => {
                    let label = label.replace(['[', ']'], "");
                    format!("[{label}]({})", destination(target))
                }
                _ => target.to_owned(),
            },
        })
    })
}

/// Discord's text, where it was exported as it is stored: `<@1>`, `<@!1>` and `<:name:1>`; `name` knows people by their ids.
/// The rest is CommonMark.
pub fn discord<'a>(text: &str, name: impl Fn(&str) -> Option<&'a str>) -> String {
    in_brackets(text, |inside| {
        if let Some(person) = inside.strip_prefix('@').map(|id| id.trim_start_matches('!')).and_then(&name) {
            return Some(format!("@{person}"));
        }
        let own = inside.strip_prefix("a:").or_else(|| inside.strip_prefix(':'))?;
        let (name, id) = own.split_once(':')?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| format!(":{name}:"))
    })
}

/// An emoji by its name in Slack, `thumbsup` or `wave::skin-tone-3`: as the sign that it is, or with colons where it is
/// none of Unicode's.
pub fn emoji(name: &str) -> String {
    let (base, tone) = name.split_once("::").map_or((name, None), |(base, tone)| (base, Some(tone)));
    let tone = match tone {
        Some("skin-tone-2") => Some(SkinTone::Light),
        Some("skin-tone-3") => Some(SkinTone::MediumLight),
        Some("skin-tone-4") => Some(SkinTone::Medium),
        Some("skin-tone-5") => Some(SkinTone::MediumDark),
        Some("skin-tone-6") => Some(SkinTone::Dark),
        _ => None,
    };
    let Some(found) = emojis::get_by_shortcode(base) else { return format!(":{name}:") };
    tone.and_then(|tone| found.with_skin_tone(tone)).unwrap_or(found).as_str().to_owned()
}

/// `:wave:` in a text as the sign that it is.
fn emojis_in(text: &str) -> String {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.len() <= EMOJI_BYTES_MAX
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-+".contains(&b))
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(':') {
        out.push_str(before);
        let named = after.split_once(':').filter(|(name, _)| is_name(name));
        let Some((base, tail)) = named.filter(|(name, _)| emojis::get_by_shortcode(name).is_some()) else {
            out.push(':');
            rest = after;
            continue;
        };
        // The tone stands behind it, between colons of its own.
        let tone = tail.strip_prefix(':').and_then(|tail| tail.split_once(':'));
        match tone.filter(|(tone, _)| tone.starts_with("skin-tone-")) {
            Some((tone, tail)) => {
                out.push_str(&emoji(&format!("{base}::{tone}")));
                rest = tail;
            }
            None => {
                out.push_str(&emoji(base));
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

/// `*bold*` and `~gone~` of Slack are `**bold**` and `~~gone~~`.
fn marks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut open: Option<char> = None;
    let is_edge = |at: Option<&char>| at.is_none_or(|c| !c.is_alphanumeric());
    let closed = closed(&chars);
    for (n, (c, closed)) in chars.iter().zip(closed).enumerate() {
        let (before, after) = (n.checked_sub(1).and_then(|n| chars.get(n)), chars.get(n + 1));
        let is_mark = matches!(c, '*' | '~') && before != Some(c) && after != Some(c);
        let opens = is_mark && open.is_none() && is_edge(before) && after.is_some_and(|c| !c.is_whitespace());
        let opens = opens && closed;
        let ends =
            is_mark && open == Some(*c) && is_edge(after) && before.is_some_and(|c| !c.is_whitespace());
        if opens || ends {
            out.push(*c);
            open = opens.then_some(*c);
        }
        out.push(*c);
    }
    out
}

/// Of each character whether it is a mark that another one of its line can close, with something between them. From the
/// end, so that no line is gone through for each of its marks: strangers write it.
fn closed(chars: &[char]) -> Vec<bool> {
    let mut closed = vec![false; chars.len()];
    // The last of its line that closes.
    let (mut star, mut wave) = (None, None);
    for (n, c) in chars.iter().enumerate().rev() {
        let last = match c {
            '*' => &mut star,
            '~' => &mut wave,
            '\n' => {
                (star, wave) = (None, None);
                continue;
            }
            _ => continue,
        };
        if let Some(place) = closed.get_mut(n) {
            *place = last.is_some_and(|last| last >= n + 2);
        }
        let behind = chars.get(n + 1).is_none_or(|c| !c.is_alphanumeric());
        let before = n.checked_sub(1).and_then(|n| chars.get(n)).is_some_and(|c| !c.is_whitespace());
        if last.is_none() && behind && before {
            *last = Some(n);
        }
    }
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slacks_text_becomes_commonmark() {
        let people = HashMap::from([("U1".to_owned(), "Ann Lee".to_owned())]);
        for (text, expected) in [
            ("hi <@U1> and <@U2|bob>, <@U3>", "hi @Ann Lee and @bob, @U3"),
            ("in <#C1|general> <!here> <!date^1^x|then>", "in #general @here then"),
            (
                "<https://a.example/x_y|the [page]> <https://b.example>",
                "[the page](https://a.example/x_y) https://b.example",
            ),
            ("*bold* _it_ ~no~ 2*3*4 * a", "**bold** _it_ ~~no~~ 2*3*4 * a"),
            ("`*code*` &lt;b&gt; &amp;amp;", "`*code*` <b> &amp;"),
            ("a < b", "a < b"),
            ("*a\nb* *c* ~d *e~", "*a\nb* **c** ~~d *e~~"),
            (
                ":wave: at 12:30:45 :no_such: `:wave:` :+1::skin-tone-3:!",
                "👋 at 12:30:45 :no_such: `:wave:` 👍🏼!",
            ),
            ("<https://a.example:8080/x:y|:tada:>", "[🎉](https://a.example:8080/x:y)"),
            ("", ""),
        ] {
            assert_eq!(slack(text, &people), expected, "{text}");
        }
    }

    /// By going through the rest of the text for each mark this would take minutes.
    #[test]
    fn hostile_texts_take_no_time() {
        let (done, seen) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for piece in ["*a ", "~a ", "<", "<>", "<:", "`", ":", ":a", "*", "<@", "*a <b> "] {
                let text = piece.repeat(262_144 / piece.len());
                slack(&text, &HashMap::new());
                slack(&format!("{text}>"), &HashMap::new());
                discord(&text, |_| None);
                discord(&format!("{text}>"), |_| None);
            }
            let _ = done.send(());
        });
        assert_eq!(seen.recv_timeout(std::time::Duration::from_secs(60)), Ok(()));
    }

    #[test]
    fn discords_text_names_people_and_emoji() {
        let name = |id: &str| (id == "1").then_some("Ann");
        for (text, expected) in [
            ("hi <@1>, <@!1> and <@2>", "hi @Ann, @Ann and <@2>"),
            ("<:parrot:9> <a:dance:10> <:x:y> <b> a < b", ":parrot: :dance: <:x:y> <b> a < b"),
            ("<<@1>>", "<@Ann>"),
        ] {
            assert_eq!(discord(text, name), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_lines_and_characters() {
        assert_eq!(pieces("a\0b", 10), ["ab"]);
        assert_eq!(pieces(" \n ", 10), Vec::<String>::new());
        assert_eq!(pieces("aaaaaa\nbbbb\ncc", 10), ["aaaaaa", "bbbb\ncc"]);
        assert_eq!(pieces("üüüüüü", 5), ["üü", "üü", "üü"]);
        assert_eq!(pieces(&"x".repeat(1_000), 4).len(), PIECES_MAX);
    }
}
