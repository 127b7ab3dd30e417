//! The authority's discovery document (OpenID Connect Discovery 1.0, §4): is it there, and is it that of the tenant.

use std::time::SystemTime;

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;
use usher_entra::aadsts;

use super::finding::{Finding, Trouble};
use super::get::{Answer, get};
use super::target::Target;

const NAME: &str = "authority";

/// What version 1.0 of the platform calls itself.
const VERSION_ONE: &str = "https://sts.windows.net/";

/// Fetches the document. Also gives what the authority says the time is, with the moment at which it said so.
pub(super) async fn check(target: &Target) -> (Finding, Option<(SystemTime, SystemTime)>) {
    let issuer = &target.sign_in.issuer;
    let address = format!("{issuer}/.well-known/openid-configuration");
    let address = match Url::parse(&address) {
        Ok(address) => address,
        Err(error) => {
            let trouble = Trouble::new(
                format!("{address} isn't an address: {error}."),
                "Correct entra.authority.",
            );
            return (Finding::failed(NAME, issuer, trouble), None);
        }
    };
    match get(&address).await {
        Ok(answer) => {
            let date = answer.date.map(|date| (date, SystemTime::now()));
            (read(target, &answer), date)
        }
        Err(mut trouble) => {
            if target.is_development_host() {
                trouble.fix =
                    "Start the development host again with `usher dev`; it has left its description behind.".to_owned();
            }
            (Finding::failed(NAME, issuer, trouble), None)
        }
    }
}

fn read(target: &Target, answer: &Answer) -> Finding {
    let keys = target.sign_in.verification.jwks_uri.as_str();
    judge(&target.sign_in.issuer, keys, answer.status, answer.json().as_ref())
}

fn judge(issuer: &str, keys: &str, status: StatusCode, document: Option<&Value>) -> Finding {
    let failed = |trouble| Finding::failed(NAME, issuer, trouble);
    if let Some(code) = document.and_then(code) {
        let says = format!("answers AADSTS{code}");
        let trouble = match aadsts::explain(code) {
            Some(explained) => Trouble::new(explained.meaning, explained.fix),
            None => Trouble::new(
                "It has no discovery document for this tenant.",
                format!("See https://login.microsoftonline.com/error?code={code} for what Microsoft says about it."),
            ),
        };
        return Finding::failed(NAME, says, trouble);
    }
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return failed(Trouble::new(
            format!("It answers {status} to the request for its discovery document."),
            "Wait and try again; if it lasts, see https://status.azure.com for Microsoft Entra ID.",
        ));
    }
    let Some(found) = document.and_then(|document| document["issuer"].as_str()) else {
        return failed(Trouble::new(
            format!("What answers there ({status}) has no discovery document."),
            "See whether a proxy or firewall answers in its place, and whether the configured cloud is right.",
        ));
    };
    if found.starts_with(VERSION_ONE) {
        return failed(Trouble::new(
            format!("Its discovery document is of version 1.0 (issuer {}).", plain(found)),
            "See whether a proxy changes paths: the version 2.0 document, below /v2.0, was asked for.",
        ));
    }
    if found != issuer {
        return failed(Trouble::new(
            format!(
                "Its issuer is {}, and the configuration makes it {issuer}.",
                plain(found)
            ),
            "Compare tenant-id and cloud with the registration's overview page: tokens must name the same issuer.",
        ));
    }
    let finding = Finding::ok(NAME, issuer);
    match document.and_then(|document| document["jwks_uri"].as_str()) {
        Some(named) if named == keys => finding,
        Some(named) => finding.warn([format!(
            "It publishes its signing keys at {}, and the host fetches them from {keys}.",
            plain(named)
        )]),
        None => finding.warn(["It doesn't say where its signing keys are.".to_owned()]),
    }
}

/// The number of an error of Entra's.
fn code(document: &Value) -> Option<u32> {
    document["error_codes"][0].as_u64()?.try_into().ok()
}

/// Somebody else's text as far as a terminal should show it.
fn plain(text: &str) -> String {
    text.chars()
        .take(200)
        .filter(|character| !character.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
    const KEYS: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/discovery/v2.0/keys";

    fn wrong(status: StatusCode, document: Option<Value>) -> String {
        match judge(ISSUER, KEYS, status, document.as_ref()).outcome() {
            Outcome::Failed(trouble) => trouble.wrong.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_tenants_own_document_is_good() {
        let document = json!({ "issuer": ISSUER, "jwks_uri": KEYS });
        let finding = judge(ISSUER, KEYS, StatusCode::OK, Some(&document));
        assert_eq!(finding.outcome(), &Outcome::Ok);
    }

    #[test]
    fn another_issuer_a_version_one_document_and_none_at_all_are_told_apart() {
        let other = wrong(StatusCode::OK, Some(json!({ "issuer": format!("{ISSUER}/") })));
        assert!(other.contains("Its issuer is"), "{other}");
        let old = wrong(StatusCode::OK, Some(json!({ "issuer": "https://sts.windows.net/1/" })));
        assert!(old.contains("version 1.0"), "{old}");
        let none = wrong(StatusCode::OK, None);
        assert!(none.contains("no discovery document"), "{none}");
        let failing = wrong(StatusCode::SERVICE_UNAVAILABLE, None);
        assert!(failing.contains("503"), "{failing}");
    }

    #[test]
    fn an_error_of_entras_is_explained() {
        let said = wrong(StatusCode::BAD_REQUEST, Some(json!({ "error_codes": [90002] })));
        assert!(said.contains("no tenant"), "{said}");
    }

    #[test]
    fn keys_at_another_address_are_a_warning() {
        let document = json!({ "issuer": ISSUER, "jwks_uri": "https://other.example/keys" });
        let finding = judge(ISSUER, KEYS, StatusCode::OK, Some(&document));
        assert!(matches!(finding.outcome(), Outcome::Warning(_)));
    }
}
