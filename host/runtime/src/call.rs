//! One call: a fresh store, a fresh instance, an answer, and away with both.

use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use usher_capabilities::{CallContext, Departure, HostCallsExhausted, InCall, ended_by_wasi};
use usher_entra::Remedy;
use wasmtime::{Store, Trap};

use crate::bindings::contract;
use crate::engine::{FUEL, one_line, restrain};
use crate::fault::{Fault, Limit};
use crate::limiter::Limiter;
use crate::measures::{Measured, Measures};
use crate::schema::Schema;
use crate::tool::Tool;

/// What a call brings, besides its permit.
#[derive(Debug)]
pub struct Request {
    /// A JSON object that fits the input schema, as text.
    pub arguments: String,
    /// The client's capabilities, answers and state, and the request's `_meta`.
    pub context: contract::RequestContext,
}

/// The tool's own answer.
#[derive(Debug)]
pub enum Outcome {
    /// A result. Its structured content, if any, is JSON and fits the output schema.
    Complete {
        /// The result as the contract has it.
        result: contract::CallToolResult,
        /// Its structured content, read.
        structured: Option<Value>,
    },
    /// Questions for the client.
    InputRequired(contract::InputRequired),
    /// The tool says that it didn't work.
    Error {
        /// What it says.
        error: contract::Error,
        /// What would help, if a capability told the tool that the person must sign in or consent: what
        /// [`contract::Error::SignInRequired`] means, which the tool itself isn't told. None if no capability said so.
        remedy: Option<Remedy>,
    },
}

/// What a store holds: the call as the host functions see it, and the limits.
pub(crate) struct CallState {
    pub(crate) context: CallContext,
    pub(crate) limiter: Limiter,
}

impl InCall for CallState {
    fn call(&mut self) -> &mut CallContext {
        &mut self.context
    }
}

/// Runs a call. Dropping the future stops the guest at its next tick and throws the instance away. Instructions are counted if
/// the tool's engine does that.
pub(crate) async fn run(tool: &Tool, context: CallContext, request: Request, count_instructions: bool) -> Measured {
    let begun = Instant::now();
    let component = &tool.component;
    let limits = tool.policy.limits();
    let deadline = Instant::from_std(context.deadline());
    let state = CallState {
        context,
        limiter: Limiter::new(limits),
    };
    let mut store = Store::new(component.engine(), state);
    store.limiter(|state| &mut state.limiter);
    restrain(&mut store, limits.returned_bytes as usize);
    if count_instructions {
        store
            .set_fuel(FUEL)
            .expect("the engine was made with the runtime, to count");
    }

    let called = component.call_tool(&mut store, tool.name(), &request.arguments, &request.context);
    let answer = timeout_at(deadline, called).await;
    // A guest that is stopped in the midst of its work hasn't told yet how far it has come.
    let left = (count_instructions && answer.is_ok()).then(|| store.get_fuel().unwrap_or_default());
    let measures = Measures {
        took: begun.elapsed(),
        memory_bytes: store.data().limiter.memory_used(),
        instructions: left.map(|left| FUEL - left),
    };
    let ended = match answer {
        Err(_) => Err(Fault::Limit { limit: Limit::Deadline }),
        Ok(Err(error)) => Err(fault(&error, store.data().limiter.hit())),
        Ok(Ok(Err(error))) => Ok(Outcome::Error {
            error,
            remedy: store.data().context.remedy().cloned(),
        }),
        Ok(Ok(Ok(contract::CallToolOutcome::InputRequired(questions)))) => Ok(Outcome::InputRequired(questions)),
        Ok(Ok(Ok(contract::CallToolOutcome::Complete(result)))) => complete(tool, result),
    };
    Measured { ended, measures }
}

fn complete(tool: &Tool, result: contract::CallToolResult) -> Result<Outcome, Fault> {
    let bad = |detail: String| Fault::BadResult { detail };
    let structured = result
        .structured_content
        .as_deref()
        .map(serde_json::from_str::<Value>)
        .transpose()
        .map_err(|error| bad(format!("structured-content is not JSON: {error}")))?;
    if let Some(meta) = &result.meta {
        serde_json::from_str::<serde_json::Map<String, Value>>(meta)
            .map_err(|error| bad(format!("meta is not a JSON object: {error}")))?;
    }
    check_output(tool.output.as_ref(), structured.as_ref()).map_err(bad)?;
    Ok(Outcome::Complete { result, structured })
}

fn check_output(schema: Option<&Schema>, structured: Option<&Value>) -> Result<(), String> {
    match (schema, structured) {
        (None, _) => Ok(()),
        (Some(_), None) => Err("the tool has an output schema but gave no structured content".to_owned()),
        (Some(schema), Some(value)) => schema.check(value).map_err(|violations| {
            let first = violations.first().map(ToString::to_string).unwrap_or_default();
            format!("structured-content doesn't fit the output schema: {first}")
        }),
    }
}

/// Tells what an error of wasmtime means.
fn fault(error: &wasmtime::Error, hit: Option<Limit>) -> Fault {
    if error.downcast_ref::<HostCallsExhausted>().is_some() {
        return Fault::Limit {
            limit: Limit::HostCalls,
        };
    }
    if let Some(detail) = ended_by_wasi(error) {
        return Fault::Trap { detail };
    }
    if let Some(departure) = error.downcast_ref::<Departure>() {
        return Fault::Trap {
            detail: departure.to_string(),
        };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        // A guest that is refused memory usually aborts: the refusal is the cause, the trap its consequence.
        return match (trap, hit) {
            (_, Some(limit)) => Fault::Limit { limit },
            (Trap::StackOverflow, None) => Fault::Limit { limit: Limit::Stack },
            (trap, None) => Fault::Trap {
                detail: trap.to_string(),
            },
        };
    }
    if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
        return Fault::Host {
            detail: format!("the instance pool is exhausted: {error}"),
        };
    }
    let detail = one_line(error);
    // wasmtime has no type for this one; `a_result_over_the_limit_is_the_limit` notices if the words change.
    if detail.contains("fuel allocated for hostcalls") {
        return Fault::Limit {
            limit: Limit::ReturnedBytes,
        };
    }
    match hit {
        Some(limit) => Fault::Limit { limit },
        // What is left can't be lifted out of the guest's memory: invalid UTF-8, a pointer out of bounds, an unknown case.
        None => Fault::BadResult { detail },
    }
}
