//! What a page says of itself: its title, and what it tells those who link to it (the Open Graph protocol, ogp.me; the names that
//! Twitter gave the same).

use encoding_rs::{Encoding, UTF_8};
use html5gum::{DefaultEmitter, HtmlString, Spanned, StartTag, StringReader, Token, Tokenizer};

/// How far into a page the name of its encoding may stand (WHATWG HTML, 13.2.3.2).
const ENCODING_BYTES_MAX: usize = 1_024;
/// Longest title that is read before it is cut, in bytes.
const TITLE_BYTES_MAX: usize = 4_096;

/// What was found, as it stands there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub title: Option<String>,
    pub description: Option<String>,
    pub site: Option<String>,
}

/// From where something is known: the first that is there counts.
#[derive(Default)]
struct Found {
    of_links: Option<String>,
    of_cards: Option<String>,
    plain: Option<String>,
}

impl Found {
    fn best(self) -> Option<String> {
        self.of_links.or(self.of_cards).or(self.plain)
    }
}

/// Reads the beginning of a page, which may end anywhere.
pub fn read(bytes: &[u8], charset: Option<&str>) -> Said {
    let text = decoded(bytes, charset);
    let (mut title, mut description, mut site) = (Found::default(), Found::default(), None);
    let mut heading: Option<String> = None;
    for token in tokens(&text) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if *tag.name == *b"meta" => {
                let Some((name, content)) = named(&tag) else { continue };
                let place = match name.as_str() {
                    "og:title" => &mut title.of_links,
                    "twitter:title" => &mut title.of_cards,
                    "og:description" => &mut description.of_links,
                    "twitter:description" => &mut description.of_cards,
                    "description" => &mut description.plain,
                    "og:site_name" => &mut site,
                    _ => continue,
                };
                place.get_or_insert(content);
            }
            Token::StartTag(tag) if *tag.name == *b"title" && title.plain.is_none() => {
                heading = Some(String::new());
            }
            // A picture in the page has a title of its own.
            Token::StartTag(tag) if *tag.name == *b"body" || *tag.name == *b"svg" => break,
            Token::String(text) => {
                if let Some(heading) = heading.as_mut().filter(|heading| heading.len() < TITLE_BYTES_MAX) {
                    heading.push_str(&String::from_utf8_lossy(&text.value));
                }
            }
            Token::EndTag(tag) if *tag.name == *b"title" => {
                if let Some(heading) = heading.take().filter(|heading| !heading.trim().is_empty()) {
                    title.plain.get_or_insert(heading);
                }
            }
            _ => {}
        }
    }
    Said { title: title.best(), description: description.best(), site }
}

/// What is in a script or a title is text.
fn tokens(text: &str) -> Tokenizer<StringReader<'_>, DefaultEmitter> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(text, emitter)
}

/// What a `meta` element says, and of what.
fn named<S: html5gum::SpanBound>(tag: &StartTag<S>) -> Option<(String, String)> {
    let text = |text: &Spanned<HtmlString, S>| String::from_utf8_lossy(&text.value).into_owned();
    let get = |name: &[u8]| tag.attributes.get(name).map(text);
    let name = get(b"property").or_else(|| get(b"name"))?;
    let content = get(b"content").filter(|content| !content.trim().is_empty())?;
    Some((name.trim().to_ascii_lowercase(), content))
}

fn decoded<'a>(bytes: &'a [u8], charset: Option<&str>) -> std::borrow::Cow<'a, str> {
    let of_answer = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = of_answer.or_else(|| declared(bytes)).unwrap_or(UTF_8);
    encoding.decode(bytes).0
}

/// The encoding that the page names itself.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(bytes.get(..ENCODING_BYTES_MAX).unwrap_or(bytes));
    tokens(&start).find_map(|token| {
        let Ok(Token::StartTag(tag)) = token else { return None };
        if *tag.name != *b"meta" {
            return None;
        }
        let get = |name: &[u8]| tag.attributes.get(name).map(|text| String::from_utf8_lossy(&text.value));
        let label = match get(b"charset") {
            Some(label) => label.into_owned(),
            None => charset_of(&get(b"content")?)?.to_owned(),
        };
        Encoding::for_label(label.as_bytes())
    })
}

/// Of a media type.
pub fn charset_of(media_type: &str) -> Option<&str> {
    media_type.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(html: &str) -> [Option<String>; 3] {
        let Said { title, description, site } = read(html.as_bytes(), None);
        [title, description, site]
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_is_meant_for_links_comes_before_what_is_not() {
        let html = r#"<!doctype html><html><head><title>Plain &amp; simple</title><meta name="description" content="plain">
            <meta name=twitter:title content=card><META PROPERTY="og:title" CONTENT="Linked &quot;title&quot;">
            <meta property="og:description" content="linked"><meta property="og:site_name" content="Site">
            <meta property="og:title" content="second"></head>"#;
        assert_eq!(said(html), [some("Linked \"title\""), some("linked"), some("Site")]);
        assert_eq!(said("<title>\n Only <b> this </title>"), [some("\n Only <b> this "), None, None]);
        assert_eq!(
            said("<meta name=description content=' '><title></title><title>x</title>"),
            [some("x"), None, None]
        );
    }

    #[test]
    fn what_is_no_head_is_not_read() {
        assert_eq!(
            said("<script>var x = '<title>no</title>';</script><!-- <title>no</title> -->"),
            [None, None, None]
        );
        assert_eq!(said("<body><title>no</title><meta property=og:title content=no>"), [None, None, None]);
        assert_eq!(said("<svg><title>no</title></svg>"), [None, None, None]);
        assert_eq!(said("<title>cut off"), [None, None, None]);
        assert_eq!(said("<meta property='og:title' content='cut"), [None, None, None]);
    }

    #[test]
    fn pages_are_read_as_they_are_encoded() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode("<meta charset=iso-8859-1><title>Größe</title>");
        assert_eq!(read(&bytes, None).title, some("Größe"));
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("<title>日本</title>");
        assert_eq!(read(&bytes, Some("Shift_JIS")).title, some("日本"));
        let of_meta =
            "<meta http-equiv=content-type content='text/html; charset=\"shift_jis\"'><title>日本</title>";
        assert_eq!(read(&encoding_rs::SHIFT_JIS.encode(of_meta).0, None).title, some("日本"));
        assert_eq!(read("<title>Größe</title>".as_bytes(), Some("no-such")).title, some("Größe"));
    }
}
