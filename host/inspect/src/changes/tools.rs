//! What the tools of a component say of themselves.

use std::collections::BTreeMap;

use serde_json::Value;
use usher_runtime::ExaminedTool;
use usher_runtime::contract::{ClientCapabilities, Icon, Requirement, Theme, ToolAnnotations, ToolOptions};

use super::json::differences;
use super::{Change, Effect};

/// What a client must be able to do, in words.
const CLIENT: [(ClientCapabilities, &str); 7] = [
    (ClientCapabilities::ELICITATION_FORM, "shows forms to the person"),
    (ClientCapabilities::ELICITATION_URL, "sends the person to a URL"),
    (ClientCapabilities::SAMPLING, "asks its model"),
    (ClientCapabilities::SAMPLING_TOOLS, "asks its model and offers it tools"),
    (ClientCapabilities::ROOTS, "lists its root folders"),
    (ClientCapabilities::TASKS, "follows long calls as tasks"),
    (ClientCapabilities::APPS, "shows pages of apps"),
];

/// Compares tools by their names.
pub(super) fn compare(old: &[ExaminedTool], new: &[ExaminedTool]) -> Vec<Change> {
    let (before, after) = (by_name(old), by_name(new));
    let mut changes = Vec::new();
    for (name, old) in &before {
        match after.get(name) {
            Some(new) => changes.extend(one(name, old, new)),
            None => changes.push(Change::tool(Effect::Narrower, name, "the tool is gone".to_owned())),
        }
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        changes.push(Change {
            effect: Effect::Wider,
            ..Change::text(name, "a new tool".to_owned(), None, Some(&new.description.description))
        });
    }
    // A new tool stands where its name does.
    changes.sort_by(|a, b| a.tool.cmp(&b.tool));
    changes
}

fn by_name(tools: &[ExaminedTool]) -> BTreeMap<&str, &ExaminedTool> {
    tools
        .iter()
        .map(|tool| (tool.description.name.as_str(), tool))
        .collect()
}

/// Compares two descriptions of one tool.
fn one(name: &str, old: &ExaminedTool, new: &ExaminedTool) -> Vec<Change> {
    let none = ToolOptions {
        title: None,
        output_schema: None,
        annotations: None,
        requires: Vec::new(),
        long_running: false,
        icons: Vec::new(),
        meta: None,
    };
    let mut changes = Vec::new();
    let (before, after) = (&old.description, &new.description);
    let (had, has) = (
        before.options.as_ref().unwrap_or(&none),
        after.options.as_ref().unwrap_or(&none),
    );
    text(&mut changes, name, "title", had.title.as_deref(), has.title.as_deref());
    text(
        &mut changes,
        name,
        "description",
        Some(&before.description),
        Some(&after.description),
    );
    document(
        &mut changes,
        name,
        "input schema",
        Some(&before.input_schema),
        Some(&after.input_schema),
    );
    document(
        &mut changes,
        name,
        "output schema",
        had.output_schema.as_deref(),
        has.output_schema.as_deref(),
    );
    annotations(&mut changes, name, had.annotations.as_ref(), has.annotations.as_ref());
    requirements(&mut changes, name, old, new);
    let client = (client_requirements(had), client_requirements(has));
    for (flag, words) in CLIENT {
        let (effect, verb) = match (client.0.contains(flag), client.1.contains(flag)) {
            (false, true) => (Effect::Wider, "now"),
            (true, false) => (Effect::Narrower, "no longer"),
            _ => continue,
        };
        changes.push(Change::tool(
            effect,
            name,
            format!("it {verb} needs a client that {words}"),
        ));
    }
    if had.long_running != has.long_running {
        let text = if has.long_running {
            "it may now take minutes"
        } else {
            "it no longer says that it may take minutes"
        };
        changes.push(Change::tool(Effect::Changed, name, text.to_owned()));
    }
    let icons = (icons(&had.icons), icons(&has.icons));
    text(
        &mut changes,
        name,
        "list of icons",
        icons.0.as_deref(),
        icons.1.as_deref(),
    );
    document(&mut changes, name, "`_meta`", had.meta.as_deref(), has.meta.as_deref());
    changes
}

fn text(changes: &mut Vec<Change>, tool: &str, what: &str, before: Option<&str>, after: Option<&str>) {
    if before != after {
        changes.push(Change::text(tool, said(what, before, after), before, after));
    }
}

