//! What a person is told when a call can't go on, or a list isn't whole: what is the matter in words that are safe for
//! anybody, and what to do about it.
//!
//! Everything in here reaches clients, models and people. No text of Entra or of another service does, and no number of
//! theirs: those are for the operator, in the log, under the reference that is said here.

use std::time::Duration;

use usher_entra::Remedy;

/// What the reader of a sentence was after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The result of a call.
    Call,
    /// The list of tools.
    List,
}

impl Wanted {
    /// What to do once the obstacle is gone.
    fn again(self) -> &'static str {
        match self {
            Self::Call => "repeat the call",
            Self::List => "list the tools again",
        }
    }
}

/// A call whose tool's rule couldn't be decided. Never "you may not": that isn't known.
pub(crate) fn undecided(remedy: &Remedy, reference: &str) -> String {
    format!(
        "Whether you may use this tool could not be found out. {} (Reference: {reference})",
        advice(remedy, Wanted::Call)
    )
}

/// A list that may lack tools, since the rules of some couldn't be decided. It doesn't say which, or how many: whoever may not
/// use them may not know of them.
pub(crate) fn incomplete(remedy: &Remedy, reference: &str) -> String {
    format!(
        "This list of tools may be incomplete: for some tools it could not be found out whether you may use them. {} \
         (Reference: {reference})",
        advice(remedy, Wanted::List)
    )
}

/// A tool that couldn't act for the caller.
pub(crate) fn sign_in_required(remedy: &Remedy) -> String {
    format!(
        "This tool could not act on your behalf. {}",
        advice(remedy, Wanted::Call)
    )
}

/// A tool that says by itself that its caller must sign in, where no service of the host's has said why.
pub(crate) const FRESH_SIGN_IN: &str =
    "This needs a fresh sign-in. Sign out of this server in your client, sign in again, and repeat the call.";

/// A call that lacks scopes, to a client that can't be sent the challenge which would get them.
pub(crate) fn needs_scopes(missing: &[String]) -> String {
    format!(
        "Your sign-in lacks what this tool needs: {}. Sign out of this server in your client, sign in again with it, and \
         repeat the call.",
        missing.join(", ")
    )
}

/// What to do, in a sentence or two.
fn advice(remedy: &Remedy, wanted: Wanted) -> String {
    let again = wanted.again();
    match remedy {
        Remedy::SignInAgain => {
            format!("Your sign-in no longer works: sign out of this server in your client, sign in again, and {again}.")
        }
        Remedy::SatisfyClaims(_) => format!(
            "Your organisation asks for more than you signed in with, such as a second factor: sign out of this server in \
             your client, sign in again with it, and {again}. If that doesn't help, ask your administrator."
        ),
        Remedy::Consent { link: Some(link) } => {
            format!("Consent is missing. Open this page in a browser, accept, and {again}: {link}")
        }
        Remedy::Consent { link: None } => {
            format!("Consent is missing. Ask your administrator to grant it to this server, then {again}.")
        }
        Remedy::Blocked => {
            "A policy of your organisation stands against it, or you aren't assigned to this application. \
                            Signing in again doesn't help: ask your administrator."
                .to_owned()
        }
        Remedy::NeedsUser => {
            "It takes a person who is signed in, and an application has called by itself: call with a user's token."
                .to_owned()
        }
        Remedy::Retry { after } => match after.map(whole_seconds) {
            Some(1) => format!("This passes by itself: {again} in 1 second."),
            Some(seconds) => format!("This passes by itself: {again} in {seconds} seconds."),
            None => format!("This passes by itself: {again} in a moment."),
        },
        Remedy::Operator => {
            "This server isn't set up as it should be, which you can't change: tell whoever runs it.".to_owned()
        }
    }
}

/// Rounded up, and never 0: who is told to wait is not to come back too early.
fn whole_seconds(time: Duration) -> u64 {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    seconds.max(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use usher_entra::ClaimsChallenge;

    use super::*;

    /// Every remedy there is; a new one doesn't compile until it has words.
    fn remedies() -> Vec<Remedy> {
        vec![
            Remedy::SignInAgain,
            Remedy::SatisfyClaims(ClaimsChallenge::from_json(r#"{"access_token":{}}"#).unwrap()),
            Remedy::Consent {
                link: Some("https://login.example/consent?scope=x".parse().unwrap()),
            },
            Remedy::Consent { link: None },
            Remedy::Blocked,
            Remedy::NeedsUser,
            Remedy::Retry { after: None },
            Remedy::Retry {
                after: Some(Duration::from_millis(1_500)),
            },
            Remedy::Operator,
        ]
    }

    #[test]
    fn every_remedy_says_something_of_its_own() {
        let mut texts: Vec<String> = remedies().iter().map(|remedy| advice(remedy, Wanted::Call)).collect();
        let count = texts.len();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), count);
    }

    #[test]
    fn what_could_not_be_found_out_never_sounds_like_a_denial_and_names_its_reference() {
        for remedy in remedies() {
            let text = undecided(&remedy, "0badcafe");
            assert!(
                text.contains("could not be found out") && text.contains("0badcafe"),
                "{text}"
            );
            assert!(!text.contains("may not use") && !text.contains("not allowed"), "{text}");
            assert!(incomplete(&remedy, "0badcafe").contains("0badcafe"));
        }
    }

    #[test]
    fn whoever_must_consent_is_given_the_page_as_the_last_word() {
        let link = "https://login.example/consent?scope=x";
        let text = sign_in_required(&remedies()[2]);
        assert!(text.ends_with(link), "no punctuation sticks to the link: {text}");
    }

    #[test]
    fn a_wait_is_said_in_whole_seconds_and_rounded_up() {
        let said = |milliseconds| {
            let after = Some(Duration::from_millis(milliseconds));
            advice(&Remedy::Retry { after }, Wanted::List)
        };
        assert_eq!(said(0), "This passes by itself: list the tools again in 1 second.");
        assert_eq!(said(1_001), "This passes by itself: list the tools again in 2 seconds.");
    }
}
