//! A name that OneDrive takes for a file.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// The longest name, in characters. OneDrive takes 255; nobody reads more than this.
const LONGEST: usize = 120;

/// Characters that a name can't have: OneDrive's reserved ones, and those that mean something in a request's path.
/// <https://learn.microsoft.com/onedrive/developer/rest-api/concepts/addressing-driveitems>
const RESERVED: &[char] = &['"', '*', ':', '<', '>', '?', '/', '\\', '|', '#', '%', ';'];

/// What a name can't begin with: Office's locked files, and again what means something in a request's path.
const FIRST: &[char] = &[' ', '~', '$', '@'];

/// A file's name: no path, and nothing that a path could be made of.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct FileName(String);

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let illegal = |letter: char| letter.is_control() || RESERVED.contains(&letter);
        if name.is_empty() || name.chars().count() > LONGEST {
            Err(format!("a file's name has 1 to {LONGEST} characters"))
        } else if let Some(letter) = name.chars().find(|letter| illegal(*letter)) {
            Err(format!("a file's name can't have {letter:?}"))
        } else if name.starts_with(FIRST) || name.ends_with([' ', '.']) {
            Err("a file's name doesn't begin with a blank, `~`, `$` or `@`, nor end with a blank or a dot".to_owned())
        } else {
            Ok(Self(name))
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for FileName {
    fn schema_name() -> Cow<'static, str> {
        "FileName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r##"^[^"*:<>?/\\|#%;]+$"## })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legal(name: &str) -> bool {
        FileName::try_from(name.to_owned()).is_ok()
    }

    #[test]
    fn ordinary_names_are_names() {
        for name in ["notes.txt", "Übersicht 2026 (final).csv", "a", "日記.md", ".gitignore"] {
            assert!(legal(name), "{name}");
        }
        assert!(legal(&"ä".repeat(LONGEST)));
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "a\\b",
            "a:",
            "a:/children",
            "%2e%2e",
            "%2F",
            "a?b",
            "a#b",
            "a\nb",
            "a\0",
            "~$a",
            "$batch",
            "@a",
            "a;b",
            " a",
            "a ",
            "a.",
        ] {
            assert!(!legal(name), "{name:?}");
        }
        assert!(!legal(&"a".repeat(LONGEST + 1)));
    }
}
