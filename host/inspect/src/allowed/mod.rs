//! What a grant leaves of a component's powers, in plain words.
//!
//! **In** come a grant and what the component imports and requires. **Out** go sentences: what it can do with this grant, what
//! the grant gives that the component doesn't even ask for, and what the component asks for that the grant doesn't give, which
//! means that the host won't serve it. Whether a grant is enough is decided by the runtime at load; this room only tells.

mod words;

use serde::Serialize;
use usher_capabilities::{Interface, WasiInterface};
use usher_policy::{Grant, GraphGrant, OriginGrant, WasiKey};
use usher_runtime::Import;

use crate::powers::{Reach, verbs};
pub(crate) use words::requirement;
pub use words::rule;
use words::{bytes, credential, list, owner, partition, seconds, templates};

/// What a grant leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// What the component can do with it, the worst first.
    pub can: Vec<String>,
    /// What several of these make possible together.
    pub together: Vec<String>,
    /// What it can't do.
    pub never: Vec<String>,
    /// What a call may use up.
    pub limits: Vec<String>,
    /// What doesn't fit: imports that aren't granted, grants that aren't imported, a pin of another file.
    pub notes: Vec<String>,
}

impl Allowed {
    /// Reads a grant for a component with this digest and these imports.
    pub(crate) fn of(grant: &Grant, digest: &str, imports: &[Import]) -> Self {
        let reach = Reach::of(imports).within(grant);
        Self {
            can: can(grant, imports),
            together: reach.together(),
            never: reach.never(),
            limits: limits(grant),
            notes: notes(grant, digest, imports),
        }
    }
}

/// The worst that a component with these imports can do with this grant, in one sentence.
#[must_use]
pub fn worst(imports: &[Import], grant: &Grant) -> String {
    can(grant, imports).swap_remove(0)
}

/// The functions of an interface of the contract that are imported.
fn functions(imports: &[Import], interface: Interface) -> Vec<&str> {
    let start = format!("usher:host/{}@", interface.name());
    let of_interface = imports.iter().filter(|import| import.interface.starts_with(&start));
    of_interface
        .flat_map(|import| &import.functions)
        .map(String::as_str)
        .collect()
}

/// Whether an interface of the contract is imported, for more than its types.
fn imported(imports: &[Import], interface: Interface) -> bool {
    !functions(imports, interface).is_empty()
}

fn wasi_imported(imports: &[Import], key: WasiKey) -> bool {
    let mut interfaces = imports
        .iter()
        .filter_map(|import| WasiInterface::named(&import.interface));
    interfaces.any(|interface| interface.key() == Some(key))
}

/// Whether a grant gives an interface.
pub(crate) fn given(grant: &Grant, interface: Interface) -> bool {
    let given = &grant.capabilities;
    match interface {
        Interface::Identity => given.identity,
        Interface::MyDocuments => given.my_documents.is_some(),
        Interface::MyDocumentsWrite => given.my_documents_write.is_some(),
        Interface::AllDocuments => given.all_documents.is_some(),
        Interface::SharedDocuments => given.shared_documents.is_some(),
        Interface::SharedDocumentsWrite => given.shared_documents_write.is_some(),
        Interface::Graph => given.graph.is_some(),
        Interface::GraphWrite => given.graph_write.is_some(),
        Interface::Http => given.http.is_some(),
        Interface::Config => given.config.is_some(),
        Interface::Log => given.log,
    }
}

/// The interfaces, the worst first.
const ORDER: [Interface; 11] = [
    Interface::AllDocuments,
    Interface::GraphWrite,
    Interface::Http,
    Interface::SharedDocumentsWrite,
    Interface::Graph,
    Interface::MyDocumentsWrite,
    Interface::MyDocuments,
    Interface::Identity,
    Interface::SharedDocuments,
    Interface::Log,
    Interface::Config,
];

fn can(grant: &Grant, imports: &[Import]) -> Vec<String> {
    let both = |interface: &Interface| imported(imports, *interface) && given(grant, *interface);
    let mut sentences: Vec<_> = ORDER
        .into_iter()
        .filter(both)
        .flat_map(|interface| sentences(grant, interface, &functions(imports, interface)))
        .collect();
    for key in WasiKey::ALL {
        if wasi_imported(imports, key) && grant.capabilities.wasi.gives(key) {
            sentences.push(format!("Of the system interface (WASI) it gets {}.", key.gives()));
        }
    }
    if sentences.is_empty() {
        sentences.push("It can work out an answer from its arguments, and nothing else.".to_owned());
    }
    sentences
}

