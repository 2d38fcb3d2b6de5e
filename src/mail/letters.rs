//! What letters say: as text, and the same as plain HTML in which nothing of anybody's is markup.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::texts::{self, Texts, fill};
use crate::domain::emails::Digest;
use crate::domain::html::escape;
use crate::domain::language::Language;

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

/// For whom a letter is, and where from.
pub struct Frame<'a> {
    /// Where people open this server.
    pub url: &'a str,
    pub server: &'a str,
    pub address: String,
    pub username: &'a str,
    pub language: Language,
}

impl Frame<'_> {
    fn texts(&self) -> &'static Texts {
        texts::of(self.language)
    }

    fn say(&self, text: &str) -> String {
        fill(text, &[("name", self.username), ("server", self.server)])
    }

    /// A letter with one link, and what is to be known of it.
    fn with_link(self, subject: &str, parts: [&str; 3], url: String) -> Letter {
        let [before, link, after] = parts;
        let lines = [
            text(self.say(self.texts().hello)),
            text(self.say(before)),
            Line::Link { text: self.say(link), url },
            text(self.say(after)),
        ];
        let subject = self.say(subject);
        letter(self.address, subject, &lines, None)
    }
}

pub fn confirm(frame: Frame<'_>, token: &str) -> Letter {
    let texts = frame.texts();
    let url = format!("{}/#/verify/{token}", frame.url);
    frame.with_link(texts.confirm_subject, [texts.confirm, texts.confirm_link, texts.confirm_end], url)
}

pub fn reset(frame: Frame<'_>, token: &str) -> Letter {
    let texts = frame.texts();
    let url = format!("{}/#/reset/{token}", frame.url);
    frame.with_link(texts.reset_subject, [texts.reset, texts.reset_link, texts.reset_end], url)
}

pub fn moved(frame: Frame<'_>) -> Letter {
    let texts = frame.texts();
    let lines = [texts.hello, texts.moved, texts.moved_end].map(|line| text(frame.say(line)));
    let subject = frame.say(texts.moved_subject);
    letter(frame.address, subject, &lines, None)
}

pub fn digest(frame: Frame<'_>, digest: &Digest) -> Letter {
    let (texts, url) = (frame.texts(), frame.url);
    let count = i64::try_from(digest.items.len()).unwrap_or(0) + digest.more;
    let mut lines = vec![text(frame.say(texts.hello)), text(texts.waits)];
    for item in &digest.items {
        let encode = |id: &str| utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
        let said = format!("{}: {}", item.title, item.body);
        lines.push(text(match item.is_reminder {
            true => fill(texts.reminder, &[("said", &said)]),
            false => said,
        }));
        lines.push(Line::Link {
            text: texts.open.to_owned(),
            url: format!("{url}/#/c/{}/{}", encode(&item.channel), encode(&item.message)),
        });
    }
    if digest.more > 0 {
        lines.push(text(fill(texts.more, &[("count", &digest.more.to_string())])));
    }
    let unsubscribe = format!("{url}{UNSUBSCRIBE}?token={}", digest.unsubscribe);
    lines.push(text(frame.say(texts.why)));
    lines.push(Line::Link { text: texts.unsubscribe.to_owned(), url: unsubscribe.clone() });
    let subject = if count == 1 { texts.digest_one } else { texts.digest_many };
    let subject = fill(subject, &[("server", frame.server), ("count", &count.to_string())]);
    letter(frame.address, subject, &lines, Some(unsubscribe))
}

fn letter(to: String, subject: String, lines: &[Line], unsubscribe: Option<String>) -> Letter {
    let mut plain = String::new();
    let mut html = String::from("<!doctype html><html><body style=\"font-family: sans-serif\">\n");
    for line in lines {
        match line {
            Line::Text(text) => {
                plain.push_str(&format!("{text}\n\n"));
                html.push_str(&format!("<p>{}</p>\n", escape(text)));
            }
            Line::Link { text, url } => {
                plain.push_str(&format!("{url}\n\n"));
                html.push_str(&format!("<p><a href=\"{}\">{}</a></p>\n", escape(url), escape(text)));
            }
        }
    }
    html.push_str("</body></html>\n");
    Letter { to, subject, text: plain, html, unsubscribe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_no_markup() {
        let lines = [
            text("<b>Ann</b> & \"co\": <script>x</script>"),
            text("gpj.\u{202e}exe"),
            Line::Link { text: "<i>".to_owned(), url: "https://a.example/?\"><script>".to_owned() },
        ];
        let letter = letter("a@b.example".to_owned(), "x".to_owned(), &lines, None);
        assert!(letter.html.contains("<p>&lt;b&gt;Ann&lt;/b&gt; &amp; &quot;co&quot;: &lt;script&gt;"));
        assert!(letter.html.contains("href=\"https://a.example/?&quot;&gt;&lt;script&gt;\">&lt;i&gt;</a>"));
        assert!(!letter.html.contains("<script"));
        assert!(letter.html.contains("<p>gpj.exe</p>"), "what turns the direction of the rest is gone");
        assert!(letter.text.starts_with("<b>Ann</b> & \"co\": <script>x</script>\n\n"));
    }
}
