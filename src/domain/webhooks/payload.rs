//! What other programs post, as the text of a message: in Slack's shape (`text`, `blocks`, `attachments`), which most know, or
//! Discord's (`content`, `embeds`). What is not understood is passed over: programs send much that is only looks.

use std::collections::HashMap;

use serde_json::Value;

use crate::domain::import::text::{destination, slack};

/// How many parts of one kind are read.
const PARTS_MAX: usize = 50;
/// How deep rich text is followed.
const LEVELS_MAX: usize = 4;

/// CommonMark; empty if nothing is said.
pub fn text(payload: &Value) -> String {
    let said = |name: &str| string(payload, name);
    let mut parts = vec![said("content"), blocks(payload.get("blocks").unwrap_or(&Value::Null))];
    if parts.iter().all(|part| part.trim().is_empty()) {
        // With blocks the text is what is shown where these can't be.
        parts.push(slacks(&said("text")));
    }
    parts.extend(list(payload, "attachments").map(attachment));
    parts.extend(list(payload, "embeds").map(embed));
    joined(&parts, "\n\n")
}

/// What is text in Slack's blocks.
pub fn blocks(blocks: &Value) -> String {
    let all = blocks.as_array().into_iter().flatten().take(PARTS_MAX);
    joined(&all.map(block).collect::<Vec<_>>(), "\n\n")
}

/// A text, or what rich text is made of, down to so many levels.
fn inline(value: &Value, levels: usize) -> String {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let text = string(value, "text");
    match kind {
        "plain_text" | "text" => escaped(&text),
        "emoji" => slacks(&format!(":{}:", string(value, "name"))),
        "link" => title_link(&text, &string(value, "url")),
        "user" => format!("@{}", string(value, "user_id")),
        "button" => button(value),
        "image" => string(value, "image_url"),
        _ if !text.is_empty() || levels == 0 => slacks(&text),
        "rich_text_list" => {
            let items = list(value, "elements").map(|item| format!("- {}", inline(item, levels - 1)));
            items.collect::<Vec<_>>().join("\n")
        }
        _ => list(value, "elements").map(|part| inline(part, levels - 1)).collect(),
    }
}

fn block(block: &Value) -> String {
    let inner = |value: &Value| inline(value, LEVELS_MAX);
    let mut parts = Vec::new();
    if let Some(text) = block.get("text") {
        match block.get("type").and_then(Value::as_str) {
            Some("header") => parts.push(bold(&inner(text))),
            _ => parts.push(inner(text)),
        }
    }
    parts.extend(list(block, "fields").map(inner));
    parts.extend(block.get("accessory").map(inner));
    // Pictures beside a text are of the size of a letter there.
    let is_text = |element: &&Value| element.get("type").and_then(Value::as_str) != Some("image");
    parts.extend(list(block, "elements").filter(is_text).map(inner));
    if parts.iter().all(String::is_empty) {
        parts.push(string(block, "image_url"));
    }
    joined(&parts, "\n")
}

/// What leads somewhere; a button that its maker hears of is of no use here. Its words stand in a text of their own, or in it.
fn button(button: &Value) -> String {
    let words = button.get("text").and_then(|text| text.as_str().or_else(|| text.get("text")?.as_str()));
    match string(button, "url") {
        link if link.is_empty() => link,
        link => title_link(words.unwrap_or_default(), &link),
    }
}

fn attachment(attachment: &Value) -> String {
    let said = |name: &str| string(attachment, name);
    let mut parts = vec![slacks(&said("pretext")), escaped(&said("author_name"))];
    parts.extend([title(&said("title"), &said("title_link")), slacks(&said("text"))]);
    parts.extend(list(attachment, "fields").map(|field| {
        let (name, value) = (string(field, "title"), slacks(&string(field, "value")));
        named(&name, &value)
    }));
    parts.push(said("image_url"));
    if parts.iter().all(String::is_empty) {
        parts.push(slacks(&said("fallback")));
        parts.extend(list(attachment, "blocks").map(block));
    }
    parts.extend(list(attachment, "actions").map(button));
    parts.push(escaped(&said("footer")));
    joined(&parts, "\n")
}

fn embed(embed: &Value) -> String {
    let said = |name: &str| string(embed, name);
    let of = |name: &str, inner: &str| embed.get(name).map(|part| string(part, inner)).unwrap_or_default();
    let mut parts =
        vec![escaped(&of("author", "name")), title(&said("title"), &said("url")), said("description")];
    parts.extend(list(embed, "fields").map(|field| named(&string(field, "name"), &string(field, "value"))));
    parts.extend([of("image", "url"), escaped(&of("footer", "text"))]);
    joined(&parts, "\n")
}

fn string(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().take(PARTS_MAX)
}

fn slacks(text: &str) -> String {
    slack(text, &HashMap::new())
}

fn title(title: &str, link: &str) -> String {
    match (title.trim(), link) {
        ("", link) => link.to_owned(),
        (title, "") => bold(&escaped(title)),
        (title, link) => bold(&title_link(title, link)),
    }
}