/// "its title was added", "its title is gone", "its title changed".
fn said<T>(what: &str, before: Option<T>, after: Option<T>) -> String {
    let verb = match (before.is_some(), after.is_some()) {
        (false, true) => "was added",
        (true, false) => "is gone",
        _ => "changed",
    };
    format!("its {what} {verb}")
}

/// Compares two JSON documents by what they say. One that isn't JSON never gets here, and would differ as a text.
fn document(changes: &mut Vec<Change>, tool: &str, what: &str, before: Option<&str>, after: Option<&str>) {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let (Some(old), Some(new)) = (before.map(parsed), after.map(parsed)) else {
        return text(changes, tool, what, before, after);
    };
    for found in differences(&old, &new) {
        let place = if found.place.is_empty() {
            what.to_owned()
        } else {
            format!("{what}, {}", crate::visible(&found.place))
        };
        let (before, after) = (found.before.as_deref(), found.after.as_deref());
        changes.push(Change::text(tool, said(&place, before, after), before, after));
    }
}

fn annotations(
    changes: &mut Vec<Change>,
    tool: &str,
    before: Option<&ToolAnnotations>,
    after: Option<&ToolAnnotations>,
) {
    type Hint = fn(&ToolAnnotations) -> Option<bool>;
    let hints: [(&str, Hint); 4] = [
        ("read-only", |given| given.read_only),
        ("destructive", |given| given.destructive),
        ("idempotent", |given| given.idempotent),
        ("open-world", |given| given.open_world),
    ];
    let said = |value: Option<bool>| match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said",
    };
    for (name, hint) in hints {
        let (old, new) = (before.and_then(hint), after.and_then(hint));
        text(
            changes,
            tool,
            &format!("annotation {name}"),
            Some(said(old)),
            Some(said(new)),
        );
    }
}

fn requirements(changes: &mut Vec<Change>, tool: &str, old: &ExaminedTool, new: &ExaminedTool) {
    for added in new.requires.iter().filter(|required| !old.requires.contains(required)) {
        let text = format!("it now requires {}", crate::visible(&added.to_string()));
        changes.push(Change::tool(Effect::Wider, tool, text));
    }
    for gone in old.requires.iter().filter(|required| !new.requires.contains(required)) {
        let text = format!("it no longer requires {}", crate::visible(&gone.to_string()));
        changes.push(Change::tool(Effect::Narrower, tool, text));
    }
}

/// What a client must offer, all requirements together.
fn client_requirements(options: &ToolOptions) -> ClientCapabilities {
    options
        .requires
        .iter()
        .filter_map(|requirement| match requirement {
            Requirement::Client(flags) => Some(*flags),
            _ => None,
        })
        .fold(ClientCapabilities::empty(), |all, flags| all | flags)
}

