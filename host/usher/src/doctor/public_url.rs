//! What the public URL makes of the app registration and of what clients send.

use url::{Host, Url};
use usher_entra::{Cloud, ProtectedResource};

use super::finding::{Finding, Trouble};
use super::target::Target;

const NAME: &str = "public URL";

/// Checks it as the server does at start, and says what follows from it.
pub(super) fn check(target: &Target) -> Finding {
    let sign_in = &target.sign_in;
    let is_development = matches!(target.cloud, Cloud::Development { .. });
    judge(&sign_in.public_url, &sign_in.issuer, &sign_in.scope, is_development)
}

fn judge(public_url: &str, issuer: &str, scope: &str, is_development: bool) -> Finding {
    let usable = ProtectedResource::new(public_url, issuer, &[scope.to_owned()]);
    let url = match (usable, Url::parse(public_url)) {
        (Ok(_), Ok(url)) => url,
        (Err(error), _) => return unusable(public_url, &error.to_string()),
        (_, Err(error)) => return unusable(public_url, &error.to_string()),
    };
    let mut finding = Finding::ok(NAME, public_url)
        .detail(format!(
            "Application ID URI that the registration must have, character for character: {public_url}"
        ))
        .detail(format!("scope that clients ask for: {scope}"));
    if let Ok(consented) = url.join("/consented") {
        finding = finding.detail(format!("redirect URI (platform Web) for consent: {consented}"));
    }
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if is_local && !is_development {
        let warning = "Only clients on this machine can use a loopback address, and it isn't certain that every tenant takes one as Application ID URI.";
        finding = finding.warn([warning.to_owned()]);
    }
    finding
}

fn unusable(public_url: &str, error: &str) -> Finding {
    let fix = match public_url.trim_end_matches('/') {
        bare if bare != public_url && Url::parse(bare).is_ok_and(|url| url.path() != "/") => {
            format!("Set public-url = \"{bare}\", and register the same Application ID URI.")
        }
        bare if Url::parse(bare).is_ok_and(|url| url.path() == "/") => {
            format!("Set public-url = \"{bare}/mcp\" or another path, and register the same Application ID URI.")
        }
        _ => "Set public-url to the URL that clients write, such as https://mcp.contoso.com/mcp, and register the same Application ID URI.".to_owned(),
    };
    let wrong = super::words::sentence(&error.replacen("the resource", "the public URL", 1));
    Finding::failed(NAME, public_url, Trouble::new(wrong, fix))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    const ISSUER: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";

    fn fix(public_url: &str) -> String {
        match judge(public_url, ISSUER, &format!("{public_url}/user_impersonation"), false).outcome() {
            Outcome::Failed(trouble) => trouble.fix.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_one_says_what_must_be_registered() {
        let scope = "https://mcp.contoso.com/mcp/user_impersonation";
        let finding = judge("https://mcp.contoso.com/mcp", ISSUER, scope, false);
        assert_eq!(finding.outcome(), &Outcome::Ok);
        assert!(finding.details()[0].ends_with(": https://mcp.contoso.com/mcp"));
        assert!(finding.details()[1].ends_with(scope));
        assert!(finding.details()[2].ends_with("https://mcp.contoso.com/consented"));
    }

    #[test]
    fn a_slash_at_the_end_and_a_missing_path_are_told_with_what_to_write_instead() {
        assert!(fix("https://mcp.contoso.com/mcp/").contains("\"https://mcp.contoso.com/mcp\""));
        assert!(fix("https://mcp.contoso.com").contains("\"https://mcp.contoso.com/mcp\""));
        assert!(fix("https://mcp.contoso.com/").contains("\"https://mcp.contoso.com/mcp\""));
        assert!(fix("mcp").contains("https://mcp.contoso.com/mcp"));
    }

    #[test]
    fn a_loopback_address_is_fine_for_development_only() {
        let at = |is_development| {
            judge(
                "http://127.0.0.1:1/mcp",
                ISSUER,
                "http://127.0.0.1:1/mcp/x",
                is_development,
            )
        };
        assert_eq!(at(true).outcome(), &Outcome::Ok);
        assert!(matches!(at(false).outcome(), Outcome::Warning(_)));
    }
}
