//! Where the time of a call goes, part by part, in this process: what the host does beyond the protocol library.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use serde_json::{Map, Value};
use usher_entra::{BearerToken, Caller, Credentials, SignedIn, Verifier, VerifierSettings, http_client};
use usher_policy::{Memberships, Purpose, authorize};
use usher_tests::{Grant, Stage, callers};

use crate::call_cost::Measured;
use crate::figures::{Figures, median};

const TIMES: u32 = 2_000;
const ROUNDS: usize = 15;

pub(crate) async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let measured = Measured::start().await?;
    let token = measured.host.token("member").await;
    let verifier = verifier(measured.host.description())?;
    let token = bearer(&token)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..TIMES {
            verifier
                .verify(token.clone())
                .await
                .map_err(|rejection| anyhow::anyhow!("{}", rejection.reason()))?;
        }
        rounds.push(each(started));
    }
    figures.show("  of it: bearer token, verified before", median(rounds), "µs");

    let stage = Stage::with("noop", &Grant::of(&["noop"]).gives("log = true")).await;
    let caller = callers::alice();
    let who = SignedIn::testing(Caller::clone(&caller));
    let tool = stage.tool("noop");
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..TIMES {
            authorize(&who, tool.policy(), &Memberships::none(), Purpose::Call)?;
        }
        rounds.push(each(started));
    }
    figures.show(
        "  of it: authorization (without writing the audit line)",
        median(rounds),
        "µs",
    );

    let arguments = Value::Object(Map::new());
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..TIMES {
            stage.call(&caller, "noop", arguments.clone()).await?;
        }
        rounds.push(each(started));
    }
    figures.show(
        "  of it: schema, admission, fresh instance, call, teardown",
        median(rounds),
        "µs",
    );
    Ok(())
}

fn each(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}

/// A verifier as the host has it, over the host's own Entra.
fn verifier(description: &Value) -> anyhow::Result<Arc<Verifier>> {
    let of = |key: &str| {
        description[key]
            .as_str()
            .with_context(|| format!("the description has no {key}"))
    };
    let keys = of("jwks_uri")?.parse()?;
    let client = http_client(&keys)?;
    let settings = VerifierSettings::new(
        of("issuer")?.to_owned(),
        of("tenant")?.parse()?,
        of("client_id")?.parse()?,
        keys,
        "user_impersonation".to_owned(),
    );
    Ok(Arc::new(Verifier::new(settings, client)?))
}

fn bearer(token: &str) -> anyhow::Result<BearerToken> {
    let mut headers = axum::http::HeaderMap::new();
    headers.insert(axum::http::header::AUTHORIZATION, format!("Bearer {token}").parse()?);
    match Credentials::from_headers(&headers) {
        Credentials::Bearer(token) => Ok(token),
        _ => anyhow::bail!("no bearer token"),
    }
}