/// What a grant gives of one interface, to a component that imports these functions of it.
fn sentences(grant: &Grant, interface: Interface, functions: &[&str]) -> Vec<String> {
    let given = &grant.capabilities;
    let has = |function: &str| functions.contains(&function);
    let write = verbs(&has).unwrap_or_else(|| "do nothing with".to_owned());
    match interface {
        Interface::AllDocuments => {
            let all = given.all_documents.iter();
            all.map(|all| {
                format!(
                    "It can read everybody's items of {}{}.",
                    list(&all.containers),
                    owner(all.owner)
                )
            })
            .collect()
        }
        Interface::MyDocuments => {
            let mine = given.my_documents.iter();
            mine.map(|mine| format!("It can read the caller's own items of {}.", list(&mine.containers)))
                .collect()
        }
        Interface::MyDocumentsWrite => {
            let mine = given.my_documents_write.iter();
            mine.map(|mine| format!("It can {write} the caller's own items of {}.", list(&mine.containers)))
                .collect()
        }
        Interface::SharedDocuments => {
            let shared = given.shared_documents.iter().flat_map(|shared| &shared.containers);
            shared
                .map(|one| format!("It can read the items that everyone shares in {}.", partition(one)))
                .collect()
        }
        Interface::SharedDocumentsWrite => {
            let shared = given
                .shared_documents_write
                .iter()
                .flat_map(|shared| &shared.containers);
            shared
                .map(|one| format!("It can {write} the items that everyone shares in {}.", partition(one)))
                .collect()
        }
        Interface::Graph => given.graph.iter().flat_map(|given| graph(given, &has)).collect(),
        Interface::GraphWrite => {
            let requests = given.graph_write.iter().flat_map(|graph| &graph.requests);
            requests
                .map(|request| {
                    let (method, path) = (request.method, request.path.as_str());
                    format!(
                        "In Microsoft 365, in the caller's name, it can {} ({method} {path}, up to {}).",
                        words::graph_change(method, path),
                        bytes(request.max_request_bytes)
                    )
                })
                .collect()
        }
        Interface::Http => given.http.iter().flat_map(|http| &http.origins).map(origin).collect(),
        Interface::Identity => vec!["It can learn who calls.".to_owned()],
        Interface::Log => vec!["It can write into the operator's log.".to_owned()],
        Interface::Config => {
            let keys = given
                .config
                .iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .collect::<Vec<_>>();
            vec![match &keys[..] {
                [] => "It can ask for settings; the grant has none.".to_owned(),
                keys => format!("It can read the settings {}.", list(keys)),
            }]
        }
    }
}

fn graph(graph: &GraphGrant, has: &impl Fn(&str) -> bool) -> Vec<String> {
    let requests = if has("get") || has("get-all") {
        &graph.requests[..]
    } else {
        &[]
    };
    let mut sentences: Vec<_> = requests
        .iter()
        .map(|request| {
            let path = request.path.as_str();
            let what = words::graph_object(path);
            format!("In Microsoft 365, in the caller's name, it can read {what} (GET {path}).")
        })
        .collect();
    if graph.memberships && (has("is-member-of") || has("memberships")) {
        sentences.push("It can ask whether the caller is in a group.".to_owned());
    }
    sentences
}

fn origin(origin: &OriginGrant) -> String {
    let verb = if origin.methods.iter().any(|method| method.writes()) {
        "ask, and send things to,"
    } else {
        // What is asked for, and how, tells a service something too.
        "ask (and tell, by what it asks)"
    };
    let methods: Vec<_> = origin.methods.iter().map(ToString::to_string).collect();
    let inside = if origin.private_addresses {
        ", which may be inside the host's own network,"
    } else {
        ""
    };
    format!(
        "It can {verb} {}{inside} by {} {}, {}.",
        origin.origin,
        list(&methods),
        templates(&origin.paths),
        credential(origin.credential.as_ref())
    )
}

fn limits(grant: &Grant) -> Vec<String> {
    let limits = &grant.limits;
    vec![format!(
        "Each call ends after {}, holds at most {} MiB of memory, asks the host at most {} times, and hands over at most {} at \
         once.",
        seconds(limits.deadline_ms),
        limits.memory_mib,
        limits.host_calls,
        bytes(limits.returned_bytes as usize)
    )]
}

