//! One decision everywhere: the same bytes in are the same bytes out in every engine, and cost what they did.
//!
//! One program, because the module is compiled once for all of it.

mod conformance;
mod differential;
mod fuel;
mod instance;
mod lambda;
#[path = "../render/mod.rs"]
mod render;
#[path = "../../../fuzz/src/request.rs"]
mod request;
