//! The host's credential: what it is, whether it yields a proof, and whether Entra takes the proof.

use usher_entra::{
    ClientCredential, CredentialDescription, CredentialError, CredentialProbe, OnBehalfOf, OnBehalfOfSettings,
    OperatorNote, http_client,
};

use super::finding::{Finding, Trouble};
use super::target::Target;
use super::words;

/// The name of the finding about the credential itself.
pub(super) const NAME: &str = "credential";

/// The name of the finding about what Entra says to it.
const TOKEN_ENDPOINT: &str = "token endpoint";

/// Tries it out by itself, and then, if the authority answers, at the token endpoint.
pub(super) async fn check(target: &Target, authority_answers: bool) -> [Finding; 2] {
    let skipped = |why| Finding::skipped(TOKEN_ENDPOINT, why);
    let credential = match target.credential() {
        Ok(Some(credential)) => credential,
        Ok(None) => return [none(), skipped("there is no credential to show")],
        Err(error) => {
            return [
                unusable("can't be read", &error),
                skipped("the credential must work first"),
            ];
        }
    };
    let description = credential.describe();
    let says = description.to_string();
    let finding = match credential.probe().await {
        Ok(probe) => proved(target, &says, &description, probe),
        Err(error) => {
            let trouble = Trouble::new(words::sentence(&error.to_string()), error.fix());
            return [
                Finding::failed(NAME, says, trouble),
                skipped("the credential must work first"),
            ];
        }
    };
    let at_entra = if authority_answers {
        show(target, credential).await
    } else {
        skipped("the authority must answer first")
    };
    [finding, at_entra]
}

fn none() -> Finding {
    Finding::warning(
        NAME,
        "none",
        "Without a credential nothing is exchanged on behalf of users: tools that a group guards, and components that import graph, aren't served. Set [entra.credential] if there are any.",
    )
}

fn proved(target: &Target, says: &str, description: &CredentialDescription, probe: CredentialProbe) -> Finding {
    let mut finding = Finding::ok(NAME, says);
    if let CredentialDescription::Certificate { thumbprint_sha256, .. } = description {
        finding = finding.detail(format!("thumbprint (SHA-256) {thumbprint_sha256}"));
    }
    if let Some(federated) = probe.federated {
        finding = finding
            .detail("The registration's federated credential must have exactly:")
            .detail(format!("  issuer    {}", federated.issuer))
            .detail(format!("  subject   {}", federated.subject))
            .detail(format!("  audience  {}", federated.audience));
    }
    // A development host brings a secret, and that is as it should be.
    if target.is_development_host() {
        return finding;
    }
    finding.warn(probe.warnings)
}

/// Why there is no credential, from whatever kept it from being made.
fn unusable(says: &str, error: &anyhow::Error) -> Finding {
    let fix = error.downcast_ref::<CredentialError>().map_or_else(
        || "Put it where entra.credential says, readable for the host's user, or correct that key.".to_owned(),
        CredentialError::fix,
    );
    Finding::failed(NAME, says, Trouble::new(words::sentence(&format!("{error:#}")), fix))
}

/// Asks for a token of the registration's own with it, which is the least that proves it.
async fn show(target: &Target, credential: ClientCredential) -> Finding {
    let verification = &target.sign_in.verification;
    let settings = OnBehalfOfSettings {
        cloud: target.cloud.clone(),
        tenant: verification.tenant_id,
        client_id: verification.client_id,
        cache_entries: 0,
        consent_redirect: None,
    };
    let client = match http_client(&target.cloud.login()) {
        Ok(client) => client,
        Err(error) => {
            let wrong = format!("TLS can't be set up on this machine: {error}.");
            let fix = "Install the root certificates (on Debian the package ca-certificates).";
            return Finding::failed(TOKEN_ENDPOINT, "can't be asked", Trouble::new(wrong, fix));
        }
    };
    match OnBehalfOf::new(settings, credential, client).probe().await {
        Ok(()) => Finding::ok(TOKEN_ENDPOINT, "takes the credential"),
        Err(error) => {
            let note = error.operator();
            Finding::failed(TOKEN_ENDPOINT, answered(note), Trouble::from(note))
        }
    }
}

/// What Entra calls it.
fn answered(note: &OperatorNote) -> String {
    match note.code {
        Some(code) => format!("answers AADSTS{code} ({})", note.error),
        None => note.error.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn trouble(error: &anyhow::Error) -> (String, String) {
        match unusable("x", error).outcome() {
            Outcome::Failed(trouble) => (trouble.wrong.clone(), trouble.fix.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_credential_that_knows_its_remedy_tells_it() {
        let (wrong, fix) = trouble(&CredentialError::SystemAssigned.into());
        assert!(wrong.starts_with("A system-assigned"), "{wrong}");
        assert_eq!(fix, CredentialError::SystemAssigned.fix());
        let (wrong, fix) = trouble(&anyhow::anyhow!("gone").context("the file x can't be read"));
        assert_eq!(wrong, "The file x can't be read: gone.");
        assert!(fix.contains("entra.credential"), "{fix}");
    }
}
