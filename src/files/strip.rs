//! Taking out of pictures what cameras and programs wrote into them: where, when, with what, by whom. Pixels, colours and
//! which side is up stay.

use bytes::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{ImageEXIF, ImageICC};

use super::Error;

/// What of PNG says nothing of pixels.
const PNG_NOTES: &[[u8; 4]] = &[*b"eXIf", *b"tEXt", *b"zTXt", *b"iTXt", *b"tIME"];
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;
const COMMENT: u8 = 0xfe;
const END: u8 = 0xd9;
/// The tag of EXIF that says which side is up, and the most it says.
const ORIENTATION: u16 = 0x0112;
const ENTRIES_MAX: u16 = 1_000;

/// Whether pictures of this type can be stripped.
pub fn is_known(media_type: &str) -> bool {
    matches!(media_type, "image/jpeg" | "image/png" | "image/webp")
}

/// The picture without its notes; none if it has none.
///
/// # Errors
/// [`Error::Picture`] for what can't be read: nobody knows what it says.
pub fn strip(bytes: Vec<u8>, media_type: &str) -> Result<Option<Vec<u8>>, Error> {
    let bytes = Bytes::from(bytes);
    let refuse = |error: img_parts::Error| Error::Picture(error.to_string());
    let stripped = match media_type {
        "image/jpeg" => jpeg(&Jpeg::from_bytes(bytes.clone()).map_err(refuse)?)?,
        "image/png" => {
            let mut png = Png::from_bytes(bytes.clone()).map_err(refuse)?;
            let upright = png.exif().and_then(|exif| orientation(&exif));
            png.chunks_mut().retain(|chunk| !PNG_NOTES.contains(&chunk.kind()));
            if let Some(upright) = upright {
                png.set_exif(Some(minimal(upright)));
            }
            png.encoder().bytes()
        }
        "image/webp" => {
            let mut webp = WebP::from_bytes(bytes.clone()).map_err(refuse)?;
            let upright = webp.exif().and_then(|exif| orientation(&exif));
            webp.remove_chunks_by_id(*b"XMP ");
            webp.set_exif(upright.map(minimal));
            webp.encoder().bytes()
        }
        _ => return Ok(None),
    };
    Ok((stripped != bytes).then(|| stripped.to_vec()))
}

fn is_note(marker: u8) -> bool {
    // JFIF, colour profiles (APP2, but only those) and Adobe's colour transform are about pixels.
    marker == COMMENT || ((APP1..=APP15).contains(&marker) && marker != APP14)
}

fn jpeg(picture: &Jpeg) -> Result<Bytes, Error> {
    let upright = picture.exif().and_then(|exif| orientation(&exif));
    let profile = picture.icc_profile();
    let mut kept = picture.clone();
    kept.segments_mut().retain(|segment| !is_note(segment.marker()));
    if profile.is_some() {
        kept.set_icc_profile(profile);
    }
    if let Some(upright) = upright {
        kept.set_exif(Some(minimal(upright)));
    }
    // The pixels stand behind the two bytes of the beginning and all segments.
    let pixels = 2 + kept.segments().iter().map(JpegSegment::len).sum::<usize>();
    let whole = kept.encoder().bytes();
    let (head, rest) = whole.split_at_checked(pixels).ok_or_else(ended)?;
    Ok(Bytes::from([head, &scans(rest)?].concat()))
}

fn ended() -> Error {
    Error::Picture("it ends early".to_owned())
}

/// What comes after the beginning of the first scan: its pixels, the other scans, no notes between them, and nothing
/// behind the picture's end.
fn scans(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    loop {
        let tail = bytes.get(at..).ok_or_else(ended)?;
        let Some(next) = tail.iter().position(|byte| *byte == 0xff) else { return Err(ended()) };
        let marker = *tail.get(next + 1).ok_or_else(ended)?;
        match marker {
            // A byte of pixels, a restart, or padding.
            0x00 | 0xd0..=0xd7 => {
                kept.extend_from_slice(tail.get(..next + 2).ok_or_else(ended)?);
                at += next + 2;
            }
            0xff => {
                kept.extend_from_slice(tail.get(..next + 1).ok_or_else(ended)?);
                at += next + 1;
            }
            END => {
                kept.extend_from_slice(tail.get(..next + 2).ok_or_else(ended)?);
                return Ok(kept);
            }
            marker => {
                let (high, low) = (tail.get(next + 2), tail.get(next + 3));
                let (Some(high), Some(low)) = (high, low) else { return Err(ended()) };
                let end = next + 2 + usize::from(u16::from_be_bytes([*high, *low]));
                let whole = tail.get(..end).ok_or_else(ended)?;
                let note = is_note(marker) || marker == APP0;
                kept.extend_from_slice(if note { tail.get(..next).ok_or_else(ended)? } else { whole });
                at += end;
            }
        }
    }
}

