//! The inside of a token whose signature was verified: which claims make a [`Caller`].
//!
//! The rules are those of "Access token claims reference" and "Secure applications and APIs by validating claims" of the
//! Microsoft identity platform, in the order: time, issuer, tenant, audience, version, kind and permission, client,
//! proof of possession.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{Caller, CallerKind, Hint, Quoted, Reason, UserKey, VerifierSettings, jws::is_present, settings::guid};

/// Microsoft Graph's application id, the same in every tenant.
const GRAPH_CLIENT_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Graph's addresses in the clouds that Microsoft runs.
const GRAPH_ADDRESSES: [&str; 4] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
];

/// The issuer of v1.0 tokens begins so.
const VERSION_ONE_ISSUER: &str = "https://sts.windows.net/";

/// NumericDates above this are not times (RFC 7519 §2 leaves the range open): 2^53, exact in every JSON library.
const MAX_NUMERIC_DATE: u64 = 1 << 53;

/// The longest `uti` that is kept. Entra's have 22 characters.
const MAX_TOKEN_ID_BYTES: usize = 64;

/// The claims that are read. All else is skipped, the claim `scope` too, which is not Entra's and could contradict
/// `scp`; so are `groups`, `_claim_names` and `_claim_sources`: group membership is Graph's to tell.
///
/// Claims are loosely typed here, so that a wrong type is reported by name. A claim that appears twice is an error of
/// the whole.
#[derive(Deserialize)]
pub(crate) struct Claims {
    exp: Option<Value>,
    nbf: Option<Value>,
    iat: Option<Value>,
    iss: Option<Value>,
    tid: Option<Value>,
    aud: Option<Value>,
    ver: Option<Value>,
    idtyp: Option<Value>,
    scp: Option<Value>,
    roles: Option<Value>,
    oid: Option<Value>,
    azp: Option<Value>,
    uti: Option<Value>,
    name: Option<Value>,
    preferred_username: Option<Value>,
    xms_cc: Option<Value>,
    #[serde(default, deserialize_with = "is_present")]
    cnf: bool,
}

impl Claims {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Reason> {
        serde_json::from_slice(payload).map_err(|_| Reason::Claims)
    }

