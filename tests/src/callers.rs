//! Who calls on a stage: people of one tenant, verified as far as the runtime is concerned.

use std::sync::Arc;

use usher_entra::Caller;

/// The scope that every caller has, and that every grant of a stage asks for.
pub const SCOPE: &str = "user_impersonation";

/// A person, who is somebody else for each name.
#[must_use]
pub fn person(name: &str) -> Arc<Caller> {
    Arc::new(Caller::testing(name).named(name).with_scope(SCOPE).build())
}

/// A person.
#[must_use]
pub fn alice() -> Arc<Caller> {
    person("alice")
}

/// Another.
#[must_use]
pub fn bob() -> Arc<Caller> {
    person("bob")
}
