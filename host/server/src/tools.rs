//! The tools as MCP lists them: translated once, when they are loaded.

use std::cmp::Ordering;
use std::sync::Arc;

use rmcp::model::{Icon, IconTheme, JsonObject, MetaObject, Tool, ToolAnnotations};
use serde_json::Value;
use sha2::{Digest, Sha256};
use usher_entra::SignedIn;
use usher_policy::{Permit, ToolPolicy};
use usher_runtime::{Catalog, contract};

use crate::access::{Access, Facts, Failure, Refusal, Shown};
use crate::attached::Attached;
use crate::metrics::{Metrics, ToolMetrics};

/// A tool as it runs and as it is listed.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) tool: Arc<usher_runtime::Tool>,
    pub(crate) metrics: ToolMetrics,
    listed: Listed,
    /// A property of the input schema is repeated in a header `Mcp-Param-*`.
    has_header_parameters: bool,
    asks_about_groups: bool,
    may_need_scopes: bool,
}

/// A tool as it is listed, and for whom.
#[derive(Debug)]
struct Listed {
    tool: Tool,
    /// Of all that a client reads of it.
    digest: [u8; 32],
    policy: Arc<ToolPolicy>,
}

/// The tools of one catalog, in the order of their names. Never changes.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    catalog: Arc<Catalog>,
    served: Vec<Arc<Served>>,
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
    /// The tools of a catalog, for callers who all hold these scopes. Those that were translated for the catalog before are taken
    /// over.
    pub(crate) fn new(catalog: Arc<Catalog>, held_scopes: &[String], metrics: &Metrics, before: Option<&Self>) -> Self {
        let known = |tool: &Arc<usher_runtime::Tool>| {
            let served = before?.at(tool.name())?;
            Arc::ptr_eq(&served.tool, tool).then(|| Arc::clone(served))
        };
        let translate = |tool| known(tool).unwrap_or_else(|| Arc::new(Served::new(tool, held_scopes, metrics)));
        let served: Vec<Arc<Served>> = catalog.tools().iter().map(translate).collect();
        Self {
            any_takes_more: served.iter().any(|served| served.takes_more()),
            served,
            catalog,
        }
    }

    /// Whether this is a catalog and not what stands in for the first one.
    pub(crate) fn are_loaded(&self) -> bool {
        self.catalog.progress().is_none()
    }

    /// What they were translated from.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What is to be told beside the answers of a tool.
    pub(crate) fn note(&self, served: &Served) -> Option<&Arc<str>> {
        self.catalog.note(served.tool.policy().component())
    }

    /// Whether somebody's list differs from what it is with other tools.
    pub(crate) fn differ(&self, others: &Self, may_be_shown: impl Fn(&ToolPolicy) -> bool) -> bool {
        differ(
            self.served.iter().map(|served| &served.listed),
            others.served.iter().map(|served| &served.listed),
            may_be_shown,
        )
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Served> {
        self.at(name).map(|served| &**served)
    }

    fn at(&self, name: &str) -> Option<&Arc<Served>> {
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
                Shown::Yes => tools.push(served.listed.tool.clone()),
                Shown::No => {}
                Shown::Undecided => undecided = true,
            }
        }
        Listing {
            tools,
            incomplete: undecided.then(|| facts.failure(who)),
        }
    }

    /// Whether a tool takes properties of its arguments from headers as well.
    pub(crate) fn reads_headers(&self, name: &str) -> bool {
        self.get(name).is_some_and(|served| served.has_header_parameters)
    }

    /// The input schema that `Mcp-Param-*` headers are held against. A tool that the caller can't see has none, just as one that
    /// doesn't exist.
    pub(crate) fn with_header_parameters(&self, name: &str, attached: &Attached) -> Option<&Tool> {
        let served = self.get(name).filter(|served| served.has_header_parameters)?;
        let policy = served.tool.policy();
        let is_seen = attached
            .may_call(policy)
            .unwrap_or_else(|| Facts::of_token().shows(attached.who(), policy) == Shown::Yes);
        is_seen.then_some(&served.listed.tool)
    }
}

impl Served {
    fn new(tool: &Arc<usher_runtime::Tool>, held_scopes: &[String], metrics: &Metrics) -> Self {
        let input_schema = object(tool.input_schema());
        let policy = tool.policy();
        let held: Vec<&str> = held_scopes.iter().map(String::as_str).collect();
        let listed = listed(tool.description(), input_schema, tool.output_schema().map(object));
        Self {
            metrics: metrics.of_tool(tool.name()),
            has_header_parameters: mentions_header(tool.input_schema()),
            asks_about_groups: policy.groups().next().is_some(),
            may_need_scopes: policy.may_need_scopes_besides(&held),
            listed: Listed::new(listed, policy),
            tool: Arc::clone(tool),
        }
    }

