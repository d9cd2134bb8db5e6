//! What a type says of itself to be read: its fields, or its words.

use alloc::{format, string::String, vec::Vec};

use super::{Fault, Json, Read};

/// A field that a type has, and where its value goes.
pub(crate) struct Field<'f, 'a> {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) slot: &'f mut dyn Slot<'a>,
}

/// Room for a value of a type that only the slot knows: so all types share the code that takes objects apart.
pub(crate) trait Slot<'a> {
    fn fill(&mut self, json: &Json<'a>) -> Result<(), Fault>;
}

impl<'a, T: Read<'a>> Slot<'a> for T {
    fn fill(&mut self, json: &Json<'a>) -> Result<(), Fault> {
        *self = T::read(json)?;
        Ok(())
    }
}

/// Fills the fields of one object, in their order; what is left out stays as it is. With `strict`, a field of another
/// name is refused.
pub(crate) fn fill<'a>(json: &Json<'a>, strict: bool, fields: &mut [Field<'_, 'a>]) -> Result<(), Fault> {
    let Json::Object(given) = json else { return Err(Fault::unexpected(json, "an object")) };
    for (index, (name, _)) in given.iter().enumerate() {
        if strict && !fields.iter().any(|field| field.name == name) {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            return Err(Fault::new(format!("unknown field `{name}`, expected {}", either(&known))).within(name));
        }
        if given[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Fault::new(format!("duplicate field `{name}`")).within(name));
        }
    }
    for Field { name, required, slot } in fields {
        match given.iter().find(|(known, _)| known == name) {
            Some((_, value)) => slot.fill(value).map_err(|fault| fault.within(name))?,
            None if *required => return Err(Fault::new(format!("missing field `{name}`"))),
            None => {}
        }
    }
    Ok(())
}

/// Whether a field is there and is not `null`, for fields of which nothing else counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Present(pub(crate) bool);

impl<'a> Read<'a> for Present {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        Ok(Self(*json != Json::Null))
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

/// Reads a struct from an object. Each field is `required`, or has its default when it is left out (`null` is as good as
/// left out for an `Option`); its name in the document is its own, or is given. `strict` types refuse fields of other
/// names; `open` ones pass them over.
macro_rules! object {
    ($type:ident<$life:lifetime> $kind:ident { $($fields:tt)* }) => {
        $crate::json::object!(@ $life, $type<$life>, $kind, $($fields)*);
    };
    ($type:ident $kind:ident { $($fields:tt)* }) => {
        $crate::json::object!(@ 'a, $type, $kind, $($fields)*);
    };
    (@ $life:lifetime, $type:ty, $kind:ident, $($field:ident $(= $name:literal)?: $how:ident),* $(,)?) => {
        impl<$life> $crate::json::Read<$life> for $type {
            #[allow(clippy::used_underscore_binding, reason = "some fields are only known, and never asked for")]
            fn read(json: &$crate::json::Json<$life>) -> Result<Self, $crate::json::Fault> {
                let mut read = Self::default();
                let fields = &mut [$($crate::json::Field {
                    name: $crate::json::name!($field $($name)?),
                    required: $crate::json::is!($how),
                    slot: &mut read.$field,
                }),*];
                $crate::json::fill(json, $crate::json::is!($kind), fields)?;
                Ok(read)
            }
        }
    };
}

macro_rules! is {
    (strict) => {
        true
    };
    (open) => {
        false
    };
    (required) => {
        true
    };
    (optional) => {
        false
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
            fn read(json: &$crate::json::Json<'a>) -> Result<Self, $crate::json::Fault> {
                $crate::json::word(json, &[$(($word, Self::$variant)),*])
            }
        }
    };
}

pub(crate) use {is, name, object, words};
