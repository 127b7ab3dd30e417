//! From a folder of components to the catalog that is served.
//!
//! **In** comes a folder of `NAME.wasm` with their `NAME.grant.toml`, which changes in any way that folders do, and what the
//! operator decides about revisions. **Out** goes a [`Catalog`](usher_runtime::Catalog), replaced whole by the next one, so that a
//! call which runs knows nothing of it: [`Registry::catalogs`]. Beside that, the file of the [`status`] for people and commands.
//!
//! ```text
//! watching   something happened: look again .............. a hint, never the truth
//! folder     what lies there, without reading a file ..... the truth
//! settling   what changed, and hasn't for a while
//! intake     files → revision, off the threads that serve, and what is served instead of one that is bad
//! control    may it take the place of what is served? .... signatures, approvals, rollbacks
//! names      one name, one tool → catalog
//! keeper     does all of it in turn; announce, report and status say what came of it
//! ```
//!
//! What is never done: half of a change is never served (a component and its grant are one unit, and all that settled together
//! goes live at once), a bad file never takes down what served before it, and nothing is compiled on a thread that serves.
#![forbid(unsafe_code)]

mod announce;
pub mod control;
mod folder;
mod intake;
mod keeper;
mod metrics;
mod names;
mod registry;
mod report;
mod settings;
mod settling;
pub mod status;
mod watching;

pub use folder::components;
pub use registry::{OpenError, Registry, load};
pub use settings::{Mode, Polling, RegistrySettings};
pub use watching::Noticing;

/// The folder of decisions and of kept revisions, within the data folder.
pub const CONTROL: &str = "control";
