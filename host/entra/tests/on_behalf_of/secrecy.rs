//! Nothing that is printed holds a token, a secret, or a text of Entra's.

use usher_entra::{ClientCredential, ExchangeError};

use crate::support::{Exchanges, Reply, SECRET, somebody};

#[tokio::test]
async fn nothing_printed_holds_a_secret() {
    let exchanges = Exchanges::start().await;
    let alice = somebody("alice");
    let token = exchanges.token(&alice).await.unwrap();
    let mut printed = format!("{:?} {alice:?} {token:?}", exchanges.tokens);
    for reply in [
        Reply::error(400, "invalid_grant", 50_013, Some("bad_token"), Some("claims-text")),
        Reply::error(401, "invalid_client", 7_000_215, None, None),
        Reply::raw(429, "secret body"),
        Reply::raw(200, "secret body"),
    ] {
        let exchanges = Exchanges::start().await;
        exchanges.server.answer(reply);
        let error: ExchangeError = exchanges.refused(&alice).await;
        printed.push_str(&format!("{error} {error:?}"));
    }
    let credential = ClientCredential::secret(SECRET.into()).unwrap();
    printed.push_str(&format!("{credential:?}"));
    let assertion = exchanges.server.received()[0].field("assertion").unwrap().to_owned();
    for secret in [
        SECRET,
        &assertion,
        "downstream-1",
        "secret body",
        "claims-text",
        "Words that nobody",
    ] {
        assert!(!printed.contains(secret), "{secret:?} in {printed}");
    }
}
