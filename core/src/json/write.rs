//! Answers as JSON text.
//!
//! The text is that of `serde_json`, byte for byte. Its own writer may fail, and so every field of every answer would be
//! compiled with the way out of an error that never comes; into memory nothing fails.

use alloc::vec::Vec;
use core::fmt;

use purgeplan_lines::{append, name, quote};
use serde::ser::{self, Impossible, Serialize, Serializer};

/// The text of an answer.
pub(crate) fn write<T: Serialize + ?Sized>(answer: &T) -> Vec<u8> {
    let mut writer = Writer(Vec::new());
    let Ok(()) = answer.serialize(&mut writer);
    writer.0
}

struct Writer(Vec<u8>);

impl Writer {
    /// What stands between this value and the one before it: after a string, the last byte is its quote, so a bracket
    /// there has just been opened.
    fn separate(&mut self) {
        if !matches!(self.0.last(), Some(b'{' | b'[')) {
            self.0.push(b',');
        }
    }

    fn open(&mut self, bracket: u8) -> Inside<'_> {
        self.0.push(bracket);
        // The two brackets of a kind stand two apart in ASCII.
        Inside { close: bracket + 2, writer: self }
    }

    fn verbatim(&mut self, text: &str) {
        append(text.as_bytes(), &mut self.0);
    }
}

/// A list or an object that is being written.
struct Inside<'w> {
    close: u8,
    writer: &'w mut Writer,
}

impl Inside<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, field: &str, value: &T) -> Result<(), Never> {
        self.writer.separate();
        name(field, &mut self.writer.0);
        value.serialize(&mut *self.writer)
    }
}

impl ser::SerializeSeq for Inside<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.writer.separate();
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Never> {
        self.writer.0.push(self.close);
        Ok(())
    }
}

/// How arrays of Rust are written.
impl ser::SerializeTuple for Inside<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Never> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeStruct for Inside<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Never> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Never> {
        ser::SerializeSeq::end(self)
    }
}

macro_rules! widened {
    ($($method:ident: $type:ty => $wide:ident),* $(,)?) => {$(
        fn $method(self, value: $type) -> Result<(), Never> {
            self.$wide(value.into())
        }
    )*};
}

/// What no answer holds. Each kind would be code in the module.
macro_rules! refused {
    ($($method:ident($first:ident: $type:ty $(, $rest:ident: $other:ty)*) -> $ok:ty;)*) => {$(
        fn $method(self, $first: $type $(, $rest: $other)*) -> Result<$ok, Never> {
            let _ = ($first, $($rest),*);
            unreachable!(concat!("no answer needs `", stringify!($method), "`"))
        }
    )*};
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Inside<'w>;
    type SerializeStruct = Inside<'w>;
    type SerializeTuple = Inside<'w>;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Impossible<(), Never>;
    type SerializeStructVariant = Impossible<(), Never>;

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.verbatim(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Never> {
        self.verbatim(itoa::Buffer::new().format(value));
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Never> {
        self.verbatim(itoa::Buffer::new().format(value));
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        quote(text, &mut self.0);
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.verbatim("null");
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Never> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'w>, Never> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'w>, Never> {
        Ok(self.open(b'['))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'w>, Never> {
        Ok(self.open(b'{'))
    }

    widened! {
        serialize_u8: u8 => serialize_u64, serialize_u16: u16 => serialize_u64, serialize_u32: u32 => serialize_u64,
        serialize_i8: i8 => serialize_i64, serialize_i16: i16 => serialize_i64, serialize_i32: i32 => serialize_i64,
    }

    refused! {
        serialize_f32(value: f32) -> ();
        serialize_f64(value: f64) -> ();
        serialize_char(value: char) -> ();
        serialize_bytes(value: &[u8]) -> ();
        serialize_unit_struct(name: &'static str) -> ();
        serialize_tuple_struct(name: &'static str, length: usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
            -> Self::SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
            -> Self::SerializeStructVariant;
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        let mut object = self.open(b'{');
        object.field(variant, value)?;
        ser::SerializeSeq::end(object)
    }
}

/// The error of what cannot fail.
#[derive(Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(message: T) -> Self {
        unreachable!("an answer holds only what JSON has: {message}")
    }
}
