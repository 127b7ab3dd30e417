//! Asking the person in the middle of a call.
//!
//! A tool that needs an answer returns its questions and ends; nobody waits in it. When the answers are there, the host
//! calls it again, with the same arguments, and the tool finds the answers and its own state in the
//! [`Context`](crate::Context). MCP: `InputRequiredResult`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::bindings::usher::tool::types::{ElicitForm, ElicitUrl, InputRequired};
use crate::{Error, schema};

pub use crate::bindings::usher::tool::types::InputRequest;

/// What a tool returns that may have to ask first.
#[derive(Clone, Debug)]
pub enum Outcome<T> {
    /// The result.
    Complete(T),
    /// "Ask these, then call me again."
    InputRequired(Questions),
}

impl<T> From<T> for Outcome<T> {
    fn from(result: T) -> Self {
        Self::Complete(result)
    }
}

/// What to ask, each under a key of the tool's choosing. Ask only what [`Context::client`](crate::Context::client) says
/// that the client can do, or declare it: `requires(client(elicitation_form))`.
#[derive(Clone, Debug)]
#[must_use = "questions are asked when they are returned: `Ok(questions.into_outcome())`"]
pub struct Questions {
    requests: Vec<(String, InputRequest)>,
    state: Result<Option<String>, Error>,
}

impl Default for Questions {
    fn default() -> Self {
        Self::new()
    }
}

impl Questions {
    /// No question yet.
    pub fn new() -> Self {
        Self {
            requests: Vec::new(),
            state: Ok(None),
        }
    }

    /// Has the person fill in a form: a struct of strings, numbers, booleans and enums. Never for passwords.
    pub fn form<T: JsonSchema>(self, key: &str, message: impl Into<String>) -> Self {
        let form = ElicitForm {
            message: message.into(),
            requested_schema: schema::of_input::<T>(),
        };
        self.request(key, InputRequest::ElicitForm(form))
    }

    /// Has the person visit a page. The URL is `https:` and holds no secrets.
    pub fn page(self, key: &str, message: impl Into<String>, url: impl Into<String>) -> Self {
        self.request(
            key,
            InputRequest::ElicitUrl(ElicitUrl {
                message: message.into(),
                url: url.into(),
            }),
        )
    }

    /// Asks anything that the contract knows.
    pub fn request(mut self, key: &str, request: InputRequest) -> Self {
        self.requests.push((key.to_owned(), request));
        self
    }

    /// What the next round needs to know. The client holds it, sealed and encrypted, so keep it small.
    pub fn state(mut self, state: &impl Serialize) -> Self {
        self.state = serde_json::to_string(state)
            .map(Some)
            .map_err(|error| Error::failed(format!("The tool's state can't be written as JSON: {error}")));
        self
    }

    /// The outcome of a call that ends with these questions.
    pub fn into_outcome<T>(self) -> Outcome<T> {
        Outcome::InputRequired(self)
    }

    pub(crate) fn finish(self) -> Result<InputRequired, Error> {
        Ok(InputRequired {
            input_requests: self.requests,
            request_state: self.state?,
        })
    }
}
