//! Where the bytes of a module are that still has its names: its functions, added up by the module of Rust that they are of.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// How many functions of one place there are, and how many bytes they have.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    functions: usize,
    bytes: usize,
}

/// Rows that are shown; what is smaller is one more.
const ROWS: usize = 24;

/// A Markdown table, the largest first.
pub(crate) fn table(module: &Path) -> Result<String, String> {
    let failed = |error: &dyn std::fmt::Display| format!("`{}`: {error}", module.display());
    let bytes = fs::read(module).map_err(|error| failed(&error))?;
    let mut sums: Vec<(String, Sum)> = sums(&bytes).map_err(|error| failed(&error))?.into_iter().collect();
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.bytes));
    let rest = sums.split_off(ROWS.min(sums.len()));
    let rest = rest.iter().fold(Sum::default(), |all, (_, sum)| all.and(*sum));
    sums.push((String::from("all others"), rest));
    let row = |(place, sum): &(String, Sum)| format!("| {place} | {} | {} |\n", sum.functions, sum.bytes);
    let rows: String = sums.iter().map(row).collect();
    Ok(format!("| | functions | bytes |\n|---|---|---|\n{rows}"))
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self { functions: self.functions + other.functions, bytes: self.bytes + other.bytes }
    }
}

fn sums(module: &[u8]) -> wasmparser::Result<BTreeMap<String, Sum>> {
    let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Name::Function(functions) = subsection? else { continue };
                    for function in functions {
                        let function = function?;
                        names.insert(function.index, function.name);
                    }
                }
            }
            _ => {}
        }
    }
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for (index, bytes) in (imported..).zip(sizes) {
        let place = names.get(&index).map_or_else(|| String::from("without a name"), |name| place(name));
        let sum = sums.entry(place).or_default();
        *sum = sum.and(Sum { functions: 1, bytes });
    }
    Ok(sums)
}

/// Crate and module: `core::slice` of `<core::slice::Iter<T> as Iterator>::next`.
fn place(name: &str) -> String {
    let path = name.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic() && letter != '_');
    let parts = path.split("::").map(|part| part.split(['<', '>', '[', ' ', '{']).next().unwrap_or_default());
    let place: Vec<&str> = parts.take(2).take_while(|part| !part.is_empty()).collect();
    if place.len() < 2 { String::from("outside of any crate") } else { format!("`{}`", place.join("::")) }
}
