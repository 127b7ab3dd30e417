//! The tools as MCP lists them: translated once, when they are loaded.

use std::sync::Arc;

use rmcp::model::{Icon, IconTheme, JsonObject, MetaObject, Tool, ToolAnnotations};
use serde_json::Value;
use usher_entra::SignedIn;
use usher_policy::ToolPolicy;
use usher_runtime::{Catalog, contract};

use crate::access::{Access, Facts, Failure, Shown};
use crate::attached::Attached;

/// A tool as it runs and as it is listed.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) tool: Arc<usher_runtime::Tool>,
    listed: Tool,
    /// A property of the input schema is repeated in a header `Mcp-Param-*`.
    has_header_parameters: bool,
    asks_about_groups: bool,
    may_need_scopes: bool,
}

/// The tools that are served, in the order of their names.
#[derive(Debug)]
pub(crate) struct Tools {
    served: Vec<Served>,
    any_takes_more: bool,
}

/// What a caller is shown.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) tools: Vec<Tool>,
    /// Why it couldn't be decided whether there is more.
    pub(crate) incomplete: Option<Failure>,
}

impl Tools {
    /// The tools of a catalog, for callers who all hold these scopes.
    pub(crate) fn new(catalog: &Catalog, held_scopes: &[&str]) -> Self {
        let tools = catalog.tools().iter();
        let served: Vec<Served> = tools.map(|tool| Served::new(tool, held_scopes)).collect();
        Self {
            any_takes_more: served.iter().any(Served::takes_more),
            served,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Served> {
        self.served
            .binary_search_by(|served| served.tool.name().cmp(name))
            .ok()
            .map(|at| &self.served[at])
    }

    /// Whether the rule of any tool takes more than the token. If not, no body is looked at before it is dispatched.
    pub(crate) fn any_takes_more(&self) -> bool {
        self.any_takes_more
    }

    /// What a caller may call, and what they may call once they have asked for more scopes. A tool about which it couldn't be
    /// decided isn't shown, and isn't denied either: the listing says that it isn't whole, and calling the tool says why.
    pub(crate) async fn listed_for(&self, who: &SignedIn, access: &Access) -> Listing {
        let asking = self.served.iter().filter(|served| served.asks_about_groups);
        let facts = access.listing(who, asking.map(|served| served.tool.policy())).await;
        let mut undecided = false;
        let mut tools = Vec::with_capacity(self.served.len());
        for served in &self.served {
            match facts.shows(who, served.tool.policy()) {
                Shown::Yes => tools.push(served.listed.clone()),
                Shown::No => {}
                Shown::Undecided => undecided = true,
            }
        }
        Listing {
            tools,
            incomplete: undecided.then(|| facts.failure(who)),
        }
    }

    /// The input schema that `Mcp-Param-*` headers are held against. A tool that the caller can't see has none, just as one that
    /// doesn't exist.
    pub(crate) fn with_header_parameters(&self, name: &str, attached: &Attached) -> Option<&Tool> {
        let served = self.get(name).filter(|served| served.has_header_parameters)?;
        let policy = served.tool.policy();
        let is_seen = attached
            .may_call(policy)
            .unwrap_or_else(|| Facts::of_token().shows(attached.who(), policy) == Shown::Yes);
        is_seen.then_some(&served.listed)
    }
}

impl Served {
    fn new(tool: &Arc<usher_runtime::Tool>, held_scopes: &[&str]) -> Self {
        let input_schema = object(tool.input_schema());
        let policy: &ToolPolicy = tool.policy();
        Self {
            has_header_parameters: mentions_header(tool.input_schema()),
            asks_about_groups: policy.groups().next().is_some(),
            may_need_scopes: policy.may_need_scopes_besides(held_scopes),
            listed: listed(tool.description(), input_schema, tool.output_schema().map(object)),
            tool: Arc::clone(tool),
        }
    }

    /// Whether its rule may take more than the token to hold: what Graph says, or scopes that can be asked for.
    pub(crate) fn takes_more(&self) -> bool {
        self.asks_about_groups || self.may_need_scopes
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