/// Which side is up, where that is not plain.
fn orientation(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let two = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let first =
        usize::try_from(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }).ok()?;
    let count = two(first)?.min(ENTRIES_MAX);
    for n in 0..usize::from(count) {
        let entry = first.checked_add(2 + n * 12)?;
        if two(entry)? == ORIENTATION {
            return two(entry.checked_add(8)?).filter(|upright| (2..=8).contains(upright));
        }
    }
    None
}

/// EXIF that says nothing else.
fn minimal(orientation: u16) -> Bytes {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend_from_slice(&orientation.to_be_bytes());
    exif.extend_from_slice(&[0; 6]);
    Bytes::from(exif)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

    use super::*;

    const SECRET: &[u8] = b"GPS 52.5 N 13.4 E";

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::new_rgb8(20, 10).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    /// EXIF with an orientation, and a secret behind it.
    fn exif() -> Bytes {
        Bytes::from([&minimal(6)[..], SECRET].concat())
    }

    fn has_secret(bytes: &[u8]) -> bool {
        bytes.windows(SECRET.len()).any(|window| window == SECRET)
    }

    fn check(noted: Vec<u8>, kind: &str) {
        assert!(has_secret(&noted), "{kind}");
        let stripped = strip(noted.clone(), kind).unwrap().expect("something to take out");
        assert!(!has_secret(&stripped), "{kind}");
        let decoded = |bytes: &[u8]| {
            let reader = ImageReader::new(Cursor::new(bytes.to_vec())).with_guessed_format().unwrap();
            let mut decoder = reader.into_decoder().unwrap();
            let upright = decoder.orientation().unwrap();
            (upright, DynamicImage::from_decoder(decoder).unwrap().into_rgb8())
        };
        assert!(decoded(&stripped) == decoded(&noted), "{kind}: the same picture, the same side up");
        assert_eq!(strip(stripped, kind).unwrap(), None, "{kind}: nothing is left to take out");
    }

    #[test]
    fn notes_go_and_pixels_stay() {
        let mut jpeg = Jpeg::from_bytes(picture(ImageFormat::Jpeg).into()).unwrap();
        jpeg.set_exif(Some(exif()));
        let comment = JpegSegment::new_with_contents(COMMENT, Bytes::from_static(SECRET));
        jpeg.segments_mut().insert(1, comment);
        let trailer = [&jpeg.encoder().bytes()[..], SECRET].concat();
        check(trailer, "image/jpeg");
        let mut png = Png::from_bytes(picture(ImageFormat::Png).into()).unwrap();
        png.set_exif(Some(exif()));
        let note = img_parts::png::PngChunk::new(*b"tEXt", Bytes::from_static(SECRET));
        png.chunks_mut().insert(1, note);
        check([&png.encoder().bytes()[..], SECRET].concat(), "image/png");
        let mut webp = WebP::from_bytes(picture(ImageFormat::WebP).into()).unwrap();
        webp.set_exif(Some(exif()));
        check(webp.encoder().bytes().to_vec(), "image/webp");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (start, kind) in [
            (&b"\x89PNG\r\n\x1a\nxx"[..], "image/png"),
            (b"\xff\xd8\xff\xe1\xff\xff", "image/jpeg"),
            (b"RIFF\x10\0\0\0WEBP", "image/webp"),
        ] {
            assert!(strip(start.to_vec(), kind).is_err(), "{kind}");
        }
        let mut cut = picture(ImageFormat::Jpeg);
        cut.truncate(cut.len() - 3);
        assert!(strip(cut, "image/jpeg").is_err());
    }
}
