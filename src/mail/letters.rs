//! What letters say: as text, and the same as plain HTML in which nothing of anybody's is markup.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::emails::{Digest, Reset};

/// The page, and the request, for no more letters.
const UNSUBSCRIBE: &str = "/api/v1/email/unsubscribe";

/// One letter.
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where one asks for no more of these, by one click (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// A line of a letter, or a link on a line of its own.
enum Line {
    Text(String),
    Link { text: String, url: String },
}

fn text(line: impl Into<String>) -> Line {
    Line::Text(line.into())
}

pub fn confirm(url: &str, server: &str, address: String, username: &str, token: &str) -> Letter {
    let lines = [
        text(format!("Hello {username},")),
        text(format!("somebody, most likely you, gave this address on {server}. Confirm that it is yours:")),
        Line::Link { text: "Confirm the address".to_owned(), url: format!("{url}/#/verify/{token}") },
        text("The link is good for two days. If this was not you, do nothing: no more is sent here."),
    ];
    letter(address, format!("Confirm your address on {server}"), &lines, None)
}

pub fn moved(server: &str, address: String, username: &str) -> Letter {
    let lines = [
        text(format!("Hello {username},")),
        text(format!("your account on {server} has another e-mail address now; this one counts no longer.")),
        text("If this was not you, log in, change your password, and tell the people who run the server."),
    ];
    letter(address, format!("Your address on {server} was changed"), &lines, None)
}

pub fn reset(url: &str, server: &str, reset: Reset) -> Letter {
    let lines = [
        text(format!("Hello {},", reset.username)),
        text(format!("somebody asked for a new password for your account on {server}. If it was you:")),
        Line::Link {
            text: "Choose a new password".to_owned(),
            url: format!("{url}/#/reset/{}", reset.token),
        },
        text("The link is good for one hour, and once. If this was not you, do nothing: the password stays."),
    ];
    letter(reset.address, format!("A new password on {server}"), &lines, None)
}

pub fn digest(url: &str, server: &str, digest: &Digest) -> Letter {
    let count = i64::try_from(digest.items.len()).unwrap_or(0) + digest.more;
    let mut lines = vec![text(format!("Hello {},", digest.username)), text("this waits for you:")];
    for item in &digest.items {
        let encode = |id: &str| utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
        lines.push(text(format!("{}: {}", item.title, item.body)));
        lines.push(Line::Link {
            text: "Open".to_owned(),
            url: format!("{url}/#/c/{}/{}", encode(&item.channel), encode(&item.message)),
        });
    }
    if digest.more > 0 {
        lines.push(text(format!("and {} more.", digest.more)));
    }
    let unsubscribe = format!("{url}{UNSUBSCRIBE}?token={}", digest.unsubscribe);
    lines.push(text(format!(
        "You get this because you asked {server} to write to you about what you missed."
    )));
    lines.push(Line::Link { text: "No more of these".to_owned(), url: unsubscribe.clone() });
    let subject = match count {
        1 => format!("Something waits for you on {server}"),
        count => format!("{count} things wait for you on {server}"),
    };
    letter(digest.address.clone(), subject, &lines, Some(unsubscribe))
}

fn letter(to: String, subject: String, lines: &[Line], unsubscribe: Option<String>) -> Letter {
    let mut plain = String::new();
    let mut html = String::from("<!doctype html><html><body style=\"font-family: sans-serif\">\n");
    for line in lines {
        match line {
            Line::Text(text) => {
                plain.push_str(&format!("{text}\n\n"));
                html.push_str(&format!("<p>{}</p>\n", escaped(text)));
            }
            Line::Link { text, url } => {
                plain.push_str(&format!("{url}\n\n"));
                html.push_str(&format!("<p><a href=\"{}\">{}</a></p>\n", escaped(url), escaped(text)));
            }
        }
    }
    html.push_str("</body></html>\n");
    Letter { to, subject, text: plain, html, unsubscribe }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_no_markup() {
        let lines = [
            text("<b>Ann</b> & \"co\": <script>x</script>"),
            Line::Link { text: "<i>".to_owned(), url: "https://a.example/?\"><script>".to_owned() },
        ];
        let letter = letter("a@b.example".to_owned(), "x".to_owned(), &lines, None);
        assert!(letter.html.contains("<p>&lt;b&gt;Ann&lt;/b&gt; &amp; &quot;co&quot;: &lt;script&gt;"));
        assert!(letter.html.contains("href=\"https://a.example/?&quot;&gt;&lt;script&gt;\">&lt;i&gt;</a>"));
        assert!(!letter.html.contains("<script"));
        assert!(letter.text.starts_with("<b>Ann</b> & \"co\": <script>x</script>\n\n"));
    }
}
