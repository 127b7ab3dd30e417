//! What a grant lacks for a component, and what it gives beyond the need.

use usher_capabilities::Interface;
use usher_policy::{Grant, Requirement, WasiKey};

use super::entry::Entry;
use super::needs::{Needs, ToolNeeds, interface};
use crate::allowed::given as is_given;
use crate::visible::visible;

/// A grant, held against a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gap {
    /// What is missing: without it the component isn't loaded.
    pub lacking: Vec<Lacking>,
    /// What else keeps it from being loaded, a sentence each.
    pub wrong: Vec<String>,
    /// What is given and not needed, each as the rest of a sentence that begins with what it is.
    pub unneeded: Vec<String>,
    /// Tools that nobody may call, since there is no rule for them. That may well be meant.
    pub without_rule: Vec<String>,
}

/// Something that a grant must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    pub(super) place: Place,
    pub(super) entry: Entry,
}

/// Where in a grant something belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A new key of `[capabilities]`; of services, a table.
    New(Interface),
    /// More in a key that is there.
    Within(Interface),
    /// A new key of `[capabilities.wasi]`.
    Wasi(WasiKey),
}

impl Lacking {
    /// The lines to write, explained.
    #[must_use]
    pub fn lines(&self) -> String {
        self.entry.text()
    }

    /// The key that is there already and needs more in it. None: the lines are new ones.
    #[must_use]
    pub fn within(&self) -> Option<&'static str> {
        match self.place {
            Place::Within(interface) => Some(interface.name()),
            Place::New(_) | Place::Wasi(_) => None,
        }
    }

    /// The table that the lines belong under.
    #[must_use]
    pub fn table(&self) -> &'static str {
        match self.place {
            Place::Wasi(_) => "[capabilities.wasi]",
            Place::New(_) | Place::Within(_) => "[capabilities]",
        }
    }

    /// Whether there is something in the lines that only the operator knows.
    #[must_use]
    pub fn is_to_be_filled_in(&self) -> bool {
        !self.entry.complete
    }
}

impl Gap {
    /// Holds a grant against what a component needs.
    #[must_use]
    pub fn of(needs: &Needs, grant: &Grant) -> Self {
        let mut gap = Self::default();
        let given = given(grant);
        for interface in Interface::ALL {
            gap.lacking.extend(lacking(needs, grant, &given, interface));
            if is_given(grant, interface) && !needs.interfaces.contains(&interface) {
                gap.unneeded.push(format!("{}: it isn't imported", interface.name()));
            }
        }
        for key in WasiKey::ALL {
            let needed = needs.wasi.contains(&key);
            let is_given = grant.capabilities.wasi.gives(key);
            if needed && !is_given {
                gap.lacking.push(Lacking {
                    place: Place::Wasi(key),
                    entry: Entry::of_wasi(key),
                });
            } else if is_given && !needed {
                gap.unneeded
                    .push(format!("{} of wasi: nothing imported comes with it", key.name()));
            }
        }
        if needs.tools_say {
            let required = |one: &&Requirement| needs.tools.iter().any(|tool| tool.requires.contains(one));
            let imported = |one: &&Requirement| needs.interfaces.contains(&interface(one));
            for one in given.iter().filter(|one| imported(one) && !required(one)) {
                gap.unneeded
                    .push(format!("{}: no tool requires it", visible(&one.to_string())));
            }
        }
        gap.wrong = wrong(needs, grant);
        let no_rule = needs.tools.iter().filter(|tool| !grant.tools.contains_key(&tool.name));
        gap.without_rule = no_rule.map(|tool| tool.name.clone()).collect();
        gap
    }

    /// Whether the component loads with the grant, as far as the two of them go.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lacking.is_empty() && self.wrong.is_empty()
    }
}

/// What is missing of an interface.
fn lacking(needs: &Needs, grant: &Grant, given: &[Requirement], interface: Interface) -> Option<Lacking> {
    let served = || needs.tools.iter().filter(|tool| grant.tools.contains_key(&tool.name));
    let required = needs.of_interface(interface, served());
    let lacking = |place, required: &[&Requirement], tools: &[ToolNeeds]| {
        Some(Lacking {
            place,
            entry: Entry::of(interface, required, tools),
        })
    };
    if is_given(grant, interface) {
        let missing: Vec<_> = required.into_iter().filter(|one| !given.contains(one)).collect();
        return match missing[..] {
            [] => None,
            ref missing => lacking(Place::Within(interface), missing, &needs.tools),
        };
    }
    if !required.is_empty() {
        let served: Vec<_> = served().cloned().collect();
        return lacking(Place::New(interface), &required, &served);
    }
    // An import must be granted whoever uses it: as far as the tools that aren't served would need it.
    let all = needs.of_interface(interface, needs.tools.iter());
    if needs.imported.contains(&interface) {
        return lacking(Place::New(interface), &all, &needs.tools);
    }
    None
}

fn wrong(needs: &Needs, grant: &Grant) -> Vec<String> {
    let mut wrong = Vec::new();
    for import in &needs.not_offered {
        wrong.push(format!("it imports {}, which no grant gives", visible(import)));
    }
    if grant.sha256.as_ref().is_some_and(|pinned| *pinned != needs.digest) {
        wrong.push(format!(
            "sha256 is that of another file; this one's is {}",
            needs.digest
        ));
    }
    let is_there = |name: &&String| needs.tools.iter().any(|tool| tool.name == **name);
    for tool in grant.tools.keys().filter(|name| !is_there(name)) {
        wrong.push(format!(
            "there is a rule for {}, which the component doesn't have",
            visible(tool)
        ));
    }
    if !grant.tools.keys().any(|name| is_there(&name)) {
        wrong.push("there is no rule for any of its tools, so nobody may call one".to_owned());
    }
    wrong
}

/// All that a grant gives, as what a tool could require.
fn given(grant: &Grant) -> Vec<Requirement> {
    let granted = &grant.capabilities;
    let mut given = Vec::new();
    if let Some(mine) = &granted.my_documents {
        given.extend(mine.containers.iter().cloned().map(Requirement::MyDocuments));
    }
    if let Some(mine) = &granted.my_documents_write {
        given.extend(mine.containers.iter().cloned().map(Requirement::MyDocumentsWrite));
    }
    if let Some(all) = &granted.all_documents {
        given.extend(all.containers.iter().cloned().map(Requirement::AllDocuments));
    }
    if let Some(shared) = &granted.shared_documents {
        given.extend(
            shared
                .containers
                .iter()
                .map(|one| Requirement::SharedDocuments(one.name.clone())),
        );
    }
    if let Some(shared) = &granted.shared_documents_write {
        given.extend(
            shared
                .containers
                .iter()
                .map(|one| Requirement::SharedDocumentsWrite(one.name.clone())),
        );
    }
    if let Some(graph) = &granted.graph {
        given.extend(graph.memberships.then_some(Requirement::GraphMemberships));
        given.extend(graph.requests.iter().map(|one| Requirement::Graph(one.path.clone())));
    }
    if let Some(graph) = &granted.graph_write {
        given.extend(
            graph
                .requests
                .iter()
                .map(|one| Requirement::GraphWrite(one.method, one.path.clone())),
        );
    }
    if let Some(http) = &granted.http {
        given.extend(http.origins.iter().map(|one| Requirement::Http(one.origin.clone())));
    }
    given
}
