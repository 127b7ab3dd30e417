//! What a sign-in leaves behind, for every token that comes of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::claims::ClaimsRequest;

/// A sign-in session. Codes and refresh tokens carry it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The claim `sid`, a GUID.
    #[serde(rename = "session")]
    pub(crate) id: String,
    /// The authentication contexts that the sign-in satisfied.
    #[serde(default)]
    pub(crate) contexts: Vec<String>,
    /// Whether the client said that it handles claims challenges.
    #[serde(default)]
    pub(crate) handles_challenges: bool,
}

impl Session {
    /// The session of somebody who signed in to answer this request.
    pub(crate) fn new(claims: &ClaimsRequest) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            contexts: claims.contexts(),
            handles_challenges: claims.handles_challenges,
        }
    }
}
