//! Who may see and call a tool, and what such a call may reach.
//!
//! **In** come a verified [`Caller`](usher_entra::Caller), the operator's [`Grant`] for a component, and what each of its
//! tools requires. **Out** goes a [`Permit`], or [`Denied`].
//!
//! The room has two halves. At load, [`Grant::admit`] narrows the grant to what a tool itself requires and leaves a
//! [`ToolPolicy`]: one tool's worst case. At each request, [`authorize`] asks the tool's rule about the caller. Listing and
//! calling go through that one function, so a tool that can't be called can't be seen, and the audit line is written there.
//!
//! A [`Permit`] is the only thing that opens an instance with capabilities, and nothing but [`authorize`] makes one: its
//! fields are private and it has no constructor. Every host function asks the permit again.
//!
//! This room never reads a token, never does input or output of its own, and never grants what the operator didn't write:
//! no grant, no component; no rule, no tool; an unknown key is an error.
#![forbid(unsafe_code)]

mod allowance;
mod grant;
mod limits;
mod permit;
mod requirement;
mod rule;

pub use allowance::{Allowance, Containers};
pub use grant::{Capabilities, ContainerGrant, Grant, GrantError, NotGranted, ToolGrant};
pub use limits::{LimitError, Limits};
pub use permit::{Denied, Permit, Purpose, ToolPolicy, authorize};
pub use requirement::Requirement;
pub use rule::{Decision, Rule};
