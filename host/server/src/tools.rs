//! The tools as MCP lists them: translated once, when they are loaded.

use std::sync::Arc;

use rmcp::model::{Icon, IconTheme, JsonObject, MetaObject, Tool, ToolAnnotations};
use serde_json::Value;
use usher_entra::Caller;
use usher_policy::{Denied, Permit, Purpose, authorize};
use usher_runtime::{Catalog, contract};

/// A tool as it runs and as it is listed.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) tool: Arc<usher_runtime::Tool>,
    listed: Tool,
    /// A property of the input schema is repeated in a header `Mcp-Param-*`.
    has_header_parameters: bool,
}

/// The tools that are served, in the order of their names.
#[derive(Debug)]
pub(crate) struct Tools(Vec<Served>);

impl Tools {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        Self(catalog.tools().iter().map(Served::new).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Served> {
        self.0
            .binary_search_by(|served| served.tool.name().cmp(name))
            .ok()
            .map(|at| &self.0[at])
    }

    /// What a caller may call. A tool about which that couldn't be decided isn't shown, and isn't denied either: calling it says
    /// what is the matter.
    pub(crate) fn listed_for(&self, caller: &Arc<Caller>) -> Vec<Tool> {
        self.0
            .iter()
            .filter(|served| served.permit(caller, Purpose::List).is_ok())
            .map(|served| served.listed.clone())
            .collect()
    }

    /// The input schema that `Mcp-Param-*` headers are held against. A tool that the caller can't see has none, just as one that
    /// doesn't exist.
    pub(crate) fn with_header_parameters(&self, name: &str, caller: &Arc<Caller>) -> Option<&Tool> {
        let served = self.get(name).filter(|served| served.has_header_parameters)?;
        served.permit(caller, Purpose::List).is_ok().then_some(&served.listed)
    }
}

impl Served {
    fn new(tool: &Arc<usher_runtime::Tool>) -> Self {
        let input_schema = object(tool.input_schema());
        Self {
            has_header_parameters: mentions_header(tool.input_schema()),
            listed: listed(tool.description(), input_schema, tool.output_schema().map(object)),
            tool: Arc::clone(tool),
        }
    }

    pub(crate) fn permit(&self, caller: &Arc<Caller>, purpose: Purpose) -> Result<Permit, Denied> {
        authorize(caller, self.tool.policy(), purpose)
    }
}

fn object(schema: &Value) -> Arc<JsonObject> {
    Arc::new(schema.as_object().cloned().unwrap_or_default())
}

/// Whether a schema has an `x-mcp-header` anywhere; which ones count is for the protocol layer to say.
fn mentions_header(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.contains_key("x-mcp-header") || members.values().any(mentions_header),
        Value::Array(items) => items.iter().any(mentions_header),
        _ => false,
    }
}

fn listed(description: &contract::Tool, input: Arc<JsonObject>, output: Option<Arc<JsonObject>>) -> Tool {
    let mut tool = Tool::new(description.name.clone(), description.description.clone(), input);
    tool.output_schema = output;
    if let Some(options) = &description.options {
        tool.title.clone_from(&options.title);
        tool.annotations = options.annotations.as_ref().map(annotations);
        tool.icons = icons(&options.icons);
        tool.meta = options.meta.as_deref().and_then(meta);
    }
    tool
}

fn annotations(hints: &contract::ToolAnnotations) -> ToolAnnotations {
    ToolAnnotations::from_raw(
        None,
        hints.read_only,
        hints.destructive,
        hints.idempotent,
        hints.open_world,
    )
}

/// Icons; none if there are none, so that an empty list isn't sent.
pub(crate) fn icons(icons: &[contract::Icon]) -> Option<Vec<Icon>> {
    if icons.is_empty() {
        return None;
    }
    let translated = icons.iter().map(|icon| {
        let mut translated = Icon::new(icon.src.clone());
        translated.mime_type.clone_from(&icon.mime_type);
        translated.sizes = (!icon.sizes.is_empty()).then(|| icon.sizes.clone());
        translated.theme = icon.theme.map(|theme| match theme {
            contract::Theme::Light => IconTheme::Light,
            contract::Theme::Dark => IconTheme::Dark,
        });
        translated
    });
    Some(translated.collect())
}

/// A `_meta` object. None for what is no JSON object: that is refused where the component's answer is read.
pub(crate) fn meta(text: &str) -> Option<MetaObject> {
    serde_json::from_str(text).ok().map(MetaObject)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tool_is_listed_with_everything_that_its_author_said() {
        let description = contract::Tool {
            name: "add".into(),
            description: "Adds.".into(),
            input_schema: String::new(),
            options: Some(contract::ToolOptions {
                title: Some("Add".into()),
                output_schema: None,
                annotations: Some(contract::ToolAnnotations {
                    read_only: Some(true),
                    destructive: None,
                    idempotent: Some(false),
                    open_world: None,
                }),
                requires: Vec::new(),
                long_running: false,
                icons: vec![contract::Icon {
                    src: "https://contoso.com/i.png".into(),
                    mime_type: Some("image/png".into()),
                    sizes: vec!["48x48".into()],
                    theme: Some(contract::Theme::Dark),
                }],
                meta: Some(r#"{"ui":{"resourceUri":"ui://add"}}"#.into()),
            }),
        };
        let schema = json!({ "type": "object", "properties": { "x": { "type": "number" } } });
        let tool = listed(
            &description,
            object(&schema),
            Some(object(&json!({ "type": "object" }))),
        );
        assert_eq!(
            serde_json::to_value(tool).unwrap(),
            json!({
                "name": "add",
                "title": "Add",
                "description": "Adds.",
                "inputSchema": schema,
                "outputSchema": { "type": "object" },
                "annotations": { "readOnlyHint": true, "idempotentHint": false },
                "icons": [{ "src": "https://contoso.com/i.png", "mimeType": "image/png", "sizes": ["48x48"], "theme": "dark" }],
                "_meta": { "ui": { "resourceUri": "ui://add" } },
            })
        );
    }

    #[test]
    fn a_schema_with_a_header_parameter_is_noticed_wherever_it_is() {
        assert!(mentions_header(
            &json!({ "properties": { "region": { "type": "string", "x-mcp-header": "Region" } } })
        ));
        assert!(!mentions_header(
            &json!({ "properties": { "region": { "type": "string" } } })
        ));
    }
}
