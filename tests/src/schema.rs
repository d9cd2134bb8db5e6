//! A validator for the keywords of JSON Schema that the policy's schema uses, and no others.
//!
//! The crates that validate all of JSON Schema take longer to build than every test of the policy together.

use serde_json::{Map, Value};

/// What does not fit, each with its JSON pointer.
///
/// # Panics
/// On a keyword that it does not know: a schema that uses one is not checked by this.
#[must_use]
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    Validator { root: schema, faults: &mut faults }.check(schema, value, "");
    faults
}

struct Validator<'a> {
    root: &'a Value,
    faults: &'a mut Vec<String>,
}

impl Validator<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return self.fault(at, "nothing may stand here"),
            Value::Object(keywords) => keywords,
            other => panic!("{other} is no schema"),
        };
        for (keyword, wanted) in keywords {
            match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "default" | "examples" | "then" | "else" => {}
                "$ref" => {
                    let pointer = wanted.as_str().and_then(|text| text.strip_prefix('#')).expect("a local reference");
                    let schema = self.root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is in the schema"));
                    self.check(&schema.clone(), value, at);
                }
                "allOf" => wanted.as_array().into_iter().flatten().for_each(|schema| self.check(schema, value, at)),
                "if" => {
                    let branch = if faults_of(self.root, wanted, value) { "else" } else { "then" };
                    keywords.get(branch).into_iter().for_each(|schema| self.check(schema, value, at));
                }
                "properties" | "additionalProperties" | "required" => self.object(keywords, keyword, value, at),
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(wanted, item, &format!("{at}/{index}"));
                    }
                }
                _ if !fits(keyword, wanted, value) => self.fault(at, &format!("{keyword} {wanted}")),
                _ => {}
            }
        }
    }

    fn object(&mut self, keywords: &Map<String, Value>, keyword: &str, value: &Value, at: &str) {
        let Some(fields) = value.as_object() else { return };
        let properties = keywords.get("properties").and_then(Value::as_object);
        match keyword {
            "properties" => {
                for (name, schema) in properties.into_iter().flatten() {
                    if let Some(field) = fields.get(name) {
                        self.check(schema, field, &format!("{at}/{name}"));
                    }
                }
            }
            "additionalProperties" => {
                for name in fields.keys().filter(|name| !properties.is_some_and(|known| known.contains_key(*name))) {
                    self.check(&keywords[keyword], &fields[name], &format!("{at}/{name}"));
                }
            }
            _ => {
                let missing = keywords[keyword].as_array().into_iter().flatten().filter_map(Value::as_str);
                missing
                    .filter(|name| !fields.contains_key(*name))
                    .for_each(|name| self.fault(at, &format!("needs {name}")));
            }
        }
    }

    fn fault(&mut self, at: &str, what: &str) {
        self.faults.push(format!("{at}: {what}"));
    }
}

fn faults_of(root: &Value, schema: &Value, value: &Value) -> bool {
    let mut faults = Vec::new();
    Validator { root, faults: &mut faults }.check(schema, value, "");
    !faults.is_empty()
}

/// The keywords that look at one value alone; what is of another type than a keyword speaks of fits it.
fn fits(keyword: &str, wanted: &Value, value: &Value) -> bool {
    let limit = || usize::try_from(wanted.as_u64().expect("a limit is a number")).expect("a limit fits");
    match keyword {
        "type" => match wanted.as_str().expect("one type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            other => panic!("type {other} is not known here"),
        },
        "enum" => wanted.as_array().is_some_and(|values| values.contains(value)),
        "const" => wanted == value,
        "minItems" => value.as_array().is_none_or(|items| items.len() >= limit()),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= limit()),
        "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().expect("a small number")),
        "maximum" => value.as_i64().is_none_or(|number| number <= wanted.as_i64().expect("a small number")),
        "pattern" => value.as_str().is_none_or(|text| match wanted.as_str() {
            Some("^/") => text.starts_with('/'),
            Some("^[^/!]") => !text.is_empty() && !text.starts_with(['/', '!']),
            Some("^[^/]|^$") => !text.starts_with('/'),
            Some("^(/.*[^/])?$") => text.is_empty() || (text.starts_with('/') && !text.ends_with('/')),
            other => panic!("pattern {other:?} is not known here"),
        }),
        other => panic!("keyword {other} is not known here"),
    }
}