    /// The token's identifier, if it looks like one.
    pub(crate) fn token_id(&self) -> Option<String> {
        let is_sane = |uti: &&str| {
            (1..=MAX_TOKEN_ID_BYTES).contains(&uti.len())
                && uti.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        text(self.uti.as_ref()).filter(is_sane).map(str::to_owned)
    }

    /// Applies every rule. `key_serves_issuer` says whether the key that verified the token is published for an issuer.
    pub(crate) fn judge(
        &self,
        settings: &VerifierSettings,
        now: u64,
        key_serves_issuer: impl FnOnce(&str) -> bool,
    ) -> Result<Caller, Reason> {
        let expires_at = self.check_time(now, settings.clock_skew.as_secs())?;
        self.check_issuer(settings)?;
        if !key_serves_issuer(&settings.issuer) {
            return Err(Reason::KeyIssuer {
                expected: settings.issuer.clone(),
            });
        }
        self.check_tenant(settings)?;
        self.check_audience(settings)?;
        if text(self.ver.as_ref()) != Some("2.0") {
            return Err(Reason::Version);
        }

        let client = match &self.azp {
            None => return Err(Reason::NotAnAccessToken),
            Some(azp) => azp.as_str().and_then(guid).ok_or(Reason::ClaimMalformed("azp"))?,
        };
        let scopes = self.scopes()?;
        let roles = self.roles()?;
        let kind = self.kind()?;
        match kind {
            CallerKind::User => check_user(settings, scopes.as_deref(), &roles, client)?,
            CallerKind::Application => check_application(settings, scopes.is_some(), &roles, client)?,
        }
        let object = match &self.oid {
            None => return Err(Reason::ClaimMissing("oid")),
            Some(oid) => oid.as_str().and_then(guid).ok_or(Reason::ClaimMalformed("oid"))?,
        };

        let is_allowed = |allowed: &String| guid(allowed) == Some(client);
        if !settings.allowed_clients.is_empty() && !settings.allowed_clients.iter().any(is_allowed) {
            return Err(Reason::ClientNotAllowed { client });
        }
        if self.cnf {
            return Err(Reason::SenderConstrained);
        }

        Ok(Caller {
            kind,
            key: UserKey::new(settings.tenant_id, object),
            tenant_id: settings.tenant_id.to_string().into(),
            object_id: object.to_string().into(),
            display_name: text(self.name.as_ref()).map(str::to_owned),
            username: text(self.preferred_username.as_ref()).map(str::to_owned),
            roles,
            scopes: scopes.unwrap_or_default(),
            client_id: client.to_string().into(),
            token_id: self.token_id(),
            issued_at: self.iat.as_ref().and_then(numeric_date).unwrap_or_default(),
            expires_at,
            announces_claims_challenges: self.announces_claims_challenges(),
        })
    }

    fn check_time(&self, now: u64, skew: u64) -> Result<u64, Reason> {
        let expires_at = match &self.exp {
            None => return Err(Reason::ClaimMissing("exp")),
            Some(exp) => numeric_date(exp).ok_or(Reason::ClaimMalformed("exp"))?,
        };
        // "The current date/time MUST be before the expiration date/time" (RFC 7519 §4.1.4): at `exp` it is over.
        if now >= expires_at.saturating_add(skew) {
            return Err(Reason::Expired {
                seconds_ago: now - expires_at,
            });
        }
        for (claim, value) in [("nbf", &self.nbf), ("iat", &self.iat)] {
            if let Some(value) = value {
                let from = numeric_date(value).ok_or(Reason::ClaimMalformed(claim))?;
                if from > now.saturating_add(skew) {
                    return Err(Reason::NotYetValid {
                        claim,
                        seconds_ahead: from - now,
                    });
                }
            }
        }
        Ok(expires_at)
    }

    fn check_issuer(&self, settings: &VerifierSettings) -> Result<(), Reason> {
        let actual = text(self.iss.as_ref());
        if actual == Some(settings.issuer.as_str()) {
            return Ok(());
        }
        Err(Reason::Issuer {
            expected: settings.issuer.clone(),
            actual: Quoted::new(actual),
            hint: self.hint(settings),
        })
    }

    fn check_tenant(&self, settings: &VerifierSettings) -> Result<(), Reason> {
        let actual = text(self.tid.as_ref());
        if actual.and_then(guid) == Some(settings.tenant_id) {
            return Ok(());
        }
        Err(Reason::Tenant {
            expected: settings.tenant_id,
            actual: Quoted::new(actual),
        })
    }

    fn check_audience(&self, settings: &VerifierSettings) -> Result<(), Reason> {
        let actual = self.sole_audience();
        if actual.and_then(guid) == Some(settings.client_id) {
            return Ok(());
        }
        Err(Reason::Audience {
            expected: settings.client_id,
            actual: Quoted::new(actual),
            hint: self.hint(settings),
        })
    }

    /// `aud`, a string or an array of exactly one (RFC 7519 §4.1.3). A token for us and somebody else is as good in
    /// somebody else's hands, so it is not accepted.
    fn sole_audience(&self) -> Option<&str> {
        match self.aud.as_ref()? {
            Value::String(audience) => Some(audience),
            Value::Array(audiences) => match audiences.as_slice() {
                [Value::String(audience)] => Some(audience),
                _ => None,
            },
            _ => None,
        }
    }

    /// `idtyp` if it is there, and otherwise a user: without an optional claim Entra marks app-only tokens and no
    /// others. Never told by `roles`, which both kinds carry.
    fn kind(&self) -> Result<CallerKind, Reason> {
        match &self.idtyp {
            None => Ok(CallerKind::User),
            Some(Value::String(kind)) if kind == "user" => Ok(CallerKind::User),
            Some(Value::String(kind)) if kind == "app" => Ok(CallerKind::Application),
            Some(_) => Err(Reason::IdentityType),
        }
    }

    fn scopes(&self) -> Result<Option<Vec<String>>, Reason> {
        match &self.scp {
            None => Ok(None),
            Some(Value::String(scopes)) => Ok(Some(scopes.split_ascii_whitespace().map(str::to_owned).collect())),
            Some(_) => Err(Reason::ClaimMalformed("scp")),
        }
    }

    fn roles(&self) -> Result<Vec<String>, Reason> {
        match &self.roles {
            None => Ok(Vec::new()),
            Some(Value::Array(roles)) => roles
                .iter()
                .map(|role| role.as_str().map(str::to_owned).ok_or(Reason::ClaimMalformed("roles")))
                .collect(),
            Some(_) => Err(Reason::ClaimMalformed("roles")),
        }
    }

    /// `xms_cc` holds the client's capabilities; `cp1` is the one that there is. What can't be read announces nothing.
    fn announces_claims_challenges(&self) -> bool {
        let capabilities = self.xms_cc.as_ref().and_then(Value::as_array);
        capabilities.is_some_and(|capabilities| capabilities.iter().any(|capability| capability == "cp1"))
    }

    /// The common mistake that these claims show. Also asked of claims whose signature was not verified; what comes out
    /// is then a guess for the log and nothing else.
    pub(crate) fn hint(&self, settings: &VerifierSettings) -> Option<Hint> {
        let audience = self.sole_audience().unwrap_or_default();
        let issuer = text(self.iss.as_ref()).unwrap_or_default();
        if audience == GRAPH_CLIENT_ID || GRAPH_ADDRESSES.contains(&audience.trim_end_matches('/')) {
            Some(Hint::GraphToken)
        } else if text(self.ver.as_ref()) == Some("1.0") || issuer.starts_with(VERSION_ONE_ISSUER) {
            Some(Hint::VersionOne)
        } else if audience.starts_with("api://") {
            Some(Hint::AppIdUri)
        } else if text(self.tid.as_ref())
            .and_then(guid)
            .is_some_and(|tenant| tenant != settings.tenant_id)
        {
            Some(Hint::OtherTenant)
        } else {
            None
        }
    }
}

fn check_user(
    settings: &VerifierSettings,
    scopes: Option<&[String]>,
    roles: &[String],
    client: Uuid,
) -> Result<(), Reason> {
    match scopes {
        Some(scopes) if scopes.contains(&settings.required_scope) => Ok(()),
        None if roles.is_empty() => Err(Reason::NoPermission { client }),
        _ => Err(Reason::ScopeMissing {
            required: settings.required_scope.clone(),
            client,
        }),
    }
}

fn check_application(
    settings: &VerifierSettings,
    has_scope: bool,
    roles: &[String],
    client: Uuid,
) -> Result<(), Reason> {
    if has_scope {
        return Err(Reason::ScopeInAppOnlyToken);
    }
    if settings.application_roles.is_empty() {
        return Err(Reason::AppOnlyNotEnabled { client });
    }
    if !settings.application_roles.iter().any(|role| roles.contains(role)) {
        return Err(Reason::ApplicationRoleMissing { client });
    }
    Ok(())
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

/// A NumericDate in whole seconds; a fraction, which RFC 7519 §2 allows, is dropped.
fn numeric_date(value: &Value) -> Option<u64> {
    let seconds = match (value.as_u64(), value.as_f64()) {
        (Some(seconds), _) => seconds,
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Positive, and bounded on the next line.
        (None, Some(seconds)) if seconds >= 0.0 => seconds as u64,
        _ => return None,
    };
    (seconds <= MAX_NUMERIC_DATE).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numeric_dates_are_numbers_and_not_negative() {
        assert_eq!(numeric_date(&json!(1_796_000_000)), Some(1_796_000_000));
        assert_eq!(numeric_date(&json!(1_796_000_000.9)), Some(1_796_000_000));
        for value in [
            json!("1796000000"),
            json!(-1),
            json!(-0.5),
            json!(1e300),
            json!(null),
            json!([1]),
        ] {
            assert_eq!(numeric_date(&value), None, "{value}");
        }
    }
}
