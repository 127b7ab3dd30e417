//! What was issued in a test and is nobody's but the client's.

use serde_json::Value;
use usher_tests::Host;

/// Tokens, codes and verifiers.
#[derive(Debug, Default)]
pub(crate) struct Issued(Vec<String>);

impl Issued {
    /// Adds one.
    pub(crate) fn keep(&mut self, secret: &Value) {
        self.keep_text(
            secret
                .as_str()
                .unwrap_or_else(|| panic!("nothing was issued: {secret}")),
        );
    }

    /// Adds one.
    pub(crate) fn keep_text(&mut self, secret: &str) {
        assert!(secret.len() >= 16, "{secret} could be in a text by chance");
        self.0.push(secret.to_owned());
    }

    /// Adds all that an answer of the token endpoint holds.
    pub(crate) fn keep_tokens(&mut self, answer: &Value) {
        for name in ["access_token", "refresh_token", "id_token"] {
            if !answer[name].is_null() {
                self.keep(&answer[name]);
            }
        }
    }

    /// Checks that nothing of it is in anything that the host has written to its log and its terminal.
    #[track_caller]
    pub(crate) fn assert_never_said_by(&self, host: &Host) {
        self.assert_not_in(&host.data().output());
    }

    /// Checks that nothing of it is in a text.
    #[track_caller]
    pub(crate) fn assert_not_in(&self, output: &str) {
        assert!(!self.0.is_empty() && !output.is_empty());
        for secret in &self.0 {
            // Of a token, neither the claims nor the signature alone. All of them begin with the same header.
            let parts = secret
                .split('.')
                .skip(usize::from(secret.contains('.')))
                .filter(|part| part.len() >= 16);
            for part in parts {
                assert!(
                    !output.contains(part),
                    "the host has written a secret that it issued or was given:\n{output}"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "the host has written a secret")]
    fn a_part_of_a_token_is_found() {
        let mut issued = Issued::default();
        issued.keep_text("eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ");
        issued.assert_not_in("claims eyJvaWQiOiIxMjM0NTY3ODkwIn0 seen");
    }
}
