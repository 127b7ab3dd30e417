//! One `tools/call`: from the name in the body to the answer.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use rmcp::model::{CallToolRequestParams, CallToolResult, ErrorData};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use usher_entra::Caller;
use usher_policy::{Denied, Permit, Purpose};
use usher_runtime::{Fault, Outcome, Request, Runtime, contract};
use uuid::Uuid;

use crate::numbers::NotFinite;
use crate::tools::{Served, Tools};
use crate::{client, content};

/// The longest part of an unknown tool's name that is said back.
const SHOWN_NAME: usize = 64;

/// What the endpoint knows of a call, besides the message.
pub(crate) struct Origin<'a> {
    /// Who calls.
    pub(crate) caller: &'a Arc<Caller>,
    /// Arguments that were no numbers, so that the call must not run.
    pub(crate) not_finite: Option<&'a NotFinite>,
    /// Cancelled when the client goes away.
    pub(crate) gone: Option<&'a CancellationToken>,
}

/// Answers a call.
///
/// # Errors
/// The request itself is at fault: there is no such tool for this caller, or the client lacks a capability. All that goes wrong
/// with a tool is a result with `isError`.
pub(crate) async fn call(
    tools: &Tools,
    runtime: &Runtime,
    origin: &Origin<'_>,
    params: CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResult, ErrorData> {
    let (served, permit) = match resolve(tools, &params.name, origin.caller) {
        Ok(found) => found,
        Err(Denied::Hidden) => return Err(unknown(&params.name)),
        Err(Denied::Undecided) => {
            return Ok(content::failed(
                "Whether you may use this tool could not be found out just now. Try again in a moment.",
            ));
        }
    };
    if params.request_state.is_some() || params.input_responses.is_some() {
        return Err(ErrorData::invalid_params(
            "No question of this server is open: requestState and inputResponses are not its own.",
            None,
        ));
    }
    if let Some(fields) = origin.not_finite {
        return Ok(content::failed(fields.lines()));
    }
    let arguments = Value::Object(params.arguments.unwrap_or_default());
    if let Err(violations) = served.tool.check_arguments(&arguments) {
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        return Ok(content::failed(lines.join("\n")));
    }
    let capabilities = context
        .client_capabilities()
        .map_or(contract::ClientCapabilities::empty(), |declared| {
            client::capabilities(&declared)
        });
    let required = served.tool.client_requirements();
    if !capabilities.contains(required) {
        return Err(ErrorData::missing_required_client_capability(client::declaration(
            required,
        )));
    }
    let request = Request {
        arguments: arguments.to_string(),
        context: contract::RequestContext {
            client: capabilities,
            input_responses: Vec::new(),
            request_state: None,
            meta: client::own_meta(&context.meta),
        },
    };
    let started = Instant::now();
    let ended = tokio::select! {
        biased;
        outcome = runtime.run(&served.tool, permit, request) => outcome,
        () = stopped(&context.ct, origin.gone) => {
            tracing::debug!(target: "usher::call", tool = served.tool.name(), outcome = "cancelled", milliseconds = milliseconds(started));
            // Nobody reads it: the client has cancelled the call, or is gone.
            return Err(ErrorData::internal_error("The call was cancelled.", None));
        }
    };
    let outcome = ended.as_ref().map_or_else(Fault::kind, kind);
    tracing::debug!(target: "usher::call", tool = served.tool.name(), outcome, milliseconds = milliseconds(started));
    Ok(answer(served, ended))
}

fn resolve<'a>(tools: &'a Tools, name: &str, caller: &Arc<Caller>) -> Result<(&'a Served, Permit), Denied> {
    // To the client, a tool that isn't there and one that it may not know of are the same.
    let served = tools.get(name).ok_or(Denied::Hidden)?;
    Ok((served, served.permit(caller, Purpose::Call)?))
}

/// MCP, tools, error handling: unknown tools are protocol errors.
fn unknown(name: &str) -> ErrorData {
    let shown = match name.char_indices().nth(SHOWN_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    };
    ErrorData::invalid_params(format!("Unknown tool: {shown}"), None)
}

async fn stopped(cancelled: &CancellationToken, gone: Option<&CancellationToken>) {
    match gone {
        None => cancelled.cancelled().await,
        Some(gone) => tokio::select! {
            () = cancelled.cancelled() => {}
            () = gone.cancelled() => {}
        },
    }
}

fn answer(served: &Served, ended: Result<Outcome, Fault>) -> CallToolResult {
    match ended {
        Ok(Outcome::Complete { result, structured }) => content::complete(result, structured),
        Ok(Outcome::Error(error)) => content::error(error),
        Ok(Outcome::InputRequired(_)) => {
            content::failed("This tool asks a question, and this server can't pass questions on yet.")
        }
        Err(fault) => failure(served, &fault),
    }
}

/// What went wrong, for the client in words that are safe, and for the operator in full; a reference joins the two.
fn failure(served: &Served, fault: &Fault) -> CallToolResult {
    let reference = format!("{:08x}", Uuid::new_v4().as_fields().0);
    let policy = served.tool.policy();
    tracing::warn!(
        target: "usher::call",
        reference,
        tool = policy.tool(),
        component = policy.component(),
        revision = policy.revision(),
        fault = fault.kind(),
        detail = fault.detail(),
        "a call failed"
    );
    content::failed(format!("{fault} (Reference: {reference})"))
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Complete { .. } => "complete",
        Outcome::InputRequired(_) => "input-required",
        Outcome::Error(_) => "error",
    }
}

fn milliseconds(since: Instant) -> u128 {
    since.elapsed().as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_tools_name_is_said_back_up_to_a_length() {
        assert_eq!(unknown("nope").message, "Unknown tool: nope");
        assert_eq!(
            unknown(&"ü".repeat(1 << 20)).message.chars().count(),
            "Unknown tool: ".len() + SHOWN_NAME + 1
        );
    }

    #[tokio::test]
    async fn a_client_that_goes_away_stops_its_call() {
        let (cancelled, gone) = (CancellationToken::new(), CancellationToken::new());
        gone.cancel();
        stopped(&cancelled, Some(&gone)).await;
    }

    #[tokio::test]
    async fn a_cancellation_stops_its_call() {
        let (cancelled, gone) = (CancellationToken::new(), CancellationToken::new());
        cancelled.cancel();
        stopped(&cancelled, Some(&gone)).await;
        stopped(&cancelled, None).await;
    }
}
