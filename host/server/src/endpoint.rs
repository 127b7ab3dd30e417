//! The way of a request to the MCP endpoint, from the connection to the protocol layer and back.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use rmcp::transport::streamable_http_server::StreamableHttpService;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use usher_entra::SignedIn;

use crate::access::Access;
use crate::attached::{ATTACHED, Attached, Demand};
use crate::bodies::{self, Followed, Lease, Unread};
use crate::current::Current;
use crate::direct::DirectCall;
use crate::doors::{self, Closed, Doors};
use crate::envelope;
use crate::gate::Gate;
use crate::handler::{Handler, Shared};
use crate::headers::{McpHeaders, SESSION_ID};
use crate::numbers;
use crate::replies;
use crate::sessions::BoundSessions;

type ProtocolResponse = http::Response<BoxBody<Bytes, Infallible>>;

/// What answers requests to the endpoint.
pub(crate) struct Endpoint {
    pub(crate) doors: Doors,
    pub(crate) gate: Gate,
    pub(crate) access: Access,
    pub(crate) current: Current,
    pub(crate) sessions: Arc<BoundSessions>,
    pub(crate) protocol: StreamableHttpService<Handler, BoundSessions>,
    /// For calls that don't go through the protocol layer.
    pub(crate) shared: Arc<Shared>,
    /// Cancelled when what still runs at a shutdown is to end.
    pub(crate) ending: CancellationToken,
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
        let who = match self.gate.admit(&parts.headers).await {
            Ok(who) => who,
            Err(refusal) => return refusal,
        };
        // From here on the token is in `who` alone, and only what exchanges it gets at it.
        parts.headers.remove(AUTHORIZATION);
        if let Some(id) = parts.headers.get(SESSION_ID) {
            let is_own = id
                .to_str()
                .is_ok_and(|id| self.sessions.belongs(id, who.caller().key()));
            if !is_own {
                return replies::session_not_found();
            }
        }
        if parts.method == Method::POST {
            self.answer_post(parts, body, who).await
        } else {
            self.answer_bodiless(parts, who).await
        }
    }

    /// GET opens a session's stream, DELETE ends the session.
    async fn answer_bodiless(&self, mut parts: Parts, who: SignedIn) -> Response {
        let headers = McpHeaders::of(&parts.headers);
        let is_delete = parts.method == Method::DELETE;
        let Some(tools) = self.current.loaded().await else {
            return replies::starting();
        };
        let attached = Attached::new(who, tools, None, None);
        parts.extensions.insert(Arc::new(attached));
        let response = self
            .protocol
            .handle(Request::from_parts(parts, Empty::<Bytes>::new()))
            .await;
        let (mut answer, body) = response.into_parts();
        if replies::is_plain_failure(&answer) {
            return replies::reworded(&answer, &whole(body).await, &headers, b"");
        }
        if is_delete && answer.status == StatusCode::ACCEPTED {
            // The session has ended, not only will: clients take 202 for a failure.
            answer.status = StatusCode::NO_CONTENT;
        }
        Response::from_parts(answer, Body::new(body))
    }

    async fn answer_post(&self, parts: Parts, body: Body, who: SignedIn) -> Response {
        let in_flight = self.in_flight.token();
        let body = match bodies::read(body, self.max_body_bytes).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return replies::too_large(self.max_body_bytes),
            Err(Unread::BrokeOff) => return replies::unreadable(),
        };
        let Some(tools) = self.current.loaded().await else {
            return replies::starting();
        };
        if let Some(call) = DirectCall::read(&parts.headers, &body)
            && !tools.reads_headers(&call.name)
        {
            let attached = Attached::new(who, tools, None, None);
            return self.answer_directly(call, &attached).await;
        }
        let headers = &McpHeaders::of(&parts.headers);
        // A request without a session is cancelled by the protocol layer when its client goes away; one in a session isn't.
        let (lease, gone) = headers.names_session().then(Lease::new).unzip();
        let attached = Arc::new(Attached::new(who, tools, None, gone));
        let mut response = match self.dispatch(parts, body.clone(), &attached).await {
            Ok(response) => response,
            Err(challenge) => return challenge,
        };
        if is_no_message(&response, headers) {
            // It may still be a call that can be understood, if not run.
            let Some(repaired) = numbers::repair(&body) else {
                return replies::not_a_message(&body);
            };
            let (mut again, ()) = Request::new(()).into_parts();
            again.method = Method::POST;
            again.headers = headers.again();
            let (who, tools) = (attached.who().clone(), attached.tools());
            let attached = Arc::new(Attached::new(who, tools, Some(repaired.fields), None));
            response = match self.dispatch(again, repaired.body, &attached).await {
                Ok(response) => response,
                Err(challenge) => return challenge,
            };
            if is_no_message(&response, headers) {
                return replies::not_a_message(&body);
            }
        }
        let (answer, answer_body) = response.into_parts();
        if replies::is_plain_failure(&answer) {
            return replies::reworded(&answer, &whole(answer_body).await, headers, &body);
        }
        Response::from_parts(answer, Body::new(Followed::new(answer_body, lease, in_flight)))
    }

    /// Answers a call that needn't go through the protocol layer. It ends with this future, which is dropped when its client goes away.
    async fn answer_directly(&self, call: DirectCall<'_>, attached: &Attached) -> Response {
        if let Some(demand) = self.decide(attached, &call.name).await {
            return self.gate.demand(attached.caller(), &demand);
        }
        let response = call.answer(&self.shared, attached, &self.ending).await;
        match attached.demanded() {
            Some(demand) => self.gate.demand(attached.caller(), demand),
            None => response,
        }
    }

    /// Hands a message to the protocol layer.
    ///
    /// # Errors
    /// The answer for a client that must bring something first, which may turn out before the message is handed on or after.
    async fn dispatch(
        &self,
        mut parts: Parts,
        body: Bytes,
        attached: &Arc<Attached>,
    ) -> Result<ProtocolResponse, Response> {
        if attached.tools().any_takes_more()
            && let Some(name) = envelope::called_tool(&body)
            && let Some(demand) = self.decide(attached, &name).await
        {
            return Err(self.gate.demand(attached.caller(), &demand));
        }
        parts.extensions.insert(Arc::clone(attached));
        let request = Request::from_parts(parts, Full::new(body));
        let response = ATTACHED
            .scope(Arc::clone(attached), self.protocol.handle(request))
            .await;
        match attached.demanded() {
            // A stream that has begun has its status; its last message says the same in words.
            Some(demand) if !is_stream(&response) => Err(self.gate.demand(attached.caller(), demand)),
            _ => Ok(response),
        }
    }

    /// Decides about a call whose rule takes more than the token to hold, while the status of the answer can still be chosen.
    async fn decide(&self, attached: &Attached, name: &str) -> Option<Demand> {
        let tools = attached.tools();
        let served = tools.get(name).filter(|served| served.takes_more())?;
        let outcome = served.permit(attached.who(), &self.access).await;
        let demand = outcome
            .as_ref()
            .err()
            .and_then(|refusal| refusal.demand(attached.caller()));
        attached.decided(served.tool.policy(), outcome);
        demand
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
fn is_no_message(response: &ProtocolResponse, request: &McpHeaders) -> bool {
    response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE && request.says_json()
}

fn is_stream(response: &ProtocolResponse) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}
