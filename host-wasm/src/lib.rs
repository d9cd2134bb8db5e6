//! The binding: the core's one wire function for JavaScript, and for any WebAssembly engine. It decides nothing and
//! reshapes nothing.
//!
//! For JavaScript the request is JSON, as a string or as UTF-8 bytes; each attachment is a `Uint8Array`, named in the
//! request by its index. Bad input is an answer, tagged `failure`; only an argument of a wrong JavaScript type throws.
//! For other engines see [`raw`].

pub mod raw;

use js_sys::{JSON, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsError, JsValue, prelude::wasm_bindgen};

/// What every engine takes as one string, in UTF-16 units, which are never more than the bytes: V8 has this limit where
/// pointers have 32 bits (`String::kMaxLength` in `v8-primitive.h`), and a higher one elsewhere.
const LONGEST_STRING: usize = (1 << 28) - 16;

const JSON_IS_UTF_8: &str = "the core answers in JSON, and JSON is UTF-8";

/// Answers a request with JSON text: the very bytes that the core wrote.
#[wasm_bindgen]
pub fn call(request: &JsValue, attachments: Vec<Uint8Array>) -> Result<String, JsError> {
    let answer = answer(request, attachments)?;
    Ok(String::from_utf8(answer).expect(JSON_IS_UTF_8))
}

/// Answers a request with a plain object: what `JSON.parse` makes of the answer of `call`.
///
/// The engine's own `JSON.parse` makes it in half the time of one call out of the module for each value. Only an answer
/// that is longer than a string may be in some engine goes value by value.
#[wasm_bindgen(js_name = callObject)]
pub fn call_object(request: &JsValue, attachments: Vec<Uint8Array>) -> Result<JsValue, JsValue> {
    let answer = answer(request, attachments)?;
    if answer.len() <= LONGEST_STRING {
        return JSON::parse(core::str::from_utf8(&answer).expect(JSON_IS_UTF_8));
    }
    Ok(purgeplan_core::values(&answer).serialize(&Serializer::json_compatible())?)
}

fn answer(request: &JsValue, attachments: Vec<Uint8Array>) -> Result<Vec<u8>, JsError> {
    let request = match (request.as_string(), request.dyn_ref::<Uint8Array>()) {
        (Some(text), _) => text.into_bytes(),
        (None, Some(bytes)) => bytes.to_vec(),
        (None, None) => return Err(JsError::new("`request` is neither a string nor a `Uint8Array`")),
    };
    let attachments: Vec<Vec<u8>> = attachments.into_iter().map(|bytes| bytes.to_vec()).collect();
    let attachments: Vec<&[u8]> = attachments.iter().map(Vec::as_slice).collect();
    Ok(purgeplan_core::call(&request, &attachments))
}
