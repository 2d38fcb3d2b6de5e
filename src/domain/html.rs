//! A channel as pages that anybody can read with a browser and nothing else: text, files, pictures of people. No
//! scripts, nothing from anywhere; what people wrote is CommonMark without HTML, and everything is escaped.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::show;
use super::view::{Attachment, Message};
use crate::files::{Hash, kind};
use crate::protocol::{Seq, Ts};
use crate::storage::channels::ChannelRow;
use crate::storage::messages::{Of, Stretch};
use crate::storage::users::UserRow;
use crate::storage::{Conn, entries, messages, users};

/// How many messages a page has.
pub const PAGE_MESSAGES: i64 = 500;
/// How much of a message is quoted above its answer, in characters.
const QUOTE_CHARS_MAX: usize = 120;
/// What links may lead to.
const SCHEMES: &[&str] = &["http://", "https://", "mailto:"];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h2{font-size:1rem;border-bottom:1px solid #ccc;margin:2rem 0 1rem}article{margin:0 0 1rem;padding-left:3.25rem;position:relative}
.face{position:absolute;left:0;top:.2rem;width:2.5rem;height:2.5rem;border-radius:50%;background:#ddd}
header b{margin-right:.5rem}time,.note,.quote,footer{color:#666;font-size:.85rem}.quote{border-left:3px solid #ccc;padding-left:.5rem}
article img:not(.face),video{max-width:100%;max-height:24rem}pre{overflow:auto;background:#f4f4f4;padding:.5rem}blockquote{border-left:3px solid #ccc;margin-left:0;padding-left:.75rem}
nav a{margin-right:1rem}:target{background:#fff8d0}p{margin:.25rem 0;overflow-wrap:anywhere}";

/// Why no archive was written.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    #[error("{0}")]
    Storage(#[from] crate::storage::Error),
    #[error("{0}")]
    Domain(#[from] super::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Where an archive's files go: a directory, or a ZIP file.
pub trait Shelf {
    /// Begins a file.
    fn begin(&mut self, path: &str) -> io::Result<&mut dyn Write>;
}

/// Writes the bytes of a file; false if they are not here.
pub type CopyFile<'a> = dyn FnMut(&Hash, &mut dyn Write) -> io::Result<bool> + 'a;

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub messages: usize,
    pub pages: usize,
    pub files: usize,
    /// Files whose bytes are not here: of other servers, and nobody has looked at them.
    pub missing: usize,
}

struct Archive<'a> {
    conn: &'a mut Conn,
    row: &'a ChannelRow,
    people: HashMap<String, Option<UserRow>>,
    /// The first message of each page.
    starts: Vec<Seq>,
    /// Files that stand on pages, by name in the archive.
    files: BTreeSet<(String, String)>,
}

/// Writes a channel as pages.
pub fn write(
    conn: &mut Conn,
    row: &ChannelRow,
    shelf: &mut dyn Shelf,
    copy: &mut CopyFile<'_>,
) -> Result<Written, HtmlError> {
    let starts = starts(conn, row)?;
    let mut archive =
        Archive { conn, row, people: HashMap::new(), starts: starts.clone(), files: BTreeSet::new() };
    let mut written = Written { pages: starts.len(), ..Written::default() };
    let mut days = Vec::new();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).map_or(i64::MAX, |next| next - 1);
        let rows = messages::page(
            archive.conn,
            row.num,
            Of::Channel,
            Stretch::beginning((*start, end), PAGE_MESSAGES),
        )?;
        let shown = show::messages(archive.conn, row.num, &row.id, rows, None)?;
        written.messages += shown.len();
        days.push(shown.first().map(|message| day(at(message))).unwrap_or_default());
        let page = archive.page(n, &shown)?;
        shelf.begin(&page_name(n))?.write_all(page.as_bytes())?;
    }
    let index = archive.index(&days);
    shelf.begin("index.html")?.write_all(index.as_bytes())?;
    for (hash, path) in archive.files {
        let Ok(hash) = hash.parse::<Hash>() else { continue };
        match copy(&hash, shelf.begin(&path)?)? {
            true => written.files += 1,
            false => written.missing += 1,
        }
    }
    Ok(written)
}

fn starts(conn: &mut Conn, row: &ChannelRow) -> Result<Vec<Seq>, HtmlError> {
    // What was kept long enough is nothing to be shown.
    let (mut starts, mut next) = (Vec::new(), row.kept_from_seq);
    loop {
        let page =
            messages::page(conn, row.num, Of::Channel, Stretch::beginning((next, i64::MAX), PAGE_MESSAGES))?;
        let (Some((first, ..)), Some((last, ..))) = (page.first(), page.last()) else { return Ok(starts) };
        starts.push(first.seq);
        next = last.seq + 1;
    }
}

fn page_name(n: usize) -> String {
    format!("page-{:04}.html", n + 1)
}

/// When it was said; for what was brought from elsewhere, when it was said there.
fn at(message: &Message) -> Ts {
    message.imported.as_ref().map_or(message.ts, |imported| imported.ts)
}

impl Archive<'_> {
    fn head(&self, title: &str) -> String {
        let mut out = String::from("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">");
        out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">");
        out.push_str("<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">");
        let _ = writeln!(out, "<title>{}</title><style>{STYLE}</style></head><body>", escape(title));
        out
    }

    fn title(&self) -> &str {
        if self.row.name.is_empty() { &self.row.id } else { &self.row.name }
    }

    fn index(&self, days: &[String]) -> String {
        let mut out = self.head(self.title());
        let _ = writeln!(out, "<h1>{}</h1>", escape(self.title()));
        if !self.row.topic.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", escape(&self.row.topic));
        }
        let names = [Some(self.row.id.as_str()), self.row.alias.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let _ = write!(out, "<p class=\"note\">{}</p>\n<ol>\n", escape(&names.join(" · ")));
        for (n, day) in days.iter().enumerate() {
            let _ = writeln!(out, "<li><a href=\"{}\">from {}</a></li>", page_name(n), escape(day));
        }
        out.push_str("</ol>\n<p class=\"note\">Written by Loggia. Times are UTC. For a copy whose signatures can be checked: <code>loggia export channel</code> without <code>--html</code>.</p>\n</body></html>\n");
        out
    }

    fn page(&mut self, n: usize, shown: &[Message]) -> Result<String, HtmlError> {
        let mut out = self.head(&format!("{} · {}", self.title(), n + 1));
        let mut nav = String::from("<nav><a href=\"index.html\">All pages</a>");
        if n > 0 {
            let _ = write!(nav, "<a href=\"{}\">Before</a>", page_name(n - 1));
        }
        if n + 1 < self.starts.len() {
            let _ = write!(nav, "<a href=\"{}\">After</a>", page_name(n + 1));
        }
        nav.push_str("</nav>\n");
        let _ = write!(out, "<h1>{}</h1>\n{nav}", escape(self.title()));
        let mut last_day = String::new();
        for message in shown {
            let day = day(at(message));
            if day != last_day {
                let _ = writeln!(out, "<h2>{day}</h2>");
                last_day = day;
            }
            self.message(&mut out, message)?;
        }
        out.push_str(&nav);
        out.push_str("</body></html>\n");
        Ok(out)
    }

    fn person(&mut self, id: &str) -> Result<Option<UserRow>, HtmlError> {
        if let Some(known) = self.people.get(id) {
            return Ok(known.clone());
        }
        let row = users::by_id(self.conn, id)?;
        self.people.insert(id.to_owned(), row.clone());
        Ok(row)
    }

    fn message(&mut self, out: &mut String, message: &Message) -> Result<(), HtmlError> {
        let author = self.person(&message.sender)?;
        let name = author.as_ref().map(|row| row.display_name.as_str()).filter(|name| !name.is_empty());
        let name = name.unwrap_or(&message.sender).to_owned();
        let _ = writeln!(out, "<article id=\"m{}\">", message.seq);
        match author.and_then(|row| row.avatar) {
            Some(avatar) => {
                let path = self.keep(&avatar, "image/png");
                let _ = write!(out, "<img class=\"face\" alt=\"\" src=\"{path}\">");
            }
            None => out.push_str("<span class=\"face\"></span>"),
        }
        let _ = write!(
            out,
            "<header><b title=\"{}\">{}</b><time>{}</time>",
            escape(&message.sender),
            escape(&name),
            time(message.ts)
        );
        if message.edited_ts.is_some() && !message.deleted {
            out.push_str(" <span class=\"note\">edited</span>");
        }
        out.push_str("</header>\n");
        if let Some(imported) = &message.imported {
            let _ = writeln!(
                out,
                "<p class=\"note\">imported from {}: <b>{}</b>, {} {}</p>",
                escape(&imported.from),
                escape(&imported.author),
                day(imported.ts),
                time(imported.ts)
            );
        }
        self.relations(out, message)?;
        if message.deleted {
            out.push_str("<p class=\"note\">deleted</p>\n");
        } else {
            out.push_str(&markdown(&message.text));
            for file in &message.attachments {
                self.attachment(out, file);
            }
        }
        let mut counts: Vec<String> = message
            .reactions
            .iter()
            .map(|reaction| format!("{} {}", reaction.emoji, reaction.count))
            .collect();
        let imported = message.imported.iter().flat_map(|imported| &imported.reactions);
        counts.extend(imported.map(|reaction| format!("{} {}", reaction.emoji, reaction.count)));
        if !counts.is_empty() {
            let _ = writeln!(out, "<footer>{}</footer>", escape(&counts.join(" · ")));
        }
        out.push_str("</article>\n");
        Ok(())
    }

    fn relations(&mut self, out: &mut String, message: &Message) -> Result<(), HtmlError> {
        for (word, target) in [("in answer to", &message.reply_to), ("in the thread of", &message.thread)] {
            let Some(target) = target else { continue };
            let Some(entry) = entries::by_event(self.conn, self.row.num, target)? else { continue };
            // What was kept long enough is on no page.
            if entry.seq < self.row.kept_from_seq {
                continue;
            }
            let rows = messages::by_seqs(self.conn, self.row.num, &[entry.seq])?;
            let found = show::messages(self.conn, self.row.num, &self.row.id, rows, None)?;
            let Some(found) = found.first() else { continue };
            let page = self.starts.partition_point(|start| *start <= entry.seq).saturating_sub(1);
            let quote: String = found.text.chars().take(QUOTE_CHARS_MAX).collect();
            let _ = writeln!(
                out,
                "<p class=\"quote\">{word} <a href=\"{}#m{}\">{}</a>: {}</p>",
                page_name(page),
                entry.seq,
                escape(&found.sender),
                escape(&quote)
            );
        }
        Ok(())
    }

    fn attachment(&mut self, out: &mut String, file: &Attachment) {
        let path = self.keep(&file.hash, &file.media_type);
        let name = escape(&file.name);
        let shown = file.description.as_deref().map_or_else(|| name.clone(), escape);
        let _ = match file.media_type.split_once('/') {
            Some(("image", _)) if kind::is_shown(&file.media_type) => {
                writeln!(
                    out,
                    "<p><a href=\"{path}\"><img loading=\"lazy\" alt=\"{shown}\" src=\"{path}\"></a></p>"
                )
            }
            Some(("video", _)) if kind::is_shown(&file.media_type) => {
                writeln!(
                    out,
                    "<p><video controls preload=\"none\" aria-label=\"{shown}\" src=\"{path}\"></video></p>"
                )
            }
            Some(("audio", _)) if kind::is_shown(&file.media_type) => {
                writeln!(out, "<p>{shown} <audio controls preload=\"none\" src=\"{path}\"></audio></p>")
            }
            _ => writeln!(
                out,
                "<p><a href=\"{path}\" download=\"{name}\">{name}</a> ({} bytes)</p>",
                file.size
            ),
        };
    }

    /// The file's name in the archive. It follows from what the file is, and never is that of a page: what people sent
    /// is not opened as one.
    fn keep(&mut self, hash: &str, media_type: &str) -> String {
        if hash.parse::<Hash>().is_err() {
            return String::new();
        }
        let ending = kind::ending(media_type).unwrap_or("bin");
        let path = format!("files/{hash}.{ending}");
        self.files.insert((hash.to_owned(), path.clone()));
        path
    }
}

/// Text for an element or an attribute, in a page or a letter.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // What turns the direction of what follows does not reach beyond its own element elsewhere, but here it might.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

/// CommonMark as HTML. HTML in it is text, pictures are links, and links lead to the web or to mail only.
fn markdown(text: &str) -> String {
    let mut open: Vec<bool> = Vec::new();
    let parser = Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES);
    let events = parser.filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::SoftBreak => Some(Event::HardBreak),
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            let good = SCHEMES.iter().any(|scheme| dest_url.to_ascii_lowercase().starts_with(scheme));
            open.push(good);
            good.then(|| Event::InlineHtml(CowStr::from(link(&dest_url))))
        }
        Event::End(TagEnd::Link | TagEnd::Image) => {
            open.pop().unwrap_or(false).then(|| Event::InlineHtml(CowStr::from("</a>")))
        }
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

/// What links keep as it is; all that could end the attribute is encoded.
const IN_LINKS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'%')
    .remove(b'&');

fn link(to: &str) -> String {
    let to = utf8_percent_encode(to, IN_LINKS).to_string();
    format!("<a rel=\"noopener noreferrer nofollow\" href=\"{}\">", escape(&to))
}

/// The day in UTC, `2026-01-31`.
pub fn day(ts: Ts) -> String {
    in_utc(ts, "%Y-%m-%d")
}

/// The time of day in UTC, `09:05`.
fn time(ts: Ts) -> String {
    in_utc(ts, "%H:%M")
}

/// What lies beyond the calendar, which anybody may write, is at its end.
fn in_utc(ts: Ts, format: &str) -> String {
    let end = if ts < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(ts).unwrap_or(end).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_write_becomes_a_script() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<svg onload=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "![x](javascript:alert(1))",
            "![x](https://evil.example/track.png)",
            "[x](<https://e.example/\" onmouseover=\"alert(1)>)",
            "<https://e.example/?a=\"><script>alert(1)</script>",
            "`<script>`",
            "```\"><script>\n<script>alert(1)</script>\n```",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "[a]: javascript:alert(1)\n\n[a]",
            "| <script> |\n|---|\n| <b onclick=x> |",
        ] {
            let html = markdown(text).to_ascii_lowercase();
            // Tags that are not the renderer's own, and attributes inside them.
            for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                let good = ["p", "a", "code", "pre", "br", "table", "thead", "tbody", "tr", "th", "td", ""];
                assert!(good.contains(&name), "{text}: {html}");
                let attributes: Vec<&str> = tag.split('"').skip(1).step_by(2).collect();
                assert!(
                    !attributes.iter().any(|value| value.trim_start().starts_with("javascript")),
                    "{text}: {html}"
                );
                let names: String = tag.split('"').step_by(2).collect();
                assert!(!names.contains(" on"), "{text}: {html}");
            }
        }
        assert_eq!(
            escape("<a href='x' title=\"y\">&"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;"
        );
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (ts, expected) in [
            (0, "1970-01-01 00:00"),
            (951_782_400_000, "2000-02-29 00:00"),
            (1_790_000_000_123, "2026-09-21 14:13"),
            (-1, "1969-12-31 23:59"),
            (4_107_542_399_999, "2100-02-28 23:59"),
            (Ts::MAX, "9999-12-30 22:00"),
        ] {
            assert_eq!(format!("{} {}", day(ts), time(ts)), expected, "{ts}");
        }
    }
}
