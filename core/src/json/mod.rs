//! JSON documents, read field by field.
//!
//! `serde_json` reads the text into one tree, and each type says with [`object!`] and [`words!`] which fields and words
//! it has. Readers that a derive writes for each type were the largest part of the WebAssembly module; these are a few
//! calls each, and a fault comes with the pointer of the value that it is about.

mod fields;
mod pretty;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use serde_json::value::RawValue;

use crate::{
    diff::{bom, shifted},
    error::Error,
    locate,
};

pub(crate) use fields::{Field, Present, fill, is, name, object, word, words};
pub(crate) use pretty::pretty;
pub(crate) use tree::{Json, Names};
pub(crate) use write::write;

/// What is wrong with a value, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// JSON pointer from the value that was read.
    pointer: String,
    message: String,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { pointer: String::new(), message: message.into() }
    }

    fn unexpected(json: &Json<'_>, expected: &str) -> Self {
        Self::new(format!("invalid type: {}, expected {expected}", json.kind()))
    }

    fn within(mut self, token: &str) -> Self {
        let token = token.replace('~', "~0").replace('/', "~1");
        self.pointer.insert_str(0, &format!("/{token}"));
        self
    }
}

/// What a value can be read as.
pub(crate) trait Read<'a>: Sized {
    fn read(json: &Json<'a>) -> Result<Self, Fault>;
}

/// A document, and how its faults are told.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) bytes: &'a [u8],
    /// Which attachment it is; `None` is the request.
    pub(crate) attachment: Option<usize>,
    pub(crate) code: &'static str,
    pub(crate) help: &'static str,
}

impl<'a> Document<'a> {
    /// The whole document, of which only fields with these names are kept.
    pub(crate) fn tree(self, names: Names) -> Result<Json<'a>, Error> {
        let skipped = bom(self.bytes);
        let text = &self.bytes[skipped..];
        let mut parser = serde_json::Deserializer::from_slice(text);
        let tree = tree::read(&mut parser, names).and_then(|tree| parser.end().map(|()| tree));
        tree.map_err(|error| shifted(self.broken(&error, text), skipped))
    }

    /// The whole document as one value.
    pub(crate) fn read<T: Read<'a>>(self, names: Names) -> Result<T, Error> {
        T::read(&self.tree(names)?).map_err(|fault| self.refuse("", fault))
    }

    /// A fault of the value at `pointer`, placed.
    pub(crate) fn refuse(self, pointer: &str, fault: Fault) -> Error {
        let error = Error::new(self.code, fault.message, self.help);
        let mut error = locate::pointed(error, self.bytes, self.attachment, &format!("{pointer}{}", fault.pointer));
        if let Some(span) = error.span {
            let (line, column) = locate::line_and_column(self.bytes, span.start);
            error.message = format!("line {line}, column {column}: {}", error.message);
        }
        error
    }

    /// Moves an error's place into the text that this document is a part of.
    pub(crate) fn moved(self, whole: &[u8], error: Error) -> Error {
        shifted(error, self.start(whole))
    }

    /// Where this document begins in the text that it is a part of.
    pub(crate) fn start(self, whole: &[u8]) -> usize {
        self.bytes.as_ptr().addr() - whole.as_ptr().addr()
    }

    /// Text that is no JSON.
    fn broken(self, error: &serde_json::Error, text: &[u8]) -> Error {
        locate::json_error(self.code, error, text, self.attachment, self.help)
    }
}

/// Documents that stand one after the other in one text: each with its first byte and one past its last.
pub(crate) fn documents(whole: Document<'_>) -> impl Iterator<Item = Result<Document<'_>, Error>> {
    let skipped = bom(whole.bytes);
    let text = &whole.bytes[skipped..];
    let values = serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>();
    values.map(move |value| match value {
        Ok(value) => Ok(Document { bytes: value.get().as_bytes(), ..whole }),
        Err(error) => Err(shifted(whole.broken(&error, text), skipped)),
    })
}

impl<'a> Read<'a> for Json<'a> {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        Ok(json.clone())
    }
}

impl<'a> Read<'a> for Cow<'a, str> {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        match json {
            Json::String(text) => Ok(text.clone()),
            other => Err(Fault::unexpected(other, "a string")),
        }
    }
}

impl<'a> Read<'a> for String {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        Cow::read(json).map(Cow::into_owned)
    }
}

impl<'a> Read<'a> for bool {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        match json {
            Json::Bool(value) => Ok(*value),
            other => Err(Fault::unexpected(other, "a boolean")),
        }
    }
}

impl<'a> Read<'a> for u64 {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        match json {
            Json::Natural(value) => Ok(*value),
            other => Err(Fault::unexpected(other, "a whole number from 0")),
        }
    }
}

macro_rules! natural {
    ($($type:ident)*) => {$(
        impl<'a> Read<'a> for $type {
            fn read(json: &Json<'a>) -> Result<Self, Fault> {
                let value = u64::read(json)?;
                Self::try_from(value).map_err(|_| Fault::new(format!("`{value}` is too large")))
            }
        }
    )*};
}

natural!(u16 u32 usize);

impl<'a, T: Read<'a>> Read<'a> for Option<T> {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        match json {
            Json::Null => Ok(None),
            some => T::read(some).map(Some),
        }
    }
}

impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    fn read(json: &Json<'a>) -> Result<Self, Fault> {
        let mut read = Self::new();
        each(json, &mut |item| {
            read.push(T::read(item)?);
            Ok(())
        })?;
        Ok(read)
    }
}

/// Reads a list. The lists of all types share it.
fn each<'a>(list: &Json<'a>, read: &mut dyn FnMut(&Json<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let Json::Array(items) = list else { return Err(Fault::unexpected(list, "a list")) };
    for (index, item) in items.iter().enumerate() {
        read(item).map_err(|fault| fault.within(&format!("{index}")))?;
    }
    Ok(())
}
