//! What a type says of itself to be read: its fields, or its words.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::{Fault, Json, Read};

/// The fields of one object, taken one by one.
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Fields<'a> {
    /// With `known`, a field of another name is refused.
    pub(crate) fn of(json: Json<'a>, known: Option<&[&str]>) -> Result<Self, Fault> {
        let Json::Object(fields) = json else { return Err(Fault::unexpected(&json, "an object")) };
        for (index, (name, _)) in fields.iter().enumerate() {
            if let Some(known) = known.filter(|known| !known.contains(&&**name)) {
                return Err(Fault::new(format!("unknown field `{name}`, expected {}", either(known))).within(name));
            }
            if fields[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Fault::new(format!("duplicate field `{name}`")).within(name));
            }
        }
        Ok(Self(fields))
    }

    fn take(&mut self, name: &str) -> Option<Json<'a>> {
        let (_, value) = self.0.iter_mut().find(|(known, _)| known == name)?;
        Some(core::mem::replace(value, Json::Null))
    }

    /// A field that may be left out; `null` counts as left out.
    pub(crate) fn optional<T: Read<'a>>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        self.take(name).map_or(Ok(None), |value| Option::read(value).map_err(|fault| fault.within(name)))
    }

    /// A field that may be left out, but is not `null`.
    pub(crate) fn or_default<T: Read<'a> + Default>(&mut self, name: &str) -> Result<T, Fault> {
        self.take(name).map_or_else(|| Ok(T::default()), |value| T::read(value).map_err(|fault| fault.within(name)))
    }

    /// A field that has to be there.
    pub(crate) fn required<T: Read<'a>>(&mut self, name: &str) -> Result<T, Fault> {
        let value = self.take(name).ok_or_else(|| Fault::new(format!("missing field `{name}`")))?;
        T::read(value).map_err(|fault| fault.within(name))
    }

    /// Whether a field is there and is not `null`.
    #[expect(clippy::unnecessary_wraps, reason = "taken like the other fields")]
    pub(crate) fn present(&mut self, name: &str) -> Result<bool, Fault> {
        Ok(self.take(name).is_some_and(|value| value != Json::Null))
    }
}

/// `a`, `a` or `b`, one of `a`, `b`, `c`.
fn either(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0..=2 => quoted.join(" or "),
        _ => format!("one of {}", quoted.join(", ")),
    }
}

/// One of some words.
pub(crate) fn word<T: Copy>(json: &Json<'_>, words: &[(&str, T)]) -> Result<T, Fault> {
    let Json::String(text) = json else { return Err(Fault::unexpected(json, "a string")) };
    let found = words.iter().find(|(word, _)| word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        Fault::new(format!("unknown word `{text}`, expected {}", either(&words)))
    })
}

/// Reads a struct from an object. Each field says how it is taken, by the methods of [`Fields`]; its name in the
/// document is its own, or is given. `strict` types refuse fields of other names; `open` ones pass them over.
macro_rules! object {
    ($type:ident<$life:lifetime> $kind:ident { $($fields:tt)* }) => {
        $crate::json::object!(@ $life, $type<$life>, $kind, $($fields)*);
    };
    ($type:ident $kind:ident { $($fields:tt)* }) => {
        $crate::json::object!(@ 'a, $type, $kind, $($fields)*);
    };
    (@ $life:lifetime, $type:ty, $kind:ident, $($field:ident $(= $name:literal)?: $how:ident),* $(,)?) => {
        impl<$life> $crate::json::Read<$life> for $type {
            fn read(json: $crate::json::Json<$life>) -> Result<Self, $crate::json::Fault> {
                let known = $crate::json::known!($kind $([$field $($name)?])*);
                let mut fields = $crate::json::Fields::of(json, known)?;
                Ok(Self { $($field: fields.$how($crate::json::name!($field $($name)?))?),* })
            }
        }
    };
}

macro_rules! known {
    (strict $([$field:ident $($name:literal)?])*) => {
        Some(&[$($crate::json::name!($field $($name)?)),*][..])
    };
    (open $([$($field:tt)*])*) => {
        None
    };
}

macro_rules! name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// Reads an enum from its words; as `enum` it also has their `name` and is written as it.
macro_rules! words {
    ($vis:vis enum $type:ident { $($variant:ident: $word:literal),* $(,)? }) => {
        $crate::json::words!($type { $($variant: $word),* });

        impl $type {
            /// As it is written.
            #[must_use]
            $vis fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
    ($type:ident { $($variant:ident: $word:literal),* $(,)? }) => {
        impl<'a> $crate::json::Read<'a> for $type {
            fn read(json: $crate::json::Json<'a>) -> Result<Self, $crate::json::Fault> {
                $crate::json::word(&json, &[$(($word, Self::$variant)),*])
            }
        }
    };
}

pub(crate) use {known, name, object, words};
