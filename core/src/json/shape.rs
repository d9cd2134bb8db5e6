//! What a document must be, as data: so every kind of document is checked by the same code.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use super::{Fault, Json, Name};

/// What a value must be.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Whatever it is: read by itself, or not at all.
    Any,
    Flag,
    /// A whole number up to this one.
    Natural(u64),
    Text,
    Word(&'static [&'static str]),
    List(&'static Shape),
    /// An object without fields of other names.
    Strict(&'static [Field]),
    /// An object of which other fields are passed over.
    Open(&'static [Field]),
}

/// A field that an object may have.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    need: Need,
    shape: &'static Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    Nullable,
}

/// Must be there.
pub(crate) const fn required(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, need: Need::Required, shape }
}

/// May be left out.
pub(crate) const fn optional(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, need: Need::Optional, shape }
}

/// May be left out; `null` is as good.
pub(crate) const fn nullable(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, need: Need::Nullable, shape }
}

pub(crate) const ANY: &Shape = &Shape::Any;
pub(crate) const FLAG: &Shape = &Shape::Flag;
pub(crate) const TEXT: &Shape = &Shape::Text;
pub(crate) const TEXTS: &Shape = &Shape::List(TEXT);
/// A count, or an index: the same on every host, whatever its pointers can hold.
pub(crate) const SIZE: &Shape = U32;
pub(crate) const U16: &Shape = &Shape::Natural(u16::MAX as u64);
pub(crate) const U32: &Shape = &Shape::Natural(u32::MAX as u64);
pub(crate) const U64: &Shape = &Shape::Natural(u64::MAX);

impl Shape {
    /// Refuses what is not so: the first fault, in the order of the shape.
    pub(crate) fn check(&self, json: &Json<'_>) -> Result<(), Box<Fault>> {
        let expected = match (self, json) {
            (Self::Any, _) | (Self::Flag, Json::Bool(_)) | (Self::Text, Json::String(_)) => return Ok(()),
            (Self::Natural(most), Json::Natural(value)) if value <= most => return Ok(()),
            (Self::Natural(_), Json::Natural(value)) => return Fault::refuse(format!("`{value}` is too large")),
            (Self::Word(words), Json::String(text)) if words.contains(&&**text) => return Ok(()),
            (Self::Word(words), Json::String(text)) => {
                return Fault::refuse(format!("unknown word `{text}`, expected {}", either(words)));
            }
            (Self::List(shape), Json::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if let Err(mut fault) = shape.check(item) {
                        fault.within(&format!("{index}"));
                        return Err(fault);
                    }
                }
                return Ok(());
            }
            (Self::Strict(fields), Json::Object(given)) => return check_fields(fields, true, given),
            (Self::Open(fields), Json::Object(given)) => return check_fields(fields, false, given),
            (Self::Flag, _) => "a boolean",
            (Self::Natural(_), _) => "a whole number from 0",
            (Self::Text | Self::Word(_), _) => "a string",
            (Self::List(_), _) => "a list",
            (Self::Strict(_) | Self::Open(_), _) => "an object",
        };
        Fault::refuse(format!("invalid type: {}, expected {expected}", json.kind()))
    }
}

#[cfg(all(test, feature = "ts"))]
impl Shape {
    /// The names of an object's fields, or of those of the objects of a list.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Strict(fields) | Self::Open(fields) => fields.iter().map(|field| field.name).collect(),
            Self::List(shape) => shape.names(),
            _ => Vec::new(),
        }
    }

    /// The shape of a field.
    pub(crate) fn of(&self, name: &str) -> &'static Self {
        let Self::Strict(fields) = self else { unreachable!("{self:?} has no fields") };
        fields.iter().find(|field| field.name == name).expect("a field of this name").shape
    }
}

fn check_fields(fields: &[Field], strict: bool, given: &[(Name<'_>, Json<'_>)]) -> Result<(), Box<Fault>> {
    let within = |name: &str, checked: Result<(), Box<Fault>>| {
        checked.map_err(|mut fault| {
            fault.within(name);
            fault
        })
    };
    for (index, (name, _)) in given.iter().enumerate() {
        if strict && !fields.iter().any(|field| field.name == name) {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            return within(name, Fault::refuse(format!("unknown field `{name}`, expected {}", either(&known))));
        }
        if given[..index].iter().any(|(earlier, _)| earlier == name) {
            return within(name, Fault::refuse(format!("duplicate field `{name}`")));
        }
    }
    for Field { name, need, shape } in fields {
        match given.iter().find(|(known, _)| known == name) {
            Some((_, Json::Null)) if *need == Need::Nullable => {}
            Some((_, value)) => within(name, shape.check(value))?,
            None if *need == Need::Required => return Fault::refuse(format!("missing field `{name}`")),
            None => {}
        }
    }
    Ok(())
}

/// `a`, `a` or `b`, one of `a`, `b`, `c`.
fn either(names: &[&str]) -> String {
    let (before, between) = if names.len() > 2 { ("one of ", ", ") } else { ("", " or ") };
    let mut text = String::from(before);
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    text
}

/// A type whose values are words in a document.
pub(crate) trait Word: Copy + 'static {
    /// As they are written.
    const WORDS: &'static [&'static str];
    /// The values of the words, in their order.
    const VALUES: &'static [Self];
    const SHAPE: &'static Shape = &Shape::Word(Self::WORDS);
}

/// The words of an enum; as `enum` it also has their `name` and is written as it.
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
        impl $crate::json::Word for $type {
            const WORDS: &'static [&'static str] = &[$($word),*];
            const VALUES: &'static [Self] = &[$(Self::$variant),*];
        }
    };
}

pub(crate) use words;
