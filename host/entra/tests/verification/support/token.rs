use std::sync::OnceLock;

use aws_lc_rs::{
    encoding::AsDer,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::{ALICE, API, CLIENT, ISSUER, TENANT, clock::START};

/// An RSA key with a name.
pub(crate) struct Key {
    kid: &'static str,
    pair: RsaKeyPair,
}

/// The tenant's key.
pub(crate) fn signing_key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::generate("JYhAcTPMZ_LX6DBlOWQ7Hn0NeXE"))
}

/// Another key of the tenant.
pub(crate) fn second_key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::generate("second-Z_LX6DBlOWQ7Hn0NeXE"))
}

/// A key that the tenant never publishes.
pub(crate) fn rogue_key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::generate("rogue-PMZ_LX6DBlOWQ7Hn0NeXE"))
}

impl Key {
    fn generate(kid: &'static str) -> Self {
        Self {
            kid,
            pair: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    pub(crate) fn kid(&self) -> &'static str {
        self.kid
    }

    /// As Entra publishes it: no `alg`, and members that nobody asked for.
    pub(crate) fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
            "cloud_instance_name": "microsoftonline.com",
            "issuer": ISSUER,
        })
    }

    pub(crate) fn public_pem(&self) -> String {
        let encoded = STANDARD.encode(self.pair.public_key().as_der().unwrap().as_ref());
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(64)
            .map(|line| str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    pub(crate) fn modulus(&self) -> Vec<u8> {
        self.pair
            .public_key()
            .modulus()
            .big_endian_without_leading_zero()
            .to_vec()
    }

    fn sign(&self, encoding: &'static dyn RsaEncoding, message: &str) -> String {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .unwrap();
        URL_SAFE_NO_PAD.encode(signature)
    }
}

/// A token in the making: the header and the claims that Entra would issue, to be changed.
#[derive(Clone)]
pub(crate) struct Token {
    header: Value,
    claims: Value,
}

impl Token {
    /// Alice's, good for an hour.
    pub(crate) fn user() -> Self {
        Self {
            header: json!({ "typ": "JWT", "alg": "RS256", "kid": signing_key().kid() }),
            claims: json!({
                "aud": API, "iss": ISSUER, "iat": START, "nbf": START, "exp": START + 3600,
                "aio": "opaque", "rh": "opaque", "xms_ftd": "opaque", "azp": CLIENT, "azpacr": "0",
                "name": "Alice", "preferred_username": "alice@contoso.example", "oid": ALICE, "tid": TENANT,
                "sub": "pYq1pairwise", "sid": "0e0e0e0e-0000-4000-8000-000000000009",
                "scp": "user_impersonation", "uti": "3f2AbC-token_id", "ver": "2.0",
            }),
        }
    }

    /// An application's, with a role.
    pub(crate) fn application() -> Self {
        Self::user()
            .without("scp")
            .without("name")
            .without("preferred_username")
            .with("idtyp", json!("app"))
            .with("roles", json!(["Expenses.Read.All"]))
            .with("azp", json!("cccccccc-bbbb-4ccc-8ddd-eeeeeeeeeeee"))
            .with("sub", json!(ALICE))
    }

    pub(crate) fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims[claim] = value;
        self
    }

    pub(crate) fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(claim);
        self
    }

    pub(crate) fn with_header(mut self, member: &str, value: Value) -> Self {
        self.header[member] = value;
        self
    }

    pub(crate) fn without_header(mut self, member: &str) -> Self {
        self.header.as_object_mut().unwrap().remove(member);
        self
    }

    /// Expires after so many seconds, or so many ago if negative; an hour old then.
    pub(crate) fn expiring_in(self, seconds: i64) -> Self {
        let exp = START.checked_add_signed(seconds).unwrap();
        let issued = START.min(exp - 3600);
        self.with("exp", json!(exp))
            .with("iat", json!(issued))
            .with("nbf", json!(issued))
    }

    /// Signed by the tenant's key.
    pub(crate) fn sign(&self) -> String {
        self.sign_by(signing_key())
    }

    /// Signed with RS256, whatever the header says.
    pub(crate) fn sign_by(&self, key: &Key) -> String {
        self.finish(|message| key.sign(&RSA_PKCS1_SHA256, message))
    }

    /// Names another key than the tenant's, and is signed by it.
    pub(crate) fn named_and_signed_by(self, key: &Key) -> String {
        self.with_header("kid", json!(key.kid())).sign_by(key)
    }

    pub(crate) fn rs512(self, key: &Key) -> String {
        self.with_header("alg", json!("RS512"))
            .finish(|message| key.sign(&RSA_PKCS1_SHA512, message))
    }

    pub(crate) fn ps256(self, key: &Key) -> String {
        self.with_header("alg", json!("PS256"))
            .finish(|message| key.sign(&RSA_PSS_SHA256, message))
    }

    /// Keyed with bytes that everybody knows.
    pub(crate) fn hs256(self, secret: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        self.with_header("alg", json!("HS256"))
            .finish(|message| URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
    }

    pub(crate) fn with_signature(&self, signature: &str) -> String {
        self.finish(|_| signature.to_owned())
    }

    /// The signing input, as text.
    pub(crate) fn message(&self) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        format!("{}.{}", encode(&self.header), encode(&self.claims))
    }

    /// Header, payload and signature made from these texts instead; signed by the tenant's key.
    pub(crate) fn raw(header: &str, payload: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = signing_key().sign(&RSA_PKCS1_SHA256, &message);
        format!("{message}.{signature}")
    }

    fn finish(&self, sign: impl FnOnce(&str) -> String) -> String {
        let message = self.message();
        let signature = sign(&message);
        format!("{message}.{signature}")
    }
}
