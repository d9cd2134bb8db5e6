//! The module in any WebAssembly engine: pointers and lengths, no JavaScript.

use wasmtime::{Engine, Linker, Module, Store};

fn main() -> wasmtime::Result<()> {
    let engine = Engine::default();
    let module = Module::from_file(&engine, "js/dist/core.wasm")?;
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module)?; // they are for JavaScript
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let memory = instance.get_memory(&mut store, "memory").expect("the module has a memory");
    let input = instance.get_typed_func::<u32, u32>(&mut store, "input")?;
    // The request, then what it names by index.
    for piece in [r#"{"op":"plan","diffs":[{"attachments":[0]}]}"#, "M\tdocs/a b.html\n"] {
        let address = input.call(&mut store, u32::try_from(piece.len())?)?;
        memory.write(&mut store, address as usize, piece.as_bytes())?;
    }
    let address = instance.get_typed_func::<(), u32>(&mut store, "answer")?.call(&mut store, ())?;
    let length = instance.get_typed_func::<(), u32>(&mut store, "answerLength")?.call(&mut store, ())?;
    let answer = &memory.data(&store)[address as usize..][..length as usize];
    println!("{}", String::from_utf8_lossy(answer)); // {"type":"success", … "paths":["/docs/a%20b.html"], …
    Ok(())
}
