//! What a file is: by its own bytes, whatever its name or its sender say.

/// So much of a file's start is looked at.
pub const START_BYTES: usize = 8_192;

pub const UNKNOWN: &str = "application/octet-stream";

/// What browsers may show in the page: pictures, sound and films that carry no script.
const SHOWN: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/ogg",
];

/// The media type of a file that begins so.
pub fn of(start: &[u8]) -> &'static str {
    match infer::get(start) {
        Some(kind) if kind.mime_type() == "video/ogg" || kind.mime_type() == "application/ogg" => "audio/ogg",
        Some(kind) => kind.mime_type(),
        None if is_text(start) => "text/plain",
        None => UNKNOWN,
    }
}

fn is_text(start: &[u8]) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The start may end in the middle of a character.
        Err(error) if start.len() == START_BYTES && error.valid_up_to() + 4 > START_BYTES => {
            start.get(..error.valid_up_to()).and_then(|whole| std::str::from_utf8(whole).ok()).unwrap_or("\0")
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c'))
}

/// Whether it may be shown in the page; anything else is only ever downloaded.
pub fn is_shown(media_type: &str) -> bool {
    SHOWN.contains(&media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_bytes() {
        for (start, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
            (b"GIF89a", "image/gif"),
            (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
            (b"OggS\x00\x02", "audio/ogg"),
            (b"%PDF-1.7", "application/pdf"),
            (b"hello\n", "text/plain"),
            ("Grüße".as_bytes(), "text/plain"),
            (b"a\x00b", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(of(start), expected, "{start:?}");
        }
        let mut long = "x".repeat(START_BYTES - 1).into_bytes();
        long.push("ü".as_bytes()[0]);
        assert_eq!(of(&long), "text/plain");
    }

    #[test]
    fn what_can_carry_a_script_is_not_shown() {
        for start in [
            &b"<!DOCTYPE html><script>alert(1)</script>"[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"%PDF-1.7",
            b"hello",
        ] {
            assert!(!is_shown(of(start)), "{start:?}");
        }
        assert!(is_shown("image/png") && !is_shown("image/svg+xml"));
    }
}
