//! One `tools/call`: from the name in the body to the answer.

use std::borrow::Cow;
use std::time::Instant;

use rmcp::model::{CallToolResult, ErrorData, JsonObject, RequestMetaObject};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use usher_entra::Remedy;
use usher_policy::Permit;
use usher_runtime::{Fault, Outcome, Request, Runtime, contract};

use crate::access::{self, Access, Refusal};
use crate::attached::{Attached, Demand};
use crate::metrics::Metrics;
use crate::tools::Served;
use crate::{client, content, words};

/// The longest part of an unknown tool's name that is said back.
const SHOWN_NAME: usize = 64;

/// The answer to a call.
pub(crate) struct Answered {
    /// For the model and the person to read.
    pub(crate) result: CallToolResult,
    /// The challenge that says the same to a client, where the status can still be chosen.
    pub(crate) demand: Option<Demand>,
}

impl From<CallToolResult> for Answered {
    fn from(result: CallToolResult) -> Self {
        Self { result, demand: None }
    }
}

/// What a client asks for.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: JsonObject,
    pub(crate) meta: &'a RequestMetaObject,
    pub(crate) capabilities: contract::ClientCapabilities,
    /// It comes with answers to questions.
    pub(crate) has_answers: bool,
}

/// Answers a call, until it is cancelled.
///
/// # Errors
/// The request itself is at fault: there is no such tool for this caller, or the client lacks a capability. All that goes wrong
/// with a tool is a result with `isError`.
pub(crate) async fn call(
    access: &Access,
    runtime: &Runtime,
    metrics: &Metrics,
    attached: &Attached,
    asked: Asked<'_>,
    cancelled: &CancellationToken,
) -> Result<Answered, ErrorData> {
    let tools = attached.tools();
    let Some(served) = tools.get(asked.name) else {
        metrics.unknown_tool();
        return Err(unknown(asked.name));
    };
    let permit = match permit(served, access, attached).await {
        Ok(permit) => permit,
        Err(refusal) => {
            // To the client, a tool that isn't there and one that it may not know of are the same.
            let text = refusal.said().ok_or_else(|| unknown(asked.name))?;
            let demand = refusal.demand(attached.caller());
            return Ok(Answered {
                result: content::failed(text),
                demand,
            });
        }
    };
    if asked.has_answers {
        served.metrics.ended("invalid-arguments");
        return Err(ErrorData::invalid_params(
            "No question of this server is open: requestState and inputResponses are not its own.",
            None,
        ));
    }
    if let Some(fields) = &attached.not_finite {
        served.metrics.ended("invalid-arguments");
        return Ok(content::failed(fields.lines()).into());
    }
    let arguments = Value::Object(asked.arguments);
    if let Err(violations) = served.tool.check_arguments(&arguments) {
        served.metrics.ended("invalid-arguments");
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        return Ok(content::failed(lines.join("\n")).into());
    }
    let required = served.tool.client_requirements();
    if !asked.capabilities.contains(required) {
        served.metrics.ended("missing-capability");
        return Err(ErrorData::missing_required_client_capability(client::declaration(
            required,
        )));
    }
    let request = Request {
        arguments: arguments.to_string(),
        context: contract::RequestContext {
            client: asked.capabilities,
            input_responses: Vec::new(),
            request_state: None,
            meta: client::own_meta(asked.meta),
        },
    };
    let started = Instant::now();
    let ended = tokio::select! {
        biased;
        outcome = runtime.run(&served.tool, permit, request) => outcome,
        () = stopped(cancelled, attached.gone.as_ref()) => {
            served.metrics.ran("cancelled", started.elapsed());
            tracing::debug!(target: "usher::call", tool = served.tool.name(), outcome = "cancelled", milliseconds = milliseconds(started));
            // Nobody reads it: the client has cancelled the call, or is gone.
            return Err(ErrorData::internal_error("The call was cancelled.", None));
        }
    };
    let outcome = ended.as_ref().map_or_else(Fault::kind, kind);
    served.metrics.ran(outcome, started.elapsed());
    tracing::debug!(target: "usher::call", tool = served.tool.name(), outcome, milliseconds = milliseconds(started));
    let mut answered = answer(served, ended, attached);
    if let Some(note) = tools.note(served) {
        content::put_first(&mut answered.result, note);
    }
    Ok(answered)
}

/// The permit, as it was decided before the call was dispatched; or decided now, for tools about which the token says enough,
/// and for a call that couldn't be read then.
async fn permit(served: &Served, access: &Access, attached: &Attached) -> Result<Permit, Refusal> {
    match attached.take_decision(served.tool.policy()) {
        Some(decided) => decided,
        None => served.permit(attached.who(), access).await,
    }
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

fn answer(served: &Served, ended: Result<Outcome, Fault>, attached: &Attached) -> Answered {
    match ended {
        Ok(Outcome::Error {
            error: contract::Error::SignInRequired,
            remedy: Some(remedy),
        }) => sign_in_required(&remedy, attached),
        Ok(outcome) => content::outcome(outcome).into(),
        Err(fault) => failure(served, &fault).into(),
    }
}

/// What the person must do, where a capability couldn't act for them and has said why.
fn sign_in_required(remedy: &Remedy, attached: &Attached) -> Answered {
    Answered {
        result: content::failed(words::sign_in_required(remedy)),
        demand: Demand::of(remedy, attached.caller()),
    }
}

/// What went wrong, for the client in words that are safe, and for the operator in full; a reference joins the two.
fn failure(served: &Served, fault: &Fault) -> CallToolResult {
    let reference = access::reference();
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
        Outcome::Error { .. } => "error",
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
