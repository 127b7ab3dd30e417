//! The way of a request to the MCP endpoint, from the connection to the protocol layer and back.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use rmcp::transport::streamable_http_server::StreamableHttpService;
use tokio_util::task::TaskTracker;
use usher_entra::Caller;

use crate::bodies::{self, Followed, Lease, Unread};
use crate::doors::{self, Closed, Doors};
use crate::gate::Gate;
use crate::handler::{CALLER, Gone, Handler};
use crate::numbers;
use crate::replies::{self, SESSION_ID};
use crate::sessions::BoundSessions;

type ProtocolResponse = http::Response<BoxBody<Bytes, Infallible>>;

/// What answers requests to the endpoint.
pub(crate) struct Endpoint {
    pub(crate) doors: Doors,
    pub(crate) gate: Gate,
    pub(crate) sessions: Arc<BoundSessions>,
    pub(crate) protocol: StreamableHttpService<Handler, BoundSessions>,
    pub(crate) max_body_bytes: usize,
    /// Counts the answers to POST that aren't at their end: what a shutdown waits for.
    pub(crate) in_flight: TaskTracker,
}

/// Answers any request to the endpoint's path.
pub(crate) async fn serve(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = match endpoint.doors.admit(&parts) {
        Ok(origin) => origin,
        Err(Closed::Host) => {
            return replies::plain(StatusCode::FORBIDDEN, "The Host header is not a name of this server.");
        }
        Err(Closed::Origin) => {
            return replies::plain(StatusCode::FORBIDDEN, "Pages of this origin may not call this server.");
        }
    };
    let Some(origin) = origin else {
        // Boxed, since this future is moved several times before it runs, and the protocol layer's is large.
        return Box::pin(endpoint.answer(parts, body)).await;
    };
    // A browser asks before it sends, and can't send a token with that.
    let mut response = if parts.method == Method::OPTIONS {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        doors::preflight(&parts.headers, response.headers_mut());
        response
    } else {
        Box::pin(endpoint.answer(parts, body)).await
    };
    doors::share_with(origin, response.headers_mut());
    response
}

impl Endpoint {
    async fn answer(&self, mut parts: Parts, body: Body) -> Response {
        let caller = match self.gate.admit(&parts.headers).await {
            Ok(caller) => caller,
            Err(refusal) => return refusal,
        };
        // Nothing behind the gate has use for the token.
        parts.headers.remove(AUTHORIZATION);
        if let Some(id) = parts.headers.get(SESSION_ID) {
            let is_own = id.to_str().is_ok_and(|id| self.sessions.belongs(id, caller.key()));
            if !is_own {
                return replies::session_not_found();
            }
        }
        if parts.method == Method::POST {
            self.answer_post(parts, body, caller).await
        } else {
            self.answer_bodiless(parts, caller).await
        }
    }

    /// GET opens a session's stream, DELETE ends the session.
    async fn answer_bodiless(&self, mut parts: Parts, caller: Arc<Caller>) -> Response {
        let (method, headers) = (parts.method.clone(), parts.headers.clone());
        parts.extensions.insert(caller);
        let response = self
            .protocol
            .handle(Request::from_parts(parts, Empty::<Bytes>::new()))
            .await;
        let (mut answer, body) = response.into_parts();
        if replies::is_plain_failure(&answer) {
            return replies::reworded(&answer, &whole(body).await, &headers, b"");
        }
        if method == Method::DELETE && answer.status == StatusCode::ACCEPTED {
            // The session has ended, not only will: clients take 202 for a failure.
            answer.status = StatusCode::NO_CONTENT;
        }
        Response::from_parts(answer, Body::new(body))
    }

    async fn answer_post(&self, mut parts: Parts, body: Body, caller: Arc<Caller>) -> Response {
        let in_flight = self.in_flight.token();
        let body = match bodies::read(body, self.max_body_bytes).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return replies::too_large(self.max_body_bytes),
            Err(Unread::BrokeOff) => return replies::unreadable(),
        };
        // A request without a session is cancelled by the protocol layer when its client goes away; one in a session isn't.
        let lease = parts.headers.contains_key(SESSION_ID).then(|| {
            let (lease, gone) = Lease::new();
            parts.extensions.insert(Gone(gone));
            lease
        });
        let headers = parts.headers.clone();
        let mut response = self.dispatch(parts, body.clone(), &caller).await;
        if is_no_message(&response, &headers) {
            // It may still be a call that can be understood, if not run.
            let Some(repaired) = numbers::repair(&body) else {
                return replies::not_a_message(&body);
            };
            let (mut again, ()) = Request::new(()).into_parts();
            again.method = Method::POST;
            again.headers.clone_from(&headers);
            again.extensions.insert(repaired.fields);
            response = self.dispatch(again, repaired.body, &caller).await;
            if is_no_message(&response, &headers) {
                return replies::not_a_message(&body);
            }
        }
        let (answer, answer_body) = response.into_parts();
        if replies::is_plain_failure(&answer) {
            return replies::reworded(&answer, &whole(answer_body).await, &headers, &body);
        }
        Response::from_parts(answer, Body::new(Followed::new(answer_body, lease, in_flight)))
    }

    /// Hands a message to the protocol layer.
    async fn dispatch(&self, mut parts: Parts, body: Bytes, caller: &Arc<Caller>) -> ProtocolResponse {
        parts.extensions.insert(Arc::clone(caller));
        let request = Request::from_parts(parts, Full::new(body));
        CALLER.scope(Arc::clone(caller), self.protocol.handle(request)).await
    }
}

/// A failure's text: a body that is there already.
async fn whole(body: BoxBody<Bytes, Infallible>) -> Bytes {
    match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    }
}

/// Whether the protocol layer found that a body which says that it is JSON is no message.
fn is_no_message(response: &ProtocolResponse, request: &HeaderMap) -> bool {
    response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE && replies::says_json(request)
}
