//! The binding: the core's one wire function for JavaScript, and for any WebAssembly engine. It decides nothing and
//! reshapes nothing.
//!
//! For JavaScript the request is JSON, as a string or as UTF-8 bytes; each attachment is a `Uint8Array`, named in the
//! request by its index. Bad input is an answer, tagged `failure`; only an argument of a wrong JavaScript type throws.
//! For other engines see [`raw`].

pub mod raw;

use js_sys::Uint8Array;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsError, JsValue, prelude::wasm_bindgen};

/// Answers a request with JSON text: the very bytes that the core wrote.
#[wasm_bindgen]
pub fn call(request: &JsValue, attachments: Vec<Uint8Array>) -> Result<String, JsError> {
    let answer = answer(request, attachments)?;
    Ok(String::from_utf8(answer).expect("the core answers in JSON, and JSON is UTF-8"))
}

/// Answers a request with a plain object: what `JSON.parse` makes of the answer of `call`.
#[wasm_bindgen(js_name = callObject)]
pub fn call_object(request: &JsValue, attachments: Vec<Uint8Array>) -> Result<JsValue, JsError> {
    let answer = answer(request, attachments)?;
    // Straight from the text: a tree in between, and the code that makes it, would be for nothing.
    let mut text = serde_json::Deserializer::from_slice(&answer);
    Ok(serde_transcode::transcode(&mut text, &Serializer::json_compatible())?)
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
