//! One GET without credentials, and why there is no answer.

use std::error::Error;
use std::time::SystemTime;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, DATE, HeaderMap};
use serde_json::Value;
use url::Url;
use usher_entra::http_client;

use super::finding::Trouble;

/// The largest answer that is read. The longest expected one, a key set, has about 10 KB.
const MAX_BYTES: usize = 512 * 1024;

/// What came.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// What the other side says the time is.
    pub(super) date: Option<SystemTime>,
    body: Vec<u8>,
}

impl Answer {
    /// The body, if it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Asks. Takes at most ten seconds, three of them to connect, and follows no redirect.
pub(super) async fn get(address: &Url) -> Result<Answer, Trouble> {
    let client = http_client(address).map_err(|error| {
        let wrong = format!("TLS can't be set up on this machine: {}.", root(&error));
        Trouble::new(
            wrong,
            "Install the root certificates (on Debian the package ca-certificates).",
        )
    })?;
    receive(&client, address)
        .await
        .map_err(|error| unreachable(address, &error.without_url()))
}

async fn receive(client: &reqwest::Client, address: &Url) -> Result<Answer, reqwest::Error> {
    let request = client.get(address.clone()).header(ACCEPT, "application/json");
    let mut response = request.send().await?;
    let (status, date) = (response.status(), date(response.headers()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BYTES {
            // Nothing that is asked for is so long: what follows doesn't make it any better.
            break;
        }
    }
    Ok(Answer { status, date, body })
}

fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

fn unreachable(address: &Url, error: &reqwest::Error) -> Trouble {
    let origin = address.origin().ascii_serialization();
    let wrong = if error.is_timeout() {
        format!("{origin} didn't answer within 10 s.")
    } else {
        format!("{origin} can't be reached: {}.", root(error))
    };
    let fix = if is_of_this_machine(address) {
        format!("Start what should answer at {origin}, or correct the address.")
    } else {
        format!("See that this machine resolves the name and may connect to {origin} (DNS, firewall, HTTPS_PROXY).")
    };
    Trouble::new(wrong, fix)
}

fn is_of_this_machine(address: &Url) -> bool {
    match address.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What is at the bottom of an error: there it says what happened.
fn root(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
