//! All that can be said of a component, for people and for programs.
//!
//! **In** come a component as the runtime examined it, its bytes, and the operator's grant if there is one. **Out** goes a
//! [`Report`]: `to_string()` is a page for a terminal, 80 characters wide, that needs no knowledge of WebAssembly; serialised,
//! it is the same for programs. Nothing is read or run here, and a report grants nothing.
//!
//! What the component says of itself is always quoted («»), cut to a length that can be read, and shown without characters
//! that hide or move text. Serialised texts are whole and as they are: print them through [`crate::visible_json`].

mod text;

use serde::Serialize;
use serde_json::Value;
use usher_policy::{Grant, Requirement};
use usher_runtime::contract::ToolAnnotations;
use usher_runtime::{Examined, ExaminedTool, Kind};

use crate::allowed::{self, Allowed};
use crate::made::Made;
use crate::powers::{Power, Reach, powers};

/// What is exported beside tools and isn't served by this host: by the start of the name.
const OTHER_OFFERS: [(&str, &str); 3] = [
    ("usher:tool/resources@", "resources"),
    ("usher:tool/prompts@", "prompts"),
    ("usher:tool/completions@", "completions"),
];

/// All that can be said of a component.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The file's name.
    pub file: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Whether it was written for this host (`contract`), or each of its functions is a tool (`foreign`).
    pub kind: &'static str,
    /// How it was made, as far as the file says.
    pub made: Made,
    /// What each import lets it do, the worst first.
    pub powers: Vec<Power>,
    /// What several of these make possible together.
    pub together: Vec<String>,
    /// What it can't do.
    pub never: Vec<String>,
    /// What the grant leaves of that. None: there is no grant that reads.
    pub allowed: Option<Allowed>,
    /// Its tools, in its order.
    pub tools: Vec<ToolReport>,
    /// Functions of a foreign component that aren't served.
    pub unserved: Vec<Unserved>,
    /// What it offers beside tools, which this host doesn't serve.
    pub not_served: Vec<&'static str>,
    /// What is wrong with the file or its grant.
    pub problems: Vec<String>,
    /// Whether schemas are printed in full.
    #[serde(skip)]
    whole_schemas: bool,
}

/// What a tool says of itself, and the most that it gets.
#[derive(Debug, Clone, Serialize)]
pub struct ToolReport {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: Option<String>,
    /// What it says that it does.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub input_schema: Value,
    /// The JSON Schema of its results.
    pub output_schema: Option<Value>,
    /// Hints that it gives to clients. Nobody checks them.
    pub hints: Vec<&'static str>,
    /// The most that it can reach: what it requires of the host. Each is the rest of "it can …".
    pub requires: Vec<String>,
    /// What it says that contradicts what it requires.
    pub contradictions: Vec<String>,
    /// What of that the grant doesn't give, though it has a rule for the tool: then the component isn't served.
    pub not_granted: Vec<String>,
    /// Who may call it, by the grant. None: nobody, or there is no grant.
    pub callers: Option<String>,
}

/// A function that isn't served.
#[derive(Debug, Clone, Serialize)]
pub struct Unserved {
    /// The function, with its interface.
    pub function: String,
    /// Why not, as the rest of a sentence about it.
    pub why: String,
}

impl Report {
    /// Reads a component: `examined` by the runtime, from these bytes.
    #[must_use]
    pub fn of(file: &str, examined: &Examined, wasm: &[u8], grant: Option<&Grant>) -> Self {
        let reach = Reach::of(&examined.imports);
        let offers = |start: &str| examined.exports.iter().any(|export| export.starts_with(start));
        let other = OTHER_OFFERS.iter().filter(|(start, _)| offers(start));
        Self {
            file: file.to_owned(),
            bytes: examined.bytes,
            sha256: examined.digest.clone(),
            kind: match examined.kind {
                Kind::Contract => "contract",
                Kind::Foreign => "foreign",
            },
            made: Made::of(wasm),
            powers: powers(&examined.imports),
            together: reach.together(),
            never: reach.never(),
            allowed: grant.map(|grant| Allowed::of(grant, &examined.digest, &examined.imports)),
            tools: examined.tools.iter().map(|tool| ToolReport::of(tool, grant)).collect(),
            unserved: examined
                .unserved
                .iter()
                .map(|one| Unserved {
                    function: one.function.clone(),
                    why: one.why.clone(),
                })
                .collect(),
            not_served: other.map(|(_, what)| *what).collect(),
            problems: Vec::new(),
            whole_schemas: false,
        }
    }

