//! The short way of a call without a session.
//!
//! Most requests are calls of revision 2026-07-28 in which everything fits: the protocol layer would read the message into its
//! types for every method, spawn two tasks and pass the answer through a channel, which takes a third of a small call's time. They are
//! answered here, in the task of their connection. A message or a header that is anything but usual isn't judged here: it goes the
//! long way, where the protocol layer says what is wrong with it. So this room has no refusals of its own, and what it answers is made
//! of the protocol layer's types by the same code as the long way's ([`Shared::call`](crate::handler::Shared::call)).

use std::borrow::Cow;

use axum::response::Response;
use http::header::{ACCEPT, AsHeaderName, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use rmcp::model::{
    ErrorCode, ErrorData, JsonObject, ProtocolVersion, RequestId, RequestMetaObject, ServerJsonRpcMessage, ServerResult,
};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use usher_runtime::contract;

use crate::attached::Attached;
use crate::call::Asked;
use crate::handler::Shared;
use crate::headers::{METHOD, NAME, PROTOCOL_VERSION, SESSION_ID};
use crate::{client, replies};

const JSON: &str = "application/json";
const EVENT_STREAM: &str = "text/event-stream";
const CALL: &str = "tools/call";

/// A call in which everything fits.
pub(crate) struct DirectCall<'a> {
    id: RequestId,
    pub(crate) name: Cow<'a, str>,
    arguments: JsonObject,
    meta: RequestMetaObject,
    capabilities: contract::ClientCapabilities,
}

/// The message. Whatever else is in it, or is in it twice, is for the protocol layer to judge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    jsonrpc: &'a str,
    id: RequestId,
    method: &'a str,
    #[serde(borrow)]
    params: Params<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    arguments: JsonObject,
    #[serde(rename = "_meta")]
    meta: RequestMetaObject,
}

impl<'a> DirectCall<'a> {
    /// Reads a POST. None: it goes the long way.
    pub(crate) fn read(headers: &HeaderMap, body: &'a [u8]) -> Option<Self> {
        let version = ProtocolVersion::V_2026_07_28;
        let is_usual = only(headers, PROTOCOL_VERSION)? == version.as_str()
            && only(headers, METHOD)? == CALL
            && !headers.contains_key(SESSION_ID)
            && only(headers, CONTENT_TYPE)? == JSON
            && accepts_both(only(headers, ACCEPT)?);
        if !is_usual {
            return None;
        }
        let message: Message<'_> = serde_json::from_slice(body).ok()?;
        let Params { name, arguments, meta } = message.params;
        let fits = message.jsonrpc == "2.0"
            && message.method == CALL
            && only(headers, NAME)? == name
            && meta.protocol_version() == Some(version);
        Some(Self {
            id: message.id,
            name,
            arguments,
            capabilities: client::capabilities(&meta.client_capabilities().filter(|_| fits)?),
            meta,
        })
    }

    /// Answers it.
    pub(crate) async fn answer(self, shared: &Shared, attached: &Attached, cancelled: &CancellationToken) -> Response {
        let asked = Asked {
            name: &self.name,
            arguments: self.arguments,
            meta: &self.meta,
            capabilities: self.capabilities,
            has_answers: false,
        };
        match shared.call(attached, asked, cancelled).await {
            Ok(result) => response(
                StatusCode::OK,
                &ServerJsonRpcMessage::response(ServerResult::CallToolResult(result), self.id),
            ),
            Err(error) => response(status(&error), &ServerJsonRpcMessage::error(error, Some(self.id))),
        }
    }
}

fn response(status: StatusCode, message: &ServerJsonRpcMessage) -> Response {
    match serde_json::to_vec(message) {
        Ok(text) => replies::json_text(status, text),
        Err(error) => {
            tracing::error!(%error, "an answer can't be written");
            replies::plain(StatusCode::INTERNAL_SERVER_ERROR, "The request could not be answered.")
        }
    }
}

/// The status that goes with an error of a call (MCP 2026-07-28, transports).
fn status(error: &ErrorData) -> StatusCode {
    match error.code {
        ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.to_str().ok()).flatten()
}

/// Whether an `Accept` plainly names both kinds of answers; preferences are for the protocol layer to weigh.
fn accepts_both(accept: &str) -> bool {
    let names = |wanted: &str| accept.split(',').any(|part| part.trim() == wanted);
    names(JSON) && names(EVENT_STREAM)
}
