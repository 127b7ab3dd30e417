//! The module that componentize-py starts from: it imports the project's modules and offers their tools.

use super::scan::Uses;

/// Its name. No module of a project is called so, nor the world.
pub(super) const MODULE: &str = "usher_component";

/// Interfaces that hold the types of others.
const TYPES: [(&str, &[&str]); 2] = [
    (
        "documents",
        &[
            "all_documents",
            "my_documents",
            "my_documents_write",
            "shared_documents",
            "shared_documents_write",
        ],
    ),
    ("graph_types", &["graph", "graph_write"]),
];

/// Its text.
///
/// The order matters: what Python asks the system for is replaced before any other module could take hold of it, and the last thing
/// is to shut the door. All of this happens when the component is built; calls start from what it leaves.
pub(super) fn text(uses: &Uses) -> String {
    let mut interfaces: Vec<&str> = uses.capabilities.keys().map(String::as_str).collect();
    interfaces.extend(
        TYPES
            .iter()
            .filter(|(_, of)| of.iter().any(|name| uses.capabilities.contains_key(*name)))
            .map(|(name, _)| *name),
    );
    interfaces.push("log");
    interfaces.sort_unstable();
    interfaces.dedup();
    let imports: String = interfaces
        .iter()
        .map(|name| format!("    {name:?}: importlib.import_module(\"wit_world.imports.{name}\"),\n"))
        .collect();
    let host = |used: bool, name: &str| {
        if used {
            format!("importlib.import_module(\"wit_world.imports.{name}\")")
        } else {
            "None".to_owned()
        }
    };
    let modules: String = uses.modules.iter().map(|name| format!("    {name:?},\n")).collect();
    format!(
        r#"# Written by `usher build`.
import importlib

from usher_sdk import component, interpreter

interpreter.prepare(
    interpreter.Hosts(
        {wall_clock},
        {monotonic_clock},
        {random},
    )
)

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.exports import tools
from wit_world.imports import types

IMPORTS = {{
{imports}}}
MODULES = [
{modules}]

component.connect(IMPORTS, Ok, Err)
for module in MODULES:
    importlib.import_module(module)
component.check_requirements(IMPORTS)
offered = component.Exports(tools, types, Err)


class Tools(exports.Tools):
    def list_tools(self):
        return offered.list_tools()

    def call_tool(self, name, arguments, context):
        return offered.call_tool(name, arguments, context)


interpreter.seal(MODULES)
"#,
        wall_clock = host(uses.clocks, "wall_clock"),
        monotonic_clock = host(uses.clocks, "monotonic_clock"),
        random = host(uses.random, "random"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(capabilities: &[&str], clocks: bool, random: bool) -> String {
        text(&Uses {
            modules: vec!["notes".to_owned()],
            capabilities: capabilities
                .iter()
                .map(|name| ((*name).to_owned(), String::new()))
                .collect(),
            clocks,
            random,
        })
    }

    #[test]
    fn the_interfaces_of_the_world_are_connected_with_their_types() {
        let text = text_of(&["graph", "my_documents_write"], false, false);
        for name in ["documents", "graph", "graph_types", "log", "my_documents_write"] {
            assert_eq!(
                text.matches(&format!("\"wit_world.imports.{name}\"")).count(),
                1,
                "{name}"
            );
        }
        assert!(
            !text.contains("wall_clock") && !text.contains("imports.random"),
            "{text}"
        );
        let text = text_of(&[], true, true);
        assert!(
            !text.contains("imports.documents") && !text.contains("graph_types"),
            "{text}"
        );
        assert!(
            text.contains("imports.wall_clock") && text.contains("imports.random"),
            "{text}"
        );
    }

    #[test]
    fn the_door_is_shut_last() {
        let text = text_of(&[], false, false);
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}"));
        assert!(at("interpreter.prepare(") < at("import_module(module)"));
        assert!(at("import_module(module)") < at("component.Exports("));
        assert!(text.trim_end().ends_with("interpreter.seal(MODULES)"));
    }
}
