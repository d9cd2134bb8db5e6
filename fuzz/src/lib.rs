//! What the fuzz targets hold fast, each as a function of bytes. None of it shares code with the crate it judges.

pub mod cover;
pub mod diff;
pub mod encode;
mod instance;
pub mod pattern;
#[path = "../../tests/tests/render/mod.rs"]
mod render;
mod request;
mod text;
pub mod wire;
