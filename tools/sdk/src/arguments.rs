//! From the JSON of a call to a tool's argument type.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Error;

// The arguments of a tool that takes none. A doc comment would be part of every such tool's schema.
#[allow(missing_docs, reason = "see above")]
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoArguments {}

/// Reads the arguments. The host has checked them against the schema before; what is left is what only the type's
/// own code can say. The error begins with the path of the argument that is wrong.
pub fn arguments<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| {
        // Keeping track of the path makes reading half as expensive again, so only what failed is read that way.
        let mut again = serde_json::Deserializer::from_str(json);
        match serde_path_to_error::deserialize::<_, T>(&mut again) {
            Err(error) if error.path().iter().len() > 0 => {
                Error::InvalidParams(format!("{}: {}", error.path(), without_position(error.inner())))
            }
            _ => Error::InvalidParams(without_position(&error)),
        }
    })
}

/// serde_json ends its texts with line and column, which say nothing to somebody who wrote an object.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what can't be read is of interest")]
    struct Order {
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what can't be read is of interest")]
    struct Line {
        count: u8,
    }

    fn error(json: &str) -> Error {
        arguments::<Order>(json).unwrap_err()
    }

    #[test]
    fn errors_name_the_argument_and_not_the_column() {
        assert_eq!(
            error(r#"{"lines": [{"count": 1}, {"count": 300}]}"#),
            Error::InvalidParams("lines[1].count: invalid value: integer `300`, expected u8".into())
        );
    }

    #[test]
    fn errors_when_an_argument_is_unknown() {
        assert_eq!(
            error(r#"{"lines": [], "user_id": "x"}"#),
            Error::InvalidParams("user_id: unknown field `user_id`, expected `lines`".into())
        );
    }

    #[test]
    fn errors_when_an_argument_is_missing() {
        assert_eq!(error("{}"), Error::InvalidParams("missing field `lines`".into()));
    }
}
