//! Who may see and call a tool, and what such a call may reach.
//!
//! **In** come somebody who is signed in ([`SignedIn`](usher_entra::SignedIn)), what is known of their groups
//! ([`Memberships`]), the operator's [`Grant`] for a component, and what each of its tools requires. **Out** goes a
//! [`Permit`], or [`Denied`].
//!
//! # At load
//!
//! [`Grant::parse`] reads a grant and refuses what couldn't be enforced, saying what to write instead. [`Grant::resolve_groups`]
//! puts object ids in the place of the names of groups. [`Grant::admit`] narrows the grant to what one tool itself requires and
//! leaves a [`ToolPolicy`]: that tool's worst case.
//!
//! # At each request
//!
//! [`authorize`] asks the tool's rule about the caller. Listing and calling go through that one function, and the audit line is
//! written there. A rule has four answers: yes; no; no, but yes with further scopes, for which the client can ask; and undecided,
//! where a group matters and isn't known. The last is never taken for a no. [`ToolPolicy::groups_asked`] says beforehand
//! which groups matter for this caller, so that nobody is asked about the others, and nobody at all where the token decides.
//!
//! A [`Permit`] is the only thing that opens an instance with capabilities, and nothing but [`authorize`] makes one: its
//! fields are private and it has no constructor. It carries the caller's token along, unreadable, so that what is asked on
//! behalf of a caller is asked for the one who was permitted.
//!
//! # At each host function
//!
//! Every host function asks the permit's [`Allowance`] again. For requests to other services that is a list: methods,
//! [`PathTemplate`]s, query options by name, sizes, [`Origin`]s. What a component asks for is brought to one spelling before
//! it is compared ([`GraphPath`]), and what has two readings isn't sent at all.
//!
//! This room never reads a token, never does input or output of its own, and never grants what the operator didn't write:
//! no grant, no component; no rule, no tool; an unknown key is an error.
#![forbid(unsafe_code)]

mod allowance;
mod decision;
mod documents;
mod grant;
mod graph;
mod http;
mod limits;
mod memberships;
mod method;
mod not_covered;
mod path;
mod permit;
mod query;
mod requirement;
mod rule;
mod size;
mod tool_policy;
mod wasi;

pub use crate::http::{HttpCredential, HttpGrant, Origin, OriginError, OriginGrant};
pub use allowance::Allowance;
pub use decision::Decision;
pub use documents::{AllDocumentsGrant, ContainerGrant, Containers, Owner, SharedContainer, SharedDocumentsGrant};
pub use grant::{Capabilities, Grant, GrantError, NotGranted, ToolGrant};
pub use graph::{GraphGrant, GraphPath, GraphRequestGrant, GraphWriteGrant, GraphWriteRequestGrant};
pub use limits::{LimitError, Limits};
pub use memberships::Memberships;
pub use method::{Method, MethodError};
pub use not_covered::NotCovered;
pub use path::{PathError, PathTemplate, TemplateError};
pub use permit::{Denied, Permit, Purpose, authorize, may_see};
pub use query::QueryOptions;
pub use requirement::{Requirement, RequirementError};
pub use rule::{GroupRef, Rule};
pub use tool_policy::ToolPolicy;
pub use wasi::{WasiGrant, WasiKey};
