//! Names of projects: one name that is good as a crate, a Python distribution, an npm package and a component's file.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The longest name, in characters. Far below every limit that a registry or a file system has.
const LONGEST: usize = 64;

/// A name in lower case, its words joined by hyphens: `team-notes`.
///
/// Cargo, PyPI (<https://packaging.python.org/en/latest/specifications/name-normalization/>) and npm
/// (<https://docs.npmjs.com/cli/configuring-npm/package-json#name>) all take such a name as it stands, and with underscores
/// ([`ProjectName::module`]) it is an identifier in all three languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectName(String);

/// Why a name isn't one.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// It has characters that a name doesn't have.
    #[error("`{name}` isn't a project's name: lower-case letters and digits, words joined by hyphens, as in `team-notes`{}", suggested(.suggestion))]
    Shape {
        /// What was given.
        name: String,
        /// What is near it and would do.
        suggestion: Option<String>,
    },
    /// It is too long.
    #[error("the name has {length} characters; {LONGEST} are the most")]
    Long {
        /// Its length.
        length: usize,
    },
    /// It means something else in a language, so a project of this name wouldn't build.
    #[error("`{name}` means something else in {language}; choose another name, as `{name}-tools`")]
    Reserved {
        /// What was given.
        name: String,
        /// Where.
        language: &'static str,
    },
}

/// What crates, packages and modules of this name would collide with.
const RESERVED: &[(&str, &[&str])] = &[
    (
        "Rust",
        &[
            "abstract",
            "alloc",
            "as",
            "async",
            "await",
            "become",
            "box",
            "break",
            "const",
            "continue",
            "core",
            "crate",
            "do",
            "dyn",
            "else",
            "enum",
            "extern",
            "false",
            "final",
            "fn",
            "for",
            "gen",
            "if",
            "impl",
            "in",
            "let",
            "loop",
            "macro",
            "match",
            "mod",
            "move",
            "mut",
            "override",
            "priv",
            "proc-macro",
            "pub",
            "ref",
            "return",
            "schemars",
            "self",
            "serde",
            "static",
            "std",
            "struct",
            "super",
            "test",
            "trait",
            "true",
            "try",
            "type",
            "typeof",
            "unsafe",
            "unsized",
            "use",
            "usher-sdk",
            "usher-sdk-macros",
            "virtual",
            "where",
            "while",
            "yield",
        ],
    ),
    (
        "Python",
        &[
            "abc",
            "ast",
            "asyncio",
            "base64",
            "builtins",
            "calendar",
            "class",
            "collections",
            "copy",
            "csv",
            "dataclasses",
            "datetime",
            "decimal",
            "def",
            "del",
            "email",
            "enum",
            "except",
            "finally",
            "from",
            "functools",
            "global",
            "hashlib",
            "http",
            "import",
            "inspect",
            "io",
            "is",
            "json",
            "keyword",
            "lambda",
            "logging",
            "math",
            "nonlocal",
            "not",
            "operator",
            "or",
            "os",
            "pass",
            "pathlib",
            "random",
            "raise",
            "re",
            "secrets",
            "select",
            "signal",
            "site",
            "socket",
            "ssl",
            "string",
            "sys",
            "tests",
            "time",
            "token",
            "tokenize",
            "tools",
            "types",
            "typing",
            "unittest",
            "usher",
            "uuid",
            "warnings",
            "weakref",
            "with",
            "zipfile",
        ],
    ),
    (
        "JavaScript",
        &[
            "assert",
            "buffer",
            "case",
            "catch",
            "console",
            "crypto",
            "debugger",
            "default",
            "delete",
            "dist",
            "events",
            "export",
            "extends",
            "fs",
            "function",
            "instanceof",
            "module",
            "net",
            "new",
            "node-modules",
            "null",
            "path",
            "process",
            "src",
            "stream",
            "switch",
            "target",
            "this",
            "throw",
            "undefined",
            "url",
            "util",
            "var",
            "vendor",
            "void",
        ],
    ),
];

impl ProjectName {
    /// The name as it stands: of the project, the package and the component.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with underscores: of a Rust library and of a Python module.
    #[must_use]
    pub fn module(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProjectName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        if !is_name(name) {
            return Err(NameError::Shape {
                suggestion: near(name),
                name: name.to_owned(),
            });
        }
        if name.len() > LONGEST {
            return Err(NameError::Long { length: name.len() });
        }
        match RESERVED.iter().find(|(_, words)| words.contains(&name)) {
            Some((language, _)) => Err(NameError::Reserved {
                name: name.to_owned(),
                language,
            }),
            None => Ok(Self(name.to_owned())),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// What the person may have meant: `TeamNotes`, `team_notes` and `Team notes` are `team-notes`.
fn near(name: &str) -> Option<String> {
    let mut words = String::new();
    let mut after_lower = false;
    for character in name.chars() {
        if !character.is_ascii_alphanumeric() {
            words.push('-');
        } else {
            if character.is_ascii_uppercase() && after_lower {
                words.push('-');
            }
            words.push(character.to_ascii_lowercase());
        }
        after_lower = character.is_ascii_lowercase();
    }
    let joined: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    Some(joined.join("-")).filter(|near| is_name(near))
}

fn suggested(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map(|suggestion| format!(". `{suggestion}` would do"))
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_good_in_every_language() {
        for name in ["notes", "team-notes", "a", "v2-notes", "crm365"] {
            let parsed: ProjectName = name.parse().unwrap();
            assert_eq!(parsed.as_str(), name);
            assert_eq!(parsed.module(), name.replace('-', "_"));
        }
    }

    #[test]
    fn what_no_package_may_be_called_is_refused() {
        for name in [
            "",
            "-notes",
            "notes-",
            "team--notes",
            "2nd",
            "Notes",
            "team_notes",
            "a b",
            "../notes",
            "notes.wasm",
            "nötes",
            "-",
            "/",
        ] {
            assert!(
                matches!(name.parse::<ProjectName>(), Err(NameError::Shape { .. })),
                "{name}"
            );
        }
        assert!(matches!(
            "a".repeat(65).parse::<ProjectName>(),
            Err(NameError::Long { length: 65 })
        ));
        for name in ["std", "json", "fs", "usher-sdk", "async"] {
            assert!(
                matches!(name.parse::<ProjectName>(), Err(NameError::Reserved { .. })),
                "{name}"
            );
        }
    }

    #[test]
    fn a_name_that_is_nearly_one_is_put_right() {
        for near in ["TeamNotes", "team_notes", "Team notes", "--team.notes"] {
            let refused = near.parse::<ProjectName>().unwrap_err().to_string();
            assert!(refused.contains("`team-notes` would do"), "{refused}");
        }
        let refused = "2nd".parse::<ProjectName>().unwrap_err().to_string();
        assert!(!refused.contains("would do"), "{refused}");
    }
}
