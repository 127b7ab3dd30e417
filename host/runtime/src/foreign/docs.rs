//! The documentation that a component may carry: the custom section `package-docs`.
//!
//! The format is that of the crate `wit-parser` (`metadata.rs`), which writes the section into packages of WIT: a byte with the
//! version, 0 or 1, then JSON. The linkers of components leave it out; tools put it back, `wit-docs-inject` for one. What can't be
//! read is no documentation, never an error: nothing depends on it but a description.

use serde_json::Value;

/// The name of the section.
const SECTION: &[u8] = b"package-docs";
/// A component's preamble: magic, version, layer (component model, binary format).
const PREAMBLE: usize = 8;
/// The longest section that is read, in bytes.
const LENGTH: usize = 4 << 20;
/// The longest description, in characters.
const DESCRIPTION: usize = 8_000;

/// What is known of functions and interfaces.
pub(super) struct Docs(Option<Value>);

impl Docs {
    /// Reads the documentation of a component.
    pub(super) fn read(component: &[u8]) -> Self {
        let section = section(component).filter(|section| section.len() <= LENGTH);
        Self(section.and_then(|section| match section {
            [0 | 1, json @ ..] => serde_json::from_slice(json).ok(),
            _ => None,
        }))
    }

    /// The description of a function: its own documentation; without it what its interface is for; without that, what is known.
    pub(super) fn describe(&self, interface: Option<&str>, name: &str) -> String {
        let text = self.function(interface, name).or_else(|| {
            let interface = interface?;
            Some(format!("`{name}` of `{interface}`: {}", self.interface(interface)?))
        });
        match (text, interface) {
            (Some(text), _) => text.chars().take(DESCRIPTION).collect(),
            (None, Some(interface)) => {
                format!("`{name}` of `{interface}`, in a component that doesn't describe its functions.")
            }
            (None, None) => format!("`{name}`, in a component that doesn't describe its functions."),
        }
    }

    fn function(&self, interface: Option<&str>, name: &str) -> Option<String> {
        match interface {
            Some(interface) => self
                .interfaces(interface)
                .find_map(|docs| text(docs.get("funcs")?.get(name)?)),
            None => self.worlds().find_map(|world| {
                ["func_exports", "funcs"]
                    .iter()
                    .find_map(|functions| text(world.get(functions)?.get(name)?))
            }),
        }
    }

    fn interface(&self, interface: &str) -> Option<String> {
        self.interfaces(interface).find_map(text)
    }

    /// Where an interface may be described: under its own name in its package, or in the world that exports it.
    fn interfaces(&self, interface: &str) -> impl Iterator<Item = &Value> {
        let own = interface.rsplit('/').next().unwrap_or(interface);
        let own = own.split('@').next().unwrap_or(own).to_owned();
        let packaged = self.0.iter().filter_map(|docs| docs.get("interfaces"));
        let exported = self
            .worlds()
            .flat_map(|world| [world.get("interface_exports"), world.get("interfaces")])
            .flatten();
        packaged
            .chain(exported)
            .filter_map(move |interfaces| interfaces.get(&own))
    }

    fn worlds(&self) -> impl Iterator<Item = &Value> {
        let worlds = self.0.iter().filter_map(|docs| docs.get("worlds")?.as_object());
        worlds.flat_map(|worlds| worlds.values())
    }
}

/// Documentation is a text, or an object with the text in it.
fn text(docs: &Value) -> Option<String> {
    let text = docs.as_str().or_else(|| docs.get("docs")?.as_str())?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The contents of the section: custom sections have the id 0, then a size, a name, and the rest.
fn section(component: &[u8]) -> Option<&[u8]> {
    let mut rest = component.get(PREAMBLE..)?;
    while let Some((id, after)) = rest.split_first() {
        let (size, after) = number(after)?;
        let (contents, next) = after.split_at_checked(size)?;
        if *id == 0 {
            let (length, named) = number(contents)?;
            let (name, section) = named.split_at_checked(length)?;
            if name == SECTION {
                return Some(section);
            }
        }
        rest = next;
    }
    None
}

/// An unsigned number in LEB128, at most 32 bits (WebAssembly core, §5.2.2).
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u32;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f).checked_shl(7 * u32::try_from(at).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(sections: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for (name, contents) in sections {
            let length = 1 + name.len() + contents.len();
            bytes.push(0);
            bytes.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8]);
            bytes.push(name.len() as u8);
            bytes.extend(*name);
            bytes.extend(*contents);
        }
        bytes
    }

    const WEATHER: &[u8] = b"\x01{
        \"worlds\": {\"service\": {\"func_exports\": {\"ping\": {\"docs\": \"Answers.\"}, \"old\": \"As before.\"}}},
        \"interfaces\": {\"forecast\": {\"docs\": \"Weather to come.\", \"funcs\": {\"get\": {\"docs\": \"  The weather of a day. \"}}}}}";

    #[test]
    fn a_description_is_the_documentation_of_the_function_or_says_that_there_is_none() {
        let docs = Docs::read(&component(&[(b"name", b"\0"), (SECTION, WEATHER)]));
        let forecast = Some("contoso:weather/forecast@1.0.0");
        assert_eq!(docs.describe(forecast, "get"), "The weather of a day.");
        assert_eq!(
            docs.describe(forecast, "set"),
            "`set` of `contoso:weather/forecast@1.0.0`: Weather to come."
        );
        assert_eq!(docs.describe(None, "ping"), "Answers.");
        assert_eq!(docs.describe(None, "old"), "As before.");
        assert_eq!(
            docs.describe(None, "get"),
            "`get`, in a component that doesn't describe its functions."
        );
        assert!(
            Docs::read(&component(&[]))
                .describe(forecast, "get")
                .contains("doesn't describe")
        );
    }

    #[test]
    fn documentation_that_cannot_be_read_is_none() {
        for bytes in [
            component(&[(SECTION, b"\x07{}")]),
            component(&[(SECTION, b"\x01{")]),
            component(&[(SECTION, b"")]),
            component(&[(SECTION, WEATHER)])[..40].to_vec(),
            b"\0asm\x0d\0\x01\0\0\xff\xff\xff\xff\xff\xff".to_vec(),
            b"\0asm".to_vec(),
        ] {
            let docs = Docs::read(&bytes);
            assert!(docs.describe(None, "ping").contains("doesn't describe"));
        }
    }
}