/// The icons as a text. None: there are none.
fn icons(icons: &[Icon]) -> Option<String> {
    let shown = |icon: &Icon| {
        let theme = icon.theme.map(|theme| match theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        });
        let more: Vec<_> = icon.mime_type.as_deref().into_iter().chain(theme).collect();
        let more: Vec<_> = more.into_iter().chain(icon.sizes.iter().map(String::as_str)).collect();
        if more.is_empty() {
            icon.src.clone()
        } else {
            format!("{} ({})", icon.src, more.join(", "))
        }
    };
    (!icons.is_empty()).then(|| icons.iter().map(shown).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use usher_policy::Requirement as Needs;
    use usher_runtime::contract::Tool;

    fn options() -> ToolOptions {
        ToolOptions {
            title: Some("Add an expense".to_owned()),
            output_schema: Some(r#"{"type":"object"}"#.to_owned()),
            annotations: None,
            requires: vec![Requirement::Client(ClientCapabilities::ELICITATION_FORM)],
            long_running: false,
            icons: Vec::new(),
            meta: Some(r#"{"ui":{"resourceUri":"ui://a"}}"#.to_owned()),
        }
    }

    fn tool(name: &str) -> ExaminedTool {
        ExaminedTool {
            description: Tool {
                name: name.to_owned(),
                description: "Adds an expense.".to_owned(),
                input_schema: r#"{"type":"object","properties":{"amount":{"type":"number"}}}"#.to_owned(),
                options: Some(options()),
            },
            requires: vec![Needs::MyDocuments("expenses".to_owned())],
        }
    }

    /// What is told when one tool changes.
    fn told(change: impl FnOnce(&mut ExaminedTool, &mut ToolOptions)) -> Vec<(Effect, String)> {
        let mut new = tool("add");
        let mut changed = options();
        change(&mut new, &mut changed);
        new.description.options = Some(changed);
        compare(&[tool("add")], &[new])
            .into_iter()
            .map(|change| (change.effect, change.to_string()))
            .collect()
    }

    fn is(effect: Effect, text: &str) -> Vec<(Effect, String)> {
        vec![(effect, text.to_owned())]
    }

    #[test]
    fn the_same_description_is_no_difference_however_its_json_is_written() {
        assert_eq!(
            told(|tool, options| {
                tool.description.input_schema =
                    "{ \"properties\": {\"amount\": {\"type\":\"number\"}},\n\"type\": \"object\" }".to_owned();
                options.meta = Some("{ \"ui\": { \"resourceUri\": \"ui://a\" } }".to_owned());
            }),
            []
        );
    }

    #[test]
    fn every_text_that_a_model_or_a_person_reads_is_told_with_how_it_was() {
        assert_eq!(
            told(|tool, _| tool.description.description = "Adds an expense!".to_owned()),
            is(
                Effect::Changed,
                "add: its description changed: «Adds an expense.» → «Adds an expense!»"
            )
        );
        assert_eq!(
            told(|_, options| options.title = None),
            is(Effect::Changed, "add: its title is gone: «Add an expense»")
        );
        assert_eq!(
            told(|tool, _| {
                let schema = r#"{"type":"object","properties":{"amount":{"type":"number"},"note":{"type":"string"}}}"#;
                tool.description.input_schema = schema.to_owned();
            }),
            is(
                Effect::Changed,
                "add: its input schema, property `note` was added: «{\"type\":\"string\"}»"
            )
        );
        assert_eq!(
            told(|_, options| options.output_schema = None),
            is(
                Effect::Changed,
                "add: its output schema is gone: «{\"type\":\"object\"}»"
            )
        );
        assert_eq!(
            told(|_, options| options.meta = Some(r#"{"ui":{"resourceUri":"ui://b"}}"#.to_owned())),
            is(
                Effect::Changed,
                "add: its `_meta`, `ui`, `resourceUri` changed: «ui://a» → «ui://b»"
            )
        );
        assert_eq!(
            told(|_, options| {
                options.icons.push(Icon {
                    src: "https://a/b.png".to_owned(),
                    mime_type: None,
                    sizes: vec!["48x48".to_owned()],
                    theme: Some(Theme::Dark),
                });
            }),
            is(
                Effect::Changed,
                "add: its list of icons was added: «https://a/b.png (dark, 48x48)»"
            )
        );
    }

    #[test]
    fn a_description_that_no_one_could_see_is_seen() {
        assert_eq!(
            told(|tool, _| tool.description.description = "Adds an expense.\u{e0053}".to_owned()),
            is(
                Effect::Changed,
                "add: its description changed: «Adds an expense.» → «Adds an expense.\\u{e0053}»"
            )
        );
    }

    #[test]
    fn hints_are_told_one_by_one() {
        assert_eq!(
            told(|_, options| {
                options.annotations = Some(ToolAnnotations {
                    read_only: Some(true),
                    destructive: None,
                    idempotent: None,
                    open_world: None,
                });
            }),
            is(
                Effect::Changed,
                "add: its annotation read-only changed: «not said» → «yes»"
            )
        );
        assert_eq!(
            told(|_, options| options.long_running = true),
            is(Effect::Changed, "add: it may now take minutes")
        );
    }

    #[test]
    fn what_a_tool_requires_is_wider_or_narrower() {
        assert_eq!(
            told(|tool, _| tool.requires = vec![Needs::graph_write("POST /me/sendMail").unwrap()]),
            [
                (
                    Effect::Wider,
                    "add: it now requires graph-write(POST /me/sendMail)".to_owned()
                ),
                (
                    Effect::Narrower,
                    "add: it no longer requires my-documents(expenses)".to_owned()
                ),
            ]
        );
        assert_eq!(
            told(|_, options| options.requires = vec![Requirement::Client(ClientCapabilities::SAMPLING)]),
            [
                (
                    Effect::Narrower,
                    "add: it no longer needs a client that shows forms to the person".to_owned()
                ),
                (
                    Effect::Wider,
                    "add: it now needs a client that asks its model".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn tools_come_and_go() {
        let told: Vec<_> = compare(&[tool("add"), tool("list")], &[tool("list"), tool("export")])
            .into_iter()
            .map(|change| (change.effect, change.to_string()))
            .collect();
        assert_eq!(
            told,
            [
                (Effect::Narrower, "add: the tool is gone".to_owned()),
                (Effect::Wider, "export: a new tool: «Adds an expense.»".to_owned()),
            ]
        );
    }
}
