//! Access tokens and id tokens, with exactly the claims that Entra's v2.0 tokens have (Microsoft documentation,
//! "Access token claims reference" and "ID token claims reference").

mod verify;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) use verify::TokenFault;

use crate::addresses::{GRAPH_CLIENT_ID, GUEST_ISSUER, TENANT_ID};
use crate::clients::Application;
use crate::keys::{KeyError, SigningKey};
use crate::personas::{Persona, Trouble};
use crate::random;

/// How a client showed who it is, for the claim `azpacr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Not at all: a public client.
    None,
    Secret,
    Certificate,
    /// A token that somebody else issued and the app trusts.
    Federation,
}

impl Proof {
    fn azpacr(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
            Self::Certificate | Self::Federation => "2",
        }
    }
}

/// What a person's access token says, beyond what is random.
pub(crate) struct AccessToken<'a> {
    pub(crate) issuer: &'a str,
    /// The client id of the API that the token is for.
    pub(crate) audience: &'a str,
    /// The client that asked.
    pub(crate) azp: &'a str,
    pub(crate) proof: Proof,
    pub(crate) persona: &'a Persona,
    /// Short names, in the order of `scp`. Empty means no such claim.
    pub(crate) scopes: &'a [String],
    /// The authentication contexts that the sign-in satisfied. Empty means no such claim.
    pub(crate) contexts: &'a [String],
    /// Whether the client said that it handles claims challenges: `xms_cc`.
    pub(crate) handles_challenges: bool,
    /// The sign-in session, a GUID.
    pub(crate) session: &'a str,
    /// Seconds from now until `exp`; negative for a token that is over already.
    pub(crate) lifetime: i64,
}

impl AccessToken<'_> {
    pub(crate) fn claims(&self) -> Map<String, Value> {
        let (persona, audience) = (self.persona, self.audience);
        let mut claims = common(self.issuer, audience, persona.object_id, self.lifetime);
        claims.insert("sub".into(), json!(pairwise(audience, persona)));
        claims.insert("sid".into(), json!(self.session));
        claims.insert("azp".into(), json!(application_id(self.azp)));
        claims.insert("azpacr".into(), json!(self.proof.azpacr()));
        claims.insert("name".into(), json!(persona.display_name));
        claims.insert("preferred_username".into(), json!(persona.username));
        claims.insert("xms_ftd".into(), json!(random::opaque::<48>()));
        if !self.scopes.is_empty() {
            claims.insert("scp".into(), json!(self.scopes.join(" ")));
        }
        if !persona.roles.is_empty() {
            claims.insert("roles".into(), json!(persona.roles));
        }
        if !self.contexts.is_empty() {
            claims.insert("acrs".into(), json!(self.contexts));
        }
        if self.handles_challenges {
            claims.insert("xms_cc".into(), json!(["cp1"]));
        }
        match persona.trouble {
            Some(Trouble::Guest) => {
                claims.insert("idp".into(), json!(GUEST_ISSUER));
            }
            Some(Trouble::Overage) => {
                // The address is that of a service which is no more. It is in Entra's tokens all the same.
                let endpoint = format!(
                    "https://graph.windows.net/{TENANT_ID}/users/{}/getMemberObjects",
                    persona.object_id
                );
                claims.insert("_claim_names".into(), json!({ "groups": "src1" }));
                claims.insert("_claim_sources".into(), json!({ "src1": { "endpoint": endpoint } }));
            }
            _ => {}
        }
        claims
    }
}

/// What an app-only access token says: that of an app which acts for itself, or of a managed identity.
pub(crate) struct AppToken<'a> {
    pub(crate) issuer: &'a str,
    /// The client id of the API that the token is for.
    pub(crate) audience: &'a str,
    pub(crate) application: &'a Application,
    pub(crate) proof: Proof,
    /// The application permissions that the app has at that API. Empty means no such claim.
    pub(crate) roles: &'a [&'a str],
    /// Seconds from now until `exp`.
    pub(crate) lifetime: i64,
}

