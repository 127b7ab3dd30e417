//! Microsoft Entra ID: bearer tokens in, verified callers out; and callers in, downstream tokens out.
//!
//! **In.** From the headers of a request and the operator's [`VerifierSettings`] comes a [`SignedIn`]: a [`Caller`], who
//! is a user or an application of the configured tenant, together with the token that proved it. Or a [`Rejection`] with
//! two faces: [`Answer`], what the client is told, which is the same for every bad token, and [`Reason`], what the
//! operator reads in the log, which is exact.
//!
//! ```text
//! Authorization header ── Credentials::from_headers ──► BearerToken
//!   └ Verifier::verify
//!       ├ seen before? SHA-256 of the token, not past `exp`, its key still published ─────────► SignedIn
//!       ├ three base64url segments, alg RS256, a kid, nothing critical            (cheap, trusts nothing)
//!       ├ the key of that kid from the tenant's JWKS                              (jwks)
//!       ├ the signature
//!       └ time, issuer, tenant, audience, version, kind, permission, client       (only now are claims believed)
//! ```
//!
//! **Out.** [`OnBehalfOf`] exchanges the token of a [`SignedIn`] for a [`DownstreamToken`], which can be attached to a
//! request to one API and not be read. The host proves itself to Entra by its [`ClientCredential`]. A failure is an
//! [`ExchangeError`] for three readers: its [`Remedy`] says what the person can do, its [`OperatorNote`] what it means and
//! how to fix it ([`aadsts`] explains Entra's numbers), and [`ExchangeError::is_transient`] whether to try again.
//!
//! ```text
//! SignedIn, DownstreamScope ── OnBehalfOf::token ──► DownstreamToken     kept while both tokens are good (on_behalf_of)
//!   └ ClientCredential       a secret, a certificate, a managed or a workload identity             (credential)
//! ```
//!
//! A [`Cloud`] chooses authority, Graph and audiences together. Also here, because it answers for the same door:
//! [`ProtectedResource`], the metadata of RFC 9728 and the `WWW-Authenticate` challenges which send a client to Entra.
//!
//! What this room never does: it believes nothing of a token before its signature is verified, contacts no address that
//! a token names, logs nothing of a token but `uti`, `tid`, `oid` and `azp`, asks for no refresh token, writes no token
//! anywhere, shows nobody the texts of Entra's errors, and makes no [`Caller`] in any other way than by verification
//! (the feature `testing` apart, which no binary enables).

#![forbid(unsafe_code)]

pub mod aadsts;

mod bearer;
mod cache;
mod caller;
mod challenges;
mod claims;
mod claims_challenge;
mod clock;
mod cloud;
mod credential;
mod downstream_token;
mod http_client;
mod jwks;
mod jws;
mod metadata;
mod on_behalf_of;
mod operator_note;
mod rejection;
mod scope;
mod settings;
mod signed_in;
mod verifier;

pub use bearer::{BearerToken, Credentials, MAX_TOKEN_BYTES, MalformedCredentials};
#[cfg(feature = "testing")]
pub use caller::CallerBuilder;
pub use caller::{Caller, CallerKind, UserKey};
pub use claims_challenge::{ClaimsChallenge, NotAClaimsRequest};
pub use clock::{Clock, Sleep, SystemClock};
pub use cloud::{Cloud, LoopbackAuthority, NotLoopback};
pub use credential::{
    CertificateFileProblem, CertificateSettings, ClientCredential, CredentialDescription, CredentialError,
    CredentialProbe, Environment, FederatedSubject, ManagedIdentity,
};
pub use downstream_token::DownstreamToken;
pub use http_client::http_client;
pub use jwks::KeyStatus;
pub use metadata::{Challenge, MetadataError, ProtectedResource, bearer_challenge};
pub use on_behalf_of::{ExchangeError, OnBehalfOf, OnBehalfOfSettings, Remedy};
pub use operator_note::OperatorNote;
pub use rejection::{Answer, Hint, Quoted, Reason, Rejection};
pub use scope::{DownstreamScope, ScopeError};
pub use settings::{SettingsError, VerifierSettings};
pub use signed_in::{Assertion, SignedIn};
pub use verifier::{RefreshTask, Verifier};
