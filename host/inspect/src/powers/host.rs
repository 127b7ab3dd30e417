//! The words for the interfaces of `usher:host`, function by function.

use usher_capabilities::Interface;
use usher_runtime::Import;

use super::Severity;
use crate::visible::visible;

const PACKAGE: &str = "usher:host/";
/// The version of the contract: any 0.1.x.
const VERSION: &str = "0.1.";

/// The interfaces and their functions, the worst interface first.
const KNOWN: [(&str, &[&str]); 13] = [
    ("all-documents", &["query"]),
    ("graph-write", &["send"]),
    ("http", &["send", "send-all"]),
    ("shared-documents-write", WRITES),
    ("graph", &["get", "get-all", "is-member-of", "memberships"]),
    ("my-documents-write", WRITES),
    ("my-documents", READS),
    ("identity", &["get-caller"]),
    ("shared-documents", READS),
    ("log", &["log"]),
    ("notifications", &["list-changed", "resource-updated"]),
    ("progress", &["report"]),
    ("config", &["get"]),
];
const READS: &[&str] = &["read", "read-many", "query"];
const WRITES: &[&str] = &["create", "upsert", "replace", "patch", "delete", "transact"];

/// The name of an interface of the contract without package and version: `my-documents`.
pub(super) fn name(interface: &str) -> Option<&str> {
    let (name, version) = interface.strip_prefix(PACKAGE)?.split_once('@')?;
    version.starts_with(VERSION).then_some(name)
}

/// Where an interface stands among those that are equally bad.
pub(super) fn rank(interface: &str) -> usize {
    let known = name(interface).and_then(|name| KNOWN.iter().position(|(known, _)| *known == name));
    known.unwrap_or(KNOWN.len())
}

/// How bad an import is, whether this host offers it, and what it lets a component do. None: it isn't of the contract.
pub(super) fn words(import: &Import) -> Option<(Severity, bool, Vec<String>)> {
    let name = name(&import.interface)?;
    let (_, known) = KNOWN.iter().find(|(known, _)| *known == name)?;
    let has = |function: &str| import.functions.iter().any(|imported| imported == function);
    let (mut severity, mut words) = of_known(name, &has);
    for stranger in import
        .functions
        .iter()
        .filter(|function| !known.contains(&function.as_str()))
    {
        severity = Severity::Serious;
        words.push(format!(
            "It asks for a function that this host doesn't know and can't judge: {} of {name}.",
            visible(stranger)
        ));
    }
    let offered = Interface::named(name).is_some();
    if !offered {
        words.push("This host doesn't offer that, so a component that needs it isn't served here.".to_owned());
    }
    Some((severity, offered, words))
}

/// The words for the functions that are known.
fn of_known(name: &str, has: &impl Fn(&str) -> bool) -> (Severity, Vec<String>) {
    let when = |condition: bool, words: &str| condition.then(|| words.to_owned());
    let (severity, words) = match name {
        "all-documents" => (
            Severity::Serious,
            vec![
                when(
                    has("query"),
                    "It can read the items that everybody stored here, not only those of the person who calls.",
                ),
                when(
                    has("query"),
                    "It can't change them that way, and isn't told whose they are unless the grant says so; their contents may \
                     give that away.",
                ),
            ],
        ),
        "graph-write" => (
            Severity::Serious,
            vec![when(
                has("send"),
                "It can change things in Microsoft 365 in the name of the person who calls: send mail, write and delete files, \
                 change the calendar, and whatever else that person may do and the organisation has consented to. It reads what the answers say.",
            )],
        ),
        "http" => (
            Severity::Serious,
            vec![
                when(
                    has("send") || has("send-all"),
                    "It can send whatever it knows to other services over the network, and change things there.",
                ),
                when(has("send-all"), "It can do so up to 20 times at once."),
            ],
        ),
        "graph" => {
            let reads = has("get") || has("get-all");
            (
                if reads { Severity::Notable } else { Severity::Minor },
                vec![
                    when(
                        reads,
                        "It can read in Microsoft 365 what the person who calls may read there and the organisation has consented \
                         to: mail, files, calendar, colleagues.",
                    ),
                    when(
                        has("is-member-of") || has("memberships"),
                        "It can ask whether the person who calls is in a group whose id it knows.",
                    ),
                ],
            )
        }
        "my-documents-write" => {
            let (severity, words) = writes(has, "of the person who calls");
            (severity, vec![words])
        }
        "shared-documents-write" => {
            let (severity, words) = writes(has, "that everyone shares");
            (
                severity.max(Severity::Notable),
                vec![words, when(true, "Everyone whose tools read them gets what it wrote.")],
            )
        }
        "my-documents" => (Severity::Notable, vec![reads(has, "of the person who calls")]),
        "shared-documents" => (
            Severity::Minor,
            vec![reads(has, "that everyone shares, such as rates and catalogues")],
        ),
        "identity" => (
            Severity::Minor,
            vec![when(
                has("get-caller"),
                "It can learn who calls: name, user name, the ids of person and organisation, roles and scopes.",
            )],
        ),
        "log" => (
            Severity::Minor,
            vec![when(
                has("log"),
                "It can write messages into the operator's log and to the client of the person who calls, with whatever it knows \
                 in them.",
            )],
        ),
        "notifications" => (
            Severity::Minor,
            vec![when(
                true,
                "It can tell clients that something they look at has changed.",
            )],
        ),
        "progress" => (
            Severity::Harmless,
            vec![when(
                has("report"),
                "It can tell the client of the person who calls how far it has come.",
            )],
        ),
        _ => (
            Severity::Harmless,
            vec![when(
                has("get"),
                "It can read the settings that the operator writes into its grant. They are never secrets.",
            )],
        ),
    };
    (severity, words.into_iter().flatten().collect())
}

