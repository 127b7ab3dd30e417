//! The lines of a grant that give one interface, explained.

use std::fmt::Write as _;

use usher_capabilities::Interface;
use usher_policy::{Requirement, WasiKey};

use super::needs::ToolNeeds;
use super::toml::{comment, commented_out, quoted};
use crate::visible::visible;

/// What gives an interface, or some of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it gives, in plain words.
    pub(super) explained: String,
    /// The lines under `[capabilities]`; for services, tables of their own.
    pub(super) lines: String,
    /// The lines say all that they must. If not, they have gaps for the operator.
    pub(super) complete: bool,
}

impl Entry {
    /// As text: commented out if there is something to fill in.
    pub(super) fn text(&self) -> String {
        let lines = if self.complete {
            self.lines.clone()
        } else {
            commented_out(&self.lines)
        };
        comment(&self.explained) + &lines
    }

    /// For requirements of an interface; all of them are of it. `tools` are those that have them.
    pub(super) fn of(interface: Interface, required: &[&Requirement], tools: &[ToolNeeds]) -> Self {
        let key = interface.name();
        let by = by(required, tools);
        if required.is_empty() {
            return Self::without_requirements(interface);
        }
        let (explained, lines, complete) = match interface {
            Interface::MyDocuments => (
                "Reads what the person who calls has stored, nobody else's, in these containers",
                containers(key, required),
                true,
            ),
            Interface::MyDocumentsWrite => (
                "Stores, changes and deletes items of the person who calls, nobody else's, in these containers",
                containers(key, required),
                true,
            ),
            Interface::AllDocuments => (
                "Reads what everybody has stored in these containers. Answers don't say whose an item is unless you add \
                 an owner (\"pseudonym\" or \"object-id\")",
                containers(key, required),
                true,
            ),
            Interface::SharedDocuments => (
                "FILL IN which partition. Reads items that belong to nobody, in these containers. A component doesn't know in \
                 which partition its items are; till you have written it here, it isn't served",
                shared(key, required),
                false,
            ),
            Interface::SharedDocumentsWrite => (
                "FILL IN which partition. Stores, changes and deletes items that belong to nobody, for all to see, in these \
                 containers. A component doesn't know in which partition its items are; till you have written it here, it isn't \
                 served",
                shared(key, required),
                false,
            ),
            Interface::Graph => (
                "Reads from Microsoft Graph on behalf of the person who calls: these requests and no others. If it needs options \
                 with one, name them, as in query = [\"$select\"]",
                graph(required),
                true,
            ),
            Interface::GraphWrite => (
                "Changes things through Microsoft Graph on behalf of the person who calls: these requests and no others, with \
                 whatever content it likes",
                graph_write(required),
                true,
            ),
            Interface::Http => (
                "FILL IN what may be asked. Sends requests to these services. A component says which services it needs, not what \
                 of them; till you have written it here, it isn't served",
                origins(required),
                false,
            ),
            Interface::Identity | Interface::Config | Interface::Log => return Self::without_requirements(interface),
        };
        Self {
            explained: format!("{explained}. For {by}."),
            lines,
            complete,
        }
    }

    /// For an interface that is imported and that no tool says anything about.
    fn without_requirements(interface: Interface) -> Self {
        let (explained, line) = match interface {
            Interface::Identity => {
                return Self::whole(
                    "Learns who is calling: name, sign-in name, object id.",
                    "identity = true",
                );
            }
            Interface::Log => return Self::whole("Writes messages to the operator's log.", "log = true"),
            Interface::Config => {
                return Self::whole(
                    "Reads the settings that you write here, as in { currency = \"EUR\" }; never secrets. Which there are, its \
                     author says.",
                    "config = {}",
                );
            }
            Interface::MyDocuments | Interface::MyDocumentsWrite | Interface::AllDocuments => (
                "which containers it needs",
                format!("{} = {{ containers = [\"…\"] }}", interface.name()),
            ),
            Interface::SharedDocuments | Interface::SharedDocumentsWrite => (
                "which containers it needs",
                format!(
                    "{} = {{ containers = [{{ name = \"…\", partition = \"…\" }}] }}",
                    interface.name()
                ),
            ),
            Interface::Graph => (
                "which requests it needs",
                "graph = { requests = [{ path = \"/…\" }] }".to_owned(),
            ),
            Interface::GraphWrite => (
                "which requests it needs",
                "graph-write = { requests = [{ method = \"POST\", path = \"/…\" }] }".to_owned(),
            ),
            Interface::Http => ("which services it needs", origin("https://…")),
        };
        Self {
            explained: format!(
                "FILL IN, or don't serve it. It imports {}, and no tool says {what}; till it is granted, the component isn't served.",
                interface.name(),
                what = explained
            ),
            lines: format!("{}\n", line.trim_end()),
            complete: false,
        }
    }

