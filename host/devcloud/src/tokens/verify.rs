//! Whether a token is one of this cloud's, as the APIs here and the on-behalf-of exchange must know.

use jsonwebtoken::Algorithm;
use time::OffsetDateTime;

use crate::cloud::Cloud;
use crate::jwt::Jwt;

/// How far a token's beginning may lie ahead, in seconds: what Microsoft's libraries allow for clocks that differ.
const SKEW: f64 = 300.0;

/// Why a token isn't accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenFault {
    #[error("it is no JSON Web Token")]
    Malformed,
    #[error("it isn't signed by a key of this cloud with RS256, or not for this tenant")]
    Signature,
    #[error("it is over, or not valid yet")]
    Expired,
    #[error("it is for {0}")]
    Audience(String),
}

impl Cloud {
    /// Checks a token of this cloud: signature, issuer, tenant, dates, audience. Signatures of keys that were withdrawn
    /// from the key document still count, as they do with Entra; those of dropped keys don't.
    pub(crate) fn verify_access_token(&self, token: &str, audience: &str) -> Result<Jwt, TokenFault> {
        let jwt = Jwt::parse(token).ok_or(TokenFault::Malformed)?;
        let key = {
            let state = self.state();
            let key = jwt.header_text("kid").and_then(|kid| state.keys.find(kid));
            key.map(|key| key.verifying_key())
        };
        let signed = key.is_some_and(|key| jwt.signed_by(&key, Algorithm::RS256));
        let ours =
            jwt.text("iss") == Some(&self.addresses.issuer()) && jwt.text("tid") == Some(self.addresses.tenant_id());
        if !signed || jwt.header_text("alg") != Some("RS256") || !ours {
            return Err(TokenFault::Signature);
        }
        let now = OffsetDateTime::now_utc().unix_timestamp() as f64;
        if jwt.date("exp").is_none_or(|end| end <= now) || jwt.date("nbf").is_some_and(|start| start > now + SKEW) {
            return Err(TokenFault::Expired);
        }
        match jwt.text("aud") {
            Some(of) if of == audience => Ok(jwt),
            of => Err(TokenFault::Audience(of.unwrap_or_default().to_owned())),
        }
    }
}
