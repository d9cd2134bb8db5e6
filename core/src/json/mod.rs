//! JSON documents: read, checked, and then asked for their fields.
//!
//! `serde_json` reads the text into one tree, a [`Shape`] says as data what the tree must be, and what has been checked
//! is read from the tree without a failure. A reader for each type, derived or not, is code of its own: together they were
//! the largest part of the WebAssembly module. A fault comes with the pointer of the value that it is about.

mod pretty;
mod shape;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use alloc::{boxed::Box, format, string::String};

use serde_json::value::RawValue;

use crate::{
    diff::{bom, shifted},
    error::Error,
    locate,
};

pub(crate) use pretty::pretty;
pub(crate) use shape::{ANY, FLAG, SIZE, Shape, TEXT, TEXTS, U16, U32, U64, Word, nullable, optional, required, words};
pub(crate) use tree::{Json, Name, Names};
pub(crate) use write::write;

/// What is wrong with a value, and where it stands.
#[derive(Debug)]
pub(crate) struct Fault {
    /// JSON pointer from the value that was read.
    pointer: String,
    message: String,
}

impl Fault {
    fn refuse(message: String) -> Result<(), Box<Self>> {
        Err(Box::new(Self { pointer: String::new(), message }))
    }

    /// It is about a part of the value that is read.
    fn within(&mut self, token: &str) {
        let mut pointer = String::from("/");
        for character in token.chars() {
            match character {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                _ => pointer.push(character),
            }
        }
        pointer.push_str(&self.pointer);
        self.pointer = pointer;
    }
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
    pub(crate) fn tree(&self, names: Names) -> Result<Json<'a>, Error> {
        let text = &self.bytes[bom(self.bytes)..];
        let mut parser = serde_json::Deserializer::from_slice(text);
        let tree = tree::read(&mut parser, names).and_then(|tree| parser.end().map(|()| tree));
        tree.map_err(|error| self.broken(&error, text))
    }

    /// The whole document, which must be of this shape.
    pub(crate) fn read(&self, names: Names, shape: &Shape) -> Result<Json<'a>, Error> {
        let tree = self.tree(names)?;
        self.check("", &tree, shape)?;
        Ok(tree)
    }

    /// Refuses a value, the one at `pointer`, that is not of this shape.
    pub(crate) fn check(&self, pointer: &str, json: &Json<'_>, shape: &Shape) -> Result<(), Error> {
        shape.check(json).map_err(|fault| self.placed(pointer, *fault))
    }

    /// A fault of the value at `pointer`, placed.
    fn placed(&self, pointer: &str, fault: Fault) -> Error {
        let error = Error::new(self.code, fault.message, self.help);
        let mut error = locate::pointed(error, self.bytes, self.attachment, &format!("{pointer}{}", fault.pointer));
        if let Some(span) = error.span {
            let (line, column) = locate::line_and_column(self.bytes, span.start);
            error.message = format!("line {line}, column {column}: {}", error.message);
        }
        error
    }

    /// Moves an error's place into the text that this document is a part of.
    pub(crate) fn moved(&self, whole: &[u8], error: Error) -> Error {
        shifted(error, self.start(whole))
    }

    /// Where this document begins in the text that it is a part of.
    pub(crate) fn start(&self, whole: &[u8]) -> usize {
        self.bytes.as_ptr().addr() - whole.as_ptr().addr()
    }

    /// What follows the byte order mark is no JSON.
    fn broken(&self, error: &serde_json::Error, text: &[u8]) -> Error {
        let error = locate::json_error(self.code, error, text, self.attachment, self.help);
        shifted(error, self.bytes.len() - text.len())
    }
}

/// Documents that stand one after the other in one text: each with its first byte and one past its last.
pub(crate) fn documents(whole: Document<'_>) -> impl Iterator<Item = Result<Document<'_>, Error>> {
    let text = &whole.bytes[bom(whole.bytes)..];
    let values = serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>();
    values.map(move |value| match value {
        Ok(value) => Ok(Document { bytes: value.get().as_bytes(), ..whole }),
        Err(error) => Err(whole.broken(&error, text)),
    })
}
