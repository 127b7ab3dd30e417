//! How a component was made, as far as the file says: language, tools, and the memory that it starts with.
//!
//! None of it is proven. Whoever builds a component writes these sections or leaves them out, so it is for information and
//! never for a decision.

use std::collections::BTreeSet;

use serde::Serialize;
use wasmparser::{KnownCustom, Parser, Payload};

/// A page of WebAssembly's memory in bytes (core specification, 4.2.8).
const PAGE: u64 = 64 << 10;

/// What run times of languages are called inside a component that bundles one.
const RUN_TIMES: [(&str, Language); 3] = [
    ("componentize_py", Language::Python),
    ("componentize_qjs", Language::JavaScript),
    ("starling", Language::JavaScript),
];

/// Tools of one language only, as `processed-by` names them.
const TOOLS: [(&str, Language); 4] = [
    ("wit-bindgen-rust", Language::Rust),
    ("rustc", Language::Rust),
    ("TinyGo", Language::Go),
    ("ComponentizeJS", Language::JavaScript),
];

/// A language that components are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names are the languages'")]
pub enum Language {
    Rust,
    Python,
    JavaScript,
    Go,
}

impl Language {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript or TypeScript",
            Self::Go => "Go",
        }
    }
}

/// How a component was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The language, if it can be told.
    pub language: Option<Language>,
    /// The tools that made it, with their versions: `wit-component 0.246.2`. In the order of their names.
    pub tools: Vec<String>,
    /// The memory that every call starts with, in bytes, all memories together.
    pub memory_bytes: u64,
}

impl Made {
    /// Reads it off a component. What doesn't parse is left out: the runtime refuses a broken file by itself.
    #[must_use]
    pub fn of(wasm: &[u8]) -> Self {
        let mut memory_bytes = 0_u64;
        let mut tools = BTreeSet::new();
        let mut languages = BTreeSet::new();
        let mut run_time = None;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload {
                Ok(Payload::MemorySection(memories)) => {
                    for memory in memories.into_iter().flatten() {
                        memory_bytes = memory_bytes.saturating_add(memory.initial.saturating_mul(PAGE));
                    }
                }
                Ok(Payload::CustomSection(section)) => match section.as_known() {
                    KnownCustom::Producers(fields) => {
                        for field in fields.into_iter().flatten() {
                            for value in field.values.into_iter().flatten() {
                                match field.name {
                                    "language" => languages.insert(value.name.to_owned()),
                                    _ => tools.insert(format!("{} {}", value.name, value.version)),
                                };
                            }
                        }
                    }
                    KnownCustom::ComponentName(_) => run_time = run_time.or_else(|| bundled(section.data())),
                    _ => {}
                },
                Ok(_) => {}
                Err(_) => break,
            }
        }
        let by_tool = TOOLS
            .iter()
            .find(|(name, _)| tools.iter().any(|tool| tool.starts_with(name)));
        let by_claim = (languages.len() == 1 && languages.contains("Rust")).then_some(Language::Rust);
        Self {
            language: run_time.or(by_tool.map(|(_, language)| *language)).or(by_claim),
            tools: tools.into_iter().collect(),
            memory_bytes,
        }
    }
}

/// The language whose run time a component's names tell of.
fn bundled(names: &[u8]) -> Option<Language> {
    let names = String::from_utf8_lossy(names);
    let of = RUN_TIMES.iter().find(|(name, _)| names.contains(name));
    of.map(|(_, language)| *language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_parse_says_nothing() {
        for bytes in [&b""[..], b"\0asm", b"not wasm at all", b"\0asm\x0d\0\x01\0\xff\xff"] {
            assert_eq!(Made::of(bytes), Made::default());
        }
    }

    #[test]
    fn memory_is_counted_in_pages_and_tools_are_read() {
        // A core module: a memory of 3 pages, and producers with one tool.
        let mut wasm = b"\0asm\x01\0\0\0\x05\x03\x01\x00\x03".to_vec();
        let producers = b"\x09producers\x01\x0cprocessed-by\x01\x10wit-bindgen-rust\x060.63.0";
        wasm.push(0);
        wasm.push(u8::try_from(producers.len()).unwrap_or_default());
        wasm.extend(producers);
        let made = Made::of(&wasm);
        assert_eq!(made.memory_bytes, 3 * 65536);
        assert_eq!(made.tools, ["wit-bindgen-rust 0.63.0"]);
        assert_eq!(made.language, Some(Language::Rust));
    }
}
