//! The module in wasmtime: through pointers and lengths, with no import answered.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use wasmtime::{Config, Instance, Linker, Memory, Module, OptLevel, Store, TypedFunc};

use super::{Engine, Question};

/// An instance of the module. Every import traps: the raw functions need none.
pub struct Wasmtime {
    path: PathBuf,
    store: Store<()>,
    memory: Memory,
    input: TypedFunc<u32, u32>,
    answer: TypedFunc<(), u32>,
    answer_length: TypedFunc<(), u32>,
    clear: TypedFunc<(), ()>,
}

/// More than any question needs.
const FUEL: u64 = u64::MAX / 2;

impl Wasmtime {
    /// Compiles and instantiates a module.
    ///
    /// # Panics
    /// When it is not the module.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let (engine, module) = compiled(path);
        let mut linker = Linker::new(engine);
        linker.define_unknown_imports_as_traps(module).expect("imports are functions");
        let mut store = Store::new(engine, ());
        store.set_fuel(FUEL).expect("fuel is counted");
        let instance = linker.instantiate(&mut store, module).expect("nothing runs at the start");
        Self::of(path.to_owned(), store, &instance)
    }

    fn of(path: PathBuf, mut store: Store<()>, instance: &Instance) -> Self {
        let memory = instance.get_memory(&mut store, "memory").expect("the module has a memory");
        let input = instance.get_typed_func(&mut store, "input").expect("`input`");
        let answer = instance.get_typed_func(&mut store, "answer").expect("`answer`");
        let answer_length = instance.get_typed_func(&mut store, "answerLength").expect("`answerLength`");
        let clear = instance.get_typed_func(&mut store, "clear").expect("`clear`");
        Self { path, store, memory, input, answer, answer_length, clear }
    }

    /// What the last question cost, in WebAssembly instructions; counted from here on again.
    ///
    /// # Panics
    /// Never: fuel is counted.
    pub fn fuel(&mut self) -> u64 {
        let used = FUEL - self.store.get_fuel().expect("fuel is counted");
        self.store.set_fuel(FUEL).expect("fuel is counted");
        used
    }

    /// How large the memory is, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory.data_size(&self.store)
    }
}

/// The module in machine code, made once in a program: that takes longer than all questions.
fn compiled(module: &Path) -> &'static (wasmtime::Engine, Module) {
    static COMPILED: OnceLock<(wasmtime::Engine, Module)> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let mut config = Config::new();
        // Quickly compiled, not fast: the counts are the same.
        config.consume_fuel(true).cranelift_opt_level(OptLevel::None);
        let engine = wasmtime::Engine::new(&config).expect("wasmtime counts fuel");
        let module = Module::from_file(&engine, module).expect("a valid module");
        (engine, module)
    })
}

impl Engine for Wasmtime {
    fn name(&self) -> &'static str {
        "wasmtime"
    }

    fn ask(&mut self, question: &Question) -> Result<Vec<u8>, String> {
        self.try_ask(question).map_err(|trap| {
            *self = Self::new(&self.path);
            format!("{trap:#}")
        })
    }
}

impl Wasmtime {
    fn try_ask(&mut self, Question { request, attachments }: &Question) -> wasmtime::Result<Vec<u8>> {
        for piece in std::iter::once(request).chain(attachments) {
            let length = u32::try_from(piece.len()).expect("a module's memory is below 4 GB");
            let address = self.input.call(&mut self.store, length)?;
            assert!(address != 0 || piece.is_empty(), "there is no room for {length} bytes");
            self.memory.write(&mut self.store, usize::try_from(address).expect("an address"), piece)?;
        }
        let address = self.answer.call(&mut self.store, ())?;
        let length = self.answer_length.call(&mut self.store, ())?;
        let mut answer = vec![0; usize::try_from(length).expect("a length")];
        self.memory.read(&self.store, usize::try_from(address).expect("an address"), &mut answer)?;
        self.clear.call(&mut self.store, ())?;
        Ok(answer)
    }
}
