//! Whether there is sound and no film in a container that may have both, as the beginning of the file says.

use std::ops::ControlFlow;

/// Whether an MP4 (ISO/IEC 14496-12) has tracks of sound, and none of a film; false where its `moov` is not in `start`, as where it
/// stands at the end.
pub fn only_in_mp4(start: &[u8]) -> bool {
    let mut seen = Seen::default();
    let _ = mp4_boxes(start, &mut seen);
    seen.is_sound()
}

/// Whether a WebM (RFC 8794, RFC 9559) has tracks of sound, and none of a film; false where its `Tracks` are not in `start`.
pub fn only_in_webm(start: &[u8]) -> bool {
    let mut seen = Seen::default();
    let _ = webm_elements(start, &mut seen);
    seen.is_sound()
}

#[derive(Default)]
struct Seen {
    sound: bool,
    film: bool,
    /// All that says what tracks there are was read.
    whole: bool,
}

impl Seen {
    fn is_sound(&self) -> bool {
        self.whole && self.sound && !self.film
    }
}

/// Goes through boxes as far as they are here; breaks once all tracks are known.
fn mp4_boxes(mut rest: &[u8], seen: &mut Seen) -> ControlFlow<()> {
    while let Some((size, kind)) = mp4_head(rest) {
        // One that goes on behind what is here says nothing of the whole.
        let Some(content) = rest.get(8..size) else { return ControlFlow::Break(()) };
        match kind {
            b"moov" => {
                let inner = mp4_boxes(content, seen);
                seen.whole = inner.is_continue();
                return ControlFlow::Break(());
            }
            b"trak" | b"mdia" => mp4_boxes(content, seen)?,
            b"hdlr" => match content.get(8..12) {
                Some(b"soun") => seen.sound = true,
                Some(b"vide") => seen.film = true,
                _ => {}
            },
            _ => {}
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    ControlFlow::Continue(())
}

/// How long a box is, with its head, and of what kind. None of one without an end, or with a length of 64 bits: what says which tracks
/// there are is neither.
fn mp4_head(bytes: &[u8]) -> Option<(usize, &[u8; 4])> {
    let size = u32::from_be_bytes(*bytes.first_chunk()?);
    let size = usize::try_from(size).ok().filter(|size| *size >= 8)?;
    Some((size, bytes.get(4..8)?.first_chunk()?))
}

const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_TYPE: u32 = 0x83;

/// Goes through elements as far as they are here; breaks once all tracks are known.
fn webm_elements(mut rest: &[u8], seen: &mut Seen) -> ControlFlow<()> {
    while let Some((id, behind_id)) = webm_id(rest) {
        let Some((size, content)) = webm_size(behind_id) else { return ControlFlow::Break(()) };
        // What is being recorded has a segment without an end.
        if id == SEGMENT {
            return webm_elements(content, seen);
        }
        let end = size.and_then(|size| usize::try_from(size).ok());
        let Some((inner, behind)) = end.and_then(|end| content.split_at_checked(end)) else {
            return ControlFlow::Break(());
        };
        match id {
            TRACKS => {
                seen.whole = webm_elements(inner, seen).is_continue();
                return ControlFlow::Break(());
            }
            TRACK_ENTRY => webm_elements(inner, seen)?,
            TRACK_TYPE => match inner {
                [2] => seen.sound = true,
                [1] => seen.film = true,
                _ => {}
            },
            _ => {}
        }
        rest = behind;
    }
    ControlFlow::Continue(())
}

/// An element's id, with its marker, as specifications write it, and what is behind it.
fn webm_id(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let length = usize::try_from(bytes.first()?.leading_zeros()).ok()? + 1;
    let (id, behind) = bytes.split_at_checked(length).filter(|_| length <= 4)?;
    Some((id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte)), behind))
}

/// How long an element's content is, none where that is not known, and what is behind.
fn webm_size(bytes: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let length = bytes.first()?.leading_zeros() + 1;
    let (size, behind) = bytes.split_at_checked(usize::try_from(length).ok()?).filter(|_| length <= 8)?;
    let value = size.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let unknown = (1 << (7 * length)) - 1;
    let value = value & unknown;
    Some(((value != unknown).then_some(value), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mp4(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(8 + content.len()).expect("short");
        [&size.to_be_bytes()[..], kind, content].concat()
    }

    fn track(handler: &[u8; 4]) -> Vec<u8> {
        let handler = mp4(b"hdlr", &[&[0; 8][..], handler, &[0; 12]].concat());
        mp4(
            b"trak",
            &[mp4(b"tkhd", &[0; 84]), mp4(b"mdia", &[mp4(b"mdhd", &[0; 24]), handler].concat())].concat(),
        )
    }

    #[test]
    fn an_mp4_without_a_film_is_sound() {
        let file = |tracks: &[&[u8; 4]]| {
            let tracks: Vec<u8> = tracks.iter().flat_map(|handler| track(handler)).collect();
            let movie = mp4(b"moov", &[mp4(b"mvhd", &[0; 100]), tracks].concat());
            [mp4(b"ftyp", b"isom\0\0\0\0"), movie, mp4(b"mdat", &[0; 64])].concat()
        };
        assert!(only_in_mp4(&file(&[b"soun"])));
        assert!(!only_in_mp4(&file(&[b"soun", b"vide"])) && !only_in_mp4(&file(&[b"vide"])));
        assert!(!only_in_mp4(&file(&[])));
        let whole = file(&[b"soun"]);
        // Cut off before its tracks end, at every place: what is behind might be a film.
        let end = whole.len() - 72;
        for cut in 0..end {
            assert!(!only_in_mp4(&whole[..cut]), "{cut}");
        }
        assert!(only_in_mp4(&whole[..end]));
        assert!(!only_in_mp4(&[0xff; 64]) && !only_in_mp4(&[0; 64]));
    }

    fn webm(id: &[u8], content: &[u8]) -> Vec<u8> {
        let size = u16::try_from(content.len()).expect("short") | 0x4000;
        [id, &size.to_be_bytes(), content].concat()
    }

    #[test]
    fn a_webm_without_a_film_is_sound() {
        let file = |kinds: &[u8]| {
            let entry = |kind: &u8| {
                webm(
                    &[0xAE],
                    &[webm(&[0xD7], &[1]), webm(&[0x83], &[*kind]), webm(&[0x86], b"A_OPUS")].concat(),
                )
            };
            let tracks: Vec<u8> = kinds.iter().flat_map(entry).collect();
            let head = webm(&[0x1A, 0x45, 0xDF, 0xA3], &webm(&[0x42, 0x82], b"webm"));
            let segment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
            let info = webm(&[0x15, 0x49, 0xA9, 0x66], &[0xEC, 0x80]);
            [head, segment.to_vec(), info, webm(&[0x16, 0x54, 0xAE, 0x6B], &tracks)].concat()
        };
        assert!(only_in_webm(&file(&[2])));
        assert!(!only_in_webm(&file(&[2, 1])) && !only_in_webm(&file(&[1])) && !only_in_webm(&file(&[])));
        let whole = file(&[2]);
        for cut in 0..whole.len() {
            assert!(!only_in_webm(&whole[..cut]), "{cut}");
        }
        assert!(!only_in_webm(&[0xff; 64]) && !only_in_webm(&[0; 64]));
    }
}
