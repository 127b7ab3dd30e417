//! Checks what a component says about its tools.

use std::collections::HashSet;

use serde_json::Value;
use usher_policy::Requirement;

use crate::bindings::contract;
use crate::load::LoadError;
use crate::schema::Schema;

/// The longest name of a tool: what MCP clients take.
const NAME_LENGTH: usize = 64;

/// A description that passed.
pub(crate) struct Checked {
    pub tool: contract::Tool,
    pub input: Schema,
    pub output: Option<Schema>,
    pub requires: Vec<Requirement>,
    pub client: contract::ClientCapabilities,
}

/// Checks all descriptions of a component.
///
/// # Errors
/// The first one that can't be served, and why. One bad tool refuses the component: its author has to look at it anyway.
pub(crate) fn check(tools: Vec<contract::Tool>) -> Result<Vec<Checked>, LoadError> {
    if tools.is_empty() {
        return Err(LoadError::NoTools);
    }
    let mut names = HashSet::new();
    for tool in &tools {
        if !names.insert(tool.name.as_str()) {
            return Err(bad(
                &tool.name,
                "is listed twice: names are unique in a component".to_owned(),
            ));
        }
    }
    tools.into_iter().map(check_one).collect()
}

fn bad(tool: &str, why: String) -> LoadError {
    LoadError::Description {
        tool: tool.chars().take(NAME_LENGTH).collect(),
        why,
    }
}

fn check_one(tool: contract::Tool) -> Result<Checked, LoadError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let fail = |why: String| Err(bad(&tool.name, why));
    if tool.name.is_empty() || tool.name.len() > NAME_LENGTH {
        return fail(format!(
            "has a name of {} bytes: it must have 1 to {NAME_LENGTH}",
            tool.name.len()
        ));
    }
    if !tool.name.bytes().all(legal) {
        return fail("has an illegal name: only `A-Z a-z 0-9 _ - .` are allowed".to_owned());
    }
    if tool.description.trim().is_empty() {
        return fail("has no description, which the model chooses by".to_owned());
    }
    let input = match Schema::compile_object(&tool.input_schema) {
        Ok(schema) => schema,
        Err(why) => return fail(format!("has an input schema that {why}")),
    };
    let mut output = None;
    let mut requires = Vec::new();
    let mut client = contract::ClientCapabilities::empty();
    if let Some(options) = &tool.options {
        if let Some(text) = &options.output_schema {
            match Schema::compile(text) {
                Ok(schema) => output = Some(schema),
                Err(why) => return fail(format!("has an output schema that {why}")),
            }
        }
        if let Some(meta) = &options.meta {
            match serde_json::from_str::<Value>(meta) {
                Ok(meta) if meta.is_object() => {}
                Ok(_) => return fail("has a meta that is not a JSON object".to_owned()),
                Err(error) => return fail(format!("has a meta that is not JSON: {error}")),
            }
        }
        for requirement in &options.requires {
            match requirement {
                contract::Requirement::Client(capabilities) => client |= *capabilities,
                other => requires.push(reach(other)),
            }
        }
    }
    Ok(Checked {
        tool,
        input,
        output,
        requires,
        client,
    })
}

/// A requirement of the contract as the policy knows it.
fn reach(requirement: &contract::Requirement) -> Requirement {
    use contract::Requirement as Wit;
    match requirement {
        Wit::MyDocuments(container) => Requirement::MyDocuments(container.clone()),
        Wit::MyDocumentsWrite(container) => Requirement::MyDocumentsWrite(container.clone()),
        Wit::AllDocuments(container) => Requirement::AllDocuments(container.clone()),
        Wit::SharedDocuments(_) => Requirement::NotOffered("shared-documents"),
        Wit::SharedDocumentsWrite(_) => Requirement::NotOffered("shared-documents-write"),
        Wit::GraphMemberships | Wit::Graph(_) => Requirement::NotOffered("graph"),
        Wit::GraphWrite(_) => Requirement::NotOffered("graph-write"),
        Wit::Http(_) => Requirement::NotOffered("http"),
        Wit::Client(_) => unreachable!("the client's capabilities are collected apart"),
    }
}