    fn whole(explained: &str, line: &str) -> Self {
        Self {
            explained: explained.to_owned(),
            lines: format!("{line}\n"),
            complete: true,
        }
    }

    /// For a key of `[capabilities.wasi]`.
    pub(super) fn of_wasi(key: WasiKey) -> Self {
        let gives = key.gives();
        let mut letters = gives.chars();
        let first = letters.next().map(char::to_uppercase);
        Self {
            explained: format!(
                "{}{}.",
                first.into_iter().flatten().collect::<String>(),
                letters.as_str()
            ),
            lines: format!("{} = true\n", key.name()),
            complete: true,
        }
    }
}

/// The tools that have one of these requirements.
fn by(required: &[&Requirement], tools: &[ToolNeeds]) -> String {
    let has = |tool: &&ToolNeeds| tool.requires.iter().any(|one| required.contains(&one));
    let names: Vec<_> = tools.iter().filter(has).map(|tool| visible(&tool.name)).collect();
    names.join(", ")
}

fn containers(key: &str, required: &[&Requirement]) -> String {
    let names: Vec<_> = required.iter().filter_map(|one| container(one)).map(quoted).collect();
    format!("{key} = {{ containers = [{}] }}\n", names.join(", "))
}

fn shared(key: &str, required: &[&Requirement]) -> String {
    let one = |name: &str| format!("{{ name = {}, partition = \"…\" }}", quoted(name));
    let names: Vec<_> = required.iter().filter_map(|one| container(one)).map(one).collect();
    format!("{key} = {{ containers = [{}] }}\n", names.join(", "))
}

/// The container that a requirement is about.
pub(super) fn container(requirement: &Requirement) -> Option<&str> {
    match requirement {
        Requirement::MyDocuments(name)
        | Requirement::MyDocumentsWrite(name)
        | Requirement::AllDocuments(name)
        | Requirement::SharedDocuments(name)
        | Requirement::SharedDocumentsWrite(name) => Some(name),
        _ => None,
    }
}

fn graph(required: &[&Requirement]) -> String {
    let paths = required.iter().filter_map(|one| match one {
        Requirement::Graph(path) => Some(format!("{{ path = {} }}", quoted(path.as_str()))),
        _ => None,
    });
    let paths: Vec<_> = paths.collect();
    let memberships = required.contains(&&Requirement::GraphMemberships);
    match (memberships, list(&paths)) {
        (true, None) => "graph = { memberships = true }\n".to_owned(),
        (true, Some(list)) => format!("graph = {{ memberships = true, requests = {list} }}\n"),
        (false, list) => format!("graph = {{ requests = {} }}\n", list.unwrap_or_default()),
    }
}

fn graph_write(required: &[&Requirement]) -> String {
    let requests = required.iter().filter_map(|one| match one {
        Requirement::GraphWrite(method, path) => {
            Some(format!("{{ method = \"{method}\", path = {} }}", quoted(path.as_str())))
        }
        _ => None,
    });
    let requests: Vec<_> = requests.collect();
    format!(
        "graph-write = {{ requests = {} }}\n",
        list(&requests).unwrap_or_default()
    )
}

/// One on its line, several below one another.
fn list(elements: &[String]) -> Option<String> {
    match elements {
        [] => None,
        [one] => Some(format!("[{one}]")),
        several => {
            let mut list = "[\n".to_owned();
            for one in several {
                let _ = writeln!(list, "    {one},");
            }
            Some(list + "]")
        }
    }
}

fn origins(required: &[&Requirement]) -> String {
    let origins = required.iter().filter_map(|one| match one {
        Requirement::Http(one) => Some(origin(one.as_str())),
        _ => None,
    });
    origins.collect::<Vec<_>>().join("\n")
}

/// A service as a table. Its lists are empty, which no grant may have: it must be filled in.
fn origin(origin: &str) -> String {
    let origin = if origin.is_ascii() {
        quoted(origin)
    } else {
        format!("\"{origin}\"")
    };
    format!(
        "[[capabilities.http.origins]]\n\
         origin = {origin}\n\
         methods = [] # such as \"GET\"\n\
         paths = [] # such as \"/entries\", \"/entries/{{id}}\"\n\
         # query = [] # the options that requests may have, such as \"page\"\n\
         # credential = {{ on-behalf-of = \"api://…/.default\" }} # what the host attaches; without it requests are anonymous\n"
    )
}
