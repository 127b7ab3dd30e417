//! What a token says of itself, before anybody has vouched for it.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::super::words;

/// The members of the header that matter.
const HEADER: [&str; 3] = ["alg", "typ", "kid"];

/// The claims that matter, in the order in which they are looked at: what it is, from whom, for whom, about whom, by whom, for
/// what, when. Names and addresses of people are not among them.
const CLAIMS: [&str; 20] = [
    "ver",
    "iss",
    "aud",
    "tid",
    "oid",
    "azp",
    "appid",
    "idtyp",
    "scp",
    "roles",
    "exp",
    "nbf",
    "iat",
    "uti",
    "acrs",
    "idp",
    "xms_cc",
    "cnf",
    "hasgroups",
    "groups",
];

/// The longest text that is shown of a claim.
const MAX_CHARACTERS: usize = 200;

/// Header and claims of a token, each where it can be decoded.
pub(super) struct Decoded {
    header: Option<Map<String, Value>>,
    claims: Option<Map<String, Value>>,
}

impl Decoded {
    /// Decodes the first two of three segments (RFC 7515 §7.1). The signature isn't looked at.
    pub(super) fn of(token: &str) -> Self {
        let mut segments = token.split('.');
        let mut next = || {
            let bytes = URL_SAFE_NO_PAD.decode(segments.next()?).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let header = next();
        Self { header, claims: next() }
    }

    /// The lines for a person. `now` in Unix seconds.
    pub(super) fn text(&self, now: i64) -> String {
        let mut text = String::new();
        let mut section = |title: &str, members: Option<&Map<String, Value>>, shown: &[&str]| {
            let _ = writeln!(text, "  {title}");
            match members {
                None => text.push_str("    can't be decoded\n"),
                Some(members) => {
                    for name in shown {
                        if let Some(value) = members.get(*name) {
                            let _ = writeln!(text, "    {name:<10} {}", told(name, value, now));
                        }
                    }
                }
            }
        };
        section("header", self.header.as_ref(), &HEADER);
        section(
            "claims, before anybody has vouched for them",
            self.claims.as_ref(),
            &CLAIMS,
        );
        if self.has_overage() {
            let _ = writeln!(
                text,
                "    {:<10} too many for a token, so left out; the host asks Graph in any case",
                "groups"
            );
        }
        text.push('\n');
        text
    }

    /// The same members for a program.
    pub(super) fn json(&self) -> Value {
        let only = |members: &Option<Map<String, Value>>, shown: &[&str]| {
            let members = members.as_ref()?;
            let kept = members.iter().filter(|(name, _)| shown.contains(&name.as_str()));
            Some(
                kept.map(|(name, value)| (name.clone(), value.clone()))
                    .collect::<Map<_, _>>(),
            )
        };
        serde_json::json!({
            "header": only(&self.header, &HEADER),
            "claims": only(&self.claims, &CLAIMS),
            "groups_overage": self.has_overage(),
        })
    }

    /// Whether Entra left the groups out ("Groups overage claim").
    fn has_overage(&self) -> bool {
        let names = self.claims.as_ref().and_then(|claims| claims.get("_claim_names"));
        names.is_some_and(|names| !names["groups"].is_null())
    }
}

fn told(name: &str, value: &Value, now: i64) -> String {
    match (name, value) {
        ("exp" | "nbf" | "iat", value) => value.as_i64().map_or_else(|| shown(value), |at| moment(at, now)),
        ("groups", Value::Array(groups)) => format!(
            "{}; the host doesn't rely on them, and asks Graph",
            words::count(groups.len(), "group")
        ),
        ("cnf", _) => "there is one: the token is bound to a key".to_owned(),
        (_, value) => shown(value),
    }
}

fn moment(at: i64, now: i64) -> String {
    let distance = words::distance(at.saturating_sub(now));
    let time = u64::try_from(at)
        .ok()
        .and_then(|at| UNIX_EPOCH.checked_add(Duration::from_secs(at)));
    // What comes after the year 9999 can't be written in this form.
    match time.filter(|_| at < 253_402_300_800) {
        Some(time) => format!("{}, {distance}", httpdate::fmt_http_date(time)),
        None => format!("{at}, {distance}"),
    }
}

/// A claim's value on one line that can't do anything to a terminal.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut plain = String::new();
    for character in text.chars().take(MAX_CHARACTERS) {
        if character == ' ' || character.is_ascii_graphic() || character.is_alphanumeric() {
            plain.push(character);
        } else {
            plain.extend(character.escape_unicode());
        }
    }
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.signature-of-it", part(header), part(claims))
    }

    #[test]
    fn what_matters_is_shown_and_nothing_else() {
        let header = json!({ "alg": "RS256", "kid": "k", "x5c": "chain" });
        let claims = json!({
            "ver": "2.0", "name": "Alice", "rh": "opaque", "scp": "a b", "roles": ["x"], "exp": 1_796_000_000 + 600,
            "xms_cc": ["cp1"], "cnf": { "kid": "bound" }, "groups": ["g1", "g2"],
        });
        let decoded = Decoded::of(&token(&header, &claims));
        let text = decoded.text(1_796_000_000);
        for part in [
            "RS256",
            "a b",
            "[\"x\"]",
            "in 10 min",
            "cp1",
            "bound to a key",
            "2 groups",
        ] {
            assert!(text.contains(part), "{part:?} is missing in: {text}");
        }
        for part in ["Alice", "opaque", "chain", "signature-of-it", "g1"] {
            assert!(!text.contains(part), "{part:?} is in: {text}");
        }
        let json = decoded.json();
        assert_eq!(json["claims"]["scp"], "a b");
        assert_eq!(
            (&json["claims"]["name"], &json["header"]["x5c"]),
            (&Value::Null, &Value::Null)
        );
    }

    #[test]
    fn groups_that_were_left_out_are_told() {
        let claims = json!({ "_claim_names": { "groups": "src1" } });
        let decoded = Decoded::of(&token(&json!({}), &claims));
        assert!(decoded.text(0).contains("too many for a token"));
        assert_eq!(decoded.json()["groups_overage"], true);
        let none = Decoded::of(&token(&json!({}), &json!({ "_claim_names": {} })));
        assert_eq!(none.json()["groups_overage"], false);
    }

    #[test]
    fn what_is_not_a_token_is_not_decoded() {
        for text in ["", "x", "a.b.c", "eyJ", "e30", "W10.W10.x"] {
            assert!(Decoded::of(text).text(0).contains("can't be decoded"), "{text:?}");
        }
    }

    #[test]
    fn a_claim_can_not_write_to_the_terminal() {
        let claims = json!({ "aud": "\u{1b}[2J\u{202e}evil\r\nok", "scp": "x".repeat(1_000), "exp": i64::MAX });
        let text = Decoded::of(&token(&json!({}), &claims)).text(0);
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\r'),
            "{text:?}"
        );
        assert!(text.len() < 1_000, "{text}");
    }
}
