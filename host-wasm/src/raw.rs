//! The same wire function without JavaScript: pointers and lengths into the module's own memory.
//!
//! An engine calls `input(length)` once for the request and once for each attachment, in order, and writes the bytes to
//! the pointer that it gets before it asks for the next. `answer()` decides and returns the answer's address,
//! `answerLength()` its length; it stays there until the next `input` or `clear()`. None of these calls needs anything
//! that the module imports.

use std::sync::{Mutex, MutexGuard, PoisonError};

use wasm_bindgen::prelude::wasm_bindgen;

/// What is being asked, and what was answered last.
struct Exchange {
    /// The request, then its attachments.
    inputs: Vec<Vec<u8>>,
    answer: Vec<u8>,
}

static EXCHANGE: Mutex<Exchange> = Mutex::new(Exchange { inputs: Vec::new(), answer: Vec::new() });

fn exchange() -> MutexGuard<'static, Exchange> {
    EXCHANGE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Room for the next piece of input; null when there is not so much memory.
#[wasm_bindgen]
#[must_use]
pub fn input(length: usize) -> *mut u8 {
    let mut exchange = exchange();
    exchange.answer = Vec::new();
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(length).is_err() {
        return std::ptr::null_mut();
    }
    bytes.resize(length, 0);
    let address = bytes.as_mut_ptr();
    exchange.inputs.push(bytes);
    address
}

/// Answers the inputs, which are gone afterwards.
#[wasm_bindgen]
#[must_use]
pub fn answer() -> *const u8 {
    // Nothing is locked while the core works: if there were no memory for it, the next call would still find its way.
    let inputs = std::mem::take(&mut exchange().inputs);
    let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let (request, attachments) = inputs.split_first().map_or((&[][..], &[][..]), |(first, rest)| (*first, rest));
    let answer = purgeplan_core::call(request, attachments);
    let address = answer.as_ptr();
    exchange().answer = answer;
    address
}

/// How many bytes the last answer has.
#[wasm_bindgen(js_name = answerLength)]
#[must_use]
pub fn answer_length() -> usize {
    exchange().answer.len()
}

/// Forgets all inputs and the last answer.
#[wasm_bindgen]
pub fn clear() {
    *exchange() = Exchange { inputs: Vec::new(), answer: Vec::new() };
}