    /// The same with something that is wrong with the file or its grant.
    #[must_use]
    pub fn with_problem(mut self, problem: String) -> Self {
        self.problems.push(problem);
        self
    }

    /// The same with schemas printed in full.
    #[must_use]
    pub fn with_whole_schemas(mut self, whole: bool) -> Self {
        self.whole_schemas = whole;
        self
    }
}

impl ToolReport {
    fn of(tool: &ExaminedTool, grant: Option<&Grant>) -> Self {
        let description = &tool.description;
        let options = description.options.as_ref();
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        let annotations = options.and_then(|options| options.annotations.as_ref());
        let rule = grant.and_then(|grant| grant.tools.get(&description.name));
        let admitted = grant.map(|grant| grant.admit("", "", &description.name, &tool.requires));
        let missing = match admitted {
            Some(Err(refused)) => refused.missing,
            Some(Ok(_)) | None => Vec::new(),
        };
        Self {
            name: description.name.clone(),
            title: options.and_then(|options| options.title.clone()),
            description: description.description.clone(),
            input_schema: json(&description.input_schema),
            output_schema: options.and_then(|options| options.output_schema.as_deref()).map(json),
            hints: annotations.map(hints).unwrap_or_default(),
            requires: tool.requires.iter().map(allowed::requirement).collect(),
            contradictions: annotations
                .map(|hints| contradictions(hints, &tool.requires))
                .unwrap_or_default(),
            not_granted: missing.iter().map(allowed::requirement).collect(),
            callers: rule.map(|rule| allowed::rule(&rule.allow)),
        }
    }
}

fn hints(annotations: &ToolAnnotations) -> Vec<&'static str> {
    let told = [
        (annotations.read_only, "it changes nothing", "it changes something"),
        (
            annotations.destructive,
            "it may destroy or overwrite",
            "it destroys nothing",
        ),
        (
            annotations.idempotent,
            "doing it twice is doing it once",
            "doing it twice does more than once",
        ),
        (
            annotations.open_world,
            "it deals with the world outside",
            "it deals with nothing outside",
        ),
    ];
    let told = told
        .into_iter()
        .filter_map(|(hint, yes, no)| hint.map(|hint| if hint { yes } else { no }));
    told.collect()
}

/// Hints that the requirements show to be false, or at least unproven.
fn contradictions(hints: &ToolAnnotations, requires: &[Requirement]) -> Vec<String> {
    let writes = requires.iter().find(|requirement| {
        matches!(
            requirement,
            Requirement::MyDocumentsWrite(_) | Requirement::SharedDocumentsWrite(_) | Requirement::GraphWrite(..)
        )
    });
    let mut told = Vec::new();
    if hints.read_only == Some(true)
        && let Some(write) = writes
    {
        told.push(format!(
            "It says that it changes nothing, but asks for the right to {}.",
            allowed::requirement(write)
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_says_it_changes_nothing_and_asks_to_write_is_found_out() {
        let says = |read_only| ToolAnnotations {
            read_only,
            destructive: None,
            idempotent: None,
            open_world: None,
        };
        let writes = [Requirement::MyDocumentsWrite("notes".to_owned())];
        assert!(contradictions(&says(Some(true)), &writes)[0].contains("write the caller's own items of notes"));
        assert!(contradictions(&says(None), &writes).is_empty());
        assert!(contradictions(&says(Some(true)), &[Requirement::MyDocuments("notes".to_owned())]).is_empty());
    }
}
