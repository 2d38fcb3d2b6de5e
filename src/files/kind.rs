//! What a file is: by its own bytes, whatever its name or its sender say.

use super::sound;

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
    "video/quicktime",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/ogg",
    "audio/webm",
    "audio/flac",
    "audio/wav",
];

/// The media type of a file that begins so.
pub fn of(start: &[u8]) -> &'static str {
    match infer::get(start) {
        Some(kind) => match registered(kind.mime_type()) {
            // What browsers record of a microphone, and many a telephone.
            "video/mp4" if sound::only_in_mp4(start) => "audio/mp4",
            "video/webm" if sound::only_in_webm(start) => "audio/webm",
            kind => kind,
        },
        None if is_text(start) => "text/plain",
        None => UNKNOWN,
    }
}

/// What browsers know a kind as, whatever `infer` or an older server called it.
pub fn registered(media_type: &str) -> &str {
    match media_type {
        // Which of the two is inside, the beginning does not say.
        "video/ogg" | "application/ogg" | "audio/opus" => "audio/ogg",
        "audio/m4a" => "audio/mp4",
        "audio/x-flac" => "audio/flac",
        "audio/x-wav" => "audio/wav",
        "video/x-m4v" => "video/mp4",
        other => other,
    }
}

/// The ending of a file's name that programs know the kind by; none for kinds that are only kept.
pub fn ending(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "video/quicktime" => "mov",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "audio/aac" => "aac",
        "audio/ogg" => "ogg",
        "audio/webm" => "weba",
        "audio/flac" => "flac",
        "audio/wav" => "wav",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "text/plain" => "txt",
        _ => return None,
    })
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
            (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
            (b"fLaC\x00\x00\x00\x22", "audio/flac"),
            (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "audio/mp4"),
            (b"\x00\x00\x00\x20ftypM4V \x00\x00\x00\x00", "video/mp4"),
            (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", "video/quicktime"),
            (b"\xff\xf1\x50\x80\x00", "audio/aac"),
            (b"%PDF-1.7", "application/pdf"),
            (b"hello\n", "text/plain"),
            ("Grüße".as_bytes(), "text/plain"),
            (b"a\x00b", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(of(start), expected, "{start:?}");
        }
        for media_type in SHOWN {
            assert!(ending(media_type).is_some(), "{media_type}");
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
