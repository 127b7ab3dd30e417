//! Checks what a component says about its tools.

use std::collections::HashSet;

use serde_json::Value;
use usher_policy::{Requirement, RequirementError};

use crate::bindings::contract;
use crate::load_error::LoadError;
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
                other => match reach(other) {
                    Ok(requirement) => requires.push(requirement),
                    Err(why) => return fail(format!("requires what no grant could give: {why}")),
                },
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
///
/// # Errors
/// What is wrong with a path, a method or an origin.
fn reach(requirement: &contract::Requirement) -> Result<Requirement, RequirementError> {
    use contract::Requirement as Wit;
    Ok(match requirement {
        Wit::MyDocuments(container) => Requirement::MyDocuments(container.clone()),
        Wit::MyDocumentsWrite(container) => Requirement::MyDocumentsWrite(container.clone()),
        Wit::AllDocuments(container) => Requirement::AllDocuments(container.clone()),
        Wit::SharedDocuments(container) => Requirement::SharedDocuments(container.clone()),
        Wit::SharedDocumentsWrite(container) => Requirement::SharedDocumentsWrite(container.clone()),
        Wit::GraphMemberships => Requirement::GraphMemberships,
        Wit::Graph(path) => Requirement::graph(path)?,
        Wit::GraphWrite(request) => Requirement::graph_write(request)?,
        Wit::Http(origin) => Requirement::http(origin)?,
        Wit::Client(_) => unreachable!("the client's capabilities are collected apart"),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use contract::Requirement as Wit;

    fn requiring(requirement: Wit) -> Result<Vec<Requirement>, String> {
        let options = contract::ToolOptions {
            title: None,
            output_schema: None,
            annotations: None,
            requires: vec![requirement],
            long_running: false,
            icons: Vec::new(),
            meta: None,
        };
        let tool = contract::Tool {
            name: "test".to_owned(),
            description: "Does it.".to_owned(),
            input_schema: r#"{"type":"object"}"#.to_owned(),
            options: Some(options),
        };
        let mut checked = check(vec![tool]).map_err(|error| error.to_string())?;
        Ok(checked.remove(0).requires)
    }

    #[test]
    fn requirements_are_read_once_whatever_their_parameters_are_called() {
        for (written, other) in [
            (
                Wit::Graph("/me/messages/{id}".to_owned()),
                Requirement::graph("/me/messages/{message}"),
            ),
            (
                Wit::GraphWrite("PUT /me/drive/root:/{file}:/content".to_owned()),
                Requirement::graph_write("PUT /me/drive/root:/{name}:/content"),
            ),
            (
                Wit::Http("https://API.contoso.com".to_owned()),
                Requirement::http("https://api.contoso.com"),
            ),
        ] {
            assert_eq!(requiring(written).unwrap(), [other.unwrap()]);
        }
        assert_eq!(
            requiring(Wit::GraphMemberships).unwrap(),
            [Requirement::GraphMemberships]
        );
    }

    #[test]
    fn errors_when_a_requirement_is_one_that_no_grant_could_give() {
        for requirement in [
            Wit::Graph("me".to_owned()),
            Wit::Graph("/users/../me".to_owned()),
            Wit::Graph("/$batch".to_owned()),
            Wit::GraphWrite("/me/sendMail".to_owned()),
            Wit::GraphWrite("GET /me".to_owned()),
            Wit::Http("http://api.contoso.com".to_owned()),
            Wit::Http("https://*.contoso.com".to_owned()),
        ] {
            let refused = requiring(requirement.clone()).unwrap_err();
            assert!(
                refused.contains("requires what no grant could give"),
                "{requirement:?}: {refused}"
            );
        }
    }
}
