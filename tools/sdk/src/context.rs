//! What comes with a call besides its arguments. Most tools never look at it.

use serde::de::DeserializeOwned;

use crate::Error;
use crate::bindings::usher::tool::types::{ElicitResult, RequestContext};

pub use crate::bindings::usher::tool::types::{ClientCapabilities, InputResponse};

/// The context of a call: a tool gets it by a parameter `context: &Context`.
#[derive(Clone, Debug)]
pub struct Context {
    request: RequestContext,
}

/// What the person did with a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T> {
    /// Agreed, with the values of the form.
    Accepted(T),
    /// Said no.
    Declined,
    /// Went away without a choice.
    Cancelled,
}

impl Context {
    /// What this client can be asked for.
    pub fn client(&self) -> ClientCapabilities {
        self.request.client
    }

    /// The state that this tool gave with its questions; `None` in the first round. The host vouches for it.
    ///
    /// # Errors
    /// That it isn't a `T`, which only an older revision of the tool can be the cause of.
    pub fn state<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        self.request.request_state.as_deref().map(parse).transpose()
    }

    /// What the person did with the form or the page that was asked for under `key`; `None` if that wasn't asked yet.
    /// For a page there are no values: ask for [`serde::de::IgnoredAny`].
    ///
    /// # Errors
    /// That the form's values aren't a `T`.
    pub fn answer<T: DeserializeOwned>(&self, key: &str) -> Result<Option<Answer<T>>, Error> {
        match self.response(key) {
            Some(InputResponse::Elicit(ElicitResult::Accept(values))) => parse(values).map(Answer::Accepted).map(Some),
            Some(InputResponse::Elicit(ElicitResult::Decline)) => Ok(Some(Answer::Declined)),
            Some(InputResponse::Elicit(ElicitResult::Cancel)) => Ok(Some(Answer::Cancelled)),
            Some(InputResponse::CreateMessage(_) | InputResponse::ListRoots(_)) | None => Ok(None),
        }
    }

    /// Whatever the client answered to what was asked for under `key`.
    pub fn response(&self, key: &str) -> Option<&InputResponse> {
        self.request
            .input_responses
            .iter()
            .find(|(asked, _)| asked == key)
            .map(|(_, response)| response)
    }

    /// The request's `_meta`, a JSON object, without the keys that MCP reserves.
    pub fn meta(&self) -> Option<&str> {
        self.request.meta.as_deref()
    }
}

impl Default for Context {
    /// The first round of a client that can't be asked for anything: for the unit tests of tools.
    fn default() -> Self {
        RequestContext {
            client: ClientCapabilities::empty(),
            input_responses: Vec::new(),
            request_state: None,
            meta: None,
        }
        .into()
    }
}

impl From<RequestContext> for Context {
    fn from(request: RequestContext) -> Self {
        Self { request }
    }
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| {
        crate::log::error(&format!("an answer or a state isn't what the tool expects: {error}"));
        Error::failed("The answer to the question can't be used. Start again.")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn answered(response: InputResponse) -> Context {
        let mut context = Context::default();
        context.request.input_responses.push(("sure".to_owned(), response));
        context
    }

    #[test]
    fn an_answer_is_typed() {
        let context = answered(InputResponse::Elicit(ElicitResult::Accept("{\"n\": 3}".to_owned())));
        let answer: Option<Answer<std::collections::BTreeMap<String, u8>>> = context.answer("sure").unwrap();
        assert_eq!(answer, Some(Answer::Accepted([("n".to_owned(), 3)].into())));
    }

    #[test]
    fn a_question_that_was_not_asked_has_no_answer() {
        assert_eq!(Context::default().answer::<u8>("sure").unwrap(), None);
    }

    #[test]
    fn declining_is_an_answer() {
        let context = answered(InputResponse::Elicit(ElicitResult::Decline));
        assert_eq!(context.answer::<u8>("sure").unwrap(), Some(Answer::Declined));
    }
}
