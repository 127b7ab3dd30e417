//! The two things that a Python project may have of WASI: the clock and random numbers.
//!
//! componentize-py replaces all of WASI with stubs that trap, which is what keeps files, environment and sockets out of a
//! component; but it replaces what the world itself imports of WASI too. So the world imports these interfaces under another
//! namespace of the same length, and the names are put right in the finished component.

use std::path::Path;

use super::scan::Uses;
use crate::build::BuildError;

/// The namespace while the component is built, and the true one.
const NAMESPACE: (&str, &str) = ("wasy:", "wasi:");

/// An interface of WASI, and what of it Python needs.
struct Interface {
    /// Its package's text but for the package's name.
    package: &'static str,
    interface: &'static str,
    text: &'static str,
}

/// WASI 0.2.0: hosts of any 0.2 serve it.
const VERSION: &str = "0.2.0";

const CLOCKS: [Interface; 2] = [
    Interface {
        package: "clocks",
        interface: "monotonic-clock",
        text: "interface monotonic-clock {\n  type instant = u64;\n  now: func() -> instant;\n}\n",
    },
    Interface {
        package: "clocks",
        interface: "wall-clock",
        text: "interface wall-clock {\n  record datetime {\n    seconds: u64,\n    nanoseconds: u32,\n  }\n  now: func() -> datetime;\n}\n",
    },
];

const RANDOM: [Interface; 1] = [Interface {
    package: "random",
    interface: "random",
    text: "interface random {\n  get-random-bytes: func(len: u64) -> list<u8>;\n}\n",
}];

impl Interface {
    fn name(&self) -> String {
        format!("{}{}/{}@{VERSION}", NAMESPACE.0, self.package, self.interface)
    }
}

/// The packages to write: the name of a folder, and its text.
pub(super) fn packages(uses: &Uses) -> Vec<(&'static str, String)> {
    wanted(uses)
        .iter()
        .filter(|interfaces| !interfaces.is_empty())
        .map(|interfaces| {
            let package = interfaces[0].package;
            let texts: String = interfaces.iter().map(|interface| interface.text).collect();
            (
                package,
                format!("package {}{package}@{VERSION};\n\n{texts}", NAMESPACE.0),
            )
        })
        .collect()
}

/// What the world imports.
pub(super) fn imports(uses: &Uses) -> Vec<String> {
    wanted(uses).into_iter().flatten().map(Interface::name).collect()
}

/// Puts the names right in a component.
///
/// # Errors
/// The component doesn't have the imports that it was built with.
pub(super) fn connect(component: &Path, uses: &Uses) -> Result<(), BuildError> {
    let imports = imports(uses);
    if imports.is_empty() {
        return Ok(());
    }
    let mut bytes = super::read(component)?;
    for name in imports {
        if rename(&mut bytes, &name) == 0 {
            return Err(BuildError::NoComponent {
                component: component.to_owned(),
                advice: "componentize-py wrote one without the imports that it was to have",
            });
        }
    }
    super::write(component, bytes)
}

/// Gives every occurrence of an interface's name the true namespace. The length stays, so nothing else in the file changes.
fn rename(bytes: &mut [u8], name: &str) -> usize {
    let (from, to) = (NAMESPACE.0.as_bytes(), NAMESPACE.1.as_bytes());
    let name = name.as_bytes();
    let mut count = 0;
    let mut at = 0;
    while at + name.len() <= bytes.len() {
        // One comparison of a byte for nearly all of the file.
        if bytes[at] == from[0] && bytes[at..].starts_with(name) {
            bytes[at..at + from.len()].copy_from_slice(to);
            count += 1;
            at += name.len();
        } else {
            at += 1;
        }
    }
    count
}

fn wanted(uses: &Uses) -> [&'static [Interface]; 2] {
    let if_used = |used: bool, interfaces: &'static [Interface]| if used { interfaces } else { &[] };
    [if_used(uses.clocks, &CLOCKS), if_used(uses.random, &RANDOM)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_namespace_of_the_interface_changes() {
        let mut bytes = b"..wasy:random/random@0.2.0#get wasy:other wasy:random/random@0.2.0-".to_vec();
        assert_eq!(rename(&mut bytes, "wasy:random/random@0.2.0"), 2);
        assert_eq!(
            bytes,
            b"..wasi:random/random@0.2.0#get wasy:other wasi:random/random@0.2.0-"
        );
        assert_eq!(rename(&mut bytes, "wasy:random/random@0.2.0"), 0);
        assert_eq!(rename(&mut b"wasy".to_vec(), "wasy:random/random@0.2.0"), 0);
    }
}
