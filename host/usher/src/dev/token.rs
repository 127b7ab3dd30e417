//! `usher dev token`: a bearer token of the dev host that is running, for curl and for tests.

use std::fs;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::DESCRIPTION;
use crate::cli::TokenArguments;

/// Asks the loopback Entra for a token and prints it.
///
/// # Errors
/// No dev host is running, or it refuses.
pub(crate) async fn run(arguments: TokenArguments) -> anyhow::Result<()> {
    let authority = authority(&arguments)?;
    let mut request = Map::from_iter([("persona".to_owned(), json!(arguments.persona))]);
    if let Some(ttl) = arguments.ttl {
        request.insert("ttl".to_owned(), json!(ttl));
    }
    if let Some(scope) = &arguments.scope {
        request.insert("scope".to_owned(), json!(scope));
    }
    if let Some(file) = &arguments.claims {
        let text = fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
        let claims: Map<String, Value> =
            serde_json::from_str(&text).with_context(|| format!("{} isn't a JSON object", file.display()))?;
        request.insert("claims".to_owned(), Value::Object(claims));
    }
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .post(format!("{authority}/dev/token"))
        .json(&request)
        .send()
        .await
        .with_context(|| {
            format!("no dev host answers at {authority}; start one with `usher dev`, or say where with --entra")
        })?;
    let succeeded = answer.status().is_success();
    let answer: Value = answer
        .json()
        .await
        .with_context(|| format!("{authority} isn't the Entra of a dev host"))?;
    match answer["access_token"].as_str() {
        Some(token) if succeeded => println!("{token}"),
        _ => bail!(
            "the dev host refuses: {}",
            answer["error"].as_str().unwrap_or("no reason given")
        ),
    }
    Ok(())
}

fn authority(arguments: &TokenArguments) -> anyhow::Result<String> {
    let Some(data) = &arguments.data else {
        return Ok(arguments.entra.trim_end_matches('/').to_owned());
    };
    let path = data.join(DESCRIPTION);
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "{} can't be read; is a dev host running with this --data?",
            path.display()
        )
    })?;
    let description: Value = serde_json::from_str(&text).with_context(|| format!("{} isn't JSON", path.display()))?;
    description["authority"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("{} names no authority", path.display()))
}
