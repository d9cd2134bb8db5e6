//! Turns the compiled WebAssembly module into what `js` loads: `purgeplan_wasm.js` (an ES module for Node and
//! browsers), `purgeplan_wasm_bg.wasm` and their types.
//!
//! The generator is a library here, so its version equals the binding's and nobody installs one. It is a crate of its
//! own so that `cargo xtask demo` does not compile it; `cargo xtask test` runs it.

mod sizes;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

const HELP: &str = "usage: purgeplan-bindgen MODULE.wasm FOLDER\n       purgeplan-bindgen --sizes MODULE.wasm\n\n\
    Writes the JavaScript, the types and the final module for MODULE.wasm into FOLDER,\n\
    or prints where the bytes of MODULE.wasm are.";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(module), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    if module == Path::new("--sizes") {
        return done(sizes::table(&folder).map(|table| print!("{table}")));
    }
    let mut bindgen = Bindgen::new();
    // The names say where the bytes are; wasm-opt takes them off.
    bindgen.input_path(&module).typescript(true).remove_producers_section(true);
    // After a trap the package makes a new instance of the compiled module (`js/src/engine.ts`).
    bindgen.reset_state_function(true);
    let written = bindgen.web(true).and_then(|web| web.generate(&folder));
    done(written.map_err(|error| format!("`{}` gives no JavaScript: {error:#}", module.display())))
}

fn done(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
