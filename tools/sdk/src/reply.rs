//! From what a tool's function returns to how the contract says it.

use std::any::{Any, TypeId};

use schemars::JsonSchema;
use serde::Serialize;

use crate::bindings::exports::usher::tool::tools::CallToolResult;
use crate::{Error, Outcome, ToolResult, schema};

pub use crate::bindings::exports::usher::tool::tools::CallToolOutcome;

/// What the function of a tool returns: `Result<T, E>`, where `T` is a [`Reply`] and `?` makes an [`Error`] of `E`.
#[diagnostic::on_unimplemented(
    message = "a tool can't return `{Self}`",
    label = "this isn't `Result<T, Error>`",
    note = "write `Result<T, Error>`, where `T` is a struct with `Serialize` and `JsonSchema`, a `String`, a `ToolResult` or an `Outcome`"
)]
pub trait ToolReturn {
    /// The JSON Schema of the structured content, if there is some.
    fn output_schema() -> Option<String>;

    /// How the call ends.
    ///
    /// # Errors
    /// The tool's own error, or that its result can't be written.
    fn finish(self) -> Result<CallToolOutcome, Error>;
}

impl<T: Reply, E: Into<Error>> ToolReturn for Result<T, E> {
    fn output_schema() -> Option<String> {
        T::output_schema()
    }

    fn finish(self) -> Result<CallToolOutcome, Error> {
        self.map_err(Into::into)?.outcome()
    }
}

/// What a tool may answer with.
///
/// - A type with `Serialize` and `JsonSchema` is structured content, and its schema is the tool's output schema.
/// - A `String` is text for the model, and `()` nothing.
/// - A [`ToolResult`] is any content, with structured content or without.
/// - An [`Outcome`] is one of these, or questions for the person.
#[diagnostic::on_unimplemented(
    message = "a tool can't answer with `{Self}`",
    note = "derive `Serialize` and `JsonSchema` for it, or answer with a `String`, a `ToolResult` or an `Outcome`"
)]
pub trait Reply {
    /// The JSON Schema of the structured content, if there is some.
    fn output_schema() -> Option<String>;

    /// How the call ends.
    ///
    /// # Errors
    /// That the answer can't be written.
    fn outcome(self) -> Result<CallToolOutcome, Error>;
}

impl<T: Serialize + JsonSchema + 'static> Reply for T {
    fn output_schema() -> Option<String> {
        (!is_text::<T>() && !is_nothing::<T>()).then(schema::of_output::<T>)
    }

    fn outcome(self) -> Result<CallToolOutcome, Error> {
        match (&self as &dyn Any).downcast_ref::<String>() {
            Some(text) => ToolResult::new().text(text).outcome(),
            None => ToolResult::new().structured(self).outcome(),
        }
    }
}

impl<T: Serialize + JsonSchema + 'static> Reply for ToolResult<T> {
    fn output_schema() -> Option<String> {
        (!is_nothing::<T>()).then(schema::of_output::<T>)
    }

    fn outcome(self) -> Result<CallToolOutcome, Error> {
        let structured_content = if is_nothing::<T>() {
            None
        } else {
            Some(to_json(&self.structured)?)
        };
        Ok(CallToolOutcome::Complete(CallToolResult {
            content: self.content,
            structured_content,
            meta: self.meta,
        }))
    }
}

impl<T: Reply> Reply for Outcome<T> {
    fn output_schema() -> Option<String> {
        T::output_schema()
    }

    fn outcome(self) -> Result<CallToolOutcome, Error> {
        match self {
            Self::Complete(result) => result.outcome(),
            Self::InputRequired(questions) => questions.finish().map(CallToolOutcome::InputRequired),
        }
    }
}

// Both are decided when a tool is compiled: rustc knows the type and keeps one branch.
fn is_text<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<String>()
}

fn is_nothing<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<()>()
}

fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| {
        crate::log::error(&format!("the tool's result can't be written as JSON: {error}"));
        Error::failed("This tool made a mistake. Trying again won't help; the operator's log says more.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Questions;
    use crate::bindings::usher::tool::types::Content;

    #[derive(Serialize, JsonSchema)]
    struct Sum {
        total: f64,
    }

    fn complete(answer: impl Reply) -> CallToolResult {
        match answer.outcome().unwrap() {
            CallToolOutcome::Complete(result) => result,
            CallToolOutcome::InputRequired(_) => panic!("a result"),
        }
    }

    #[test]
    fn a_struct_is_structured_content_with_a_schema() {
        let result = complete(Sum { total: 2.5 });
        assert_eq!(result.structured_content.as_deref(), Some(r#"{"total":2.5}"#));
        assert!(result.content.is_empty());
        assert!(Sum::output_schema().unwrap().contains("total"));
    }

    #[test]
    fn a_string_is_text_without_a_schema() {
        let result = complete("Hello".to_owned());
        assert_eq!(result.structured_content, None);
        assert!(matches!(&result.content[..], [block] if block.content == Content::Text("Hello".into())));
        assert_eq!(String::output_schema(), None);
    }

    #[test]
    fn nothing_is_nothing() {
        let result = complete(());
        assert_eq!((result.structured_content, result.content.len()), (None, 0));
        assert_eq!(<()>::output_schema(), None);
    }

    #[test]
    fn a_tool_result_may_have_both() {
        let result = complete(ToolResult::new().text("2.50 in all").structured(Sum { total: 2.5 }));
        assert_eq!(result.content.len(), 1);
        assert!(result.structured_content.is_some());
        assert_eq!(ToolResult::<Sum>::output_schema(), Sum::output_schema());
        assert_eq!(ToolResult::<()>::output_schema(), None);
    }

    #[test]
    fn questions_end_a_call_with_their_state() {
        let outcome: Outcome<Sum> = Questions::new()
            .form::<Sum>("sum", "How much?")
            .state(&7)
            .into_outcome();
        let CallToolOutcome::InputRequired(asked) = outcome.outcome().unwrap() else {
            panic!("questions")
        };
        assert_eq!(asked.request_state.as_deref(), Some("7"));
        assert_eq!(asked.input_requests.len(), 1);
    }
}