    /// Decides about one call, and counts the refusals.
    ///
    /// # Errors
    /// Why there is no permit.
    pub(crate) async fn permit(&self, who: &SignedIn, access: &Access) -> Result<Permit, Refusal> {
        let decided = access.permit(who, self.tool.policy()).await;
        if let Err(refusal) = &decided {
            self.metrics.ended(refusal.kind());
        }
        decided
    }

    /// Whether its rule may take more than the token to hold: what Graph says, or scopes that can be asked for.
    pub(crate) fn takes_more(&self) -> bool {
        self.asks_about_groups || self.may_need_scopes
    }
}

impl Listed {
    fn new(tool: Tool, policy: &Arc<ToolPolicy>) -> Self {
        // A description is text and JSON, which always can be written; if not, it counts as changed at each load.
        let text = serde_json::to_vec(&tool).unwrap_or_else(|_| policy.revision().into());
        Self {
            digest: Sha256::digest(text).into(),
            policy: Arc::clone(policy),
            tool,
        }
    }
}

/// Whether two lists, each in the order of names, differ in what is shown of them.
fn differ<'a>(
    before: impl Iterator<Item = &'a Listed>,
    after: impl Iterator<Item = &'a Listed>,
    may_be_shown: impl Fn(&ToolPolicy) -> bool,
) -> bool {
    let (mut before, mut after) = (before.peekable(), after.peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return false,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.tool.name.cmp(&new.tool.name),
        };
        let old = before.next_if(|_| order != Ordering::Greater);
        let new = after.next_if(|_| order != Ordering::Less);
        let is_other = match (old, new) {
            // The same as loaded once: the common case.
            (Some(old), Some(new)) if Arc::ptr_eq(&old.policy, &new.policy) => false,
            (Some(old), Some(new)) => match (may_be_shown(&old.policy), may_be_shown(&new.policy)) {
                (true, true) => old.digest != new.digest,
                (was, is) => was != is,
            },
            (Some(one), None) | (None, Some(one)) => may_be_shown(&one.policy),
            (None, None) => false,
        };
        if is_other {
            return true;
        }
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
    use usher_entra::Caller;
    use usher_policy::Grant;

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

    /// A list of tools by name and description, each for whoever has the role.
    fn list(tools: &[(&str, &str, &str)]) -> Vec<Listed> {
        let entry = |(name, description, role): &(&str, &str, &str)| {
            let grant = format!("[tools.{name}]\nallow = {{ role = \"{role}\" }}");
            let policy = Grant::parse(&grant)
                .unwrap()
                .admit("c", "r", name, &[])
                .unwrap()
                .unwrap();
            let tool = Tool::new((*name).to_owned(), (*description).to_owned(), Arc::default());
            Listed::new(tool, &policy)
        };
        tools.iter().map(entry).collect()
    }

    /// Whether the list of somebody with the role `s` is another.
    fn is_told(before: &[(&str, &str, &str)], after: &[(&str, &str, &str)]) -> bool {
        let access = Access::new(None);
        let caller = Caller::testing("alice").with_role("s").build();
        let (before, after) = (list(before), list(after));
        differ(before.iter(), after.iter(), |tool| access.may_be_shown(&caller, tool))
    }

    #[test]
    fn a_list_has_changed_when_a_tool_comes_goes_or_is_described_otherwise() {
        let (a, b, c) = (("a", "A.", "s"), ("b", "B.", "s"), ("c", "C.", "s"));
        assert!(!is_told(&[a, b], &[a, b]) && !is_told(&[], &[]));
        assert!(is_told(&[a, c], &[a, b, c]) && is_told(&[a], &[a, b]) && is_told(&[b], &[a, b]));
        assert!(is_told(&[a, b, c], &[a, c]) && is_told(&[a], &[]));
        assert!(is_told(&[a, b], &[a, ("b", "Better.", "s")]));
        assert!(is_told(&[a], &[b]));
    }

    #[test]
    fn a_list_has_not_changed_by_what_its_caller_cannot_see() {
        let (a, hidden) = (("a", "A.", "s"), ("x", "X.", "other"));
        assert!(!is_told(&[a], &[a, hidden]) && !is_told(&[hidden], &[]));
        assert!(!is_told(&[a, hidden], &[a, ("x", "Better.", "other")]));
    }

    #[test]
    fn a_list_has_changed_when_a_rule_lets_its_caller_in_or_out() {
        let (mine, theirs) = (("a", "A.", "s"), ("a", "A.", "other"));
        assert!(is_told(&[mine], &[theirs]) && is_told(&[theirs], &[mine]));
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
