//! The token endpoint's answer to a grant that was found good.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::internal;
use crate::addresses::TENANT_ID;
use crate::clients::Client;
use crate::cloud::Cloud;
use crate::oauth::errors::EntraError;
use crate::oauth::refresh::{self, RefreshGrant};
use crate::oauth::scopes::{Audience, ScopeRequest};
use crate::oauth::session::Session;
use crate::personas::Persona;
use crate::random;
use crate::tokens::{self, AccessToken, IdToken, Proof};

/// From this lifetime on, in seconds, an answer says when the token should be renewed.
const LONG: i64 = 7200;

/// A person's grant that was found good.
pub(super) struct Answer<'a> {
    pub(super) client: &'a Client,
    pub(super) proof: Proof,
    pub(super) persona: &'static Persona,
    pub(super) scopes: &'a ScopeRequest,
    /// What a refresh token is to stand for; `None`: there is none.
    pub(super) refreshable: Option<&'a str>,
    pub(super) session: &'a Session,
    pub(super) nonce: Option<&'a str>,
    pub(super) client_info: bool,
}

impl Answer<'_> {
    /// The successful answer, in Entra's shape.
    pub(super) fn issue(&self, cloud: &Cloud) -> Result<Value, EntraError> {
        let issuer = cloud.addresses.issuer();
        // Only Graph calls a long-lived token back.
        let long = self.session.handles_challenges && self.scopes.audience == Audience::Graph;
        let lifetime = if long {
            random::long_lifetime()
        } else {
            random::lifetime()
        };
        let granted = self.scopes.granted(self.persona, self.client);
        let claims = AccessToken {
            issuer: &issuer,
            audience: self.scopes.audience.client_id(),
            azp: &self.client.id,
            proof: self.proof,
            persona: self.persona,
            scopes: &granted,
            contexts: &self.session.contexts,
            handles_challenges: self.session.handles_challenges,
            session: &self.session.id,
            lifetime,
        }
        .claims();
        let state = cloud.state();
        let key = state.keys.signing();
        let mut answer = json!({
            "token_type": "Bearer",
            "scope": self.scopes.granted_in_full(self.persona, self.client, &cloud.addresses),
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": cloud.issued.keep(tokens::sign(key, claims).map_err(internal)?),
        });
        if lifetime >= LONG {
            answer["refresh_in"] = json!(lifetime / 2);
        }
        if let Some(scope) = self.refreshable {
            let grant = RefreshGrant {
                client_id: self.client.id.clone(),
                persona: self.persona.name.to_owned(),
                scope: scope.to_owned(),
                session: self.session.clone(),
            };
            let now = OffsetDateTime::now_utc().unix_timestamp();
            answer["refresh_token"] = json!(cloud.issued.keep(refresh::seal(&state.refresh_key, grant, now)));
        }
        if self.scopes.openid {
            let id_token = IdToken {
                issuer: &issuer,
                client_id: &self.client.id,
                persona: self.persona,
                session: &self.session.id,
                nonce: self.nonce,
                profile: self.scopes.profile,
                email: self.scopes.email,
            };
            answer["id_token"] = json!(
                cloud
                    .issued
                    .keep(tokens::sign(key, id_token.claims()).map_err(internal)?)
            );
        }
        if self.client_info {
            let info = json!({ "uid": self.persona.object_id, "utid": TENANT_ID });
            answer["client_info"] = json!(URL_SAFE_NO_PAD.encode(info.to_string()));
        }
        Ok(answer)
    }
}
