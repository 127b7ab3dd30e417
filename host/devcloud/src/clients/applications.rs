//! The tenant's own apps: those that can prove who they are.
//!
//! All of them that have a secret have the same one, that of `/dev.json`: it opens nothing outside this process.

use super::Client;
use crate::addresses::API_CLIENT_ID;
use crate::oauth::scopes::Audience;

/// A user-assigned managed identity's client id.
pub const MANAGED_IDENTITY_CLIENT_ID: &str = "1de40000-bbbb-4ccc-8ddd-0000000000c1";

/// The same identity's principal id, which is the `sub` and `oid` of its tokens.
pub const MANAGED_IDENTITY_PRINCIPAL_ID: &str = "1de40000-0000-4000-8000-0000000000b1";

/// The same identity's resource id.
pub(crate) const MANAGED_IDENTITY_RESOURCE_ID: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/usher/providers/Microsoft.ManagedIdentity/userAssignedIdentities/usher";

/// A background service that holds an app role at the API.
pub const DAEMON_CLIENT_ID: &str = "daeb0000-bbbb-4ccc-8ddd-000000000001";

/// A background service of the same tenant that holds none.
pub const STRANGER_CLIENT_ID: &str = "daeb0000-bbbb-4ccc-8ddd-000000000002";

/// The app role that the daemon holds: an application permission of the API.
const DAEMON_ROLE: &str = "Expenses.Read.All";

/// An app registration with its service principal, or a managed identity.
#[derive(Debug)]
pub(crate) struct Application {
    /// The short name, by which the control API knows it.
    pub(crate) name: &'static str,
    /// What people are told.
    pub(crate) display_name: &'static str,
    pub(crate) client_id: &'static str,
    /// The service principal's id.
    pub(crate) object_id: &'static str,
    /// The application permissions at the API behind the MCP endpoint. There are none elsewhere.
    pub(crate) roles: &'static [&'static str],
    /// Whether the client secret is this app's. Managed identities never have one.
    pub(crate) has_secret: bool,
}

/// All of them.
pub(crate) static APPLICATIONS: &[Application] = &[
    Application {
        name: "api",
        display_name: "The API’s own app",
        client_id: API_CLIENT_ID,
        object_id: "aaaaaaaa-0000-4000-8000-0000000000b1",
        roles: &[],
        has_secret: true,
    },
    Application {
        name: "daemon",
        display_name: "A daemon with a role",
        client_id: DAEMON_CLIENT_ID,
        object_id: "daeb0000-0000-4000-8000-0000000000b1",
        roles: &[DAEMON_ROLE],
        has_secret: true,
    },
    Application {
        name: "stranger",
        display_name: "A daemon without a role",
        client_id: STRANGER_CLIENT_ID,
        object_id: "daeb0000-0000-4000-8000-0000000000b2",
        roles: &[],
        has_secret: true,
    },
    Application {
        name: "managed-identity",
        display_name: "A user-assigned managed identity",
        client_id: MANAGED_IDENTITY_CLIENT_ID,
        object_id: MANAGED_IDENTITY_PRINCIPAL_ID,
        roles: &[],
        has_secret: false,
    },
];

impl Application {
    pub(crate) fn by_client_id(client_id: &str) -> Option<&'static Self> {
        APPLICATIONS
            .iter()
            .find(|application| application.client_id.eq_ignore_ascii_case(client_id))
    }

    /// The application permissions at an API.
    pub(crate) fn roles_at(&self, audience: Audience) -> &'static [&'static str] {
        match audience {
            Audience::Api => self.roles,
            Audience::Graph | Audience::Ledger | Audience::TokenExchange => &[],
        }
    }

    /// The app as the authorize and token endpoints see it. Only the API's own signs people in.
    pub(super) fn client(&self) -> Client {
        let redirects: &[&str] = match self.client_id {
            API_CLIENT_ID => &[
                "http://localhost/",
                "http://127.0.0.1/",
                "http://localhost/callback",
                "http://127.0.0.1/callback",
            ],
            _ => &[],
        };
        Client {
            id: self.client_id.to_owned(),
            name: self.display_name.to_owned(),
            redirect_uris: redirects.iter().map(|&uri| uri.to_owned()).collect(),
            confidential: true,
        }
    }
}
