//! Microsoft Entra ID: bearer tokens in, verified callers out.
//!
//! What comes in: the headers of a request, and the operator's [`VerifierSettings`]. What goes out: a [`Caller`], who
//! is a user or an application of the configured tenant, or a [`Rejection`] with two faces: [`Answer`], what the client
//! is told, which is the same for every bad token, and [`Reason`], what the operator reads in the log, which is exact.
//!
//! The way of a token:
//!
//! ```text
//! Authorization header ── Credentials::from_headers ──► BearerToken
//!   └ Verifier::verify
//!       ├ seen before? SHA-256 of the token, not past `exp`, its key still published ─────────► Caller
//!       ├ three base64url segments, alg RS256, a kid, nothing critical            (cheap, trusts nothing)
//!       ├ the key of that kid from the tenant's JWKS                              (jwks)
//!       ├ the signature
//!       └ time, issuer, tenant, audience, version, kind, permission, client       (only now are claims believed)
//! ```
//!
//! Also here, because it answers for the same door: [`ProtectedResource`], the metadata of RFC 9728 and the
//! `WWW-Authenticate` challenges which send a client to Entra.
//!
//! What this room never does: it believes nothing of a token before its signature is verified, contacts no address that
//! a token names, logs nothing of a token but `uti`, `tid`, `oid` and `azp`, and makes no [`Caller`] in any other way
//! than by verification (the feature `testing` apart, which no binary enables).

#![forbid(unsafe_code)]

mod bearer;
mod cache;
mod caller;
mod claims;
mod clock;
mod http_client;
mod jwks;
mod jws;
mod metadata;
mod rejection;
mod settings;
mod verifier;

pub use bearer::{BearerToken, Credentials, MAX_TOKEN_BYTES, MalformedCredentials};
#[cfg(feature = "testing")]
pub use caller::CallerBuilder;
pub use caller::{Caller, CallerKind, UserKey};
pub use clock::{Clock, Sleep, SystemClock};
pub use http_client::http_client;
pub use jwks::KeyStatus;
pub use metadata::{Challenge, MetadataError, ProtectedResource};
pub use rejection::{Answer, Hint, Quoted, Reason, Rejection};
pub use settings::{SettingsError, VerifierSettings};
pub use verifier::{RefreshTask, Verifier};
