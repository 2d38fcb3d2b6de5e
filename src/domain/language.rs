//! In which language people are written to.

use serde::Deserialize;
use utoipa::ToSchema;

/// How many languages of a header are looked at.
const ACCEPTED_MAX: usize = 32;

/// The languages in which letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    En,
    De,
    Fr,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::En, Language::De, Language::Fr];

    pub fn as_str(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
            Language::Fr => "fr",
        }
    }

    /// `de-AT` is served by `de`.
    pub fn parse(tag: &str) -> Option<Language> {
        let primary = tag.split('-').next().unwrap_or_default().trim();
        Language::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.as_str()))
    }

    /// The one that an `Accept-Language` header (RFC 9110 section 12.5.4) likes best, if it likes any.
    pub fn accepted(header: &str) -> Option<Language> {
        let weighed = header.split(',').take(ACCEPTED_MAX).filter_map(|part| {
            let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
            let weight = weight.trim().parse::<f32>().ok().filter(|weight| *weight > 0.0)?;
            Some((Language::parse(tag.trim())?, weight))
        });
        // Of equals the first.
        weighed
            .fold(None, |best: Option<(Language, f32)>, next| match best {
                Some(best) if best.1 >= next.1 => Some(best),
                _ => Some(next),
            })
            .map(|(language, _)| language)
    }

    /// As it is kept; English where nothing is.
    pub fn kept(stored: Option<&str>) -> Language {
        stored.and_then(Language::parse).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_liked_best_is_taken() {
        for (header, best) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::De)),
            ("en;q=0.5, fr;q=0.7", Some(Language::Fr)),
            ("ja, fr-CA;q=0.1", Some(Language::Fr)),
            ("fr;q=0, de", Some(Language::De)),
            ("en, de", Some(Language::En)),
            ("*", None),
            ("ja", None),
            (";;q=,", None),
        ] {
            assert_eq!(Language::accepted(header), best, "{header}");
        }
    }
}
