//! What happens to a token that is shown to the endpoint.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_tests::Host;

use crate::protocol::stage::{self, mint};
use crate::protocol::wire::{Answer, Ask};
use crate::sign_in::challenge::assert_leads_to_sign_in;
use crate::sign_in::issued::Issued;

/// A host, the one answer that bad tokens got from it, and every token that it was shown.
pub(super) struct Trial {
    pub(super) host: Host,
    generic: Option<(String, String)>,
    shown: Issued,
}

impl Trial {
    pub(super) async fn begin() -> Self {
        Self {
            host: stage::host().await,
            generic: None,
            shown: Issued::default(),
        }
    }

    /// A member's token, changed: `claims` and `header` are laid over Entra's, null removes.
    pub(super) async fn forge(&self, changes: Value) -> String {
        let mut request = json!({ "persona": "member" });
        request
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        mint(&self.host, &request).await
    }

    pub(super) async fn claims(&self, claims: Value) -> String {
        self.forge(json!({ "claims": claims })).await
    }

    /// Shows a token to the endpoint. Gives the answer and what the host wrote meanwhile.
    pub(super) async fn show(&mut self, token: &str) -> (Answer, String) {
        if token.len() >= 16 {
            self.shown.keep_text(token);
        }
        let before = self.host.data().output().len();
        let answer = Ask::modern(token, "tools/list", json!({})).to(&self.host).await;
        // A line of the log is written before the answer it is about.
        (answer, self.host.data().output().split_off(before))
    }

    /// The token is good.
    pub(super) async fn accepts(&mut self, what: &str, token: &str) {
        let (answer, log) = self.show(token).await;
        assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}\n{log}");
    }

    /// The token is refused as all are, and the log says why.
    pub(super) async fn refuses(&mut self, what: &str, token: &str, reason: &str) {
        let (answer, log) = self.show(token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {answer:?}\n{log}");
        assert_leads_to_sign_in(&answer, &self.host, Some("invalid_token"));
        assert_eq!(answer.header("content-type"), "application/json", "{what}");
        let told = (answer.body.clone(), answer.header("www-authenticate").to_owned());
        let generic = self.generic.get_or_insert_with(|| told.clone());
        assert_eq!(
            &told, generic,
            "{what}: the answer differs from that to other bad tokens"
        );
        assert!(
            log.contains(reason),
            "{what}: the log should say `{reason}`, and says\n{log}"
        );
    }

    /// The token is good, and permits nothing here.
    pub(super) async fn forbids(&mut self, what: &str, token: &str, scope_would_help: bool, reason: &str) {
        let (answer, log) = self.show(token).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}: {answer:?}\n{log}");
        if scope_would_help {
            assert_leads_to_sign_in(&answer, &self.host, Some("insufficient_scope"));
        } else {
            assert_eq!(answer.header("www-authenticate"), "", "{what}: no scope cures it");
        }
        assert!(
            log.contains(reason),
            "{what}: the log should say `{reason}`, and says\n{log}"
        );
    }

    /// Nothing of a token, and nobody's name, is in what the host wrote.
    pub(super) fn end(self) {
        let output = self.host.data().output();
        self.shown.assert_not_in(&output);
        for personal in ["alice@contoso.example", "Alice Member"] {
            assert!(!output.contains(personal), "the log names a person: {output}");
        }
    }
}
