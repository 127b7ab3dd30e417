//! A token on behalf of the caller while one request lasts, renewed when the service refuses it.

use std::{sync::Arc, time::Instant};

use reqwest::header::{HeaderMap, HeaderValue};
use usher_entra::{ClaimsChallenge, DownstreamScope, DownstreamToken, OnBehalfOf, SignedIn};

use crate::DownstreamError;

/// The token of one request, and what was already tried to get a better one.
pub(crate) struct OnBehalf<'a> {
    tokens: &'a Arc<OnBehalfOf>,
    who: &'a SignedIn,
    scope: &'a DownstreamScope,
    deadline: Instant,
    token: DownstreamToken,
    discarded: bool,
    claimed: bool,
}

impl<'a> OnBehalf<'a> {
    /// A token, cached or exchanged.
    ///
    /// # Errors
    /// [`DownstreamError::Exchange`].
    pub(crate) async fn obtain(
        tokens: &'a Arc<OnBehalfOf>,
        who: &'a SignedIn,
        scope: &'a DownstreamScope,
        deadline: Instant,
    ) -> Result<Self, DownstreamError> {
        let token = tokens.token(who, scope, deadline).await?;
        Ok(Self {
            tokens,
            who,
            scope,
            deadline,
            token,
            discarded: false,
            claimed: false,
        })
    }

    /// The value of `Authorization`, marked sensitive.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.token.authorization()
    }

    /// Answers a 401 of the service: a claims challenge by one exchange with those claims (Microsoft identity platform,
    /// "Claims challenges, claims requests, and client capabilities"), anything else by one exchange anew. False when
    /// that was tried already.
    ///
    /// # Errors
    /// [`DownstreamError::Exchange`]; [`DownstreamError::Claims`] when the service repeats its challenge.
    pub(crate) async fn renew(&mut self, refusal: &HeaderMap) -> Result<bool, DownstreamError> {
        let (tokens, who, scope, deadline) = (self.tokens, self.who, self.scope, self.deadline);
        match ClaimsChallenge::from_headers(refusal) {
            Some(challenge) if self.claimed => return Err(DownstreamError::Claims(challenge)),
            Some(challenge) => {
                self.claimed = true;
                self.token = tokens.token_with_claims(who, scope, &challenge, deadline).await?;
            }
            None if self.discarded => return Ok(false),
            None => {
                self.discarded = true;
                tokens.discard(who, scope, &self.token);
                self.token = tokens.token(who, scope, deadline).await?;
            }
        }
        Ok(true)
    }
}
