//! Access tokens and id tokens, with exactly the claims that Entra's v2.0 tokens have (Microsoft documentation,
//! "Access token claims reference" and "ID token claims reference").

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::addresses::TENANT_ID;
use crate::keys::{KeyError, SigningKey};
use crate::personas::Persona;
use crate::random;

/// What an access token says, beyond what is random.
pub(crate) struct AccessToken<'a> {
    pub(crate) issuer: &'a str,
    /// The client id of the API that the token is for.
    pub(crate) audience: &'a str,
    /// The client that asked.
    pub(crate) azp: &'a str,
    /// Whether that client proved who it is.
    pub(crate) confidential: bool,
    pub(crate) persona: &'a Persona,
    /// Short names, in the order of `scp`. Empty means no such claim.
    pub(crate) scopes: &'a [String],
    /// The sign-in session, a GUID.
    pub(crate) session: &'a str,
    /// Seconds from now until `exp`; negative for a token that is over already.
    pub(crate) lifetime: i64,
}

impl AccessToken<'_> {
    pub(crate) fn claims(&self) -> Map<String, Value> {
        let mut claims = common(self.issuer, self.audience, self.persona, self.session, self.lifetime);
        claims.insert("azp".into(), json!(application_id(self.azp)));
        // 0: a public client, 1: a client secret.
        claims.insert("azpacr".into(), json!(if self.confidential { "1" } else { "0" }));
        claims.insert("name".into(), json!(self.persona.display_name));
        claims.insert("preferred_username".into(), json!(self.persona.username));
        claims.insert("xms_ftd".into(), json!(random::opaque::<48>()));
        if !self.scopes.is_empty() {
            claims.insert("scp".into(), json!(self.scopes.join(" ")));
        }
        if !self.persona.roles.is_empty() {
            claims.insert("roles".into(), json!(self.persona.roles));
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
        let mut claims = common(self.issuer, self.client_id, self.persona, self.session, 3600);
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

fn common(issuer: &str, audience: &str, persona: &Persona, session: &str, lifetime: i64) -> Map<String, Value> {
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
    claims.insert("oid".into(), json!(persona.object_id));
    claims.insert("sub".into(), json!(pairwise(audience, persona)));
    claims.insert("sid".into(), json!(session));
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

/// Signs claims as Entra would.
pub(crate) fn sign(key: &SigningKey, claims: Map<String, Value>) -> Result<String, KeyError> {
    key.sign(&header(key.kid()), &Value::Object(claims))
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
