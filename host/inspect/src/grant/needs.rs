//! What a component needs of a grant: what it imports, joined with what its tools require.

use std::collections::BTreeSet;

use usher_capabilities::{Interface, WasiInterface};
use usher_policy::{Requirement, WasiKey};
use usher_runtime::contract::ToolAnnotations;
use usher_runtime::{Examined, ExaminedTool, Import, Kind};

use super::entry::Entry;

/// The package whose interfaces a host may offer.
const HOST: &str = "usher:host/";
/// The version of the contract that is served: any 0.1.x.
const VERSION: &str = "0.1.";

/// What a component needs of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The component's SHA-256.
    pub digest: String,
    /// Its tools say what they need. Those of a component that wasn't written for this host don't.
    pub tools_say: bool,
    /// The interfaces of the host that it can call: without them it isn't loaded.
    pub imported: BTreeSet<Interface>,
    /// These, and those that its tools require without its importing them: such a tool isn't served without them.
    pub interfaces: BTreeSet<Interface>,
    /// The keys for what it imports of WASI.
    pub wasi: BTreeSet<WasiKey>,
    /// Imports that no grant gives.
    pub not_offered: Vec<String>,
    /// Its tools, in its order.
    pub tools: Vec<ToolNeeds>,
}

/// What one tool needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolNeeds {
    /// The tool.
    pub name: String,
    /// What it says that it requires.
    pub requires: Vec<Requirement>,
    /// It may destroy or overwrite, or doesn't say that it won't.
    pub destructive: bool,
}

/// Why a tool isn't for everybody unless the operator says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It reads everybody's items.
    ReadsEverybodys,
    /// It may destroy what belongs to all.
    DestroysShared,
}

impl Needs {
    /// What a component needs.
    #[must_use]
    pub fn of(examined: &Examined) -> Self {
        let mut needs = Self {
            digest: examined.digest.clone(),
            tools_say: examined.kind == Kind::Contract,
            imported: BTreeSet::new(),
            interfaces: BTreeSet::new(),
            wasi: BTreeSet::new(),
            not_offered: Vec::new(),
            tools: examined.tools.iter().map(ToolNeeds::of).collect(),
        };
        needs.take(&examined.imports);
        let required = needs.tools.iter().flat_map(|tool| &tool.requires).map(interface);
        needs.interfaces = required.chain(needs.imported.iter().copied()).collect();
        needs
    }

    fn take(&mut self, imports: &[Import]) {
        let mut any_wasi = false;
        for import in imports {
            let gives_functions = !import.functions.is_empty();
            if let Some(wasi) = WasiInterface::named(&import.interface) {
                // Those of the clocks may be there for their types alone; the others have resources where they have no functions.
                if gives_functions || wasi.key() != Some(WasiKey::Clocks) {
                    any_wasi = true;
                    self.wasi.extend(wasi.key());
                }
            } else if gives_functions {
                let named = import
                    .interface
                    .strip_prefix(HOST)
                    .and_then(|name| name.split_once('@'));
                let of_version = named.filter(|(_, version)| version.starts_with(VERSION));
                match of_version.and_then(|(name, _)| Interface::named(name)) {
                    Some(interface) => {
                        self.imported.insert(interface);
                    }
                    None => self.not_offered.push(import.interface.clone()),
                }
            }
        }
        if any_wasi && self.wasi.is_empty() {
            // `wasi:io` alone has no key; it comes with any of them, and this one gives nothing.
            self.wasi.insert(WasiKey::StandIns);
        }
    }

    /// Whether a new grant has something in it that only the operator knows.
    #[must_use]
    pub fn is_to_be_filled_in(&self) -> bool {
        let complete = |interface: &Interface| {
            let required = self.of_interface(*interface, self.tools.iter());
            Entry::of(*interface, &required, &self.tools).complete
        };
        !self.interfaces.iter().all(complete)
    }

    /// What tools require of an interface, each once.
    pub(super) fn of_interface<'n>(
        &self,
        wanted: Interface,
        tools: impl Iterator<Item = &'n ToolNeeds>,
    ) -> Vec<&'n Requirement> {
        let mut required: Vec<&Requirement> = Vec::new();
        for requirement in tools.flat_map(|tool| &tool.requires) {
            if interface(requirement) == wanted && !required.contains(&requirement) {
                required.push(requirement);
            }
        }
        required
    }
}

impl ToolNeeds {
    fn of(tool: &ExaminedTool) -> Self {
        let annotations = tool
            .description
            .options
            .as_ref()
            .and_then(|options| options.annotations.as_ref());
        Self {
            name: tool.description.name.clone(),
            requires: tool.requires.clone(),
            destructive: annotations.is_none_or(may_destroy),
        }
    }

    /// Why it isn't for everybody who has signed in, if it isn't.
    #[must_use]
    pub fn withheld(&self) -> Option<Withheld> {
        let mut requires = self.requires.iter();
        if requires.clone().any(|one| matches!(one, Requirement::AllDocuments(_))) {
            return Some(Withheld::ReadsEverybodys);
        }
        let shared = |one: &Requirement| {
            matches!(
                one,
                Requirement::SharedDocuments(_) | Requirement::SharedDocumentsWrite(_)
            )
        };
        (self.destructive && requires.any(shared)).then_some(Withheld::DestroysShared)
    }
}

/// With the defaults of MCP (`ToolAnnotations`) where it doesn't say.
fn may_destroy(annotations: &ToolAnnotations) -> bool {
    !annotations.read_only.unwrap_or(false) && annotations.destructive.unwrap_or(true)
}

/// The interface that a requirement is about.
pub(super) fn interface(requirement: &Requirement) -> Interface {
    match requirement {
        Requirement::MyDocuments(_) => Interface::MyDocuments,
        Requirement::MyDocumentsWrite(_) => Interface::MyDocumentsWrite,
        Requirement::AllDocuments(_) => Interface::AllDocuments,
        Requirement::SharedDocuments(_) => Interface::SharedDocuments,
        Requirement::SharedDocumentsWrite(_) => Interface::SharedDocumentsWrite,
        Requirement::GraphMemberships | Requirement::Graph(_) => Interface::Graph,
        Requirement::GraphWrite(..) => Interface::GraphWrite,
        Requirement::Http(_) => Interface::Http,
    }
}
