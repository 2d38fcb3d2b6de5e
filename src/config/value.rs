//! The types a setting may have, and how each is read from a file or a variable.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

/// A setting's value as somebody wrote it.
#[derive(Clone, Copy)]
pub enum Given<'a> {
    File(&'a toml::Value),
    Variable(&'a str),
}

/// A type that a setting may have.
pub trait Setting: Sized {
    /// Errors are the end of a sentence that begins with the setting's name: "must be a whole number".
    fn read(given: Given<'_>) -> Result<Self, String>;
    /// The value as it would be written in the file.
    fn sample(&self) -> String;
}

/// A text setting.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(String);

impl Text {
    pub fn new(text: &str) -> Text {
        Text(text.to_owned())
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Setting for Text {
    fn read(given: Given<'_>) -> Result<Text, String> {
        match given {
            Given::Variable(text) => Ok(Text::new(text)),
            Given::File(toml::Value::String(text)) => Ok(Text::new(text)),
            Given::File(other) => Err(format!("must be a text, not {}", kind(other))),
        }
    }

    fn sample(&self) -> String {
        toml::Value::String(self.0.clone()).to_string()
    }
}

impl Setting for Vec<Text> {
    fn read(given: Given<'_>) -> Result<Vec<Text>, String> {
        match given {
            Given::Variable(text) => {
                Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Text::new).collect())
            }
            Given::File(toml::Value::Array(values)) => {
                values.iter().map(|value| Text::read(Given::File(value))).collect()
            }
            Given::File(other) => Err(format!("must be a list of texts, not {}", kind(other))),
        }
    }

    fn sample(&self) -> String {
        let parts: Vec<String> = self.iter().map(Setting::sample).collect();
        format!("[{}]", parts.join(", "))
    }
}

/// Names with a value each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub BTreeMap<String, String>);

impl Setting for Pairs {
    fn read(given: Given<'_>) -> Result<Pairs, String> {
        let pairs: Option<BTreeMap<String, String>> = match given {
            Given::Variable(text) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| {
                    part.split_once('=').map(|(name, value)| (name.trim().into(), value.trim().into()))
                })
                .collect(),
            Given::File(toml::Value::Table(table)) => {
                table.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
            }
            Given::File(_) => None,
        };
        pairs.map(Pairs).ok_or_else(|| "must be names with a text each, such as { a = \"b\" }".to_owned())
    }

    fn sample(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name:?} = {value:?}")).collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }
}

impl Setting for bool {
    fn read(given: Given<'_>) -> Result<bool, String> {
        match given {
            Given::Variable("true" | "1") | Given::File(toml::Value::Boolean(true)) => Ok(true),
            Given::Variable("false" | "0") | Given::File(toml::Value::Boolean(false)) => Ok(false),
            Given::Variable(text) => Err(format!("must be true or false, not {text:?}")),
            Given::File(other) => Err(format!("must be true or false, not {}", kind(other))),
        }
    }

    fn sample(&self) -> String {
        self.to_string()
    }
}

impl Setting for u32 {
    fn read(given: Given<'_>) -> Result<u32, String> {
        let out_of_range = || format!("must be a whole number from 0 to {}", u32::MAX);
        match given {
            Given::Variable(text) => text.parse().map_err(|_| out_of_range()),
            Given::File(toml::Value::Integer(number)) => u32::try_from(*number).map_err(|_| out_of_range()),
            Given::File(other) => Err(format!("must be a whole number, not {}", kind(other))),
        }
    }

    fn sample(&self) -> String {
        self.to_string()
    }
}

impl Setting for u64 {
    fn read(given: Given<'_>) -> Result<u64, String> {
        let out_of_range = || "must be a whole number, 0 or more".to_owned();
        match given {
            Given::Variable(text) => text.parse().map_err(|_| out_of_range()),
            Given::File(toml::Value::Integer(number)) => u64::try_from(*number).map_err(|_| out_of_range()),
            Given::File(other) => Err(format!("must be a whole number, not {}", kind(other))),
        }
    }

    fn sample(&self) -> String {
        self.to_string()
    }
}

fn kind(value: &toml::Value) -> String {
    format!("{} {value}", value.type_str())
}

/// An enum whose values are written as fixed words.
macro_rules! choice {
    ($(#[$meta:meta])* $Type:ident { $($Variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
        pub enum $Type { $(#[schema(rename = $word)] $Variant),+ }

        impl $Type {
            pub fn as_str(self) -> &'static str {
                match self { $( $Type::$Variant => $word ),+ }
            }
        }

        impl $crate::config::value::Setting for $Type {
            fn read(given: $crate::config::value::Given<'_>) -> Result<$Type, String> {
                let text = $crate::config::value::Text::read(given)?;
                match &*text {
                    $( $word => Ok($Type::$Variant), )+
                    other => Err(format!("must be one of {}, not {other:?}", [$($word),+].join(", "))),
                }
            }

            fn sample(&self) -> String {
                format!("{:?}", self.as_str())
            }
        }
    };
}
pub(super) use choice;
