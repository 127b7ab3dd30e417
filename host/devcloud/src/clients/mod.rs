//! Who may ask for tokens, and where their answers may be sent.
//!
//! A client is known in one of four ways: it is pre-registered, as Microsoft's own are in every tenant; it is one of
//! the tenant's own confidential [`applications`]; it registered itself (RFC 7591, see [`crate::oauth::registration`]); or its client id is the
//! URL of its metadata document ([`documents`]), which is fetched. The rules of that fetch:
//!
//! - only that URL is fetched, without credentials, following no redirect and using no proxy;
//! - `https` everywhere, `http` for loopback only;
//! - addresses that are neither public nor loopback are refused after name resolution, so that a document's URL can't
//!   be used to reach into the developer's network; the connection goes to the addresses that were checked;
//! - size and time are bounded, and the answer is remembered for some minutes.

mod applications;
pub(crate) mod credentials;
mod documents;
pub(crate) mod redirects;

use serde::{Deserialize, Serialize};

pub(crate) use applications::{APPLICATIONS, Application, MANAGED_IDENTITY_RESOURCE_ID};
pub use applications::{
    DAEMON_CLIENT_ID, MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID, STRANGER_CLIENT_ID,
};
pub(crate) use documents::Documents;

/// Visual Studio Code's client id, the same in every tenant.
pub const VSCODE_CLIENT_ID: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";

/// The Azure command line's client id, the same in every tenant.
pub const AZURE_CLI_CLIENT_ID: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// A client as the authorize and token endpoints see it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// What people are told; for clients that registered themselves, a mere claim.
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    /// Whether the client must prove who it is, by the client secret or one of its [`credentials`].
    pub(crate) confidential: bool,
}

/// A client that registered itself. Always public: it gets no secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisteredClient {
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) redirect_uris: Vec<String>,
    /// Seconds since 1970.
    pub(crate) issued_at: i64,
}

#[cfg(test)]
impl RegisteredClient {
    pub(crate) fn for_tests(client_id: String) -> Self {
        Self {
            client_id,
            client_name: String::new(),
            redirect_uris: Vec::new(),
            issued_at: 0,
        }
    }
}

impl From<&RegisteredClient> for Client {
    fn from(client: &RegisteredClient) -> Self {
        Self {
            id: client.client_id.clone(),
            name: client.client_name.clone(),
            redirect_uris: client.redirect_uris.clone(),
            confidential: false,
        }
    }
}

/// Redirect URIs that one client may have.
pub(crate) const MAX_REDIRECT_URIS: usize = 32;

/// The longest client name that is shown, in characters.
const MAX_NAME: usize = 80;

/// A client's own name for itself, fit for a page: one line of bounded length, `None` when it says nothing.
pub(crate) fn shown_name(claimed: Option<&str>) -> Option<String> {
    let printable: String = claimed?
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_NAME)
        .collect();
    let trimmed = printable.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Why a client id leads to no client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// Nobody registered under this id.
    #[error("no client has this id")]
    Unknown,
    /// The id is a URL, but not one that may be fetched.
    #[error("the client id is a URL that can't be a client id metadata document: {0}")]
    Url(&'static str),
    /// The document could not be fetched.
    #[error("the client's metadata document could not be fetched: {0}")]
    Unreachable(String),
    /// The document was fetched and is not acceptable.
    #[error("the client's metadata document is not acceptable: {0}")]
    Document(String),
}

/// The clients that every tenant knows, and this tenant's own apps.
pub(crate) fn pre_registered(client_id: &str) -> Option<Client> {
    let (name, redirect_uris): (_, &[&str]) = match client_id {
        VSCODE_CLIENT_ID => (
            "Visual Studio Code",
            &[
                "https://vscode.dev/redirect",
                "https://insiders.vscode.dev/redirect",
                "http://127.0.0.1/",
                "http://localhost/",
            ],
        ),
        AZURE_CLI_CLIENT_ID => ("Microsoft Azure CLI", &["http://localhost/", "http://127.0.0.1/"]),
        _ => return Application::by_client_id(client_id).map(Application::client),
    };
    Some(Client {
        id: client_id.to_owned(),
        name: name.to_owned(),
        redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
        confidential: false,
    })
}