fn title_link(words: &str, link: &str) -> String {
    if words.trim().is_empty() {
        return link.to_owned();
    }
    format!("[{}]({})", escaped(words.trim()), destination(link))
}

fn named(name: &str, value: &str) -> String {
    match name.trim() {
        "" => value.to_owned(),
        name => format!("{}: {value}", bold(&escaped(name))),
    }
}

fn bold(text: &str) -> String {
    // It would end with its line.
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { line } else { format!("**{line}**") }
}

/// Plain text in CommonMark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '~' | '#' | '@' | '&' | '!' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Those in which something is said, a line or a paragraph each.
fn joined(parts: &[String], between: &str) -> String {
    let said = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_programs_post_is_read() {
        for (payload, expected) in [
            (
                json!({ "text": "*Done*: <https://ci.example/7|build 7> &amp; more" }),
                "**Done**: [build 7](https://ci.example/7) & more",
            ),
            (json!({ "content": "**as it is** <b>", "username": "x", "avatar_url": 7 }), "**as it is** <b>"),
            (
                json!({ "text": "", "attachments": [{
                    "pretext": "Alert", "title": "[FIRING] *disk*", "title_link": "https://g.example/a (b)", "text": "_full_",
                    "fields": [{ "title": "host", "value": "db1", "short": true }, { "value": "only" }], "fallback": "no",
                }] }),
                "Alert\n**[\\[FIRING\\] \\*disk\\*](https://g.example/a%20%28b%29)**\n_full_\n**host**: db1\nonly",
            ),
            (json!({ "attachments": [{ "fallback": "what is left" }, 7, null] }), "what is left"),
            (
                json!({ "blocks": [
                    { "type": "header", "text": { "type": "plain_text", "text": "New *ticket*" } },
                    { "type": "divider" },
                    { "type": "section", "text": { "type": "mrkdwn", "text": "*open*" }, "fields": [{ "type": "mrkdwn", "text": "a" }] },
                    { "type": "context", "elements": [{ "type": "mrkdwn", "text": "by <https://x.example|x>" }] },
                ] }),
                "**New \\*ticket\\***\n\n**open**\na\n\nby [x](https://x.example)",
            ),
            (
                json!({ "embeds": [{ "title": "Push\n\n!", "url": "https://git.example", "description": "two *commits*",
                    "fields": [{ "name": "branch", "value": "main" }], "image": { "url": "https://i.example" } }] }),
                "**[Push \\!](https://git.example)**\ntwo *commits*\n**branch**: main\nhttps://i.example",
            ),
            (
                json!({ "blocks": [{ "type": "rich_text", "elements": [
                    { "type": "rich_text_section", "elements": [
                        { "type": "text", "text": "so *rich* " }, { "type": "emoji", "name": "tada" },
                        { "type": "link", "url": "https://x.example", "text": "x" }, { "type": "user", "user_id": "U1" },
                    ] },
                    { "type": "rich_text_list", "elements": [
                        { "type": "rich_text_section", "elements": [{ "type": "text", "text": "one" }] },
                        { "type": "rich_text_section", "elements": [{ "type": "text", "text": "two" }] },
                    ] },
                ] }] }),
                "so \\*rich\\* 🎉[x](https://x.example)@U1\n- one\n- two",
            ),
            (json!({ "text": 7, "attachments": "x", "blocks": {} }), ""),
            (json!([1]), ""),
            (Value::Null, ""),
        ] {
            assert_eq!(text(&payload), expected, "{payload}");
        }
    }

    #[test]
    fn what_is_said_in_blocks_and_text_is_said_once() {
        let payload = json!({ "text": "short", "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": "long" } }] });
        assert_eq!(text(&payload), "long");
        let payload = json!({ "text": "short", "blocks": [{ "type": "divider" }] });
        assert_eq!(text(&payload), "short");
    }

    #[test]
    fn what_leads_somewhere_is_a_link() {
        let button = |text: &str, url: &str| json!({ "type": "button", "text": { "type": "plain_text", "text": text }, "url": url });
        let payload = json!({
            "blocks": [
                { "type": "section", "text": { "type": "mrkdwn", "text": "*Deploy*" }, "accessory": button("Log", "https://l.example") },
                { "type": "actions", "elements": [button("Roll back", "https://r.example"), button("Only here", "")] },
                { "type": "image", "image_url": "https://i.example", "alt_text": "a chart" },
                { "type": "context", "elements": [{ "type": "image", "image_url": "https://icon.example", "alt_text": "" }] },
            ],
            "attachments": [{ "author_name": "CI", "text": "red", "footer": "v2",
                "actions": [{ "type": "button", "text": "Silence", "url": "https://s.example" }] }],
            "embeds": [{ "author": { "name": "ann" }, "description": "pushed", "footer": { "text": "main" } }],
        });
        let expected = "**Deploy**\n[Log](https://l.example)\n\n[Roll back](https://r.example)\n\nhttps://i.example\n\n\
            CI\nred\n[Silence](https://s.example)\nv2\n\nann\npushed\nmain";
        assert_eq!(text(&payload), expected);
    }
}
