//! What people react with: emoji, which can be written in more than one way, names of emoji, and words. What is an emoji
//! changes with each year's Unicode, and others' clients may be ahead of this server: it judges form only.

use unicode_normalization::UnicodeNormalization;

use super::{Error, Result};

/// Longest emoji, or name of one.
const EMOJI_CHARS_MAX: usize = 64;

/// The one form of an emoji under which it is kept and counted: composed (NFC), and without the signs that only choose
/// between text and picture; but with those that belong to the emoji, so that it is shown as a picture.
pub fn normal(emoji: &str) -> String {
    let plain = bare(emoji);
    // Of a few the table knows the bare form as another's.
    match emojis::get(&plain).filter(|known| bare(known.as_str()) == plain) {
        Some(known) => known.as_str().to_owned(),
        // Nothing is left of what another server sent: it stays what it is.
        None if plain.is_empty() => emoji.to_owned(),
        None => plain,
    }
}

/// What other servers send may be longer; then it is nothing to react with.
pub fn is_short(emoji: &str) -> bool {
    emoji.chars().count() <= EMOJI_CHARS_MAX
}

fn bare(emoji: &str) -> String {
    emoji.chars().filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}')).nfc().collect()
}

/// What somebody here reacts with, in its normal form.
///
/// # Errors
/// `bad_emoji`
pub fn checked(given: &str) -> Result<String> {
    let emoji = normal(given);
    let fits = emoji.trim_matches(':').chars().any(is_visible)
        && is_short(&emoji)
        && !emoji.chars().any(|c| c.is_control() || c.is_whitespace() || c == '<' || c == '>');
    if fits {
        Ok(emoji)
    } else {
        Err(Error::invalid(
            "bad_emoji",
            "/emoji",
            "must be an emoji, a :name: or a word, with 1 to 64 characters and no space, < or > among them",
        ))
    }
}

/// What changes the direction of the text around it.
fn turns(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// As [`checked`], for what is yet to be shown: nothing that turns the direction of the text around it.
///
/// # Errors
/// `bad_emoji`
pub fn check_new(given: &str) -> Result<String> {
    let emoji = checked(given)?;
    match emoji.chars().any(turns) {
        true => Err(Error::invalid("bad_emoji", "/emoji", "must not change the direction of text")),
        false => Ok(emoji),
    }
}

/// Unicode's `Default_Ignorable_Code_Point`, and the empty pattern of Braille, are nothing to look at.
fn is_visible(c: char) -> bool {
    !matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::content::ReactionContent;

    #[test]
    fn an_emoji_has_one_form() {
        for (given, form) in [
            ("\u{2764}", "\u{2764}\u{FE0F}"),
            ("\u{2764}\u{FE0E}", "\u{2764}\u{FE0F}"),
            ("\u{2764}\u{FE0F}", "\u{2764}\u{FE0F}"),
            ("\u{1F44D}\u{FE0F}", "\u{1F44D}"),
            ("1\u{20E3}", "1\u{FE0F}\u{20E3}"),
            ("e\u{301}", "\u{E9}"),
            (":cafe\u{301}:", ":caf\u{E9}:"),
            ("x\u{FE0F}", "x"),
        ] {
            assert_eq!(checked(given).expect("an emoji"), form, "{given}");
            // What other servers send is counted so as well.
            let sent: ReactionContent =
                serde_json::from_value(serde_json::json!({ "emoji": given })).expect("content");
            assert_eq!(sent.emoji, form, "{given}");
        }
    }

    #[test]
    fn every_known_emoji_is_one_with_and_without_its_selectors() {
        for emoji in emojis::iter().flat_map(|emoji| emoji.skin_tones().into_iter().flatten().chain([emoji]))
        {
            let form = checked(emoji.as_str()).expect("an emoji");
            assert_eq!(bare(&form), bare(emoji.as_str()));
            assert_eq!(checked(&bare(&form)).expect("an emoji"), form);
        }
    }

    #[test]
    fn what_nobody_sees_is_no_emoji() {
        for given in [
            "",
            "\u{FE0F}",
            "\u{200B}",
            "\u{200D}\u{2060}",
            ":\u{200B}:",
            ":",
            "::",
            "\u{E0067}\u{E007F}",
            "\u{3164}",
        ] {
            assert!(checked(given).is_err(), "{given:?}");
        }
        assert_eq!(normal("\u{FE0F}"), "\u{FE0F}");
        // What was so before can be taken back.
        assert!(check_new("\u{202E}x").is_err() && checked("\u{202E}x").is_ok());
        assert!(check_new("\u{1F468}\u{200D}\u{1F469}").is_ok());
    }
}
