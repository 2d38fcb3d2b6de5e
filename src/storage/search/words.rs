//! What is a word: the same for both databases, for texts and for what people look for.
//!
//! Words are runs of letters and digits in lower case, without accents, tones and points of vowels. Chinese, Japanese,
//! Korean, Thai, Lao, Khmer and Burmese, which do not put spaces between words, are taken apart into pairs of characters;
//! a sign such as an emoji is a word of its own.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// So much of a longer word counts.
const WORD_CHARS_MAX: usize = 64;

/// A word, and where in the text it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
    /// The last character of a run of paired ones, alone: it makes that character findable at the start
    /// of a pair that has no second half.
    pub tail: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Paired,
    Sign,
    Mark,
    Gap,
}

fn kind(c: char) -> Kind {
    match u32::from(c) {
        0..0x80 if c.is_ascii_alphanumeric() => Kind::Letter,
        0..0x80 => Kind::Gap,
        0x0300..=0x036f | 0x200d | 0xfe0e | 0xfe0f => Kind::Mark,
        // Points of Hebrew and Arabic, which are seldom written, and the stroke that makes a word longer.
        0x0591..=0x05c7 | 0x0610..=0x061a | 0x064b..=0x065f | 0x0670 if is_combining_mark(c) => Kind::Mark,
        0x0640 => Kind::Mark,
        0x0e01..=0x0eff
        | 0x1000..=0x109f
        | 0x1100..=0x11ff
        | 0x1780..=0x17ff
        | 0xa9e0..=0xa9ff
        | 0xaa60..=0xaa7f
        | 0x3041..=0x309f
        | 0x30a0..=0x30ff
        | 0x3130..=0x318f
        | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xac00..=0xd7af
        | 0xf900..=0xfaff
        | 0xff66..=0xff9f
        | 0x20000..=0x3ffff
            if c.is_alphanumeric() =>
        {
            Kind::Paired
        }
        0x2190..=0x21ff | 0x2300..=0x23ff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1f000..=0x1faff => {
            Kind::Sign
        }
        _ if c.is_alphanumeric() => Kind::Letter,
        // Tones of Thai, what joins consonants in Hindi: no letters, and yet in the middle of words.
        _ if is_combining_mark(c) => Kind::Mark,
        _ => Kind::Gap,
    }
}

/// Lower case, without accents; compatibility forms (full width, ligatures) as what they stand for.
fn fold(text: &str) -> String {
    if !text.is_ascii() {
        return fold_any(text);
    }
    // Words of a text of which others are not ASCII: this way is ten times as short.
    let mut folded: String = text.chars().filter(char::is_ascii_alphanumeric).take(WORD_CHARS_MAX).collect();
    folded.make_ascii_lowercase();
    folded
}

fn fold_any(text: &str) -> String {
    // Voiced sounds of Japanese are letters of their own, though Unicode takes them apart.
    let is_kept = |c: &char| kind(*c) != Kind::Mark || matches!(c, '\u{3099}' | '\u{309a}');
    let parts = text.nfkd().filter(is_kept).flat_map(char::to_lowercase);
    parts.nfc().filter(|c| c.is_alphanumeric()).take(WORD_CHARS_MAX).collect()
}

/// The words of a text, in order.
pub fn split(text: &str) -> Vec<Word> {
    // As most texts are, and each is indexed as it is sent: this way is the shorter one.
    if text.is_ascii() { split_ascii(text) } else { split_any(text) }
}

fn split_ascii(text: &str) -> Vec<Word> {
    let mut start = 0;
    let mut words = Vec::new();
    for run in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let end = start + run.len();
        if let Some(kept) = run.get(..run.len().min(WORD_CHARS_MAX)).filter(|kept| !kept.is_empty()) {
            words.push(Word { text: kept.to_ascii_lowercase(), start, end, tail: false });
        }
        start = end + 1;
    }
    words
}

