//! One request to Graph: the token, the retries, the bound on the answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use prometheus_client::registry::Registry;
use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue},
};
use url::Url;
use usher_entra::{DownstreamScope, OnBehalfOf, SignedIn};
use uuid::Uuid;

use super::metrics::{self, Requests};
use crate::{
    DownstreamError,
    answer::{Answer, Unread},
    content,
    guard::{explain, never_left},
    on_behalf::OnBehalf,
    patience::{Throttle, is_throttled, pause, remaining, retry_after, within},
};

/// Must be `eventual` for advanced queries on directory objects.
const CONSISTENCY_LEVEL: HeaderName = HeaderName::from_static("consistencylevel");

/// A GUID of ours for each request; Graph notes it, so that its support can find the request.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// How much longer than until the deadline the client would wait: so that it is the deadline that is noticed, and neither
/// this nor the time that the client has for requests to the token endpoint.
const SPARE: Duration = Duration::from_secs(1);

/// Where Graph is, and how it is reached.
pub(super) struct Connection {
    /// Without a slash at its end.
    base: String,
    scope: DownstreamScope,
    tokens: Arc<OnBehalfOf>,
    http: Client,
    requests: Requests,
}

/// A request that will be sent, perhaps twice.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) advanced: bool,
    pub(super) body: Option<(HeaderValue, Bytes)>,
    pub(super) max_response_bytes: usize,
    /// Whether it may be sent again when it isn't known if Graph carried it out: it only reads.
    pub(super) repeatable: bool,
}

/// Why an attempt brought no answer.
enum Lost {
    /// It never left: there was no connection.
    Unsent(String),
    /// Graph may have seen it.
    Broken(String),
    TooLarge,
}

impl From<Lost> for DownstreamError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Unsent(why) | Lost::Broken(why) => Self::Unavailable(why),
            Lost::TooLarge => Self::TooLarge,
        }
    }
}

impl Connection {
    pub(super) fn new(base: &Url, scope: DownstreamScope, tokens: Arc<OnBehalfOf>, http: Client) -> Self {
        Self {
            base: base.as_str().trim_end_matches('/').to_owned(),
            scope,
            tokens,
            http,
            requests: Requests::default(),
        }
    }

    pub(super) fn register_metrics(&self, registry: &mut Registry) {
        self.requests.register(registry);
        self.tokens.register_metrics(registry);
    }

    /// The client, for requests without a token.
    pub(super) fn http(&self) -> &Client {
        &self.http
    }

    /// The address of a path below `/v1.0`, both parts encoded already.
    ///
    /// # Errors
    /// [`DownstreamError::Invalid`] when the path would come out as another one.
    pub(super) fn url(&self, path: &str, query: &str) -> Result<Url, DownstreamError> {
        let address = format!("{}/v1.0{path}", self.base);
        let mut url = Url::parse(&address).map_err(|error| DownstreamError::Invalid(error.to_string()))?;
        // The URL parser resolves dots and encodes what it finds unfit. A path that was matched against a grant has
        // nothing for it to do; if it did something, what is sent isn't what was matched.
        if url.as_str() != address {
            return Err(DownstreamError::Invalid("the path isn't in its normal form".to_owned()));
        }
        url.set_query((!query.is_empty()).then_some(query));
        Ok(url)
    }

    /// Sends a request on behalf of a caller.
    ///
    /// What happens at each answer: 401 renews the token, once for each of its two reasons, for writes as well, because
    /// Graph authenticates before it acts; 429 waits as long as Graph asks, if that is within the deadline, and repeats a
    /// read once; 5xx and a broken connection repeat a read once, and a request that never left also. Everything else is
    /// the answer.
    ///
    /// # Errors
    /// [`DownstreamError`], of which only `Exchange` and `Claims` are about the caller.
    pub(super) async fn send(
        &self,
        who: &SignedIn,
        call: &Call,
        throttle: &Throttle,
        deadline: Instant,
    ) -> Result<Answer, DownstreamError> {
        throttle.pass(deadline).await?;
        let mut bearer = OnBehalf::obtain(&self.tokens, who, &self.scope, deadline).await?;
        let mut may_repeat = true;
        loop {
            throttle.pass(deadline).await?;
            let attempted = within(deadline, self.attempt(call, &bearer, remaining(deadline)? + SPARE)).await;
            self.requests.count(match &attempted {
                Ok(Ok(answer)) => metrics::outcome(answer.status, is_throttled(answer.status, &answer.headers)),
                Ok(Err(Lost::Unsent(_))) => "unreachable",
                Ok(Err(Lost::Broken(_))) => "broken-off",
                Ok(Err(Lost::TooLarge)) => "too-large",
                Err(_) => "timeout",
            });
            let answer = match attempted? {
                Ok(answer) => answer,
                Err(lost) => {
                    let is_safe =
                        matches!(lost, Lost::Unsent(_)) || (call.repeatable && matches!(lost, Lost::Broken(_)));
                    if is_safe && may_repeat && pause(deadline).await.is_ok() {
                        may_repeat = false;
                        continue;
                    }
                    return Err(lost.into());
                }
            };
            let status = answer.status;
            if status == StatusCode::UNAUTHORIZED {
                if bearer.renew(&answer.headers).await? {
                    continue;
                }
                return Err(refused(&answer));
            }
            if is_throttled(status, &answer.headers) {
                let after = retry_after(&answer.headers);
                throttle.close_for(after.unwrap_or_default());
                let fits = after.is_some_and(|after| remaining(deadline).is_ok_and(|left| after < left));
                if fits && call.repeatable && may_repeat {
                    may_repeat = false;
                    continue;
                }
                return Err(DownstreamError::Throttled(after));
            }
            if status.is_server_error() {
                if call.repeatable && may_repeat && pause(deadline).await.is_ok() {
                    may_repeat = false;
                    continue;
                }
                return Err(unavailable(&answer));
            }
            return Ok(answer);
        }
    }

    async fn attempt(&self, call: &Call, bearer: &OnBehalf<'_>, time: Duration) -> Result<Answer, Lost> {
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .header(AUTHORIZATION, bearer.authorization())
            .header(CLIENT_REQUEST_ID, Uuid::new_v4().to_string())
            .timeout(time);
        if call.advanced {
            request = request.header(CONSISTENCY_LEVEL, "eventual");
        }
        if let Some((content_type, _)) = &call.body {
            request = request.header(CONTENT_TYPE, content_type);
        }
        request = content::attach(request, &call.method, call.body.as_ref().map(|(_, data)| data));
        let response = request.send().await.map_err(|error| {
            let why = explain(&error);
            if never_left(&error) {
                Lost::Unsent(why)
            } else {
                Lost::Broken(why)
            }
        })?;
        Answer::read(response, call.max_response_bytes)
            .await
            .map_err(|unread| match unread {
                Unread::TooLarge => Lost::TooLarge,
                Unread::Broken(error) => Lost::Broken(explain(&error)),
            })
    }
}

/// Graph's refusal of what the host asked by itself.
pub(super) fn refused(answer: &Answer) -> DownstreamError {
    DownstreamError::Refused {
        status: answer.status.as_u16(),
        code: answer.graph_error_code(),
    }
}

fn unavailable(answer: &Answer) -> DownstreamError {
    let status = answer.status.as_u16();
    DownstreamError::Unavailable(match answer.graph_error_code() {
        Some(code) => format!("Graph answered {status} {code}"),
        None => format!("Graph answered {status}"),
    })
}
