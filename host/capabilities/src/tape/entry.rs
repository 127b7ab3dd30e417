//! One host call, as it is written down.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bytes;

/// Characters of a question that are shown.
const SHOWN: usize = 400;

/// What a component asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The interface of `usher:host`, such as `my-documents`.
    pub interface: String,
    /// Its function, such as `read-many`.
    pub function: String,
    /// The arguments in their order. Bytes are written as [`Entry`] says.
    pub arguments: Vec<Value>,
}

/// A question and its answer.
///
/// Values are those of the contract, as JSON: records as objects, variants as `{"Case": value}`, results as `{"Ok": …}` or
/// `{"Err": …}`. Bytes are `{"$text": "…"}` if they are UTF-8, and else `{"$base64": "…"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What was asked.
    #[serde(flatten)]
    pub question: Question,
    /// What the host answered.
    pub answer: Value,
}

impl Question {
    pub(crate) fn new(
        interface: &'static str,
        function: &'static str,
        arguments: &impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        let arguments = match bytes::readable(serde_json::to_value(arguments)?) {
            Value::Array(arguments) => arguments,
            // What serde makes of no arguments at all.
            _ => Vec::new(),
        };
        Ok(Self {
            interface: interface.to_owned(),
            function: function.to_owned(),
            arguments,
        })
    }
}

/// As a call in most languages, shortened.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(Value::to_string).collect();
        let arguments = arguments.join(", ");
        write!(f, "{}.{}(", self.interface, self.function)?;
        match arguments.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…)", &arguments[..end]),
            None => write!(f, "{arguments})"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_reads_as_it_was_written() {
        let entry = Entry {
            question: Question::new("my-documents", "read", &("notes", "1")).unwrap(),
            answer: json!({ "Err": "NotFound" }),
        };
        let written = serde_json::to_value(&entry).unwrap();
        assert_eq!(
            written,
            json!({ "interface": "my-documents", "function": "read", "arguments": ["notes", "1"],
                    "answer": { "Err": "NotFound" } })
        );
        assert_eq!(serde_json::from_value::<Entry>(written).unwrap(), entry);
    }

    #[test]
    fn a_question_is_shown_up_to_a_length() {
        let question = Question::new("log", "log", &("ü".repeat(10_000),)).unwrap();
        assert!(question.to_string().chars().count() < SHOWN + 20);
        assert_eq!(
            Question::new("identity", "get-caller", &()).unwrap().to_string(),
            "identity.get-caller()"
        );
    }
}
