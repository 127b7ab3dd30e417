//! The credential that a grant has for an origin, while one request to it lasts.

use std::{sync::Arc, time::Instant};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use usher_entra::{ManagedIdentity, OnBehalfOf, SignedIn};
use usher_policy::HttpCredential;

use super::Http;
use crate::{DownstreamError, on_behalf::OnBehalf};

/// What is attached to a request. No `Debug`: there is nothing to see.
pub(super) enum Attached<'a> {
    Nothing,
    OnBehalf(OnBehalf<'a>),
    /// A header field whose value was made sensitive.
    Fixed(HeaderName, HeaderValue),
}

impl<'a> Attached<'a> {
    /// Obtains what the grant wants attached.
    ///
    /// # Errors
    /// [`DownstreamError::Exchange`] and [`DownstreamError::Identity`] when there is none to be had,
    /// [`DownstreamError::Misconfigured`] when the host isn't set up for it.
    pub(super) async fn obtain(
        http: &'a Http,
        credential: Option<&'a HttpCredential>,
        who: &'a SignedIn,
        deadline: Instant,
    ) -> Result<Self, DownstreamError> {
        Ok(match credential {
            None => Self::Nothing,
            Some(HttpCredential::OnBehalfOf(scope)) => {
                Self::OnBehalf(OnBehalf::obtain(tokens(http)?, who, scope, deadline).await?)
            }
            Some(HttpCredential::ManagedIdentity { resource }) => {
                let token = identity(http)?.token(resource, deadline).await?;
                Self::Fixed(AUTHORIZATION, token.authorization())
            }
            Some(HttpCredential::SecretHeader { header, secret: name }) => {
                Self::Fixed(header.clone(), value_of(secret(http, name)?, name)?)
            }
        })
    }

    /// Adds it to a request's header fields.
    ///
    /// # Errors
    /// [`DownstreamError::Invalid`] when the tool set that very field.
    pub(super) fn attach(&self, headers: &mut HeaderMap) -> Result<(), DownstreamError> {
        let (name, value) = match self {
            Self::Nothing => return Ok(()),
            Self::OnBehalf(bearer) => (AUTHORIZATION, bearer.authorization()),
            Self::Fixed(name, value) => (name.clone(), value.clone()),
        };
        if headers.contains_key(&name) {
            return Err(DownstreamError::Invalid(format!(
                "the header field {name} is the host's to set"
            )));
        }
        headers.insert(name, value);
        Ok(())
    }

    /// Answers a 401. False when there is nothing more to try, so that the 401 is the answer.
    ///
    /// # Errors
    /// As [`OnBehalf::renew`].
    pub(super) async fn renew(&mut self, refusal: &HeaderMap) -> Result<bool, DownstreamError> {
        match self {
            Self::OnBehalf(bearer) => bearer.renew(refusal).await,
            Self::Nothing | Self::Fixed(..) => Ok(false),
        }
    }
}

/// Whether the host is set up for what a grant wants attached.
///
/// # Errors
/// [`DownstreamError::Misconfigured`], which says what is missing.
pub(super) fn check(http: &Http, credential: Option<&HttpCredential>) -> Result<(), DownstreamError> {
    match credential {
        None => Ok(()),
        Some(HttpCredential::OnBehalfOf(_)) => tokens(http).map(drop),
        Some(HttpCredential::ManagedIdentity { .. }) => identity(http).map(drop),
        Some(HttpCredential::SecretHeader { secret: name, .. }) => {
            secret(http, name).and_then(|secret| value_of(secret, name)).map(drop)
        }
    }
}

fn tokens(http: &Http) -> Result<&Arc<OnBehalfOf>, DownstreamError> {
    let missing = || {
        DownstreamError::Misconfigured(
            "the app registration's credential, to act on behalf of callers: write it under [entra.credential]"
                .to_owned(),
        )
    };
    http.tokens.as_ref().ok_or_else(missing)
}

fn identity(http: &Http) -> Result<&ManagedIdentity, DownstreamError> {
    let missing =
        || DownstreamError::Misconfigured("a managed identity: write it under [entra.managed-identity]".to_owned());
    http.identity.as_ref().ok_or_else(missing)
}

fn secret<'a>(http: &'a Http, name: &str) -> Result<&'a SecretString, DownstreamError> {
    let missing = || {
        DownstreamError::Misconfigured(format!(
            "the secret {name:?}: write under [secrets] which file or variable holds it"
        ))
    };
    http.secrets.get(name).ok_or_else(missing)
}

fn value_of(secret: &SecretString, name: &str) -> Result<HeaderValue, DownstreamError> {
    let text = secret.expose_secret();
    let mut value = HeaderValue::from_str(text)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            DownstreamError::Misconfigured(format!("a secret {name:?} that can be sent in a header field"))
        })?;
    value.set_sensitive(true);
    Ok(value)
}
