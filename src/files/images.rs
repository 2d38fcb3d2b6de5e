//! Pictures: how large they are, and small ones of them. Decoders get bytes that anybody may have made,
//! so what they may use is bounded.

use std::io::{BufRead, Cursor, Seek};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::Error;

/// The largest side of a picture that is read.
const SIDE_MAX: u32 = 16_384;
/// The most pixels of a picture that is read.
const PIXELS_MAX: u64 = 64_000_000;
/// How much memory decoding one picture may take.
const ALLOC_MAX: u64 = 512 * 1024 * 1024;
/// The largest file that is read as a picture.
pub const PICTURE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Longest sides that small pictures are made in.
pub const SIZES: &[u32] = &[96, 320, 640, 1280];
/// The longest side of a profile's picture.
pub const AVATAR_SIDE: u32 = 512;
const JPEG_QUALITY: u8 = 82;

fn refuse(error: impl ToString) -> Error {
    Error::Picture(error.to_string())
}

fn decoder<'a, R: BufRead + Seek + 'a>(from: R) -> Result<(impl ImageDecoder + 'a, Orientation), Error> {
    let mut reader = ImageReader::new(from).with_guessed_format().map_err(refuse)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(refuse(format!("{width} x {height} pixels are too many")));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((decoder, orientation))
}

/// Width and height of a picture as it is shown.
///
/// # Errors
/// [`Error::Picture`]
pub fn measure(from: impl BufRead + Seek) -> Result<(u32, u32), Error> {
    let (decoder, orientation) = decoder(from)?;
    let (width, height) = decoder.dimensions();
    let turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    Ok(if turned { (height, width) } else { (width, height) })
}

/// A small picture, and its media type.
pub struct Small {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
}

/// The picture in at most `side` pixels each way, the right way up, with nothing in it but pixels.
///
/// # Errors
/// [`Error::Picture`]
pub fn shrink(bytes: &[u8], side: u32) -> Result<Small, Error> {
    let (decoder, orientation) = decoder(Cursor::new(bytes))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refuse)?;
    if picture.width() > side || picture.height() > side {
        picture = picture.thumbnail(side, side);
    }
    picture.apply_orientation(orientation);
    let mut bytes = Vec::new();
    if picture.color().has_alpha() {
        let picture = DynamicImage::ImageRgba8(picture.into_rgba8());
        picture.write_with_encoder(PngEncoder::new(&mut bytes)).map_err(refuse)?;
        return Ok(Small { bytes, media_type: "image/png" });
    }
    let picture = DynamicImage::ImageRgb8(picture.into_rgb8());
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)).map_err(refuse)?;
    Ok(Small { bytes, media_type: "image/jpeg" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgba8(width, height);
        picture.write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::new_rgb8(width, height).write_with_encoder(JpegEncoder::new(&mut bytes)).unwrap();
        bytes
    }

    /// The picture with an Exif block that says where it was taken, and that it lies on its side.
    fn turned(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"SECRET PLACE");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_small_picture_is_upright_and_says_nothing_else() {
        let bytes = turned(&jpeg(400, 200));
        assert_eq!(measure(Cursor::new(&bytes)).unwrap(), (200, 400));
        let small = shrink(&bytes, 100).unwrap();
        assert_eq!(small.media_type, "image/jpeg");
        assert_eq!(measure(Cursor::new(&small.bytes)).unwrap(), (50, 100));
        assert!(!small.bytes.windows(6).any(|window| window == b"SECRET"));
        let small = shrink(&png(10, 20), 100).unwrap();
        assert_eq!((small.media_type, measure(Cursor::new(&small.bytes)).unwrap()), ("image/png", (10, 20)));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        assert!(shrink(b"hello", 100).is_err());
        assert!(shrink(&png(10, 10)[..40], 100).is_err());
        // A header that promises more pixels than anybody has memory for.
        let mut huge = png(10, 10);
        huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(matches!(measure(Cursor::new(&huge)), Err(Error::Picture(_))));
        huge[16..24].copy_from_slice(&[0, 0, 0x3f, 0xff, 0, 0, 0x3f, 0xff]);
        assert!(matches!(measure(Cursor::new(&huge)), Err(Error::Picture(_))));
    }
}
