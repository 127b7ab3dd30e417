//! JSON Schemas of tools: compiled once at load, without ever reaching out.

use std::fmt;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

/// How many violations are reported at once. More help nobody.
const REPORTED: usize = 5;
/// How deep a schema may nest; beyond it checking could take a deep recursion.
const DEPTH: usize = 64;
/// How long a schema may be, in bytes.
const LENGTH: usize = 256 << 10;

/// A compiled schema and its document.
pub(crate) struct Schema {
    document: Value,
    validator: Validator,
}

/// One way in which a value doesn't fit a schema. `Display` gives path and rule, never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON Pointer (RFC 6901); empty for the whole.
    pub path: String,
    /// Which rule, in words.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.trim_start_matches('/');
        if path.is_empty() {
            write!(f, "{}", self.rule)
        } else {
            write!(f, "{path}: {}", self.rule)
        }
    }
}

impl Schema {
    /// Compiles a schema text as JSON Schema 2020-12.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        if text.len() > LENGTH {
            return Err(format!("is {} bytes long; at most {LENGTH} are served", text.len()));
        }
        let document: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
        if !document.is_object() {
            return Err("is not a JSON object".to_owned());
        }
        if depth(&document) > DEPTH {
            return Err(format!("nests deeper than {DEPTH} levels"));
        }
        if let Some(reference) = outside_reference(&document) {
            return Err(format!(
                "refers to {reference:?}: only references within the schema (`#…`) are followed"
            ));
        }
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            // Linear time, whatever pattern and text.
            .with_pattern_options(PatternOptions::regex().size_limit(1 << 20).dfa_size_limit(1 << 20))
            .build(&document)
            .map_err(|error| not_a_schema(&error))?;
        Ok(Self { document, validator })
    }

    /// Compiles the schema of an object, as tools' schemas must be.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn compile_object(text: &str) -> Result<Self, String> {
        let schema = Self::compile(text)?;
        match schema.document.get("type") {
            Some(Value::String(kind)) if kind == "object" => Ok(schema),
            _ => Err("must say `\"type\": \"object\"`".to_owned()),
        }
    }

    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// Holds a value against the schema.
    ///
    /// # Errors
    /// The first few violations.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Vec<Violation>> {
        if self.validator.is_valid(value) {
            return Ok(());
        }
        Err(self
            .validator
            .iter_errors(value)
            .take(REPORTED)
            .map(|error| violation(&error))
            .collect())
    }
}

fn not_a_schema(error: &ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    let place = if place.is_empty() {
        place
    } else {
        format!(" (at {place})")
    };
    format!("is not a valid JSON Schema: {}{place}", error.masked())
}

fn violation(error: &ValidationError<'_>) -> Violation {
    use ValidationErrorKind as Kind;
    let path = error.instance_path().to_string();
    let named = |names: &[String]| names.iter().map(|name| short(name)).collect::<Vec<_>>().join(", ");
    let rule = match error.kind() {
        // These name the property, which belongs into the path.
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            return Violation {
                path: format!("{path}/{name}"),
                rule: "is required".to_owned(),
            };
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            match unexpected.as_slice() {
                [only] => {
                    return Violation {
                        path: format!("{path}/{}", short(only)),
                        rule: "is not a known field".to_owned(),
                    };
                }
                several => format!("has unknown fields: {}", named(several)),
            }
        }
        Kind::Enum { options } => format!("must be one of {options}"),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::MinLength { limit } => format!("must be at least {limit} characters long"),
        Kind::MaxLength { limit } => format!("must be at most {limit} characters long"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::Pattern { pattern } => format!("must match the pattern {pattern}"),
        Kind::Format { format } => format!("must be a valid {format}"),
        // Of an object that takes no fields at all; which one it was isn't told.
        Kind::FalseSchema => "has a field that isn't known".to_owned(),
        _ => error.masked().to_string(),
    };
    Violation { path, rule }
}

/// A name that came from outside, cut to a length that can be shown.
fn short(name: &str) -> String {
    const SHOWN: usize = 64;
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The first `$ref` or `$dynamicRef` that leaves the document.
fn outside_reference(value: &Value) -> Option<&str> {
    match value {
        Value::Object(members) => members.iter().find_map(|(key, member)| match member {
            Value::String(target) if (key == "$ref" || key == "$dynamicRef") && !target.starts_with('#') => {
                Some(target.as_str())
            }
            member => outside_reference(member),
        }),
        Value::Array(items) => items.iter().find_map(outside_reference),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expense() -> Schema {
        Schema::compile_object(
            r#"{"type": "object", "additionalProperties": false, "required": ["amount", "category"], "properties": {
                "amount": {"type": "number", "exclusiveMinimum": 0},
                "category": {"enum": ["food", "other"]},
                "date": {"type": "string", "format": "date"},
                "description": {"type": "string", "maxLength": 5}}}"#,
        )
        .unwrap()
    }

    fn told(value: &Value) -> String {
        let violations = expense().check(value).unwrap_err();
        violations
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn a_violation_names_the_field_and_the_rule() {
        assert!(expense().check(&json!({"amount": 1, "category": "food"})).is_ok());
        assert_eq!(
            told(&json!({"amount": 0, "category": "food"})),
            "amount: must be greater than 0"
        );
        assert_eq!(
            told(&json!({"amount": 1, "category": "rent"})),
            r#"category: must be one of ["food","other"]"#
        );
        assert_eq!(told(&json!({"amount": 1})), "category: is required");
        assert_eq!(
            told(&json!({"amount": 1, "category": "food", "colour": 1})),
            "colour: is not a known field"
        );
        assert_eq!(
            told(&json!({"amount": 1, "category": "food", "date": "2026-02-30"})),
            "date: must be a valid date"
        );
        assert!(told(&json!({"amount": "1", "category": "food"})).starts_with("amount: "));
    }

    #[test]
    fn a_violation_quotes_no_value_and_is_short() {
        let long = "secret".repeat(1_000_000);
        let text = told(&json!({"amount": 1, "category": "food", "description": long}));
        assert_eq!(text, "description: must be at most 5 characters long");
        let text = told(&json!({"amount": long, "category": long, long.as_str(): 1}));
        assert!(
            !text.contains("secretsecretsecretsecretsecretsecretsecretsecretsecretsecretsecret") && text.len() < 500,
            "{text}"
        );
    }

    #[test]
    fn a_schema_that_cannot_be_served_is_refused_in_words() {
        let refused = |text: &str| Schema::compile_object(text).err().unwrap();
        assert!(refused("{").contains("not JSON"));
        assert!(refused("[]").contains("not a JSON object"));
        assert!(refused(r#"{"type": "string"}"#).contains("\"type\": \"object\""));
        assert!(refused(r#"{"type": "object", "properties": 1}"#).contains("not a valid JSON Schema"));
        assert!(
            refused(r#"{"type": "object", "properties": {"a": {"$ref": "https://example.com/a"}}}"#)
                .contains("refers to")
        );
        let deep = format!(
            "{}{{\"type\": \"object\"}}{}",
            "{\"not\": ".repeat(100),
            "}".repeat(100)
        );
        assert!(refused(&deep).contains("deeper") || refused(&deep).contains("recursion"));
    }
}
