//! A loopback Microsoft Entra ID, Microsoft Graph and what else of the cloud a tools' host meets, for `usher dev` and the
//! tests.
//!
//! The host's code talks to this room exactly as it talks to Microsoft: discovery, signing keys, authorization code with
//! PKCE, refresh tokens, the on-behalf-of exchange, managed identities, groups, AADSTS errors. Only the addresses differ,
//! so what works against this room has been through the production code path.
//!
//! **What comes in:** HTTP on one loopback port, from MCP clients that sign a person in, from the MCP host that fetches
//! keys and exchanges tokens, and from developers' scripts.
//!
//! **What goes out:** tokens with the claims that Entra's v2.0 access tokens have, signed by keys that were generated
//! on this machine; the answers of the APIs that such tokens open; pages for a browser; and one kind of outbound request,
//! the fetch of a client id metadata document (the module `clients` has its rules).
//!
//! **What it never does:**
//! - It never listens anywhere but on loopback, and answers only requests whose `Host` is a loopback name.
//! - It never claims to be Microsoft. The issuer in its documents and tokens is its own loopback address, so no
//!   verifier that trusts a real tenant can be made to accept one of its tokens.
//! - It never authenticates anybody. The sign-in page lets whoever sits at the machine be any [`Persona`]. Apps do
//!   authenticate, by secret, certificate or federation, since that is what a host gets wrong.
//! - It never logs a token, a code or a secret.
//!
//! # Who is who
//!
//! One tenant; the [`PERSONAS`], of whom most have some trouble that a host must cope with; the API's own app, two
//! background services, a managed identity and a Kubernetes service account. `GET /dev.json` has all ids and secrets, and
//! the module `control` lists what else tests can do: plan failures, rotate keys, withdraw consent, count requests.
//!
//! # Where it differs from Entra, on purpose
//!
//! Entra has no dynamic client registration, no client id metadata documents and doesn't publish
//! `code_challenge_methods_supported`; MCP clients without a pre-provisioned client id need all three. They are
//! additions here, marked in the module `oauth`, and the PKCE that Entra merely supports is required of public clients.
//! A client assertion that repeats another's `jti` is refused, of which Entra isn't known.
//!
//! # A way in
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use tokio_util::sync::CancellationToken;
//! use usher_devcloud::{DevCloud, DevCloudSettings};
//!
//! // Bound first, so that the issuer is known before the MCP endpoint (which needs it) has its own address.
//! let bound = DevCloud::bind("127.0.0.1:0".parse()?).await?;
//! let issuer = bound.issuer();
//! let cloud = bound.open(DevCloudSettings::new("http://127.0.0.1:8400/mcp"))?;
//! assert_eq!(cloud.addresses().issuer(), issuer);
//! cloud.serve(CancellationToken::new()).await?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod addresses;
mod bearer;
mod bounded;
mod clients;
mod cloud;
mod consent;
mod control;
mod forwarded;
mod graph;
mod guard;
mod issued;
mod jwt;
mod keys;
mod kubernetes;
mod ledger;
mod managed_identity;
mod oauth;
mod pages;
mod personas;
mod random;
mod server;
mod settings;
mod state;
mod tokens;
mod traffic;

pub use addresses::{API_CLIENT_ID, Addresses, LEDGER_CLIENT_ID, TENANT_ID};
pub use clients::credentials::CredentialError;
pub use clients::{
    AZURE_CLI_CLIENT_ID, DAEMON_CLIENT_ID, MANAGED_IDENTITY_CLIENT_ID, MANAGED_IDENTITY_PRINCIPAL_ID,
    STRANGER_CLIENT_ID, VSCODE_CLIENT_ID,
};
pub use graph::groups::names as groups;
pub use keys::KeyError;
pub use personas::{PERSONAS, Persona, Trouble};
pub use server::{BoundDevCloud, DevCloud};
pub use settings::{DevCloudSettings, ResourceCheck, StartError};