fn split_any(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut run: Vec<(usize, char)> = Vec::new();
    let mut of = Kind::Gap;
    for (at, c) in text.char_indices() {
        let kind = kind(c);
        if kind == Kind::Mark {
            if of != Kind::Gap && of != Kind::Sign {
                run.push((at, c));
            }
            continue;
        }
        if kind != of || kind == Kind::Sign {
            finish(&mut words, of, &run);
            run.clear();
            of = kind;
        }
        if kind != Kind::Gap {
            run.push((at, c));
        }
    }
    finish(&mut words, of, &run);
    words
}

fn finish(words: &mut Vec<Word>, of: Kind, run: &[(usize, char)]) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    let (start, end) = (first.0, last.0 + last.1.len_utf8());
    match of {
        Kind::Letter => {
            let text = fold(&run.iter().map(|(_, c)| *c).collect::<String>());
            if !text.is_empty() {
                words.push(Word { text, start, end, tail: false });
            }
        }
        Kind::Sign => {
            words.push(Word { text: format!("u{:x}", u32::from(first.1)), start, end, tail: false });
        }
        Kind::Paired => pair(words, run, end),
        Kind::Mark | Kind::Gap => {}
    }
}

fn pair(words: &mut Vec<Word>, run: &[(usize, char)], end: usize) {
    // One entry per character that stands for itself: what follows it and is a mark goes with it.
    let mut cells: Vec<(String, usize)> = Vec::with_capacity(run.len());
    for (at, c) in run {
        match cells.last_mut() {
            Some((cell, _)) if kind(*c) == Kind::Mark => cell.push(*c),
            _ => cells.push((c.to_string(), *at)),
        }
    }
    let ends = cells.iter().skip(1).map(|(_, at)| *at).chain([end]);
    let cells: Vec<(String, usize, usize)> =
        cells.iter().zip(ends).map(|((cell, at), end)| (fold(cell), *at, end)).collect();
    for two in cells.windows(2) {
        if let [(one, start, _), (other, _, end)] = two {
            words.push(Word { text: format!("{one}{other}"), start: *start, end: *end, tail: false });
        }
    }
    if let Some((cell, start, end)) = cells.last() {
        words.push(Word { text: cell.clone(), start: *start, end: *end, tail: true });
    }
    words.retain(|word| !word.text.is_empty());
}

/// Words that follow each other; of the last one only the beginning may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    pub words: Vec<String>,
    pub prefix: bool,
}

impl Phrase {
    /// None for a text without words. `prefix`: its last word may go on.
    pub fn new(text: &str, prefix: bool) -> Option<Phrase> {
        let mut words = split(text);
        let mut prefix = prefix;
        if let Some(last) = words.last().filter(|word| word.tail) {
            let alone =
                words.len() < 2 || words.get(words.len() - 2).is_some_and(|before| before.end != last.end);
            if alone {
                prefix = true;
            } else {
                words.pop();
            }
        }
        let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
        (!words.is_empty()).then_some(Phrase { words, prefix })
    }

    /// Whether `words`, from the first on, are this phrase.
    pub fn fits(&self, words: &[Word]) -> bool {
        let last = self.words.len() - 1;
        words.len() > last
            && self.words.iter().zip(words).enumerate().all(|(n, (wanted, word))| {
                word.text == *wanted || (n == last && self.prefix && word.text.starts_with(wanted.as_str()))
            })
    }

    /// Of words that fit: whether the last of them is the phrase's last, and doesn't only begin so.
    pub fn is_whole(&self, words: &[Word]) -> bool {
        let last = self.words.last().zip(words.get(self.words.len().saturating_sub(1)));
        last.is_some_and(|(wanted, word)| word.text == *wanted)
    }
}

