//! Who agreed to the API's app acting for them elsewhere: `POST /dev/consent`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlError, persona};
use crate::cloud::Cloud;
use crate::consent::DOWNSTREAM;
use crate::oauth::scopes::Audience;
use crate::personas::PERSONAS;

/// Consent to grant or to withdraw.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    granted: bool,
    /// Whose; absent: everybody's.
    persona: Option<String>,
    /// For which API, `graph` or `ledger`; absent: both.
    resource: Option<Resource>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Resource {
    Graph,
    Ledger,
}

/// `POST /dev/consent`.
pub(super) fn change(cloud: &Cloud, request: Request) -> Result<Value, ControlError> {
    let only = request.persona.map(persona).transpose()?;
    let audience = request.resource.map(|resource| match resource {
        Resource::Graph => Audience::Graph,
        Resource::Ledger => Audience::Ledger,
    });
    let meant = |persona: &&crate::Persona| only.is_none_or(|only| only.name == persona.name);
    for persona in PERSONAS.iter().filter(meant) {
        for of in DOWNSTREAM {
            if audience.is_none_or(|audience| audience == of) {
                cloud.consents.set(persona, of, request.granted);
            }
        }
    }
    Ok(json!({ "granted": request.granted }))
}
