//! JSON Schemas of argument and result types, as tools are listed with them.
//!
//! Draft 2020-12, which is what MCP reads a schema without `$schema` as. Everything is inlined, except for types that
//! contain themselves; what says nothing to a model is left out: the root's title, and `format`s that JSON Schema
//! doesn't know (`uint32`), whose bounds are there anyway.

use schemars::generate::SchemaSettings;
use schemars::transform::RestrictFormats;
use schemars::{JsonSchema, Schema};

/// The schema of what the model writes.
pub(crate) fn of_input<T: JsonSchema>() -> String {
    let mut schema = root::<T>(SchemaSettings::draft2020_12().for_deserialize());
    // A struct without fields has none of these.
    schema.insert("type".to_owned(), "object".into());
    text(&schema)
}

/// The schema of what a tool gives.
pub(crate) fn of_output<T: JsonSchema>() -> String {
    text(&root::<T>(SchemaSettings::draft2020_12().for_serialize()))
}

fn root<T: JsonSchema>(settings: SchemaSettings) -> Schema {
    let settings = settings
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RestrictFormats::default());
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("$schema");
    schema.remove("title");
    schema
}

fn text(schema: &Schema) -> String {
    serde_json::to_string(schema).expect("a schema is JSON: its keys are strings")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::*;

    fn parsed(schema: String) -> Value {
        serde_json::from_str(&schema).unwrap()
    }

    /// What to look for.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Search {
        /// A word.
        #[schemars(length(min = 1, max = 20))]
        word: String,
        /// Where.
        colours: Vec<Colour>,
        /// At most so many.
        #[schemars(range(min = 1, max = 100))]
        #[serde(default = "fifty")]
        limit: u32,
        within: Option<Box<Search>>,
    }

    fn fifty() -> u32 {
        50
    }

    #[derive(Deserialize, Serialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Green,
    }

    #[test]
    fn an_input_schema_says_all_that_the_type_says() {
        let schema = parsed(of_input::<Search>());
        let properties = &schema["properties"];
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["description"], "What to look for.");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"], json!(["word", "colours"]));
        assert_eq!(
            properties["word"],
            json!({"description": "A word.", "type": "string", "minLength": 1, "maxLength": 20})
        );
        assert_eq!(
            properties["colours"],
            json!({"description": "Where.", "type": "array", "items": {"type": "string", "enum": ["red", "green"]}})
        );
        assert_eq!(
            properties["limit"],
            json!({"description": "At most so many.", "type": "integer", "minimum": 1, "maximum": 100, "default": 50})
        );
    }

    #[test]
    fn a_schema_carries_no_noise() {
        let schema = parsed(of_input::<Search>());
        assert_eq!(schema.get("$schema"), None);
        assert_eq!(schema.get("title"), None);
        assert!(!schema.to_string().contains("uint32"));
    }

    #[test]
    fn types_that_contain_themselves_are_defined_once() {
        #[derive(Serialize, JsonSchema)]
        struct Tree {
            children: Vec<Tree>,
        }
        let schema = parsed(of_output::<Tree>());
        assert_eq!(schema["properties"]["children"]["items"], json!({"$ref": "#"}));
    }
}