fn notes(grant: &Grant, digest: &str, imports: &[Import]) -> Vec<String> {
    let mut notes = Vec::new();
    match &grant.sha256 {
        Some(pinned) if pinned == digest => {
            notes.push("It is for exactly this file (its SHA-256 is pinned).".to_owned())
        }
        Some(_) => notes.push("It pins another file by its SHA-256, so this one isn't served.".to_owned()),
        None => {}
    }
    let named = |wanted: &dyn Fn(&Interface) -> bool| {
        let names = ORDER
            .iter()
            .filter(|interface| wanted(interface))
            .map(|interface| interface.name().to_owned());
        names.collect::<Vec<_>>()
    };
    let mut missing = named(&|one| imported(imports, *one) && !given(grant, *one));
    let mut surplus = named(&|one| !imported(imports, *one) && given(grant, *one));
    for key in WasiKey::ALL {
        let name = format!("wasi {}", key.name());
        match (wasi_imported(imports, key), grant.capabilities.wasi.gives(key)) {
            (true, false) => missing.push(name),
            (false, true) => surplus.push(name),
            _ => {}
        }
    }
    if !missing.is_empty() {
        notes.push(format!(
            "The component needs {}, which the grant doesn't give: it isn't served.",
            list(&missing)
        ));
    }
    if !surplus.is_empty() {
        notes.push(format!(
            "It gives {}, which this component doesn't ask for; a later version could.",
            list(&surplus)
        ));
    }
    notes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::powers::imports;

    fn allowed(grant: &str, interfaces: &[(&str, &[&str])]) -> Allowed {
        Allowed::of(&Grant::parse(grant).unwrap(), &"a".repeat(64), &imports(interfaces))
    }

    #[test]
    fn only_what_is_imported_and_granted_can_be_done() {
        let told = allowed(
            "[capabilities]\nlog = true\nmy-documents = { containers = [\"notes\"] }",
            &[
                ("usher:host/log@0.1.0", &["log"]),
                ("usher:host/identity@0.1.0", &["get-caller"]),
            ],
        );
        assert_eq!(told.can, ["It can write into the operator's log."]);
        assert!(
            told.notes[0].contains("identity") && told.notes[0].contains("isn't served"),
            "{told:?}"
        );
        assert!(told.notes[1].contains("my-documents"), "{told:?}");
    }

    #[test]
    fn requests_are_named_with_what_they_do() {
        let told = allowed(
            "[capabilities]\ngraph-write = { requests = [{ method = \"POST\", path = \"/me/sendMail\" }] }",
            &[("usher:host/graph-write@0.1.0", &["send"])],
        );
        assert!(
            told.can[0].contains("send mail to anybody") && told.can[0].contains("POST /me/sendMail"),
            "{told:?}"
        );
    }

    #[test]
    fn an_origin_is_told_with_its_credential_and_never_a_secret() {
        let told = allowed(
            "[[capabilities.http.origins]]\norigin = \"https://api.contoso.com\"\nmethods = [\"GET\"]\npaths = [\"/a\"]\n\
             credential = { secret-header = \"X-Api-Key\", secret = \"ledger\" }",
            &[("usher:host/http@0.1.0", &["send"])],
        );
        assert!(
            told.can[0].contains("https://api.contoso.com") && told.can[0].contains("\"ledger\""),
            "{told:?}"
        );
        assert!(told.can[0].contains("never sees"), "{told:?}");
    }

    #[test]
    fn a_pin_of_another_file_is_said() {
        let told = allowed(&format!("sha256 = \"{}\"", "b".repeat(64)), &[]);
        assert!(told.notes[0].contains("isn't served"), "{told:?}");
    }

    #[test]
    fn a_write_that_is_granted_is_no_more_than_what_is_imported() {
        let told = allowed(
            "[capabilities]\nmy-documents-write = { containers = [\"notes\"] }",
            &[("usher:host/my-documents-write@0.1.0", &["create"])],
        );
        assert_eq!(told.can, ["It can create the caller's own items of notes."]);
    }

    #[test]
    fn nothing_granted_is_nothing_but_an_answer() {
        assert!(allowed("", &[]).can[0].contains("nothing else"));
    }
}
