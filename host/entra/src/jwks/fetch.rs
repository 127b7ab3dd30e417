//! One GET of the key set, with bounds on everything.

use reqwest::{Client, StatusCode, header};
use url::Url;

use super::document::{self, SigningKey};
use crate::http_client::TOTAL_TIMEOUT;

/// The largest answer that is read. Entra's is about 10 KB.
const MAX_BYTES: usize = 512 * 1024;

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the request failed")]
    Http(#[from] reqwest::Error),
    #[error("the answer was {0}")]
    Status(StatusCode),
    #[error("the answer came from another address, by a redirect")]
    Redirected,
    #[error("the answer is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("the answer is not a JWK set")]
    NotAJwkSet(#[source] serde_json::Error),
    #[error("the answer holds no RSA signing key")]
    NoUsableKey,
}

/// Fetches and reads the key set. Never returns an empty one.
pub(super) async fn fetch(client: &Client, address: &Url) -> Result<Vec<SigningKey>, FetchError> {
    let request = client
        .get(address.clone())
        .header(header::ACCEPT, "application/json")
        .timeout(TOTAL_TIMEOUT);
    let mut response = request.send().await?;
    if response.url() != address {
        return Err(FetchError::Redirected);
    }
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let keys = document::signing_keys(&body).map_err(FetchError::NotAJwkSet)?;
    if keys.is_empty() {
        Err(FetchError::NoUsableKey)
    } else {
        Ok(keys)
    }
}
