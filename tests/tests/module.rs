//! The WebAssembly module in wasmtime: it is valid there, exports the wire function, and asks its host for nothing but the
//! binding's own glue. A clock, a random source or WASI would show as an import.

use std::path::PathBuf;

use wasmtime::{Engine, Module};

/// As `cargo xtask test` builds it, before the binding is generated.
fn path() -> PathBuf {
    let path = std::env::var_os("PURGEPLAN_WASM").map_or_else(
        || {
            let test = std::env::current_exe().expect("a test knows where it is");
            let target = test.ancestors().nth(3).expect("tests are built into target/PROFILE/deps");
            target.join("wasm32-unknown-unknown").join("wasm").join("purgeplan_wasm.wasm")
        },
        PathBuf::from,
    );
    assert!(path.is_file(), "{} is not built: run `cargo xtask test`", path.display());
    path
}

#[test]
fn the_module_exports_the_wire_function_and_imports_nothing_but_glue() {
    let module = Module::from_file(&Engine::default(), path()).unwrap();
    let exports: Vec<&str> = module.exports().map(|export| export.name()).collect();
    // wasm-bindgen adds a digest to the names, which its code generator takes off again.
    for name in ["memory", "call_", "callObject_", "input_", "answer_", "answerLength_", "clear_"] {
        assert!(exports.iter().any(|export| export.starts_with(name)), "{name} is not among {exports:?}");
    }
    let foreign: Vec<String> = module
        .imports()
        .filter(|import| !import.module().starts_with("__wbindgen_"))
        .map(|import| format!("{}.{}", import.module(), import.name()))
        .collect();
    assert_eq!(foreign, Vec::<String>::new());
}
