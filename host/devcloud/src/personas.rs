//! The people of the development tenant.

use serde::Serialize;

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
    /// What sets this person apart from a user with whom everything goes well.
    pub trouble: Option<Trouble>,
    /// What being this person shows, for people.
    pub summary: &'static str,
}

/// What a host must cope with when this person calls. All of them can sign in; where the trouble is a refusal, it is
/// that of the on-behalf-of exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Belongs to a group only by way of another group.
    Nested,
    /// Belongs to more groups than a token holds, so that the token points at Graph instead.
    Overage,
    /// Comes from another tenant.
    Guest,
    /// The account is disabled: AADSTS50057.
    Disabled,
    /// Hasn't consented to what the API does on their behalf: AADSTS65001, until consent is given.
    NoConsent,
    /// Must use multi-factor authentication: AADSTS50076 with claims, until a sign-in has answered them.
    MultiFactor,
    /// Blocked by Conditional Access: AADSTS53003.
    Blocked,
    /// Not assigned to the app: AADSTS50105.
    Unassigned,
}

/// Everybody, in the order in which the sign-in page lists them: those without trouble and `unscoped` first.
pub static PERSONAS: &[Persona] = &[
    Persona {
        name: "admin",
        display_name: "Bob Administrator",
        username: "bob@contoso.example",
        object_id: "b0b00000-0000-4000-8000-000000000002",
        roles: &["Expenses.Admin"],
        scopes: ALL,
        trouble: None,
        summary: "Holds the app role Expenses.Admin and belongs to usher-admins, so administrators’ tools are there too.",
    },
    Persona {
        name: "member",
        display_name: "Alice Member",
        username: "alice@contoso.example",
        object_id: "a11ce000-0000-4000-8000-000000000001",
        roles: &[],
        scopes: ALL,
        trouble: None,
        summary: "An ordinary user: her own data, and no administrators’ tools.",
    },
    Persona {
        name: "member-2",
        display_name: "Carol Member",
        username: "carol@contoso.example",
        object_id: "ca501000-0000-4000-8000-000000000003",
        roles: &[],
        scopes: ALL,
        trouble: None,
        summary: "A second ordinary user, to see that one user’s data never reach another.",
    },
    Persona {
        name: "unscoped",
        display_name: "Dave Unscoped",
        username: "dave@contoso.example",
        object_id: "dabe0000-0000-4000-8000-000000000004",
        roles: &[],
        scopes: &[OTHER_READ],
        trouble: None,
        summary: "Signs in, but his token lacks user_impersonation: the MCP endpoint must refuse it.",
    },
    Persona {
        name: "nested",
        display_name: "Nadia Nested",
        username: "nadia@contoso.example",
        object_id: "0ad1a000-0000-4000-8000-000000000005",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::Nested),
        summary: "Belongs to usher-admins only through another group. She is an administrator all the same.",
    },
    Persona {
        name: "overage",
        display_name: "Erin Overage",
        username: "erin@contoso.example",
        object_id: "e5100000-0000-4000-8000-000000000006",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::Overage),
        summary: "Belongs to 250 groups, too many for a token, and to usher-admins not at all.",
    },
    Persona {
        name: "guest",
        display_name: "Gita Guest",
        username: "gita_fabrikam.example#EXT#@contoso.example",
        object_id: "91a00000-0000-4000-8000-000000000007",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::Guest),
        summary: "Invited from another tenant. Everything works, and her token says where she comes from.",
    },
    Persona {
        name: "disabled",
        display_name: "Dennis Disabled",
        username: "dennis@contoso.example",
        object_id: "d15ab1ed-0000-4000-8000-000000000008",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::Disabled),
        summary: "His account was disabled after his token was issued: whatever goes on his behalf fails (AADSTS50057).",
    },
    Persona {
        name: "no-consent",
        display_name: "Noor Noconsent",
        username: "noor@contoso.example",
        object_id: "0c050000-0000-4000-8000-000000000009",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::NoConsent),
        summary: "Never agreed to Microsoft Graph being asked on her behalf (AADSTS65001), until she consents.",
    },
    Persona {
        name: "mfa",
        display_name: "Mio Multifactor",
        username: "mio@contoso.example",
        object_id: "3fa00000-0000-4000-8000-000000000010",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::MultiFactor),
        summary: "Must prove himself a second time before anything goes on his behalf (AADSTS50076, with claims).",
    },
    Persona {
        name: "blocked",
        display_name: "Blanca Blocked",
        username: "blanca@contoso.example",
        object_id: "b10c0ced-0000-4000-8000-000000000011",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::Blocked),
        summary: "Blocked by a Conditional Access policy (AADSTS53003): no token of hers helps.",
    },
    Persona {
        name: "unassigned",
        display_name: "Uma Unassigned",
        username: "uma@contoso.example",
        object_id: "0a551000-0000-4000-8000-000000000012",
        roles: &[],
        scopes: ALL,
        trouble: Some(Trouble::Unassigned),
        summary: "Not assigned to the app that acts on her behalf (AADSTS50105).",
    },
];

/// How the object ids of the crowd begin; twelve digits follow.
const CROWD: &str = "c40d0000-0000-4000-8000-";

const ALL: &[&str] = &[USER_IMPERSONATION, OTHER_READ];

impl Persona {
    /// The persona of this short name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PERSONAS.iter().find(|persona| persona.name == name)
    }

    /// The persona that a token's `oid` names. An `oid` of the crowd, which only tokens made to order have, stands for somebody
    /// in all like the ordinary member: who serves many people can be tried with many.
    pub fn by_object_id(object_id: &str) -> Option<&'static Self> {
        if object_id.starts_with(CROWD) {
            return Self::named("member");
        }
        PERSONAS.iter().find(|persona| persona.object_id == object_id)
    }

    /// The persona that a `login_hint` means: by short name, or by user name as Entra takes it.
    pub(crate) fn hinted(hint: &str) -> Option<&'static Self> {
        PERSONAS
            .iter()
            .find(|persona| persona.name == hint || persona.username.eq_ignore_ascii_case(hint))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_people_share_a_name_or_an_id() {
        let names: BTreeSet<&str> = PERSONAS.iter().map(|persona| persona.name).collect();
        let ids: BTreeSet<&str> = PERSONAS.iter().map(|persona| persona.object_id).collect();
        assert_eq!((names.len(), ids.len()), (PERSONAS.len(), PERSONAS.len()));
        for persona in PERSONAS {
            assert!(uuid::Uuid::try_parse(persona.object_id).is_ok(), "{}", persona.name);
        }
    }

    #[test]
    fn those_with_trouble_come_last() {
        let first = PERSONAS.iter().position(|persona| persona.trouble.is_some());
        let after = PERSONAS.iter().skip(first.unwrap_or(0));
        assert!(after.clone().count() == 8 && after.clone().all(|persona| persona.trouble.is_some()));
    }
}