/// How a read interface is used: by ids, or by looking through everything.
fn reads(has: &impl Fn(&str) -> bool, whose: &str) -> Option<String> {
    if has("query") {
        Some(format!("It can look through all stored items {whose}."))
    } else if has("read") || has("read-many") {
        Some(format!("It can read stored items {whose} if it knows their ids."))
    } else {
        None
    }
}

/// What the functions of a write interface do to items: `create, overwrite and delete`. A batch can do all of that. None: nothing.
pub(crate) fn verbs(has: &impl Fn(&str) -> bool) -> Option<String> {
    let verbs: Vec<_> = [
        (has("create") || has("upsert") || has("transact"), "create"),
        (overwrites(has), "overwrite"),
        (has("patch"), "change parts of"),
        (deletes(has), "delete"),
    ]
    .into_iter()
    .filter_map(|(does, verb)| does.then_some(verb))
    .collect();
    match &verbs[..] {
        [] => None,
        [verb] => Some((*verb).to_owned()),
        [verbs @ .., last] => Some(format!("{} and {last}", verbs.join(", "))),
    }
}

fn overwrites(has: &impl Fn(&str) -> bool) -> bool {
    has("upsert") || has("replace") || has("transact")
}

fn deletes(has: &impl Fn(&str) -> bool) -> bool {
    has("delete") || has("transact")
}

/// What a write interface comes to. What is written with a time to live is gone after it, so that overwriting is a way to
/// delete.
fn writes(has: &impl Fn(&str) -> bool, whose: &str) -> (Severity, Option<String>) {
    let Some(verbs) = verbs(has) else {
        return (Severity::Harmless, None);
    };
    let changes = overwrites(has) || has("patch");
    let (severity, rest) = match (changes, deletes(has)) {
        (_, true) => (Severity::Notable, ""),
        (true, false) => (
            Severity::Notable,
            ". It has no function to delete them, but what it overwrites is lost, and it can let items expire",
        ),
        (false, false) => (Severity::Minor, ", and never change or delete those that are there"),
    };
    (severity, Some(format!("It can {verbs} stored items {whose}{rest}.")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{imports, powers};
    use super::*;

    fn told(name: &str, functions: &[&str]) -> String {
        let interface = format!("{PACKAGE}{name}@0.1.0");
        powers(&imports(&[(&interface, functions)]))[0].words.join(" ")
    }

    #[test]
    fn the_functions_are_those_of_the_contract() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/host");
        let mut text = String::new();
        for file in std::fs::read_dir(folder).unwrap() {
            text += &std::fs::read_to_string(file.unwrap().path()).unwrap();
        }
        let mut contract = Vec::new();
        for part in text
            .split("\ninterface ")
            .skip(1)
            .chain(text.strip_prefix("interface "))
        {
            let (name, rest) = part.split_once(" {").unwrap();
            let body = rest.split("\n}").next().unwrap();
            let functions = body.lines().filter_map(|line| line.split_once(": func("));
            for (function, _) in functions {
                contract.push((name.to_owned(), function.trim().to_owned()));
            }
        }
        let mut known: Vec<_> = KNOWN
            .iter()
            .flat_map(|(name, functions)| {
                functions
                    .iter()
                    .map(|function| ((*name).to_owned(), (*function).to_owned()))
            })
            .collect();
        contract.sort();
        known.sort();
        assert_eq!(known, contract);
    }

    #[test]
    fn each_function_has_words_when_it_is_alone() {
        for (name, functions) in KNOWN {
            for function in functions {
                let told = told(name, &[function]);
                assert!(
                    told.starts_with("It can ") && told.ends_with('.'),
                    "{name} {function}: {told}"
                );
            }
        }
    }

    #[test]
    fn who_can_only_create_can_never_change_what_is_there() {
        assert_eq!(
            told("my-documents-write", &["create"]),
            "It can create stored items of the person who calls, and never change or delete those that are there."
        );
    }

    #[test]
    fn overwriting_is_not_said_to_be_safe_because_nothing_deletes() {
        let told = told("my-documents-write", &["create", "replace"]);
        assert!(
            told.contains("create and overwrite") && told.contains("what it overwrites is lost"),
            "{told}"
        );
    }

    #[test]
    fn a_batch_can_do_everything() {
        assert_eq!(
            told("shared-documents-write", &["transact"]),
            "It can create, overwrite and delete stored items that everyone shares. Everyone whose tools read them gets what \
             it wrote."
        );
    }

    #[test]
    fn groups_alone_are_not_mail_and_files() {
        let told = told("graph", &["memberships"]);
        assert!(told.contains("group") && !told.contains("mail"), "{told}");
    }

    #[test]
    fn looking_through_is_more_than_reading_by_id() {
        assert!(told("my-documents", &["read"]).contains("if it knows their ids"));
        assert!(told("my-documents", &["read", "query"]).contains("look through all"));
    }

    #[test]
    fn a_function_that_nobody_knows_is_serious() {
        let told = powers(&imports(&[("usher:host/log@0.1.7", &["log", "purge"])]));
        assert_eq!(told[0].severity, Severity::Serious);
        assert!(told[0].words[1].contains("purge of log"), "{told:?}");
    }

    #[test]
    fn what_this_host_does_not_offer_is_said_so() {
        let told = powers(&imports(&[("usher:host/notifications@0.1.0", &["list-changed"])]));
        assert!(
            !told[0].offered && told[0].words[1].contains("doesn't offer"),
            "{told:?}"
        );
    }
}
