//! How a tool fails.
//!
//! An [`Error`] is an answer: its text reaches the model and the person, so it says what to do and names nothing that
//! they shouldn't know. The errors of the capabilities become such answers by `?`. What they say beyond that is for
//! the operator and goes to the log on the way.

pub use crate::bindings::usher::tool::types::Error;

use crate::{documents, graph, http, log};

impl Error {
    /// It did not work: why, and what to do, for the model and the person. MCP: a result with `isError`.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// An argument is wrong in a way that the schema can't say. The text begins with the argument's name.
    pub fn invalid(argument: &str, why: impl std::fmt::Display) -> Self {
        Self::InvalidParams(format!("{argument}: {why}"))
    }
}

const BEYOND_GRANT: &str = "This tool isn't allowed to do what it tried to do. The operator's log says more.";
const MISTAKE: &str = "This tool made a mistake. Trying again won't help; the operator's log says more.";
const TOO_LARGE: &str = "This is too large. Try it with less.";
const TIMEOUT: &str = "There wasn't enough time. Try it with less.";
const NO_ANSWER: &str = "The service that this tool asked didn't answer in time. If it was to change something, look whether it did \
    before trying again.";
const UNAVAILABLE: &str = "A service that this tool needs can't be reached at the moment. Try again later.";

fn throttled(milliseconds: Option<u32>) -> Error {
    busy(milliseconds.map(|milliseconds| milliseconds.div_ceil(1000)))
}

/// Whoever was asked is busy; seconds after which to try again, if known.
pub(crate) fn busy(seconds: Option<u32>) -> Error {
    Error::Failed(match seconds {
        Some(seconds) => format!("There is too much to do at the moment. Try again in {seconds} s."),
        None => "There is too much to do at the moment. Try again later.".to_owned(),
    })
}

fn logged(what: &str, detail: &str, text: &str) -> Error {
    log::error(&format!("{what}: {detail}"));
    Error::failed(text)
}

impl From<documents::Error> for Error {
    fn from(error: documents::Error) -> Self {
        use documents::Error as Cause;
        match error {
            Cause::NotGranted(detail) => logged("documents: not granted", &detail, BEYOND_GRANT),
            Cause::NotFound => Self::failed("There is no such item."),
            Cause::Conflict => Self::failed("There is such an item already."),
            Cause::PreconditionFailed => {
                Self::failed("The item was changed in the meantime. Read it again, then try again.")
            }
            Cause::TooLarge => Self::failed(TOO_LARGE),
            Cause::Invalid(detail) => logged("documents: invalid", &detail, MISTAKE),
            Cause::LimitExceeded(detail) => logged("documents: limit exceeded", &detail, TOO_LARGE),
            Cause::Throttled(milliseconds) => throttled(milliseconds),
            Cause::Timeout => Self::failed(TIMEOUT),
            Cause::Unavailable => Self::failed(UNAVAILABLE),
        }
    }
}

impl From<documents::TransactionError> for Error {
    fn from(error: documents::TransactionError) -> Self {
        error.error.into()
    }
}

/// `graph` and `http` fail alike.
macro_rules! from_service_error {
    ($cause:path, $name:literal) => {
        impl From<$cause> for Error {
            fn from(error: $cause) -> Self {
                use $cause as Cause;
                match error {
                    Cause::NotGranted(detail) => logged(concat!($name, ": not granted"), &detail, BEYOND_GRANT),
                    Cause::SignInRequired => Self::SignInRequired,
                    Cause::Invalid(detail) => logged(concat!($name, ": invalid"), &detail, MISTAKE),
                    Cause::TooLarge => Self::failed(TOO_LARGE),
                    Cause::Throttled(milliseconds) => throttled(milliseconds),
                    Cause::Timeout => Self::failed(NO_ANSWER),
                    Cause::Unavailable => Self::failed(UNAVAILABLE),
                }
            }
        }
    };
}

from_service_error!(graph::Error, "graph");
from_service_error!(http::Error, "http");

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_never_holds_what_is_for_the_log() {
        for error in [
            documents::Error::NotGranted("container secrets".into()),
            documents::Error::Invalid("column c.salary".into()),
            documents::Error::LimitExceeded("rows: 1000 secrets".into()),
        ] {
            let Error::Failed(text) = error.into() else {
                panic!("an answer")
            };
            assert!(!text.contains("secrets") && !text.contains("salary"), "{text}");
        }
    }

    #[test]
    fn a_refused_sign_in_is_passed_on() {
        assert_eq!(Error::from(graph::Error::SignInRequired), Error::SignInRequired);
        assert_eq!(Error::from(http::Error::SignInRequired), Error::SignInRequired);
    }

    #[test]
    fn a_busy_store_says_when_to_come_back() {
        let error = Error::from(documents::Error::Throttled(Some(1200)));
        assert_eq!(
            error,
            Error::failed("There is too much to do at the moment. Try again in 2 s.")
        );
    }
}
