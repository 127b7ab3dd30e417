//! What a client can be asked for, as MCP says it and as the contract says it.

use rmcp::model::{ClientCapabilities as Declared, RequestMetaObject};
use serde_json::{Map, Value, json};
use usher_runtime::contract::ClientCapabilities as Client;

const TASKS: &str = "io.modelcontextprotocol/tasks";
const APPS: &str = "io.modelcontextprotocol/ui";

/// The capabilities that a client has declared.
#[allow(deprecated)] // Sampling and roots are deprecated in MCP 2026-07-28, and clients of older revisions still declare them.
pub(crate) fn capabilities(declared: &Declared) -> Client {
    let mut client = Client::empty();
    if let Some(elicitation) = &declared.elicitation {
        // An empty object means forms: that is what it meant before there were URLs (MCP 2025-11-25, elicitation).
        if elicitation.form.is_some() || elicitation.url.is_none() {
            client |= Client::ELICITATION_FORM;
        }
        if elicitation.url.is_some() {
            client |= Client::ELICITATION_URL;
        }
    }
    if let Some(sampling) = &declared.sampling {
        client |= Client::SAMPLING;
        if sampling.tools.is_some() {
            client |= Client::SAMPLING_TOOLS;
        }
    }
    if declared.roots.is_some() {
        client |= Client::ROOTS;
    }
    if let Some(extensions) = &declared.extensions {
        if extensions.contains_key(TASKS) {
            client |= Client::TASKS;
        }
        if extensions.contains_key(APPS) {
            client |= Client::APPS;
        }
    }
    client
}

/// Capabilities as MCP writes them: what a client that lacks them is told (-32021).
pub(crate) fn declaration(client: Client) -> Declared {
    let mut document = json!({});
    for (flag, path) in [
        (Client::ELICITATION_FORM, &["elicitation", "form"][..]),
        (Client::ELICITATION_URL, &["elicitation", "url"]),
        (Client::SAMPLING, &["sampling"]),
        (Client::SAMPLING_TOOLS, &["sampling", "tools"]),
        (Client::ROOTS, &["roots"]),
        (Client::TASKS, &["extensions", TASKS]),
        (Client::APPS, &["extensions", APPS]),
    ] {
        if client.contains(flag) {
            let mut place = &mut document;
            for name in path {
                place = &mut place[*name];
            }
            if place.is_null() {
                *place = json!({});
            }
        }
    }
    serde_json::from_value(document).expect("objects within objects are what every capability is")
}

/// The request's `_meta` as a JSON text, without the keys that MCP reserves. None if nothing is left.
pub(crate) fn own_meta(meta: &RequestMetaObject) -> Option<String> {
    if meta.keys().all(|key| is_reserved(key)) {
        return None;
    }
    let own: Map<String, Value> = meta
        .iter()
        .filter(|(key, _)| !is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    Some(Value::Object(own).to_string())
}

/// MCP 2026-07-28, `_meta`: prefixes whose second label is `modelcontextprotocol` or `mcp`, and the keys without a prefix that
/// the specification itself defines.
fn is_reserved(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, _)) => prefix
            .split('.')
            .nth(1)
            .is_some_and(|label| matches!(label, "modelcontextprotocol" | "mcp")),
        None => matches!(key, "progressToken" | "traceparent" | "tracestate" | "baggage"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn declared(document: Value) -> Client {
        capabilities(&serde_json::from_value(document).unwrap())
    }

    #[test]
    fn an_empty_elicitation_means_forms() {
        assert_eq!(declared(json!({ "elicitation": {} })), Client::ELICITATION_FORM);
        assert_eq!(
            declared(json!({ "elicitation": { "url": {} } })),
            Client::ELICITATION_URL
        );
        assert_eq!(
            declared(json!({ "elicitation": { "form": {}, "url": {} } })),
            Client::ELICITATION_FORM | Client::ELICITATION_URL
        );
    }

    #[test]
    fn nothing_declared_is_nothing() {
        assert_eq!(declared(json!({})), Client::empty());
    }

    #[test]
    fn each_capability_is_declared_as_it_is_read() {
        for flag in [
            Client::ELICITATION_FORM,
            Client::ELICITATION_URL,
            Client::SAMPLING,
            Client::SAMPLING | Client::SAMPLING_TOOLS,
            Client::ROOTS,
            Client::TASKS,
            Client::APPS,
            Client::all(),
        ] {
            assert_eq!(capabilities(&declaration(flag)), flag, "{flag:?}");
        }
    }

    #[test]
    fn the_keys_that_mcp_reserves_are_not_handed_on() {
        let meta: RequestMetaObject = serde_json::from_value(json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "progressToken": 1,
            "dev.mcp/x": 1,
        }))
        .unwrap();
        assert_eq!(own_meta(&meta), None);
        let meta: RequestMetaObject =
            serde_json::from_value(json!({ "progressToken": 1, "com.contoso/x": [1] })).unwrap();
        assert_eq!(own_meta(&meta).unwrap(), r#"{"com.contoso/x":[1]}"#);
    }
}
