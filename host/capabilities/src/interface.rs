//! The interfaces that this host offers.

use usher_policy::Grant;
use wasmtime::component::Linker;

use crate::all_documents::AllDocuments;
use crate::call_context::CallContext;
use crate::capability::{Capability, NotAdmitted};
use crate::config::Config;
use crate::graph::Graph;
use crate::graph_write::GraphWrite;
use crate::http::Http;
use crate::identity::Identity;
use crate::log::Log;
use crate::my_documents::MyDocuments;
use crate::my_documents_write::MyDocumentsWrite;
use crate::services::Services;
use crate::shared_documents::SharedDocuments;
use crate::shared_documents_write::SharedDocumentsWrite;

/// An interface of `usher:host` that this host offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Interface {
    /// Who is calling.
    Identity,
    /// The caller's own items, to read.
    MyDocuments,
    /// The caller's own items, to write.
    MyDocumentsWrite,
    /// Everybody's items, to read.
    AllDocuments,
    /// Items that belong to nobody, to read.
    SharedDocuments,
    /// Items that belong to nobody, to write.
    SharedDocumentsWrite,
    /// Microsoft Graph on behalf of the caller, to read.
    Graph,
    /// Microsoft Graph on behalf of the caller, to change things.
    GraphWrite,
    /// Other services over HTTPS.
    Http,
    /// Settings of the grant.
    Config,
    /// Messages to the operator's log.
    Log,
}

/// Runs an expression with `$capability` being the type behind an interface.
macro_rules! dispatch {
    ($interface:expr, $capability:ident => $run:expr) => {
        match $interface {
            Interface::Identity => {
                type $capability = Identity;
                $run
            }
            Interface::MyDocuments => {
                type $capability = MyDocuments;
                $run
            }
            Interface::MyDocumentsWrite => {
                type $capability = MyDocumentsWrite;
                $run
            }
            Interface::AllDocuments => {
                type $capability = AllDocuments;
                $run
            }
            Interface::SharedDocuments => {
                type $capability = SharedDocuments;
                $run
            }
            Interface::SharedDocumentsWrite => {
                type $capability = SharedDocumentsWrite;
                $run
            }
            Interface::Graph => {
                type $capability = Graph;
                $run
            }
            Interface::GraphWrite => {
                type $capability = GraphWrite;
                $run
            }
            Interface::Http => {
                type $capability = Http;
                $run
            }
            Interface::Config => {
                type $capability = Config;
                $run
            }
            Interface::Log => {
                type $capability = Log;
                $run
            }
        }
    };
}

impl Interface {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Identity,
        Self::MyDocuments,
        Self::MyDocumentsWrite,
        Self::AllDocuments,
        Self::SharedDocuments,
        Self::SharedDocumentsWrite,
        Self::Graph,
        Self::GraphWrite,
        Self::Http,
        Self::Config,
        Self::Log,
    ];

    /// The name in `usher:host`, for example `my-documents`; also the key in a grant.
    #[must_use]
    pub fn name(self) -> &'static str {
        dispatch!(self, C => C::NAME)
    }

    /// The interface of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interface| interface.name() == name)
    }

    /// Whether a grant gives it and this host can. For a component that imports it, at load.
    ///
    /// # Errors
    /// What is missing, with the line that would grant it.
    pub fn admit(self, grant: &Grant, services: &Services) -> Result<(), NotAdmitted> {
        dispatch!(self, C => C::admit(grant, services))
    }

    /// Adds its functions to a linker. `get` finds the call in the store's data.
    ///
    /// # Errors
    /// The linker has such an interface already.
    pub fn link<T: Send + 'static>(
        self,
        linker: &mut Linker<T>,
        get: fn(&mut T) -> &mut CallContext,
    ) -> wasmtime::Result<()> {
        dispatch!(self, C => C::link(linker, get))
    }
}
