//! The rules of grants, paths and permits, one test each.
#![allow(clippy::unwrap_used)]

mod documents;
mod grants;
mod http;
mod memberships;
mod paths;
mod requests;
mod requirements;
mod rules;
mod templates;

use std::sync::Arc;

use usher_entra::{Caller, SignedIn};
use usher_policy::{Grant, Requirement, ToolPolicy};

/// A person with scopes and roles.
fn signed_in(scopes: &[&str], roles: &[&str]) -> SignedIn {
    let mut builder = Caller::testing("alice");
    for scope in scopes {
        builder = builder.with_scope(scope);
    }
    for role in roles {
        builder = builder.with_role(role);
    }
    SignedIn::testing(builder.build())
}

/// An application with a role.
fn application(role: &str) -> SignedIn {
    SignedIn::testing(Caller::testing("daemon").as_application().with_role(role).build())
}

/// The policy of the tool `t` with a rule.
fn tool(rule: &str) -> Arc<ToolPolicy> {
    let grant = Grant::parse(&format!("[tools.t]\nallow = {rule}")).unwrap();
    grant.admit("c", "0", "t", &[]).unwrap().unwrap()
}

/// The policy of a tool that has capabilities and requires some of them.
fn capable(capabilities: &str, requires: &[Requirement]) -> Arc<ToolPolicy> {
    let grant = Grant::parse(&format!("{capabilities}\n[tools.t]\nallow = {{ scope = \"s\" }}")).unwrap();
    grant.admit("c", "0", "t", requires).unwrap().unwrap()
}

/// Why a grant is refused.
fn refusal(grant: &str) -> String {
    Grant::parse(grant).unwrap_err().to_string()
}
