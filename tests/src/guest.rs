//! The programs that misbehave, and the one that tests write descriptions into.

use crate::built;

/// The bytes of a slot of `described`, its label included; the program's source has the same number.
const SLOT: usize = 512;

/// A text of the program `described` that a test can replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The name of its tool.
    Name,
    /// What its tool does.
    Description,
    /// Its tool's input schema.
    InputSchema,
    /// Its tool's output schema; blank: none.
    OutputSchema,
    /// Its tool's `_meta`; blank: none.
    Meta,
    /// The name of a second tool, the same otherwise; blank: there is no second tool.
    SecondName,
    /// What its tool answers: structured content, with the description as text. Blank: only a word.
    Answer,
}

impl Slot {
    /// What the slot begins with.
    fn label(self) -> &'static [u8; 16] {
        match self {
            Self::Name => b"@slot:name      ",
            Self::Description => b"@slot:describe  ",
            Self::InputSchema => b"@slot:input     ",
            Self::OutputSchema => b"@slot:output    ",
            Self::Meta => b"@slot:meta      ",
            Self::SecondName => b"@slot:second    ",
            Self::Answer => b"@slot:answer    ",
        }
    }
}

/// A program by its name in `tests/guests/examples`: a component's bytes.
#[must_use]
pub fn guest(name: &str) -> Vec<u8> {
    let path = built::test_guests().join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask test`", path.display()))
}

/// The program `described`, with these texts in its slots.
#[must_use]
pub fn described(texts: &[(Slot, &str)]) -> Vec<u8> {
    let mut component = guest("described");
    for (slot, text) in texts {
        let label = slot.label();
        assert!(label.len() + text.len() <= SLOT, "{text:?} doesn't fit into a slot");
        let places: Vec<usize> = component
            .windows(label.len())
            .enumerate()
            .filter(|(_, window)| window == label)
            .map(|(at, _)| at)
            .collect();
        let [place] = places[..] else {
            panic!("{slot:?} is in the component {} times", places.len())
        };
        let content = &mut component[place + label.len()..place + SLOT];
        content.fill(b' ');
        content[..text.len()].copy_from_slice(text.as_bytes());
    }
    component
}