impl AppToken<'_> {
    pub(crate) fn claims(&self) -> Map<String, Value> {
        let object_id = self.application.object_id;
        let mut claims = common(self.issuer, self.audience, object_id, self.lifetime);
        claims.insert("sub".into(), json!(object_id));
        claims.insert("azp".into(), json!(self.application.client_id));
        claims.insert("azpacr".into(), json!(self.proof.azpacr()));
        claims.insert("idtyp".into(), json!("app"));
        if !self.roles.is_empty() {
            claims.insert("roles".into(), json!(self.roles));
        }
        if self.proof == Proof::Federation {
            // By this Entra knows a token that must not vouch for another app.
            claims.insert("xms_ficinfo".into(), json!(random::opaque::<24>()));
        }
        claims
    }
}

/// What an id token says.
pub(crate) struct IdToken<'a> {
    pub(crate) issuer: &'a str,
    /// The client that asked, which is whom an id token is for.
    pub(crate) client_id: &'a str,
    pub(crate) persona: &'a Persona,
    pub(crate) session: &'a str,
    pub(crate) nonce: Option<&'a str>,
    /// Whether the client asked for the `profile` scope.
    pub(crate) profile: bool,
    /// Whether the client asked for the `email` scope.
    pub(crate) email: bool,
}

impl IdToken<'_> {
    pub(crate) fn claims(&self) -> Map<String, Value> {
        let mut claims = common(self.issuer, self.client_id, self.persona.object_id, 3600);
        claims.insert("sub".into(), json!(pairwise(self.client_id, self.persona)));
        claims.insert("sid".into(), json!(self.session));
        if self.profile {
            claims.insert("name".into(), json!(self.persona.display_name));
            claims.insert("preferred_username".into(), json!(self.persona.username));
        }
        if self.email {
            claims.insert("email".into(), json!(self.persona.username));
        }
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".into(), json!(nonce));
        }
        claims
    }
}

fn common(issuer: &str, audience: &str, object_id: &str, lifetime: i64) -> Map<String, Value> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    // A token that ended in the past was also issued in the past: `iat` and `nbf` stay before `exp`.
    let issued = now.min(now.saturating_add(lifetime).saturating_sub(60));
    let mut claims = Map::new();
    claims.insert("aud".into(), json!(audience));
    claims.insert("iss".into(), json!(issuer));
    claims.insert("iat".into(), json!(issued));
    claims.insert("nbf".into(), json!(issued));
    claims.insert("exp".into(), json!(now.saturating_add(lifetime)));
    claims.insert("aio".into(), json!(random::opaque::<48>()));
    claims.insert("rh".into(), json!(format!("1.{}.", random::opaque::<36>())));
    claims.insert("oid".into(), json!(object_id));
    claims.insert("tid".into(), json!(TENANT_ID));
    claims.insert("uti".into(), json!(random::opaque::<16>()));
    claims.insert("ver".into(), json!("2.0"));
    claims
}

/// The pairwise `sub`: stable for one person at one app, different at another (OpenID Connect Core, section 8.1).
fn pairwise(audience: &str, persona: &Persona) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("{audience} {}", persona.object_id).as_bytes()))
}

/// `azp` is an application's GUID in every token of Entra, which doesn't know clients by the address of a metadata document. Such a
/// client gets one that is made of its address, and so the same each time.
fn application_id(client_id: &str) -> String {
    if Uuid::try_parse(client_id).is_ok() {
        return client_id.to_owned();
    }
    let address = digest(&SHA256, client_id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&address.as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// The header that Entra's v2.0 tokens have: these three members and no other.
pub(crate) fn header(kid: &str) -> Value {
    json!({ "typ": "JWT", "alg": "RS256", "kid": kid })
}

/// Signs claims as Entra would. A token for Graph has a `nonce` in its header, which tells whoever isn't Graph that
/// the token is none of their business.
pub(crate) fn sign(key: &SigningKey, claims: Map<String, Value>) -> Result<String, KeyError> {
    let mut header = header(key.kid());
    if claims.get("aud").is_some_and(|audience| audience == GRAPH_CLIENT_ID) {
        header["nonce"] = json!(random::opaque::<32>());
    }
    key.sign(&header, &Value::Object(claims))
}

/// Applies a JSON merge patch (RFC 7396) to an object: members replace, null removes, objects merge.
pub(crate) fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (value, target.get_mut(name)) {
            (Value::Null, _) => {
                target.remove(name);
            }
            (Value::Object(patch), Some(Value::Object(target))) => merge(target, patch),
            (Value::Object(patch), _) => {
                let mut fresh = Map::new();
                merge(&mut fresh, patch);
                target.insert(name.clone(), Value::Object(fresh));
            }
            (value, _) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}
