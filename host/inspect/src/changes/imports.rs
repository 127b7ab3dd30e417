//! What a component as a whole can do: its imports, and the kinds of things that it offers.

use std::collections::{BTreeMap, BTreeSet};

use usher_runtime::Import;

use super::{Change, Effect};
use crate::visible::visible;

/// The exports beside tools that a client would see something of, by the start of their names.
const OFFERS: [(&str, &str); 3] = [
    ("usher:tool/resources@", "resources"),
    ("usher:tool/prompts@", "prompts"),
    ("usher:tool/completions@", "completions"),
];

/// Compares imports.
pub(super) fn compare(old: &[Import], new: &[Import]) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = (functions(old), functions(new));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let none = BTreeSet::new();
    for name in names {
        let (had, has) = (before.get(name).unwrap_or(&none), after.get(name).unwrap_or(&none));
        let gained = list(has.difference(had));
        let lost = list(had.difference(has));
        let name = visible(name);
        if !gained.is_empty() {
            changes.push(Change::whole(
                Effect::Wider,
                format!("it now imports {name} ({gained})"),
            ));
        }
        if !lost.is_empty() {
            changes.push(Change::whole(
                Effect::Narrower,
                format!("it no longer imports {name} ({lost})"),
            ));
        }
    }
    changes
}

/// Compares exports.
pub(super) fn compare_offers(old: &[String], new: &[String]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (start, what) in OFFERS {
        let offers = |exports: &[String]| exports.iter().any(|export| export.starts_with(start));
        match (offers(old), offers(new)) {
            (false, true) => changes.push(Change::whole(Effect::Wider, format!("it now offers {what}"))),
            (true, false) => changes.push(Change::whole(Effect::Narrower, format!("it no longer offers {what}"))),
            _ => {}
        }
    }
    changes
}

/// The functions that can be called, by interface. What gives types only is left out: nothing can be done with it.
fn functions(imports: &[Import]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for import in imports.iter().filter(|import| !import.functions.is_empty()) {
        let functions = import.functions.iter().map(String::as_str);
        all.entry(import.interface.as_str()).or_default().extend(functions);
    }
    all
}

fn list<'a>(functions: impl Iterator<Item = &'a &'a str>) -> String {
    let names: Vec<_> = functions.map(|name| visible(name)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(interfaces: &[(&str, &[&str])]) -> Vec<Import> {
        interfaces
            .iter()
            .map(|(interface, functions)| Import {
                interface: (*interface).to_owned(),
                functions: functions.iter().map(|name| (*name).to_owned()).collect(),
            })
            .collect()
    }

    fn told(changes: Vec<Change>) -> Vec<(Effect, String)> {
        let told = changes.into_iter().map(|change| (change.effect, change.to_string()));
        told.collect()
    }

    #[test]
    fn a_new_interface_and_a_new_function_are_wider_and_one_that_is_gone_is_narrower() {
        let old = imports(&[("usher:host/graph@0.1.0", &["get", "memberships"])]);
        let new = imports(&[
            ("usher:host/graph@0.1.0", &["get", "get-all"]),
            ("usher:host/graph-write@0.1.0", &["request"]),
        ]);
        assert_eq!(
            told(compare(&old, &new)),
            [
                (
                    Effect::Wider,
                    "it now imports usher:host/graph-write@0.1.0 (request)".to_owned()
                ),
                (
                    Effect::Wider,
                    "it now imports usher:host/graph@0.1.0 (get-all)".to_owned()
                ),
                (
                    Effect::Narrower,
                    "it no longer imports usher:host/graph@0.1.0 (memberships)".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn the_order_of_imports_and_interfaces_of_types_are_no_difference() {
        let old = imports(&[("a:b/c", &["x", "y"]), ("a:b/d", &["z"])]);
        let new = imports(&[("a:b/types", &[]), ("a:b/d", &["z"]), ("a:b/c", &["y", "x"])]);
        assert_eq!(told(compare(&old, &new)), []);
    }

    #[test]
    fn whatever_clients_are_offered_beside_tools_is_wider() {
        let tools = "usher:tool/tools@0.1.0".to_owned();
        let both = [
            tools.clone(),
            "usher:tool/resources@0.1.0".to_owned(),
            "init".to_owned(),
        ];
        assert_eq!(
            told(compare_offers(&[tools], &both)),
            [(Effect::Wider, "it now offers resources".to_owned())]
        );
    }
}