/// Where the phrases stand in a text: ranges in bytes, in order, none touching another.
pub fn find(text: &str, phrases: &[Phrase]) -> Vec<(usize, usize)> {
    let words = split(text);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let rest = words.get(at..).unwrap_or_default();
        let longest =
            phrases.iter().filter(|phrase| phrase.fits(rest)).map(|phrase| phrase.words.len()).max();
        let last = longest.and_then(|count| rest.get(count - 1));
        let Some(last) = last else { continue };
        match found.last_mut() {
            Some(before) if word.start <= before.1 => before.1 = before.1.max(last.end),
            _ => found.push((word.start, last.end)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn the_short_way_for_ascii_is_the_long_one() {
        let all: String = (0..=0x7f_u8).map(char::from).collect();
        let long = "aB3".repeat(WORD_CHARS_MAX);
        let many = format!(" {long}{all}, {long} ");
        for text in [all.as_str(), &long, &many, "", "x", "STRASSE", "-_-", "don't", " a  b2. C"] {
            assert_eq!(fold(text), fold_any(text), "{text:?}");
            assert_eq!(split(text), split_any(text), "{text:?}");
        }
        for c in all.chars() {
            let wanted = if c.is_alphanumeric() { Kind::Letter } else { Kind::Gap };
            assert!(kind(c) == wanted, "{c:?}");
        }
    }

    fn marked(text: &str, phrases: &[(&str, bool)]) -> Vec<String> {
        let phrases: Vec<Phrase> =
            phrases.iter().filter_map(|(text, prefix)| Phrase::new(text, *prefix)).collect();
        find(text, &phrases).into_iter().map(|(start, end)| text[start..end].to_owned()).collect()
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(
            texts("Größe, CAFÉ cafe\u{301}; ﬁn Ｆｕｌｌ ёж!"),
            ["große", "cafe", "cafe", "fin", "full", "еж"]
        );
        assert_eq!(texts("don't foo_bar-2.5 a\u{0}b"), ["don", "t", "foo", "bar", "2", "5", "a", "b"]);
        assert_eq!(texts(" \t*()\"' -- "), [""; 0]);
        assert_eq!(texts("नमस्ते दुनिया").len(), 2);
        assert_eq!(texts("مَرْحَبًا مـرحبا"), ["مرحبا", "مرحبا"]);
        assert_eq!(texts("שָׁלוֹם־עולם"), ["שלום", "עולם"]);
        assert_eq!(texts(&"x".repeat(100)), ["x".repeat(WORD_CHARS_MAX)]);
    }

    #[test]
    fn what_has_no_spaces_is_paired() {
        assert_eq!(texts("東京都です ok"), ["東京", "京都", "都で", "です", "す", "ok"]);
        assert_eq!(texts("水 한국"), ["水", "한국", "국"]);
        assert_eq!(texts("a東b"), ["a", "東", "b"]);
        assert_eq!(texts("น้ำ"), texts("นำ"));
        assert_eq!(texts("て\u{3099}す"), texts("です"));
        assert_eq!(texts("ok🎉🎉❤️"), ["ok", "u1f389", "u1f389", "u2764"]);
    }

    #[test]
    fn phrases_are_of_what_the_index_has() {
        let phrase =
            |text: &str| Phrase::new(text, false).map(|phrase| (phrase.words.join(" "), phrase.prefix));
        assert_eq!(phrase("東京都"), Some(("東京 京都".to_owned(), false)));
        assert_eq!(phrase("東"), Some(("東".to_owned(), true)));
        assert_eq!(phrase("東京 ok"), Some(("東京 京 ok".to_owned(), false)));
        assert_eq!(phrase("ok 東"), Some(("ok 東".to_owned(), true)));
        assert_eq!(phrase("?!"), None);
    }

    #[test]
    fn hits_are_marked_where_they_stand() {
        assert_eq!(marked("The Café, the cafeteria", &[("cafe", false)]), ["Café"]);
        assert_eq!(marked("The Café, the cafeteria", &[("cafe", true)]), ["Café", "cafeteria"]);
        assert_eq!(marked("one two one three", &[("one three", false)]), ["one three"]);
        assert_eq!(marked("私は東京都に住む", &[("東京都", false)]), ["東京都"]);
        assert_eq!(marked("私は東京都に住む", &[("む", false), ("京", false)]), ["京都", "む"]);
        assert_eq!(marked("สวัสดีชาวโลก", &[("ชาว", false)]), ["ชาว"]);
        assert_eq!(marked("ดื่มน้ำส้ม", &[("น้ำ", false)]), ["น้ำ"]);
        assert_eq!(marked("សួស្តីពិភពលោក", &[("ពិភពលោក", false)]), ["ពិភពលោក"]);
        assert_eq!(marked("nothing", &[("else", false)]), [""; 0]);
    }
}
