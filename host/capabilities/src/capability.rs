//! The shape that every capability has.

use thiserror::Error;
use usher_policy::Grant;
use wasmtime::component::Linker;

use crate::call_context::CallContext;
use crate::services::Services;

/// One imported interface.
pub(crate) trait Capability {
    /// The interface's name in `usher:host`, which is also its key in a grant.
    const NAME: &'static str;

    /// The line that grants it, narrow enough to start from.
    const GRANT_LINE: &'static str;

    /// Whether a component learns anything from its answers. Where it doesn't, a recording does without them.
    const ANSWERS: bool = true;

    /// Whether the grant gives it and the host can. Runs once, at load, for a component that imports it.
    fn admit(grant: &Grant, services: &Services) -> Result<(), NotAdmitted>;

    /// Adds the functions to a component's linker. Runs once, at load, after [`Capability::admit`].
    fn link<T: Send + 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut CallContext) -> wasmtime::Result<()>;
}

/// Why an imported interface isn't linked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAdmitted {
    /// The grant doesn't have it.
    #[error("the grant doesn't give {interface}; to give it, write under [capabilities]: {line}")]
    NotGranted {
        /// The interface.
        interface: &'static str,
        /// The line to write.
        line: &'static str,
    },
    /// The grant doesn't have the key of WASI that these come with.
    #[error("the grant doesn't give {interfaces}; to give it, write under [capabilities.wasi]: {line}")]
    Wasi {
        /// The interfaces, without their versions.
        interfaces: String,
        /// The line to write.
        line: String,
    },
    /// The grant gives a container that the host doesn't have.
    #[error(
        "the grant gives {interface} on the container {container:?}, which isn't configured; configured are: {configured}"
    )]
    NoSuchContainer {
        /// The interface.
        interface: &'static str,
        /// The container of the grant.
        container: String,
        /// Those that there are.
        configured: String,
    },
    /// The grant gives a shared container on an interface of users' items, or the other way round.
    #[error("the grant gives {interface} on the container {container:?}, which {is}: {interface} takes {takes}")]
    OtherKind {
        /// The interface.
        interface: &'static str,
        /// The container of the grant.
        container: String,
        /// What the container is.
        is: &'static str,
        /// What the interface takes.
        takes: &'static str,
    },
    /// The partition that the grant names can't be one of the container.
    #[error("the grant's partition of the container {container:?} on {interface} doesn't fit: {why}")]
    Partition {
        /// The interface.
        interface: &'static str,
        /// The container of the grant.
        container: String,
        /// What is wrong with it.
        why: String,
    },
    /// The grant gives what the host isn't set up for.
    #[error("the grant gives {interface}, for which this host isn't set up: it needs {needs}")]
    NotSetUp {
        /// The interface.
        interface: &'static str,
        /// What to configure.
        needs: String,
    },
}

/// Not granted, as an error of a capability.
pub(crate) fn not_granted<C: Capability>() -> NotAdmitted {
    NotAdmitted::NotGranted {
        interface: C::NAME,
        line: C::GRANT_LINE,
    }
}
