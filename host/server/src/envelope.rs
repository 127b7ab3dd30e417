//! Which tool a message calls, read from its body before the protocol layer reads all of it.
//!
//! The status of an answer must be chosen before the protocol layer takes over, so whoever decides there needs the name, and
//! nothing else. It comes from the body, never from a header. One pass, nothing is copied unless it is escaped, and what
//! isn't needed is skipped.
//!
//! What is decided here must be what is called there. So a member that is given twice is nobody's answer here, exactly as it
//! is no call to the protocol layer; escapes in names and values are undone before they are compared; a list, a batch or
//! anything else that isn't one object is left to the protocol layer, which refuses it. And should the two ever differ, the
//! handler decides about the tool that it was handed: this only chooses a status earlier.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// The name of the tool that a `tools/call` names. None for every other message, and for what isn't clearly one.
pub(crate) fn called_tool(body: &[u8]) -> Option<Cow<'_, str>> {
    let Message { method, tool } = serde_json::from_slice(body).ok()?;
    if method.0 == "tools/call" { tool } else { None }
}

/// A request, as far as it matters.
struct Message<'a> {
    method: Text<'a>,
    /// `params.name`.
    tool: Option<Cow<'a, str>>,
}

/// `params`, as far as they matter. No name if they are no object or have none.
struct Params<'a>(Option<Cow<'a, str>>);

/// A string, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Message<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMessage;

        impl<'de> Visitor<'de> for OfMessage {
            type Value = Message<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON-RPC request")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Message<'de>, A::Error> {
                let (mut id, mut method, mut params) = (None, None, None);
                while let Some(name) = members.next_key::<Text<'de>>()? {
                    match &*name.0 {
                        "id" => once("id", &mut id, members.next_value::<IgnoredAny>()?)?,
                        "method" => once("method", &mut method, members.next_value::<Text<'de>>()?)?,
                        "params" => once("params", &mut params, members.next_value::<Params<'de>>()?)?,
                        _ => {
                            members.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                // Without an id it is a notification, and calls nothing.
                id.ok_or_else(|| A::Error::missing_field("id"))?;
                Ok(Message {
                    method: method.ok_or_else(|| A::Error::missing_field("method"))?,
                    tool: params.and_then(|Params(name)| name),
                })
            }
        }

        deserializer.deserialize_map(OfMessage)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Params<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfParams;

        impl<'de> Visitor<'de> for OfParams {
            type Value = Params<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("parameters by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Params<'de>, A::Error> {
                let mut tool = None;
                while let Some(name) = members.next_key::<Text<'de>>()? {
                    match &*name.0 {
                        "name" => once("name", &mut tool, members.next_value::<Text<'de>>()?.0)?,
                        _ => {
                            members.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Params(tool))
            }
        }

        deserializer.deserialize_map(OfParams)
    }
}

/// Takes a member's value, unless there was one.
fn once<T, E: Error>(name: &'static str, place: &mut Option<T>, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rmcp::model::{ClientJsonRpcMessage, ClientRequest};

    use super::*;

    /// The tool that the protocol layer would call.
    fn dispatched(body: &str) -> Option<String> {
        match serde_json::from_str(body).ok()? {
            ClientJsonRpcMessage::Request(message) => match message.request {
                ClientRequest::CallToolRequest(call) => Some(call.params.name.into_owned()),
                _ => None,
            },
            _ => None,
        }
    }

    fn read(body: &str) -> Option<Cow<'_, str>> {
        called_tool(body.as_bytes())
    }

    #[test]
    fn the_name_of_a_call_is_read_wherever_it_stands() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"name":"other"}}}"#,
            r#"{"params":{"arguments":{"name":"other"},"_meta":{"name":"other"},"name":"t"},"method":"tools/call","id":"a","jsonrpc":"2.0"}"#,
            "\n{ \"id\" : 1, \"jsonrpc\" : \"2.0\", \"method\" : \"tools/call\" , \"params\" : { \"name\" : \"t\" } }\n",
        ] {
            assert_eq!(read(body).as_deref(), Some("t"), "{body}");
            assert_eq!(dispatched(body).as_deref(), Some("t"), "{body}");
        }
    }

    #[test]
    fn a_name_without_escapes_is_not_copied() {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}"#;
        assert!(matches!(read(body), Some(Cow::Borrowed("t"))));
    }

    #[test]
    fn escapes_hide_nothing() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"name":"t"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"m\u0065thod":"tools/c\u0061ll","params":{"n\u0061me":"\u0074"}}"#,
        ] {
            assert_eq!(read(body).as_deref(), Some("t"), "{body}");
            assert_eq!(dispatched(body).as_deref(), Some("t"), "{body}");
        }
    }

    #[test]
    fn a_member_that_is_given_twice_is_no_call_here_and_none_there() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"open","name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"open","n\u0061me":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/list","params":{"name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"open"},"params":{"name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/call","params":{"name":"gated"}}"#,
        ] {
            assert_eq!(read(body), None, "{body}");
            assert_eq!(dispatched(body), None, "{body}");
        }
    }

    #[test]
    fn what_is_no_call_is_left_to_the_protocol_layer() {
        for body in [
            "",
            "null",
            "5",
            r#""tools/call""#,
            "{",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["gated"]}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["gated"]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":null}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"gated"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","params":{"Name":"gated"}}"#,
            r#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gated"}}]"#,
            r#"[1,"tools/call",{"name":"gated"}]"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gated"}} {}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gated","arguments":{"x":NaN}}}"#,
            "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"gated\"}}",
        ] {
            assert_eq!(read(body), None, "{body}");
            assert_eq!(dispatched(body), None, "{body}");
        }
        assert_eq!(called_tool(b"\xff{}"), None);
    }

    #[test]
    fn whatever_the_protocol_layer_calls_is_read_alike() {
        // What rmcp accepts beyond what it should must not slip past.
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"},"extra":1,"extra":2}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","extra":1,"extra":2}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"","arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":1,"a":2}}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud83d\ude00 t"}}"#,
        ] {
            if let Some(called) = dispatched(body) {
                assert_eq!(read(body).as_deref(), Some(&*called), "{body}");
            }
        }
    }
}
