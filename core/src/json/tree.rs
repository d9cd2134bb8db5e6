//! A JSON document as one tree.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::{fmt, ops::Index};
use serde::{
    Serialize, Serializer,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::Word;

/// A value. Text without escapes is that of the document.
#[derive(Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Natural(u64),
    Negative(i64),
    Float(f64),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    /// In the order of the document, repeated names too.
    Object(Vec<(Name<'a>, Json<'a>)>),
}

/// A field's name.
pub(crate) type Name<'a> = Cow<'a, str>;

/// Which fields are kept: `None` keeps all. Of documents that others write most fields mean nothing here.
pub(crate) type Names = Option<&'static [&'static str]>;

/// The field of this name, the first of them; `null` where there is none.
impl<'a> Index<&str> for Json<'a> {
    type Output = Json<'a>;

    fn index(&self, name: &str) -> &Json<'a> {
        let fields = if let Json::Object(fields) = self { fields.as_slice() } else { &[] };
        fields.iter().find(|(known, _)| known == name).map_or(&Json::Null, |(_, value)| value)
    }
}

/// What the values of a document are. Its shape was checked before: `None` is what was left out, and nothing of a wrong kind.
impl<'a> Json<'a> {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        self.cow().map(|text| &**text)
    }

    /// The text, which may outlive the tree.
    pub(crate) fn cow(&self) -> Option<&Cow<'a, str>> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The text, the caller's own.
    pub(crate) fn string(&self) -> Option<String> {
        self.text().map(String::from)
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        if let Json::Bool(value) = self { Some(*value) } else { None }
    }

    pub(crate) fn number<T: TryFrom<u64>>(&self) -> Option<T> {
        if let Json::Natural(value) = self { T::try_from(*value).ok() } else { None }
    }

    pub(crate) fn word<T: Word>(&self) -> Option<T> {
        self.index_in(T::WORDS).map(|index| T::VALUES[index])
    }

    // Apart from `word`, so that it is compiled once and not for each type.
    fn index_in(&self, words: &[&str]) -> Option<usize> {
        let text = self.text()?;
        words.iter().position(|word| *word == text)
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> &[Json<'a>] {
        if let Json::Array(items) = self { items } else { &[] }
    }

    /// The items of a list of texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.items().iter().filter_map(Json::text)
    }

    /// For a message.
    pub(crate) fn kind(&self) -> String {
        match self {
            Json::Null => String::from("null"),
            Json::Bool(value) => format!("boolean `{value}`"),
            Json::Natural(value) => format!("integer `{value}`"),
            Json::Negative(value) => format!("integer `{value}`"),
            // Its digits are in the document; printing them would take a tenth of the module.
            Json::Float(_) => String::from("a number with a fraction or an exponent"),
            Json::String(text) => format!("string {}", quoted(text)),
            Json::Array(_) => String::from("a list"),
            Json::Object(_) => String::from("an object"),
        }
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Natural(value) => serializer.serialize_u64(*value),
            Json::Negative(value) => serializer.serialize_i64(*value),
            Json::Float(value) => serializer.serialize_f64(*value),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => items.serialize(serializer),
            Json::Object(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// As it stands in a document. Rust's own form of a text (`{:?}`) would bring Unicode's tables into the module.
fn quoted(text: &str) -> String {
    String::from_utf8_lossy(&super::write(text)).into_owned()
}

/// Reads one value.
pub(super) fn read<'a, D: Deserializer<'a>>(parser: D, names: Names) -> Result<Json<'a>, D::Error> {
    Tree(names).deserialize(parser)
}

#[derive(Clone, Copy)]
struct Tree(Names);

impl<'a> DeserializeSeed<'a> for Tree {
    type Value = Json<'a>;

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<Json<'a>, D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Tree {
    type Value = Json<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json<'a>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'a>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'a>, E> {
        Ok(Json::Natural(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'a>, E> {
        Ok(Json::Negative(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'a>, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Json<'a>, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'a>, E> {
        Ok(Json::String(Cow::Owned(String::from(text))))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Json<'a>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Json<'a>, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key_seed(Text)? {
            if self.0.is_none_or(|names| names.contains(&&*name)) {
                fields.push((name, map.next_value_seed(self)?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Json::Object(fields))
    }
}

/// A field's name, borrowed where it can be.
pub(crate) struct Text;

impl<'a> DeserializeSeed<'a> for Text {
    type Value = Cow<'a, str>;

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<Cow<'a, str>, D::Error> {
        parser.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Text {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Cow<'a, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'a, str>, E> {
        Ok(Cow::Owned(String::from(text)))
    }
}
