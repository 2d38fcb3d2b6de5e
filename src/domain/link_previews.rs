//! What is to be found where links lead, as messages show it. The author's client asks for it while the message is written,
//! and it comes with the message: nobody who reads has to ask the site, which would learn who reads, and when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::accounts::{check_line, is_unseen};
use super::content::{if_good, printable};
use super::{Error, Result};

/// How many previews a message has at most.
pub const PREVIEWS_MAX: usize = 3;
pub const URL_BYTES_MAX: usize = 2_048;
pub const TITLE_CHARS_MAX: usize = 200;
pub const DESCRIPTION_CHARS_MAX: usize = 300;
pub const SITE_CHARS_MAX: usize = 80;

/// What is to be found where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkPreview {
    /// As it stands in the message's text, `http:` or `https:`.
    pub url: String,
    /// What the page calls itself, in one line.
    pub title: String,
    /// What it says of itself, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// What the site calls itself, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    #[schema(nullable = false)]
    pub site: Option<String>,
}

impl LinkPreview {
    /// As short as what can be sent from here; none where nothing is left. Whoever wrote it may mean harm.
    pub fn cut(self) -> Option<LinkPreview> {
        let some =
            |text: Option<String>, most| text.map(|text| line(&text, most)).filter(|text| !text.is_empty());
        let title = line(&self.title, TITLE_CHARS_MAX);
        (is_link(&self.url) && !is_unseen(&title)).then(|| LinkPreview {
            title,
            description: some(self.description, DESCRIPTION_CHARS_MAX),
            site: some(self.site, SITE_CHARS_MAX),
            url: self.url,
        })
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let of = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.url.len() + self.title.len() + of(&self.description) + of(&self.site)
    }
}

/// Whether it is an address that a preview can have.
pub fn is_link(url: &str) -> bool {
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_plain = !url.chars().any(|c| c.is_whitespace() || c.is_control() || turns(c));
    url.len() <= URL_BYTES_MAX && is_plain && Url::parse(url).is_ok_and(|url| is_web(&url))
}

/// What makes text run another way, beyond its own end if nobody stops it.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// In one line, without blanks that say nothing.
fn line(text: &str, most: usize) -> String {
    let shown: String = text.chars().filter(|c| !turns(*c)).collect();
    let shown = printable(&shown, shown.len(), |_| false);
    let text = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().nth(most) {
        None => text,
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// Previews that somebody here gives a message, in order.
///
/// # Errors
/// `bad_preview`
pub fn check(text: &str, given: Vec<LinkPreview>) -> Result<Vec<LinkPreview>> {
    let bad = |pointer: String, detail: String| Err(Error::invalid("bad_preview", pointer, detail));
    if given.len() > PREVIEWS_MAX {
        return bad("/previews".to_owned(), format!("must be at most {PREVIEWS_MAX}"));
    }
    let mut urls = BTreeSet::new();
    let mut checked = Vec::new();
    for (index, LinkPreview { url, title, description, site }) in given.into_iter().enumerate() {
        let pointer = |member: &str| format!("/previews/{index}/{member}");
        if !is_link(&url) {
            let detail = format!("must be an address of the web, of at most {URL_BYTES_MAX} bytes");
            return bad(pointer("url"), detail);
        }
        if !text.contains(&url) || !urls.insert(url.clone()) {
            return bad(pointer("url"), "must stand in the text, and have one preview".to_owned());
        }
        let check = |text: &str, most, member| check_line(text, most, "bad_preview", pointer(member));
        let checked_title = check(&title, TITLE_CHARS_MAX, "title")?;
        let some = |text: Option<String>, most, member| {
            let checked = text.map(|text| check(&text, most, member)).transpose()?;
            Ok::<_, Error>(checked.filter(|text| !text.is_empty()))
        };
        let description = some(description, DESCRIPTION_CHARS_MAX, "description")?;
        let site = some(site, SITE_CHARS_MAX, "site")?;
        match (LinkPreview { url, title: checked_title, description, site }).cut() {
            Some(preview) => checked.push(preview),
            None => return bad(pointer("title"), "must not be empty".to_owned()),
        }
    }
    Ok(checked)
}

/// Those whose links stand in the text.
pub fn of_text(text: &str, previews: Vec<LinkPreview>) -> Vec<LinkPreview> {
    previews.into_iter().filter(|preview| text.contains(&preview.url)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(url: &str, title: &str) -> LinkPreview {
        LinkPreview { url: url.to_owned(), title: title.to_owned(), description: None, site: None }
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for link in
            ["https://a.test", "http://a.test:8080/x?y#z", "https://[2001:db8::1]/", "HTTPS://A.test/ä"]
        {
            assert!(is_link(link), "{link}");
        }
        let long = format!("https://a.test/{}", "x".repeat(URL_BYTES_MAX));
        let reversed = "https://a.test/\u{202e}gpj.exe";
        for none in [
            "",
            "a.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@b.test",
            "https://",
            "https:///",
            "https://a b",
            "https://a.test/\n",
            "ftp://a.test",
            long.as_str(),
            reversed,
        ] {
            assert!(!is_link(none), "{none}");
        }
    }

    #[test]
    fn what_is_given_stands_in_the_text() {
        let text = "see https://a.test/x and https://b.test";
        let checked = check(
            text,
            vec![preview("https://a.test/x", "  A\u{202e} page "), preview("https://b.test", "B")],
        );
        let titles: Vec<String> =
            checked.expect("previews").into_iter().map(|preview| preview.title).collect();
        assert_eq!(titles, ["A page", "B"]);
        let one = |url: &str, title: &str| check(text, vec![preview(url, title)]);
        for (url, title) in [
            ("https://c.test", "C"),
            ("see", "x"),
            ("https://b.test", " "),
            ("https://b.test", "\u{202e}"),
            ("https://b.test", &"x".repeat(TITLE_CHARS_MAX + 1)),
        ] {
            assert!(matches!(one(url, title), Err(Error::Invalid { .. })), "{url} {title}");
        }
        assert!(check(text, vec![preview("https://b.test", "B"); 2]).is_err(), "each once");
        let many = "https://a.test https://a.test/1 https://a.test/2 https://a.test/3";
        let four = many.split(' ').map(|url| preview(url, "x")).collect();
        assert!(check(many, four).is_err());
    }

    #[test]
    fn what_others_say_is_cut() {
        let long = LinkPreview {
            site: Some("s\0\n".repeat(90)),
            description: Some(" \t".to_owned()),
            ..preview("https://a.test", &"x y\n".repeat(200))
        };
        let cut = long.cut().expect("a preview");
        assert_eq!(cut.title.chars().count(), TITLE_CHARS_MAX);
        assert!(cut.title.ends_with('…') && !cut.title.contains('\n'));
        assert_eq!(cut.description, None);
        assert!(cut.site.is_some_and(|site| site.chars().count() <= SITE_CHARS_MAX && !site.contains('\0')));
        assert_eq!(preview("javascript:x", "x").cut(), None);
        assert_eq!(preview("https://a.test", "\u{2066}").cut(), None);
    }
}
