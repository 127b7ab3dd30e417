//! The JWK set (RFC 7517 §5) as Entra publishes it, and the key that is made from an entry.

use std::{
    collections::HashSet,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// The most keys that are kept. Entra publishes fewer than ten.
const MAX_KEYS: usize = 100;

/// Sizes of an RSA modulus in bytes that are accepted: RFC 7518 §3.3 wants 2048 bits, and more than 8192 costs too much.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// One of the tenant's keys. Shared by the key set and by the cache of verified tokens, so that both lose it at once.
pub(crate) struct SigningKey {
    kid: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    issuer: Option<String>,
    decoding: DecodingKey,
    /// Milliseconds on the host's monotonic clock; 0 before confirmation and after retirement.
    usable_until: AtomicU64,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Value>,
}

/// The members that are read of an entry. `alg` need not be there: Entra leaves it out.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    key_use: String,
    alg: Option<String>,
    kid: String,
    n: String,
    e: String,
    issuer: Option<String>,
}

/// The RSA signing keys of a set. Other kinds of keys and entries that can't be read are passed over, as RFC 7517 §5
/// says; of two with one `kid` the first counts.
pub(super) fn signing_keys(body: &[u8]) -> Result<Vec<SigningKey>, serde_json::Error> {
    let set: JwkSet = serde_json::from_slice(body)?;
    let mut kids = HashSet::new();
    let keys: Vec<SigningKey> = set
        .keys
        .into_iter()
        .filter_map(SigningKey::from_entry)
        .filter(|key| kids.insert(key.kid.clone()))
        .take(MAX_KEYS)
        .collect();
    Ok(keys)
}

impl SigningKey {
    fn from_entry(entry: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(entry).ok()?;
        let is_signing_key = jwk.kty == "RSA" && jwk.key_use == "sig" && jwk.alg.is_none_or(|alg| alg == "RS256");
        if !is_signing_key || jwk.kid.is_empty() {
            return None;
        }
        let modulus = URL_SAFE_NO_PAD.decode(&jwk.n).ok()?;
        let exponent = URL_SAFE_NO_PAD.decode(&jwk.e).ok()?;
        if !MODULUS_BYTES.contains(&modulus.len()) || exponent.is_empty() {
            return None;
        }
        let decoding = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
        Some(Self {
            kid: jwk.kid,
            modulus,
            exponent,
            issuer: jwk.issuer,
            decoding,
            usable_until: AtomicU64::new(0),
        })
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// Whether tokens of `issuer` may be signed by this key. A key without an `issuer` member serves any; `{tenantid}`
    /// in it stands for the tenant.
    pub(crate) fn serves(&self, issuer: &str, tenant: Uuid) -> bool {
        self.issuer
            .as_ref()
            .is_none_or(|own| own.replace("{tenantid}", &tenant.to_string()) == issuer)
    }

    /// Whether it was published recently enough to believe it, and still is as far as is known.
    pub(crate) fn is_usable(&self, now: Duration) -> bool {
        milliseconds(now) < self.usable_until.load(Ordering::Acquire)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kid == other.kid
            && self.modulus == other.modulus
            && self.exponent == other.exponent
            && self.issuer == other.issuer
    }

    pub(super) fn confirm(&self, until: Duration) {
        self.usable_until.store(milliseconds(until), Ordering::Release);
    }

    pub(super) fn retire(&self) {
        self.usable_until.store(0, Ordering::Release);
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(kid: &str) -> Value {
        json!({"kty": "RSA", "use": "sig", "kid": kid, "n": URL_SAFE_NO_PAD.encode([0xC1; 256]), "e": "AQAB"})
    }

    fn with(mut entry: Value, member: &str, value: Value) -> Value {
        entry[member] = value;
        entry
    }

    fn kids(entries: Vec<Value>) -> Vec<String> {
        let body = json!({"keys": entries, "extra": true}).to_string();
        signing_keys(body.as_bytes())
            .unwrap()
            .into_iter()
            .map(|key| key.kid)
            .collect()
    }

    #[test]
    fn unknown_kinds_and_broken_entries_are_passed_over() {
        let entries = vec![
            json!("not an object"),
            json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "ec", "x": "AA", "y": "AA"}),
            json!({"kty": "oct", "kid": "hmac", "k": "AA"}),
            with(entry("enc"), "use", json!("enc")),
            with(entry("pss"), "alg", json!("PS256")),
            with(entry("short"), "n", json!(URL_SAFE_NO_PAD.encode([0xC1; 128]))),
            with(entry("long"), "n", json!(URL_SAFE_NO_PAD.encode([0xC1; 2048]))),
            with(entry("bad"), "n", json!("***")),
            entry("good"),
        ];
        assert_eq!(kids(entries), ["good"]);
    }

    #[test]
    fn no_alg_member_is_needed_and_rs256_is_accepted() {
        assert_eq!(
            kids(vec![entry("a"), with(entry("b"), "alg", json!("RS256"))]),
            ["a", "b"]
        );
    }

    #[test]
    fn of_two_keys_with_one_kid_the_first_counts() {
        let other = with(entry("a"), "n", json!(URL_SAFE_NO_PAD.encode([0xC3; 256])));
        let body = json!({"keys": [entry("a"), other]}).to_string();
        let keys = signing_keys(body.as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].modulus, [0xC1; 256]);
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        assert_eq!(
            kids((0..MAX_KEYS + 50).map(|index| entry(&format!("k{index}"))).collect()).len(),
            MAX_KEYS
        );
    }

    #[test]
    fn errors_when_the_body_is_not_a_jwk_set() {
        for body in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(signing_keys(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn a_key_serves_the_issuer_that_it_names_after_the_tenant_is_put_in() {
        let tenant: Uuid = "11111111-1111-4111-8111-111111111111".parse().unwrap();
        let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let serves = |own: Option<&str>| {
            let entry = own.map_or_else(|| entry("a"), |own| with(entry("a"), "issuer", json!(own)));
            SigningKey::from_entry(entry).unwrap().serves(&issuer, tenant)
        };
        assert!(serves(None));
        assert!(serves(Some(&issuer)));
        assert!(serves(Some("https://login.microsoftonline.com/{tenantid}/v2.0")));
        assert!(!serves(Some(
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"
        )));
    }
}
