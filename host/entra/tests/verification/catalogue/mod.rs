//! The negative catalogue: each way in which a token can be wrong, and what it gets. A failing row is named.

mod claims;
mod signature;

use usher_entra::{Answer, VerifierSettings};

use crate::support::{Tenant, Token};

const GOOD: Result<(), Answer> = Ok(());
const INVALID: Result<(), Answer> = Err(Answer::Invalid);
const SCOPE: Result<(), Answer> = Err(Answer::InsufficientScope);
const CLIENT_REFUSED: Result<(), Answer> = Err(Answer::ClientNotAllowed);

type Row = (&'static str, String, Result<(), Answer>);

/// Verifies every row and reports all that differ.
async fn check_with(change: impl FnOnce(&mut VerifierSettings), rows: Vec<Row>) {
    let tenant = Tenant::with_settings(change).await;
    let mut wrong = Vec::new();
    for (name, token, expected) in rows {
        let outcome = tenant.verify(&token).await;
        let answer = outcome.as_ref().map(|_| ()).map_err(|rejection| rejection.answer());
        if answer != expected {
            wrong.push(format!("{name}: expected {expected:?}, got {outcome:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn check(rows: Vec<Row>) {
    check_with(|_| (), rows).await;
}

fn user() -> Token {
    Token::user()
}
