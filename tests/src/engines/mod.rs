//! The engines that have to decide alike: the native core, and the module in wasmtime, in Node and in Chromium.

mod process;
mod wasm;

use std::path::{Path, PathBuf};

pub use process::Process;
pub use wasm::Wasmtime;

/// A question: the request, and the attachments that it names by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The request's bytes.
    pub request: Vec<u8>,
    /// The attachments' bytes.
    pub attachments: Vec<Vec<u8>>,
}

/// The engine that is asked in deploys, not in questions: the Lambda's handler.
pub const LAMBDA: &str = "lambda";

/// What answers questions.
pub trait Engine {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// The answer's bytes, or how the engine failed; the next question finds it working again.
    ///
    /// # Errors
    /// What a module that traps, or a process that ends, says.
    fn ask(&mut self, question: &Question) -> Result<Vec<u8>, String>;

    /// The answer's bytes.
    ///
    /// # Panics
    /// When the engine fails: an input that traps is a defect.
    fn answer(&mut self, question: &Question) -> Vec<u8> {
        self.ask(question).unwrap_or_else(|failure| panic!("{}: {failure}", self.name()))
    }
}

/// The core in this process.
#[derive(Debug)]
pub struct Native;

impl Engine for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn ask(&mut self, Question { request, attachments }: &Question) -> Result<Vec<u8>, String> {
        let attachments: Vec<&[u8]> = attachments.iter().map(Vec::as_slice).collect();
        Ok(purgeplan_core::call(request, &attachments))
    }
}

/// The module that the npm package holds, as `cargo xtask test` makes it.
///
/// # Panics
/// When it is not built.
#[must_use]
pub fn module() -> PathBuf {
    let module = root().join("js/dist/core.wasm");
    assert!(module.is_file(), "{} is not built: run `cargo xtask package`", module.display());
    module
}

/// The project's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the project")
}

/// Every engine that this machine has: `PURGEPLAN_BROWSER` names the browser, and without it there is none.
/// `PURGEPLAN_ENGINE` chooses one by its name; of [`LAMBDA`] there is none here.
///
/// # Panics
/// When the chosen engine is not there, or does not start.
#[must_use]
pub fn all() -> Vec<Box<dyn Engine>> {
    let wanted = std::env::var("PURGEPLAN_ENGINE").ok();
    if wanted.as_deref() == Some(LAMBDA) {
        return Vec::new();
    }
    let mut engines: Vec<Box<dyn Engine>> =
        vec![Box::new(Native), Box::new(Wasmtime::new(&module())), Box::new(Process::node())];
    engines.extend(Process::chromium().map(|browser| Box::new(browser) as Box<dyn Engine>));
    if let Some(wanted) = wanted {
        engines.retain(|engine| engine.name() == wanted);
        assert!(!engines.is_empty(), "there is no engine `{wanted}` here");
    }
    engines
}
