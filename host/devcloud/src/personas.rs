//! The people of the development tenant.

use crate::addresses::{OTHER_READ, USER_IMPERSONATION};

/// Somebody whom the sign-in page offers to be. Ids never change, so that what a persona stored yesterday is theirs
/// today.
#[derive(Debug)]
pub struct Persona {
    /// The short name, as in `usher dev token --as member` and `login_hint=member`.
    pub name: &'static str,
    /// The token's `name`.
    pub display_name: &'static str,
    /// The token's `preferred_username`. Its domain is reserved (RFC 2606).
    pub username: &'static str,
    /// The token's `oid`, a GUID.
    pub object_id: &'static str,
    /// The app roles assigned to this person: the token's `roles`. When empty, the token has no such claim.
    pub roles: &'static [&'static str],
    /// The API's delegated permissions that this person has granted, by short name.
    pub scopes: &'static [&'static str],
    /// What being this person shows, for people.
    pub summary: &'static str,
}

/// Everybody, in the order in which the sign-in page lists them.
pub static PERSONAS: &[Persona] = &[
    Persona {
        name: "admin",
        display_name: "Bob Administrator",
        username: "bob@contoso.example",
        object_id: "b0b00000-0000-4000-8000-000000000002",
        roles: &["Expenses.Admin"],
        scopes: &[USER_IMPERSONATION, OTHER_READ],
        summary: "Holds the app role Expenses.Admin, so administrators’ tools are there too.",
    },
    Persona {
        name: "member",
        display_name: "Alice Member",
        username: "alice@contoso.example",
        object_id: "a11ce000-0000-4000-8000-000000000001",
        roles: &[],
        scopes: &[USER_IMPERSONATION, OTHER_READ],
        summary: "An ordinary user: her own data, and no administrators’ tools.",
    },
    Persona {
        name: "member-2",
        display_name: "Carol Member",
        username: "carol@contoso.example",
        object_id: "ca501000-0000-4000-8000-000000000003",
        roles: &[],
        scopes: &[USER_IMPERSONATION, OTHER_READ],
        summary: "A second ordinary user, to see that one user’s data never reach another.",
    },
    Persona {
        name: "unscoped",
        display_name: "Dave Unscoped",
        username: "dave@contoso.example",
        object_id: "dabe0000-0000-4000-8000-000000000004",
        roles: &[],
        scopes: &[OTHER_READ],
        summary: "Signs in, but his token lacks user_impersonation: the MCP endpoint must refuse it.",
    },
];

impl Persona {
    /// The persona of this short name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PERSONAS.iter().find(|persona| persona.name == name)
    }

    /// The persona that a `login_hint` means: by short name, or by user name as Entra takes it.
    pub(crate) fn hinted(hint: &str) -> Option<&'static Self> {
        PERSONAS
            .iter()
            .find(|persona| persona.name == hint || persona.username.eq_ignore_ascii_case(hint))
    }
}
